package result

import (
	"slices"
	"time"
)

// weekLength is the length of a Week.
const weekLength = 7 * 24 * time.Hour

// weeksOf sums deliveries by week, from Monday to Monday in UTC.
func weeksOf(ds []Delivery) []Week {
	byStart := map[time.Time]*Week{}
	for i := range ds {
		d := &ds[i]
		if d.Time == nil {
			continue
		}
		from := monday(*d.Time)
		w := byStart[from]
		if w == nil {
			w = &Week{From: from, To: from.Add(weekLength)}
			byStart[from] = w
		}
		w.add(d)
	}
	weeks := make([]Week, 0, len(byStart))
	for _, w := range byStart {
		weeks = append(weeks, *w)
	}
	slices.SortFunc(weeks, func(x, y Week) int { return x.From.Compare(y.From) })
	return weeks
}

// monday returns the beginning of the week that t is in.
func monday(t time.Time) time.Time {
	day := t.UTC().Truncate(24 * time.Hour)
	sinceMonday := (int(day.Weekday()) + 6) % 7
	return day.AddDate(0, 0, -sinceMonday)
}

// add counts d if it is of the week.
func (w *Week) add(d *Delivery) { w.count(d, 1) }

// remove takes back what add counted of d.
func (w *Week) remove(d *Delivery) { w.count(d, -1) }

func (w *Week) count(d *Delivery, times int64) {
	if d.Time == nil || d.Time.Before(w.From) || !d.Time.Before(w.To) {
		return
	}
	w.Messages += times * d.Count
	w.Arrived.Add(d.Arrived, times*d.Count)
}
