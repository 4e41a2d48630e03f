package summary

import (
	"fmt"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Omissions say what is not in the ranking, and why: mail without a sender,
// findings below the confidence asked for, ignored ones; and which domains were
// taken to be ours. ranked is set below a ranking of senders, which these mails
// come on top of.
func Omissions(r *audit.Result, to Reader, ranked bool) []layout.Paragraph {
	var texts []string
	texts = append(texts, unnamed(&r.Totals, ranked)...)
	texts = append(texts, hidden(r)...)
	texts = append(texts, ignored(&r.Coverage, to.Pen)...)
	texts = append(texts, inferred(r, to.Pen)...)
	return layout.Plain(texts...)
}

// unnamed counts the mails that belong to no sender.
func unnamed(t *audit.Totals, ranked bool) (texts []string) {
	more := ""
	if ranked {
		more = "more "
	}
	if n := t.NullSender; n > 0 {
		texts = append(texts, words.Count(n, more+"mail", more+"mails")+" had no human sender: automatic replies.")
	}
	if n := t.UnknownSender; n > 0 {
		texts = append(texts, words.Count(n, more+"mail has", more+"mails have")+" no known sender: the log begins later.")
	}
	return texts
}

// hidden counts the findings below the confidence asked for.
func hidden(r *audit.Result) []string {
	c := &r.Coverage
	if c.Hidden == 0 {
		return nil
	}
	return []string{fmt.Sprintf("Below confidence %g, not shown: %s, %s (--min-confidence).", r.MinConfidence,
		words.Count(int64(c.Hidden), "domain", "domains"), words.Count(c.HiddenMessages, "mail", "mails"))}
}

// ignored counts what ignore rules left out, and names the rules that are of no
// use any more.
func ignored(c *audit.Coverage, pen layout.Pen) (texts []string) {
	expired, unused := uselessRules(c.IgnoreRules, pen)
	if n := c.Suppressed; n > 0 {
		texts = append(texts, "Left out by ignore rules: "+words.Count(n, "mail", "mails")+".")
	}
	if len(expired) > 0 {
		texts = append(texts, "Ignore rules that have expired: "+words.Listed(expired)+".")
	}
	if len(unused) > 0 {
		texts = append(texts, "Ignore rules that matched nothing: "+words.Listed(unused)+".")
	}
	return texts
}

func uselessRules(rules []audit.IgnoreUse, pen layout.Pen) (expired, unused []string) {
	for i := range rules {
		switch u := &rules[i]; {
		case u.Expired:
			expired = append(expired, pen.Brief(u.Rule))
		case u.Messages == 0:
			unused = append(unused, pen.Brief(u.Rule))
		}
	}
	return expired, unused
}

// inferred says which domains were taken for ours when nobody named them.
func inferred(r *audit.Result, pen layout.Pen) []string {
	switch {
	case !r.InternalInferred || r.Coverage.Deliveries == 0:
	case len(r.InternalDomains) > 0:
		names := make([]string, len(r.InternalDomains))
		for i, d := range r.InternalDomains {
			names[i] = pen.Brief(d)
		}
		return []string{"Taking " + words.Listed(names) + " as yours (inferred; --internal overrides)."}
	case r.AllSenders:
		return []string{"Every sender was audited: the log does not show which domains are yours (name them with --internal)."}
	}
	return nil
}
