package words

import (
	"strings"
	"time"
)

// Layouts of days and minutes, without the year and with it.
const (
	day          = "2 Jan"
	dayOfYear    = "2 Jan 2006"
	minute       = "2 Jan 15:04"
	minuteOfYear = "2 Jan 2006 15:04"
	yearOfDay    = " 2006"
)

// Days returns a span of days: 16–22 Nov 2026.
func Days(from, to time.Time, dash string) string {
	last := to.Format(dayOfYear)
	switch {
	case from.Format(time.DateOnly) == to.Format(time.DateOnly):
		return last
	case from.Year() != to.Year():
		return from.Format(dayOfYear) + " " + dash + " " + last
	case from.Month() != to.Month():
		return from.Format(day) + " " + dash + " " + last
	}
	return from.Format("2") + dash + last
}

// DaysOfYear returns a span of days, without the year if it is one: 16–22 Nov.
func DaysOfYear(from, to time.Time, dash string) string {
	text := Days(from, to, dash)
	if from.Year() == to.Year() {
		text = strings.TrimSuffix(text, to.Format(yearOfDay))
	}
	return text
}

// Stamp returns a time as programs read it (RFC 3339), "" for none.
func Stamp(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.Format(time.RFC3339)
}

// Location returns l, and UTC for nil.
func Location(l *time.Location) *time.Location {
	if l == nil {
		return time.UTC
	}
	return l
}
