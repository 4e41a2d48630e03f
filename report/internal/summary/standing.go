package summary

import (
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// News says what of the findings is new, and what stands: how much of a first report is
// older than its last week, how much was reported before, and the lookalikes that no
// single slip explains, such as one in an address book.
func (s *Summary) News() []layout.Paragraph {
	return slices.Concat(s.view(), s.trend(), s.standing(), s.listed())
}

// view says which part of a report this is.
func (s *Summary) view() []layout.Paragraph {
	v := s.r.View
	if v == nil || len(s.r.Lookalikes) == 0 {
		return nil
	}
	left := v.Messages - s.r.Totals.Messages
	return layout.Plain("Shown of the report: " + s.to.Pen.Brief(v.Text) + "; " + words.Count(left, "other mail is", "other mails are") + " left out.")
}

func (s *Summary) trend() []layout.Paragraph {
	t := s.r.Trend
	switch {
	case t == nil || len(s.r.Lookalikes) == 0:
		return nil
	case t.FirstReport:
		text := "First report: " + words.Count(t.NewMessages, "finding", "findings")
		if t.OlderMessages > 0 {
			text += ", " + words.Grouped(t.OlderMessages) + " of them older than this week"
			if s.r.IsOneWeek() {
				text += ": mail went to the same domain before"
			}
		}
		return layout.Plain(text + ".")
	case t.NewMessages == 0:
		return layout.Plain("Nothing new: all of this was reported before.")
	}
	text := "New: " + words.Count(t.NewMessages, "mail", "mails")
	if t.NewLookalikes > 0 {
		text += ", and " + words.Count(int64(t.NewLookalikes), "lookalike that was", "lookalikes that were") + " never reported"
	}
	if t.ReportedMessages > 0 {
		text += "; " + words.Grouped(t.ReportedMessages) + " to " + words.Count(int64(t.ReportedLookalikes), "lookalike", "lookalikes") + words.Choose(t.ReportedMessages, " was", " were") + " reported before"
	}
	return layout.Plain(text + ".")
}

// listed says how many addresses of alias maps and lists look mistyped.
func (s *Summary) listed() []layout.Paragraph {
	switch listed := len(s.r.Listed) > 0; {
	case len(s.r.Coverage.Lists) == 0:
		return nil
	case len(s.r.Lookalikes) == 0 && (listed || len(s.r.Coverage.Sources) == 0):
		return nil // the headline says it
	case s.r.View != nil && !listed:
		return nil // of what is not shown nothing is known
	}
	return layout.Plain(s.ofLists())
}

func (s *Summary) ofLists() string {
	addresses, lists := 0, s.r.Coverage.Lists
	for i := range lists {
		addresses += lists[i].Addresses
	}
	in := " of " + words.Count(int64(addresses), "address", "addresses") + " in " + words.Count(int64(len(lists)), "alias map or list", "alias maps and lists")
	switch n := int64(len(s.r.Listed)); {
	case n > 0 && s.r.View != nil:
		return words.Grouped(n) + words.Choose(n, " address that looks", " addresses that look") + " mistyped" + words.Choose(n, " is", " are") + " shown" + in + "."
	case n > 0:
		return words.Grouped(n) + in + words.Choose(n, " looks", " look") + " mistyped: mail to it goes to a stranger."
	}
	if addresses == 0 {
		return "No address was found" + strings.TrimPrefix(in, " of 0 addresses") + "."
	}
	return "None" + in + " looks mistyped."
}

func (s *Summary) standing() []layout.Paragraph {
	var names []string
	for i := range s.r.Lookalikes {
		if l := &s.r.Lookalikes[i]; l.Standing {
			names = append(names, s.to.lookalike(l.Domain)+" since "+s.to.Clock.Day(sinceOf(l)))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return layout.Plain("Standing, as from an address book or a forwarding rule: " + words.Listed(names) + ".")
}

// sinceOf is the first time of a lookalike, in the history and the log where they say.
func sinceOf(l *result.Lookalike) *time.Time {
	if l.FirstSeen != nil {
		return l.FirstSeen
	}
	return l.First
}

// Since says whether a lookalike is new, and since when mail goes there; "" if neither
// is known. first is set in a first report, where all is new.
func Since(l *result.Lookalike, first bool, clock words.Clock) string {
	seen := sinceOf(l)
	switch {
	case seen == nil && l.New && !first:
		return "new"
	case seen == nil:
		return ""
	case l.Standing:
		return "standing since " + clock.DayOf(*seen)
	case l.New && !first:
		return "new, first seen " + clock.DayOf(*seen)
	}
	return "first seen " + clock.DayOf(*seen)
}

// IsFirst says that no report went out before.
func IsFirst(r *result.Result) bool { return r.Trend != nil && r.Trend.FirstReport }
