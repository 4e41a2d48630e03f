package summary

import (
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Headline says the answer in a sentence; gap goes before the days of an
// audit that found something. An audit that read nothing, or nothing that could
// be audited, is never called clean.
func (s *Summary) Headline(gap string) string {
	switch c := &s.r.Coverage; {
	case len(s.r.Lookalikes) > 0:
		return s.counts.mails + " went to " + s.counts.lookalikes + "; " + whetherArrived(s.r.Totals.Arrived) + "." + s.days(gap)
	case c.Deliveries == 0:
		return "Nothing was audited: no delivery was found in " + s.counts.sources + "."
	case c.Outbound == 0:
		return "Nothing was audited: none of " + s.counts.deliveries +
			" was yours to the outside. Name your domains with --internal, or audit all senders with --all-senders."
	}
	return "No mail to lookalike domains among " + s.counts.outbound + s.days(", ") + ". " + s.understood()
}

// days are those of the audit after a gap, "" if no time was read.
func (s *Summary) days(gap string) string {
	first, last := s.r.Window.From, s.r.Window.To
	if first == nil || last == nil {
		return ""
	}
	return gap + s.to.Clock.Days(*first, *last, s.to.Pen.Dash())
}

// whetherArrived says how much arrived.
func whetherArrived(a result.Arrived) string {
	yes, maybe, unknown := words.Grouped(a.Yes), words.Grouped(a.Maybe), words.Grouped(a.Unknown)
	var text string
	switch {
	case a.Yes > 0 && a.Maybe > 0:
		text = yes + " arrived there, " + maybe + " may have"
	case a.Yes > 0:
		text = yes + " arrived there"
	case a.Maybe > 0:
		text = maybe + " may have arrived there"
	case a.Unknown > 0:
		text = "none is known to have arrived"
	default:
		text = "none arrived there"
	}
	if a.Unknown > 0 {
		text += ", for " + unknown + " it is not known"
	}
	return text
}
