package config

import (
	"testing"
	"time"
)

func TestWindow(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ name, now, since, until string }{
		{"last-week", "2026-11-23T05:00:00Z", "2026-11-16T00:00:00+01:00", "2026-11-23T00:00:00+01:00"},
		{"last-week", "2026-11-22T22:59:59Z", "2026-11-09T00:00:00+01:00", "2026-11-16T00:00:00+01:00"},
		{"last-week", "2026-11-22T23:00:00Z", "2026-11-16T00:00:00+01:00", "2026-11-23T00:00:00+01:00"}, // Monday there
		{"last-week", "2026-10-26T05:00:00Z", "2026-10-19T00:00:00+02:00", "2026-10-26T00:00:00+01:00"}, // summer time ended
		{"yesterday", "2026-01-01T05:00:00Z", "2025-12-31T00:00:00+01:00", "2026-01-01T00:00:00+01:00"},
		{"7d", "2028-03-02T05:00:00Z", "2028-02-24T00:00:00+01:00", "2028-03-02T00:00:00+01:00"},
		{"all", "2026-11-23T05:00:00Z", "", ""},
	} {
		w, err := ParseWindow(test.name)
		if err != nil {
			t.Fatal(err)
		}
		now, _ := time.Parse(time.RFC3339, test.now)
		since, until := w.Span(now, berlin)
		text := func(at time.Time) string {
			if at.IsZero() {
				return ""
			}
			return at.Format(time.RFC3339)
		}
		if text(since) != test.since || text(until) != test.until {
			t.Errorf("%s at %s: %s to %s", test.name, test.now, text(since), text(until))
		}
	}
	for _, bad := range []string{"", "0d", "-1d", "7", "week", "7D", "1e3d"} {
		if _, err := ParseWindow(bad); err == nil {
			t.Errorf("%q is a window", bad)
		}
	}
}
