package result

import (
	"slices"
	"time"
)

// Earlier is what the history knows beyond the deliveries that the ledger was
// given.
type Earlier struct {
	// Until is the end of the window, half open; zero: that of what was read.
	Until time.Time
	// Audited has the days, since 1970 in UTC, of which mail was read.
	Audited map[int64]bool
	// FirstSeen is the time of the first delivery to each lookalike that was
	// reported before.
	FirstSeen map[string]time.Time
	// Reported has the Key of each delivery that was reported before.
	Reported map[uint64]bool
}

// IsNew says whether a delivery was not reported before.
func (e *Earlier) IsNew(d *Delivery) bool { return !e.Reported[d.Key()] }

// Compare compares the deliveries in a window with those from before it, as far as
// they are known. from is the begin of the window that was asked for; zero: there
// is none before it. What was not reported before is marked in those of the
// window.
func (e *Earlier) Compare(w Window, from time.Time, window, before []Delivery, verdicts map[string]Verdict) *Trend {
	t := &Trend{Weeks: []Week{}}
	for i := range window {
		if window[i].New {
			t.NewMessages += window[i].Count
		}
	}
	if until := e.until(w); !until.IsZero() {
		t.Weeks = e.weeks(until, before, window)
		t.Previous = e.previous(from, until, before, verdicts)
	}
	return t
}

// until returns the end of the window, that of the day of the last mail where
// none is set.
func (e *Earlier) until(w Window) time.Time {
	switch {
	case !e.Until.IsZero():
		return e.Until
	case w.To != nil:
		return w.To.Truncate(24 * time.Hour).Add(24 * time.Hour)
	}
	return time.Time{}
}

// weeks sums the audited weeks that end with until.
func (e *Earlier) weeks(until time.Time, deliveries ...[]Delivery) []Week {
	weeks := []Week{}
	for n := MaxWeeks; n > 0; n-- {
		w := Week{From: until.Add(-weekLength * time.Duration(n)).UTC(), To: until.Add(-weekLength * time.Duration(n-1)).UTC()}
		if !e.audited(w.From, w.To) {
			continue
		}
		for _, ds := range deliveries {
			for i := range ds {
				w.add(&ds[i])
			}
		}
		weeks = append(weeks, w)
	}
	return weeks
}

// previous sums the window of the same length before this one, nil if that was
// not audited.
func (e *Earlier) previous(from, until time.Time, before []Delivery, verdicts map[string]Verdict) *Totals {
	if from.IsZero() {
		return nil
	}
	begin := from.Add(from.Sub(until))
	if !e.audited(begin, from) {
		return nil
	}
	before = slices.DeleteFunc(slices.Clone(before), func(d Delivery) bool { return d.Time.Before(begin) })
	sum := Summarise(before, verdicts)
	return &sum.Totals
}

// audited says whether mail of a span was read.
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

// Observe notes in all since when each is written to, and counts the new ones in
// t. before are the deliveries from before the window, as far as they are known.
func (e *Earlier) Observe(t *Trend, all []Lookalike, before []Delivery) {
	pasts := map[string]past{}
	for i := range before {
		d := &before[i]
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

func (e *Earlier) observeOne(l *Lookalike, p past) {
	first, reported := e.FirstSeen[l.Domain]
	l.New = !reported
	for _, t := range []*time.Time{TimeOf(p.first), l.First} {
		if t != nil && (first.IsZero() || t.Before(first)) {
			first = *t
		}
	}
	l.FirstSeen = TimeOf(first)
	if l.FirstSeen != nil && l.Last != nil && isStanding(l.Messages+p.messages, first, *l.Last) {
		l.Standing = true
	}
}
