package main

import (
	"errors"
	"fmt"
	"time"
)

// zone returns the zone of stamps without one, and of the days of a window: that
// of --tz, else the machine's.
func (e *env) zone(tz string) (*time.Location, error) {
	if tz == "" {
		return e.location, nil
	}
	loc, err := time.LoadLocation(tz)
	if err != nil {
		return nil, fmt.Errorf("--tz %s: no such zone", tz)
	}
	return loc, nil
}

// parseTime reads a date, an RFC 3339 time, or an age such as 36h, 7d or 2w.
func parseTime(flag, s string, now time.Time, loc *time.Location) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t, nil
	}
	for _, layout := range []string{time.DateOnly, time.DateTime, "2006-01-02T15:04:05", "2006-01-02 15:04", "2006-01-02T15:04"} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t, nil
		}
	}
	if d, err := parseAge(s); err == nil {
		return now.Add(-d), nil
	}
	return time.Time{}, fmt.Errorf("%s %s: neither a date (2026-11-23), nor a time (2026-11-23T09:00:00Z), nor an age (7d)", flag, s)
}

// checkWindow refuses a window in which no mail can be: a report about it would show none.
func checkWindow(since, until time.Time, from, to string) error {
	if since.IsZero() || until.IsZero() || since.Before(until) {
		return nil
	}
	return fmt.Errorf("--since %s is not before --until %s", from, to)
}

func parseAge(s string) (time.Duration, error) {
	var n int
	var unit string
	if _, err := fmt.Sscanf(s, "%d%s", &n, &unit); err == nil && n >= 0 {
		switch unit {
		case "d":
			return time.Duration(n) * 24 * time.Hour, nil
		case "w":
			return time.Duration(n) * 7 * 24 * time.Hour, nil
		}
	}
	d, err := time.ParseDuration(s)
	if err == nil && d < 0 { // as others have it: what comes after it is no mail yet
		err = errors.New("an age is not negative")
	}
	return d, err
}
