package summary

import (
	"fmt"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Omissions say what else is not in the ranking, beside Questions, and why: mail without a sender,
// findings below the confidence asked for, ignored ones; and which domains were
// taken to be ours. ranked is set below a ranking of senders, which the mail
// without one comes on top of.
func (s *Summary) Omissions(ranked bool) []layout.Paragraph {
	var texts []string
	texts = append(texts, unnamed(&s.r.Totals, ranked)...)
	texts = append(texts, s.hidden()...)
	texts = append(texts, s.ignored()...)
	texts = append(texts, s.inferred()...)
	return layout.Plain(texts...)
}

// unnamed counts the mails that belong to no sender.
func unnamed(t *result.Totals, ranked bool) (texts []string) {
	more := ""
	if ranked {
		more = "more "
	}
	automatic, unknown := words.Count(t.NullSender, more+"mail", more+"mails"), words.Count(t.UnknownSender, more+"mail has", more+"mails have")
	if t.NullSender > 0 {
		texts = append(texts, automatic+" had no human sender: automatic replies.")
	}
	if t.UnknownSender > 0 {
		texts = append(texts, unknown+" no known sender: the log begins later.")
	}
	return texts
}

// hidden counts the findings below the confidence asked for.
func (s *Summary) hidden() (texts []string) {
	if s.r.Coverage.Hidden > 0 {
		texts = append(texts, fmt.Sprintf("Below confidence %g, not shown: %s, %s (--min-confidence).", s.r.MinConfidence, s.counts.hiddenDomains, s.counts.hiddenMails))
	}
	if n := s.r.Coverage.HiddenListed; n > 0 {
		texts = append(texts, fmt.Sprintf("Below confidence %g, not shown: %s of alias maps and lists (--min-confidence).", s.r.MinConfidence, words.Count(n, "address", "addresses")))
	}
	return texts
}

// ignored counts what ignore rules left out, and names the rules that are of no
// use any more.
func (s *Summary) ignored() (texts []string) {
	c := &s.r.Coverage
	if c.Suppressed > 0 {
		texts = append(texts, "Left out by ignore rules: "+s.counts.ignored+".")
	}
	if n := ignoredListed(c.IgnoreRules); n > 0 {
		texts = append(texts, "Left out by ignore rules: "+words.Count(n, "address", "addresses")+" of alias maps and lists.")
	}
	expired, unused := uselessRules(c.IgnoreRules, s.to.Pen)
	if len(expired) > 0 {
		texts = append(texts, "Ignore rules that have expired: "+words.Listed(expired)+".")
	}
	if len(unused) > 0 {
		texts = append(texts, "Ignore rules that matched nothing: "+words.Listed(unused)+".")
	}
	return texts
}

// ignoredListed counts the addresses of alias maps and lists that rules left out.
func ignoredListed(rules []result.RuleUse) (n int64) {
	for i := range rules {
		n += rules[i].Listed
	}
	return n
}

func uselessRules(rules []result.RuleUse, pen layout.Pen) (expired, unused []string) {
	for i := range rules {
		switch u := &rules[i]; {
		case u.Expired:
			expired = append(expired, pen.Brief(u.Rule))
		case u.IsUnused():
			unused = append(unused, pen.Brief(u.Rule))
		}
	}
	return expired, unused
}

// inferred says which domains were taken for ours when nobody named them.
func (s *Summary) inferred() []string {
	r := s.r
	switch {
	case !r.InternalInferred || r.Coverage.Deliveries == 0:
	case len(r.InternalDomains) > 0:
		names := make([]string, len(r.InternalDomains))
		for i, d := range r.InternalDomains {
			names[i] = s.to.Pen.Brief(d)
		}
		return []string{"Taking " + words.Listed(names) + " as yours (inferred; --internal overrides)."}
	case r.AllSenders:
		return []string{"Every sender was audited: the log does not show which domains are yours (name them with --internal)."}
	}
	return nil
}
