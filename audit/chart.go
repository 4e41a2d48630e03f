package audit

import (
	"cmp"
	"slices"
	"time"
)

// chart sums the findings by kind and by week.
func (r *Result) chart() {
	r.Kinds, r.Weeks = []Kind{}, []Week{}
	kinds := map[string]*Kind{}
	for i := range r.Lookalikes {
		l := &r.Lookalikes[i]
		k := kinds[l.Kind]
		if k == nil {
			k = &Kind{Kind: l.Kind}
			kinds[l.Kind] = k
		}
		k.Lookalikes++
		k.Messages += l.Messages
		k.Arrived.sum(l.Arrived, 1)
	}
	for _, k := range kinds {
		r.Kinds = append(r.Kinds, *k)
	}
	slices.SortFunc(r.Kinds, func(x, y Kind) int {
		return cmp.Or(cmp.Compare(y.Messages, x.Messages), cmp.Compare(x.Kind, y.Kind))
	})
	weeks := map[time.Time]*Week{}
	for i := range r.Deliveries {
		d := &r.Deliveries[i]
		if d.Time == nil {
			continue
		}
		from := monday(*d.Time)
		w := weeks[from]
		if w == nil {
			w = &Week{From: from, To: from.Add(week)}
			weeks[from] = w
		}
		w.Messages += d.Count
		w.Arrived.add(d.Arrived, d.Count)
	}
	for _, w := range weeks {
		r.Weeks = append(r.Weeks, *w)
	}
	slices.SortFunc(r.Weeks, func(x, y Week) int { return x.From.Compare(y.From) })
}

// monday returns the beginning of the week that t is in.
func monday(t time.Time) time.Time {
	day := t.UTC().Truncate(24 * time.Hour)
	sinceMonday := (int(day.Weekday()) + 6) % 7
	return day.AddDate(0, 0, -sinceMonday)
}

// sum adds other, times n.
func (a *Arrived) sum(other Arrived, n int64) {
	a.Yes += n * other.Yes
	a.Maybe += n * other.Maybe
	a.No += n * other.No
	a.Unknown += n * other.Unknown
}
