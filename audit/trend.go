package audit

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"
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

// week is the length of a Week.
const week = 7 * 24 * time.Hour

// Key is the same for the same delivery in every run, whichever file it is read
// from then: what was reported before is known by it.
func (d *Delivery) Key() uint64 {
	var b strings.Builder
	if d.Time != nil {
		b.WriteString(strconv.FormatInt(d.Time.UnixNano(), 36))
	}
	for _, s := range [...]string{d.MessageID, d.QueueID, d.Person, strings.ToLower(d.Recipient)} {
		b.WriteByte(0)
		b.WriteString(s)
	}
	return xxhash.Sum64String(b.String())
}

// trend tells how the window compares with what was before. It returns the rows
// to report.
func (b *builder) trend(rows, earlier []row) []row {
	e := b.a.o.Earlier
	for i := range rows {
		rows[i].d.New = !e.Reported[rows[i].d.Key()]
	}
	for i := range earlier {
		f := b.told[earlier[i].domain]
		f.before += earlier[i].d.Count
		f.seenFirst, _ = widen(f.seenFirst, time.Time{}, earlier[i].d.Time)
	}
	t := &Trend{Weeks: []Week{}}
	b.r.Trend = t
	for i := range rows {
		if rows[i].d.New {
			t.NewMessages += rows[i].d.Count
		}
	}
	if until := b.until(rows); !until.IsZero() {
		b.weeks(t, until, slices.Concat(earlier, rows))
		b.previous(t, until, earlier)
	}
	if b.a.o.OnlyNew {
		rows = slices.DeleteFunc(rows, func(r row) bool { return !r.d.New })
	}
	return rows
}

// until returns the end of the window, that of the day of the last mail where
// none is set.
func (b *builder) until(rows []row) time.Time {
	switch e := b.a.o.Earlier; {
	case !e.Until.IsZero():
		return e.Until
	case b.r.Window.To != nil:
		return b.r.Window.To.Truncate(24 * time.Hour).Add(24 * time.Hour)
	}
	return time.Time{}
}

// weeks sums the weeks that end with until.
func (b *builder) weeks(t *Trend, until time.Time, rows []row) {
	for n := MaxWeeks; n > 0; n-- {
		w := Week{From: until.Add(-week * time.Duration(n)).UTC(), To: until.Add(-week * time.Duration(n-1)).UTC()}
		if !b.a.o.Earlier.audited(w.From, w.To) {
			continue
		}
		for i := range rows {
			if d := &rows[i].d; d.Time != nil && !d.Time.Before(w.From) && d.Time.Before(w.To) {
				w.Messages += d.Count
				w.Arrived.add(d.Arrived, d.Count)
			}
		}
		t.Weeks = append(t.Weeks, w)
	}
}

// previous sums the window of the same length before this one.
func (b *builder) previous(t *Trend, until time.Time, earlier []row) {
	from := b.a.l.config.From
	if from.IsZero() {
		return
	}
	begin := from.Add(from.Sub(until))
	if !b.a.o.Earlier.audited(begin, from) {
		return
	}
	before := builder{a: b.a, reading: b.reading, r: &Result{}, told: map[uint32]*finding{}}
	for id, f := range b.told {
		before.told[id] = &finding{verdict: f.verdict}
	}
	before.fill(slices.DeleteFunc(slices.Clone(earlier), func(r row) bool { return r.d.Time.Before(begin) }))
	t.Previous = &before.r.Totals
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

// seen tells since when a lookalike is written to.
func (b *builder) seen(l *Lookalike, f *finding) {
	first, reported := b.a.o.Earlier.FirstSeen[l.Domain]
	l.New = !reported
	if l.New && b.r.Trend != nil {
		b.r.Trend.NewLookalikes++
	}
	for _, t := range []time.Time{f.seenFirst, f.first} {
		if !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	l.FirstSeen = timeOf(first)
	if !first.IsZero() && f.messages+f.before >= standingMessages && f.last.Sub(first) >= standingSpan {
		l.Standing = true
	}
}
