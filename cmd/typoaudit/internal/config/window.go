package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// A Window is the span that a run reports: whole days, half open.
type Window struct {
	name string
	days int // of "7d", 0 for the others
}

// ParseWindow reads last-week, yesterday, all, or days such as 7d.
func ParseWindow(s string) (Window, error) {
	switch s {
	case "last-week", "yesterday", "all":
		return Window{name: s}, nil
	}
	if n, err := strconv.Atoi(strings.TrimSuffix(s, "d")); err == nil && strings.HasSuffix(s, "d") && n > 0 {
		return Window{name: s, days: n}, nil
	}
	return Window{}, fmt.Errorf("window %q: last-week, yesterday, all, or days such as 7d", s)
}

// Span returns the begin and the end of w, which ends before the day of now;
// zero times for all.
func (w Window) Span(now time.Time, loc *time.Location) (since, until time.Time) {
	y, m, d := now.In(loc).Date()
	midnight := func(before int) time.Time { return time.Date(y, m, d-before, 0, 0, 0, 0, loc) }
	switch {
	case w.name == "all":
		return time.Time{}, time.Time{}
	case w.name == "yesterday":
		return midnight(1), midnight(0)
	case w.days > 0:
		return midnight(w.days), midnight(0)
	}
	monday := (int(now.In(loc).Weekday()) + 6) % 7 // days since; ISO 8601: a week begins with it
	return midnight(monday + 7), midnight(monday)
}
