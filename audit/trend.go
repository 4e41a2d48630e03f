package audit

import (
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
)

// Earlier is what the history tells beyond the deliveries that the ledger was
// given.
type Earlier struct {
	// Until is the end of the window, half open; zero: that of what was read.
	Until time.Time
	// Audited tells the days, since 1970 in UTC, of which mail was read.
	Audited map[int64]bool
	// FirstSeen is the time of the first delivery to each lookalike that was
	// reported before.
	FirstSeen map[string]time.Time
	// Reported has the Key of each delivery that was reported before.
	Reported map[uint64]bool
}

// trend compares the window with what was before it. It returns the rows to
// report.
func (b *builder) trend(rows, earlier []row) []row {
	e := b.a.o.Earlier
	t := &result.Trend{Weeks: []result.Week{}}
	b.r.Trend = t
	for i := range rows {
		d := &rows[i].d
		if d.New = !e.Reported[d.Key()]; d.New {
			t.NewMessages += d.Count
		}
	}
	if until := b.until(); !until.IsZero() {
		t.Weeks = e.weeks(until, slices.Concat(earlier, rows))
		t.Previous = b.previous(until, earlier)
	}
	if b.a.o.OnlyNew {
		rows = slices.DeleteFunc(rows, func(r row) bool { return !r.d.New })
	}
	return rows
}

// until returns the end of the window, that of the day of the last mail where
// none is set.
func (b *builder) until() time.Time {
	switch e := b.a.o.Earlier; {
	case !e.Until.IsZero():
		return e.Until
	case b.r.Window.To != nil:
		return b.r.Window.To.Truncate(24 * time.Hour).Add(24 * time.Hour)
	}
	return time.Time{}
}

// weeks sums the audited weeks that end with until.
func (e *Earlier) weeks(until time.Time, rows []row) []result.Week {
	weeks := []result.Week{}
	for n := result.MaxWeeks; n > 0; n-- {
		w := result.Week{From: until.Add(-result.WeekLength * time.Duration(n)).UTC(), To: until.Add(-result.WeekLength * time.Duration(n-1)).UTC()}
		if !e.audited(w.From, w.To) {
			continue
		}
		for i := range rows {
			w.Add(&rows[i].d)
		}
		weeks = append(weeks, w)
	}
	return weeks
}

// previous sums the window of the same length before this one, nil if that was
// not audited.
func (b *builder) previous(until time.Time, earlier []row) *result.Totals {
	from := b.a.l.config.From
	if from.IsZero() {
		return nil
	}
	begin := from.Add(from.Sub(until))
	if !b.a.o.Earlier.audited(begin, from) {
		return nil
	}
	before := deliveriesOf(earlier)
	before = slices.DeleteFunc(before, func(d result.Delivery) bool { return d.Time.Before(begin) })
	sum := result.Summarise(before, b.verdicts)
	return &sum.Totals
}

// audited tells whether mail of a span was read.
func (e *Earlier) audited(from, to time.Time) bool {
	const day = 24 * 60 * 60
	for d := from.Unix() / day; d <= (to.Unix()-1)/day; d++ {
		if e.Audited[d] {
			return true
		}
	}
	return false
}

// A past sums the messages to a lookalike from before the window.
type past struct {
	messages int64
	first    time.Time
}

// observe says since when each of all is written to. earlier are the deliveries
// from before the window, as far as they are known.
func (e *Earlier) observe(t *result.Trend, all []result.Lookalike, earlier []row) {
	pasts := map[string]past{}
	for i := range earlier {
		d := &earlier[i].d
		p := pasts[d.Lookalike]
		p.messages += d.Count
		if d.Time != nil && (p.first.IsZero() || d.Time.Before(p.first)) {
			p.first = *d.Time
		}
		pasts[d.Lookalike] = p
	}
	for i := range all {
		e.observeOne(&all[i], pasts[all[i].Domain])
		if all[i].New {
			t.NewLookalikes++
		}
	}
}

func (e *Earlier) observeOne(l *result.Lookalike, p past) {
	first, reported := e.FirstSeen[l.Domain]
	l.New = !reported
	for _, t := range []*time.Time{result.TimeOf(p.first), l.First} {
		if t != nil && (first.IsZero() || t.Before(first)) {
			first = *t
		}
	}
	l.FirstSeen = result.TimeOf(first)
	if l.FirstSeen != nil && l.Last != nil && result.IsStanding(l.Messages+p.messages, first, *l.Last) {
		l.Standing = true
	}
}
