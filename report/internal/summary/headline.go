package summary

import (
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Headline says the answer in a sentence; gap goes before the days of an
// audit that found something. An audit that read nothing, or nothing that could
// be audited, is never called clean, and one with gaps is marked.
func (s *Summary) Headline(gap string) string {
	if s.r.Incomplete {
		return "[incomplete] " + s.answer(gap)
	}
	return s.answer(gap)
}

func (s *Summary) answer(gap string) string {
	switch {
	case len(s.r.Lookalikes) > 0:
		return s.counts.mails + " went to " + s.counts.lookalikes + "; " + whetherArrived(s.r.Totals.Arrived) + "." + s.days(gap)
	case s.r.View != nil:
		return s.nothingOfView()
	case len(s.r.Coverage.Sources) == 0 && len(s.r.Coverage.Lists) > 0:
		return s.ofLists()
	case len(s.r.Listed) > 0: // an answer that begins with "no" would hide them
		return s.ofLists() + " " + s.nothing(gap)
	}
	return s.nothing(gap)
}

// nothingOfView is the answer of a part of a report that has no mail.
func (s *Summary) nothingOfView() string {
	v := s.r.View
	text := s.to.Pen.Brief(v.Text) + ": its " + words.Count(v.Messages, "mail is", "mails are") + " not shown."
	if len(s.r.Listed) > 0 {
		return s.ofLists() + " No mail of the report is of " + text
	}
	if strings.HasPrefix(text, "since ") || strings.HasPrefix(text, "until ") {
		return "Nothing of the report is " + text
	}
	return "Nothing of the report is of " + text
}

// nothing is the answer of an audit without findings.
func (s *Summary) nothing(gap string) string {
	switch c := &s.r.Coverage; {
	case s.r.IsNothingNew():
		t := s.r.Trend
		return "Nothing new; " + words.Count(t.ReportedMessages, "mail", "mails") + " to " + words.Count(int64(t.ReportedLookalikes), "lookalike", "lookalikes") +
			words.Choose(t.ReportedMessages, " was", " were") + " reported before." + s.days(gap)
	case s.r.IsQuiet() && c.Deliveries == 0:
		return "Quiet: no delivery was found in " + s.counts.sources + s.days(", ") + ", so none went to lookalike domains."
	case c.Deliveries == 0:
		return "Nothing was audited: no delivery was found in " + s.counts.sources + "."
	case c.InWindow == 0 && s.r.Window.IsAsked():
		return "No mail in the window" + s.days(", ") + ", so none went to lookalike domains: all of " + s.counts.deliveries + " that were read are outside of it."
	case c.Outbound == 0:
		return "Nothing was audited: none of " + words.Count(c.InWindow, "delivery", "deliveries") + s.days(", ") +
			" was yours to the outside. Name your domains with --internal, or audit all senders with --all-senders."
	}
	return "No mail to lookalike domains among " + s.counts.outbound + strings.TrimSuffix(s.days(", ")+". "+s.understood(), " ")
}

// days are those of the report after a gap, "" if no time is known.
func (s *Summary) days(gap string) string {
	first, last, ok := s.r.Span()
	if !ok {
		return ""
	}
	return gap + s.to.Clock.Days(first, last, s.to.Pen.Dash())
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
