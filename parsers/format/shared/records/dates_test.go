package records

import (
	"testing"
	"time"
)

func TestDates(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ text, want string }{
		{"2026-10-01T09:00:05.123Z", "2026-10-01T09:00:05.123Z"},
		{"2026-10-01T09:00:05+02:00", "2026-10-01T07:00:05Z"},
		{"2026-10-01T09:00:05.5-0800", "2026-10-01T17:00:05.5Z"},
		{"2026-10-01 09:00:05", "2026-10-01T07:00:05Z"},
		{"2026/10/01 09:00:05 UTC", "2026-10-01T09:00:05Z"},
		{"2026-10-01 09:00:05 UTC", "2026-10-01T09:00:05Z"},
		{"2026-10-01 09:00", "2026-10-01T07:00:00Z"},
		{"1795174364", "2026-11-20T11:32:44Z"},
		{"1795174364.5", "2026-11-20T11:32:44.5Z"},
		{"1795174364000", "2026-11-20T11:32:44Z"},
		{"1795174364000000", "2026-11-20T11:32:44Z"},
		{"/Date(1658751973240)/", "2022-07-25T12:26:13.24Z"},
		{"Thu Oct  1 09:00:05 2026", "2026-10-01T07:00:05Z"},
		{"10/1/2026 9:00:00 AM", "2026-10-01T07:00:00Z"},
		{"10/1/2026 12:30:00 AM", "2026-09-30T22:30:00Z"},
		{"10/1/2026 12:30:00 p.m.", "2026-10-01T10:30:00Z"},
		{"25/12/2026 21:00", "2026-12-25T20:00:00Z"},
		{"01.10.2026 09:00:00", "2026-10-01T07:00:00Z"},
		{"1.10.26, 09:00", "2026-10-01T07:00:00Z"},
		{"2026-02-30T09:00:05Z", ""},
		{"2026-13-01T09:00:05Z", ""},
		{"2026-10-01T25:00:05Z", ""},
		{"13/13/2026", ""},
		{"10/1", ""},
		{"10/1/2026/4", ""},
		{"yesterday", ""},
		{"Yesterday", ""},
		{"12", ""},
	} {
		var d dates
		got, ok := d.read(test.text, berlin)
		want, _ := time.Parse(time.RFC3339, test.want)
		if ok != (test.want != "") || ok && !got.Equal(want) {
			t.Errorf("%q: got %v, %v, want %s", test.text, got, ok, test.want)
		}
	}
}

// TestUsualAgrees holds the quick reading of stamps to the library's.
func TestUsualAgrees(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"2024-02-29T23:59:59Z", "2023-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-01-01T00:00:00+14:00", "1999-12-31T23:59:59.999999999-12:00", "2026-06-30T23:59:60Z"} {
		want, err := time.Parse(time.RFC3339, text)
		got, ok := usual(text, time.UTC)
		if ok != (err == nil) || ok && !got.Equal(want) {
			t.Errorf("%s: %v, %v; the library says %v, %v", text, got, ok, want, err)
		}
	}
}
