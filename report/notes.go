package report

import (
	"fmt"
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
)

// headline says the answer in a sentence. An audit that read nothing, or
// nothing that could be audited, is never called clean.
func (p *page) headline(r *result.Result) string {
	c := &r.Coverage
	switch {
	case len(r.Lookalikes) > 0:
		x := &r.Totals
		return fmt.Sprintf("%s went to %s; %s.%s", count(x.Messages, "mail", "mails"),
			count(int64(x.Lookalikes), "lookalike domain", "lookalike domains"), whetherArrived(x.Arrived), p.span(r, "   "))
	case c.Deliveries == 0:
		return fmt.Sprintf("Nothing was audited: no delivery was found in %s.", count(int64(len(c.Sources)), "source", "sources"))
	case c.Outbound == 0:
		return fmt.Sprintf("Nothing was audited: none of %s was yours to the outside. Name your domains by --internal, or audit all by --all-senders.",
			count(c.Deliveries, "delivery", "deliveries"))
	}
	outgoing := ""
	if c.Outbound != c.Deliveries {
		outgoing = "outgoing "
	}
	return fmt.Sprintf("No mail to lookalike domains among %s%s. %s",
		count(c.Outbound, outgoing+"delivery", outgoing+"deliveries"), p.span(r, ", "), p.understood(r))
}

// whetherArrived tells how much arrived.
func whetherArrived(a result.Arrived) string {
	var text string
	switch {
	case a.Yes > 0 && a.Maybe > 0:
		text = fmt.Sprintf("%s arrived there, %s may have", grouped(a.Yes), grouped(a.Maybe))
	case a.Yes > 0:
		text = grouped(a.Yes) + " arrived there"
	case a.Maybe > 0:
		text = grouped(a.Maybe) + " may have arrived there"
	case a.Unknown > 0:
		text = "none is known to have arrived"
	default:
		text = "none arrived there"
	}
	if a.Unknown > 0 {
		text += ", of " + grouped(a.Unknown) + " it cannot be told"
	}
	return text
}

// span tells the days of the audit behind a prefix, "" if no time was read.
func (p *page) span(r *result.Result, prefix string) string {
	from, to := r.Window.From, r.Window.To
	if from == nil || to == nil {
		return ""
	}
	return prefix + days(from.In(p.o.Location), to.In(p.o.Location), p.pen.dash()) + p.ago(*to)
}

func (p *page) understood(r *result.Result) string {
	n := r.Coverage.Malformed
	one, many := "line", "lines"
	if r.Coverage.Lines == 0 && r.Coverage.Messages > 0 {
		one, many = "message", "messages"
	}
	switch {
	case n > 0 && (p.o.Verbose > 0 || p.still):
		return count(n, one, many) + " not understood."
	case n > 0:
		return count(n, one, many) + " not understood (list: -v)."
	case hasProblems(r):
		return "All " + many + " read were understood; see below."
	}
	return "All " + many + " understood."
}

func hasProblems(r *result.Result) bool {
	for i := range r.Coverage.Sources {
		if len(r.Coverage.Sources[i].Problems) > 0 {
			return true
		}
	}
	return false
}

// notes say how to read the table, what is not in it, what was read, and what
// to do next.
func (p *page) notes(r *result.Result) {
	found := len(r.Lookalikes) > 0
	if found {
		p.blank()
		p.legend(r)
		p.sensitive(r)
		p.standing(r)
	}
	p.unnamed(r)
	p.hidden(r)
	p.ignored(r)
	p.internal(r)
	if found || r.Coverage.Outbound != r.Coverage.Deliveries || p.o.Verbose > 0 {
		p.coverage(r)
	}
	p.problems(r)
	if found {
		p.next(r)
	}
}

func (p *page) legend(r *result.Result) {
	text := "ARRIVED: accepted by the other side"
	if a := r.Totals.Arrived; a.Maybe+a.Unknown > 0 && p.o.By != ByDelivery {
		text += "; +n?: n more may have been"
	}
	if p.o.By != ByLookalike {
		if ours := sharedDomain(r, p.o.By); ours != "" {
			text = "Senders" + others(r, p.o.By, ours) + " are " + p.brief(ours) + ". " + text
		}
	}
	p.para(0, text+".")
}

// others returns " without a domain" if some senders of the table show one.
func others(r *result.Result, by By, ours string) string {
	const some = " without a domain"
	if by == ByDelivery {
		for i := range r.Deliveries {
			if person := r.Deliveries[i].Person; person != "" && without(person, ours) == person {
				return some
			}
		}
		return ""
	}
	for i := range r.Senders {
		if without(r.Senders[i].Sender, ours) == r.Senders[i].Sender {
			return some
		}
	}
	return ""
}

// sensitive names the senders whose mail carried what makes a leak serious.
func (p *page) sensitive(r *result.Result) {
	var names []string
	for i := range r.Senders {
		if s := &r.Senders[i]; len(s.Sensitive) > 0 {
			names = append(names, p.brief(s.Sender+" ("+classes(s.Sensitive)+")"))
		}
	}
	if len(names) > 0 {
		p.para(0, "With sensitive content: "+listed(names)+".")
	}
	if n := r.Coverage.Uninspected; n > 0 {
		p.para(0, "Of "+count(n, "message", "messages")+" it could not be told what was in it: the mailbox could not be read a second time.")
	}
	for _, limit := range r.Coverage.ContentLimits {
		p.para(0, "Not all of the content was looked at: "+p.brief(limit)+".")
	}
}

