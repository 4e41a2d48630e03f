package summary

import (
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Standing names the lookalikes that no single slip explains, such as one in an
// address book.
func (s *Summary) Standing() []layout.Paragraph {
	var names []string
	for i := range s.r.Lookalikes {
		if l := &s.r.Lookalikes[i]; l.Standing {
			names = append(names, s.to.Pen.Brief(l.Domain)+" since "+s.to.Clock.Day(l.First))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return layout.Plain("Standing, as from an address book or a forwarding rule: " + words.Listed(names) + ".")
}

// Since says whether a lookalike is new, or since when mail goes there; "" if
// neither is known.
func Since(l *result.Lookalike, clock words.Clock) string {
	first := l.FirstSeen
	if first == nil {
		first = l.First
	}
	switch {
	case l.New:
		return "new"
	case l.Standing && first != nil:
		return "standing since " + clock.DayOf(*first)
	case l.FirstSeen != nil:
		return "first seen " + clock.DayOf(*first)
	}
	return ""
}
