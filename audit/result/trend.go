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
	// NoReport says that no report went out before.
	NoReport bool

	before map[string]int64 // messages of each sender in the window before, nil if that was not audited
}

// IsNew says whether a delivery was not reported before.
func (e *Earlier) IsNew(d *Delivery) bool { return !e.Reported[d.Key()] }

// Compare compares the deliveries in a window with those from before it, as far as
// they are known. from is the begin of the window that was asked for; zero: there
// is none before it. What was not reported before is marked in those of the
// window.
func (e *Earlier) Compare(w Window, from time.Time, window, before []Delivery, verdicts map[string]Verdict) *Trend {
	t := &Trend{Weeks: []Week{}, FirstReport: e.NoReport}
	t.countNew(window)
	if until := e.until(w); !until.IsZero() {
		t.Weeks = e.weeks(until, before, window)
		t.Previous, e.before = e.previous(from, until, before, verdicts)
	}
	return t
}

// countNew counts what is new, and what was reported before.
func (t *Trend) countNew(window []Delivery) {
	reported := map[string]bool{}
	for i := range window {
		if d := &window[i]; d.New {
			t.NewMessages += d.Count
		} else {
			t.ReportedMessages += d.Count
			reported[d.Lookalike] = true
		}
	}
	t.ReportedLookalikes = len(reported)
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

// previous sums the window of the same length before this one, and the messages of each
// sender; nil if that was not audited.
func (e *Earlier) previous(from, until time.Time, before []Delivery, verdicts map[string]Verdict) (*Totals, map[string]int64) {
	if from.IsZero() {
		return nil, nil
	}
	begin := from.Add(from.Sub(until))
	if !e.audited(begin, from) {
		return nil, nil
	}
	before = slices.DeleteFunc(slices.Clone(before), func(d Delivery) bool { return d.Time.Before(begin) })
	sum := Summarise(before, verdicts)
	sum.Totals.From, sum.Totals.To = TimeOf(begin), TimeOf(from.Add(-time.Second))
	messages := map[string]int64{}
	for i := range sum.Senders {
		messages[sum.Senders[i].Sender] = sum.Senders[i].Messages
	}
	return &sum.Totals, messages
}

// CompareSenders notes how many messages each sender had in the window before, after
// Compare.
func (e *Earlier) CompareSenders(all []Sender) {
	if e.before == nil {
		return
	}
	for i := range all {
		n := e.before[all[i].Sender]
		all[i].Before = &n
	}
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

func (p *past) add(messages int64, t time.Time) {
	p.messages += messages
	if !t.IsZero() && (p.first.IsZero() || t.Before(p.first)) {
		p.first = t
	}
}

// Observe notes in all since when each is written to. before are the deliveries from
// before the window, as far as they are known, and known the first times that a history
// has beyond them.
func Observe(all []Lookalike, before []Delivery, known map[string]time.Time) {
	pasts := map[string]past{}
	for i := range before {
		d := &before[i]
		p := pasts[d.Lookalike]
		if d.Time != nil {
			p.add(d.Count, *d.Time)
		} else {
			p.add(d.Count, time.Time{})
		}
		pasts[d.Lookalike] = p
	}
	for i := range all {
		l := &all[i]
		p := pasts[l.Domain]
		p.add(0, known[l.Domain])
		l.SeenBefore(p.messages, p.first)
	}
}

// SeenBefore notes that l was written to before: so many messages, the first of them at
// a time, which is zero if it is not known.
func (l *Lookalike) SeenBefore(messages int64, first time.Time) {
	for _, t := range []*time.Time{l.First, TimeOf(first)} {
		if t != nil && (l.FirstSeen == nil || t.Before(*l.FirstSeen)) {
			l.FirstSeen = TimeOf(*t)
		}
	}
	if l.FirstSeen != nil && l.Last != nil && isStanding(l.Messages+messages, *l.FirstSeen, *l.Last) {
		l.Standing = true
	}
}

// MarkNew marks the lookalikes that were not reported before, and counts them in t.
func (e *Earlier) MarkNew(t *Trend, all []Lookalike) {
	for i := range all {
		_, reported := e.FirstSeen[all[i].Domain]
		if all[i].New = !reported; all[i].New {
			t.NewLookalikes++
		}
	}
}

// IsOneWeek says whether a report is of no more than a week.
func (r *Result) IsOneWeek() bool {
	first, last, ok := r.Span()
	return ok && !first.Before(last.Add(time.Second-weekLength))
}

// CountOlder counts, in a first report, what is no news of the last week: the mails of
// earlier weeks, or in a report of one week those to lookalikes that stand since before.
func (r *Result) CountOlder() {
	t := r.Trend
	_, last, ok := r.Span()
	if t == nil || !t.FirstReport || !ok {
		return
	}
	begin, isOneWeek := last.Add(time.Second-weekLength), r.IsOneWeek()
	isOlder := map[string]bool{}
	for i := range r.Lookalikes {
		l := &r.Lookalikes[i]
		isOlder[l.Domain] = isOneWeek && l.FirstSeen != nil && l.FirstSeen.Before(begin)
	}
	t.OlderMessages = 0
	for i := range r.Deliveries {
		if d := &r.Deliveries[i]; isOlder[d.Lookalike] || d.Time != nil && d.Time.Before(begin) {
			t.OlderMessages += d.Count
		}
	}
}
