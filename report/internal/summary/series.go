package summary

import (
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
)

// A Bar is one line of a chart.
type Bar struct {
	Name     string
	Messages int64
	Arrived  result.Arrived
}

// ByWeek returns the weeks of the trend where there is a history, and else those
// of the findings. They are named by their first day, in a layout of package
// time.
func ByWeek(r *result.Result, layout string, l *time.Location) []Bar {
	weeks := r.Weeks
	if r.Trend != nil && len(r.Trend.Weeks) > 0 {
		weeks = r.Trend.Weeks
	}
	bars := make([]Bar, len(weeks))
	for i := range weeks {
		w := &weeks[i]
		bars[i] = Bar{Name: w.From.In(l).Format(layout), Messages: w.Messages, Arrived: w.Arrived}
	}
	return bars
}

// ByKind returns the kinds of typing errors, most mail first.
func ByKind(r *result.Result) []Bar {
	bars := make([]Bar, len(r.Kinds))
	for i := range r.Kinds {
		k := &r.Kinds[i]
		bars[i] = Bar{Name: k.Text, Messages: k.Messages, Arrived: k.Arrived}
	}
	return bars
}