// standing names the slips that no single hand made.
func (p *page) standing(r *result.Result) {
	var names []string
	for i := range r.Lookalikes {
		if r.Lookalikes[i].Standing {
			names = append(names, p.brief(r.Lookalikes[i].Domain)+" since "+p.day(r.Lookalikes[i].First))
		}
	}
	if len(names) > 0 {
		p.para(0, "Standing, as from an address book or a forwarding rule: "+listed(names)+".")
	}
}

// unnamed counts the mails that belong to no sender.
func (p *page) unnamed(r *result.Result) {
	more := ""
	if p.o.By != ByLookalike && p.o.By != ByDelivery && len(r.Senders) > 0 {
		more = "more "
	}
	if n := r.Totals.NullSender; n > 0 {
		p.para(0, count(n, more+"mail", more+"mails")+" had no human sender: automatic replies.")
	}
	if n := r.Totals.UnknownSender; n > 0 {
		p.para(0, count(n, more+"mail has", more+"mails have")+" no known sender: the log begins later.")
	}
}

// hidden counts what was found and is below the confidence asked for.
func (p *page) hidden(r *result.Result) {
	if n := r.Coverage.Hidden; n > 0 {
		p.para(0, fmt.Sprintf("Below confidence %g, not shown: %s, %s (--min-confidence).", r.MinConfidence,
			count(int64(n), "domain", "domains"), count(r.Coverage.HiddenMessages, "mail", "mails")))
	}
}

// ignored tells what ignore rules left out, and which of them are of no use.
func (p *page) ignored(r *result.Result) {
	var unused, expired []string
	for i := range r.Coverage.IgnoreRules {
		switch u := &r.Coverage.IgnoreRules[i]; {
		case u.Expired:
			expired = append(expired, p.brief(u.Rule))
		case u.Messages == 0:
			unused = append(unused, p.brief(u.Rule))
		}
	}
	if n := r.Coverage.Suppressed; n > 0 {
		p.para(0, "Left out by ignore rules: "+count(n, "mail", "mails")+".")
	}
	if len(expired) > 0 {
		p.para(0, "Ignore rules that have expired: "+listed(expired)+".")
	}
	if len(unused) > 0 {
		p.para(0, "Ignore rules that matched nothing: "+listed(unused)+".")
	}
}

// internal says which domains were taken for ours when nobody named them.
func (p *page) internal(r *result.Result) {
	switch {
	case !r.InternalInferred || r.Coverage.Deliveries == 0:
	case len(r.InternalDomains) > 0:
		names := make([]string, len(r.InternalDomains))
		for i, d := range r.InternalDomains {
			names[i] = p.brief(d)
		}
		p.para(0, "Taking "+listed(names)+" as yours (inferred; --internal overrides).")
	case r.AllSenders:
		p.para(0, "Every sender was audited: the log does not tell which domains are yours (name them by --internal).")
	}
}

func (p *page) coverage(r *result.Result) {
	c := &r.Coverage
	read := "Read "
	if c.Lines > 0 {
		read += count(c.Lines, "line", "lines") + ", "
	}
	if c.Messages > 0 {
		read += count(c.Messages, "message", "messages") + ", "
	}
	text := p.understood(r)
	p.para(0, read+count(c.Deliveries, "delivery", "deliveries")+"; "+strings.ToLower(text[:1])+text[1:])
	if p.o.Verbose == 0 {
		return
	}
	for i := range c.Sources {
		s := &c.Sources[i]
		format := s.Format
		if format == "" {
			format = "not recognised"
		}
		p.para(4, fmt.Sprintf("  %s: %s, %s, %s, %s not understood", p.brief(s.Name), p.brief(format),
			count(s.Lines, "line", "lines"), count(s.Deliveries, "delivery", "deliveries"), grouped(s.Malformed)))
	}
	if c.NoSender > 0 || c.Incomplete > 0 {
		p.para(0, fmt.Sprintf("Cut by the ends of the log: %s, %s without a sender.", count(c.Incomplete, "delivery", "deliveries"), grouped(c.NoSender)))
	}
}

// maxProblems is how many problems of sources are told if not all are asked
// for.
const maxProblems = 10

func (p *page) problems(r *result.Result) {
	told, more := 0, 0
	for i := range r.Coverage.Sources {
		s := &r.Coverage.Sources[i]
		for _, text := range s.Problems {
			if told == maxProblems && p.o.Verbose == 0 {
				more++
				continue
			}
			told++
			if !strings.Contains(text, s.Name) {
				text = s.Name + ": " + text
			}
			p.para(2, "! "+p.brief(text))
		}
	}
	switch {
	case more > 0 && p.still:
		p.para(2, fmt.Sprintf("! and %s", count(int64(more), "problem more", "problems more")))
	case more > 0:
		p.para(2, fmt.Sprintf("! and %s (list: -v)", count(int64(more), "problem more", "problems more")))
	}
}

// next offers the commands that tell more.
func (p *page) next(r *result.Result) {
	var commands []string
	if worst := r.Lookalikes[0].Domain; isPlainDomain(worst) {
		commands = append(commands, "typoaudit check "+worst+" --log LOG")
	}
	by := ByDelivery
	if p.o.By == ByDelivery {
		by = ByLookalike
	}
	commands = append(commands, "typoaudit scan --by "+string(by)+" LOG")
	line := "Next: " + strings.Join(commands, "   "+p.pen.dot()+"   ")
	if p.o.Width == 0 || displayWidth(line) <= p.o.Width {
		p.para(0, line)
		return
	}
	p.para(0, "Next:")
	for _, c := range commands {
		p.para(4, "  "+c)
	}
}

// isPlainDomain tells a name that a shell takes as it stands: the report may
// have been read back from a file that anybody wrote.
func isPlainDomain(s string) bool {
	const longest = 253 // RFC 1035 section 2.3.4
	return s != "" && len(s) <= longest && s[0] != '-' && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-._") == ""
}
