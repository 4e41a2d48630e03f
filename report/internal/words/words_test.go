package words

import (
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/report/internal/reporttest"
)

func TestDays(t *testing.T) {
	t.Parallel()
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct{ from, to, want string }{
		{"2026-11-20", "2026-11-20", "20 Nov 2026"},
		{"2026-11-16", "2026-11-22", "16–22 Nov 2026"},
		{"2026-10-28", "2026-11-03", "28 Oct – 3 Nov 2026"},
		{"2026-12-28", "2027-01-03", "28 Dec 2026 – 3 Jan 2027"},
	} {
		if got := Days(day(c.from), day(c.to), "–"); got != c.want {
			t.Errorf("%s to %s: got %q, want %q", c.from, c.to, got, c.want)
		}
	}
}

func TestClock(t *testing.T) {
	t.Parallel()
	c := Clock{Now: reporttest.Now(), Location: time.UTC, Terminal: true}
	piped := c
	piped.Terminal = false
	tenth, eve := *reporttest.At(10, 9), *reporttest.At(20, 9)
	old, future := reporttest.Now().AddDate(-1, 0, 0), reporttest.Now().AddDate(0, 0, 3)
	for _, x := range []struct{ got, want string }{
		{c.Day(&eve), "20 Nov"},
		{c.Minute(&eve), "20 Nov 09:04"},
		{c.Day(&old), "23 Nov 2025"},
		{c.Day(&future), "26 Nov 2026"},
		{c.Day(nil), ""},
		{c.Days(tenth, eve, "-"), "10-20 Nov 2026 (2 days ago)"},
		{c.Days(tenth, *reporttest.At(22, 19), "-"), "10-22 Nov 2026"},
		{piped.Day(&eve), "2026-11-20T09:04:05Z"},
		{piped.DayOf(eve), "20 Nov"},
		{piped.Days(tenth, eve, "-"), "10-20 Nov 2026"},
		{Clock{Location: time.UTC}.DayOf(eve), "20 Nov 2026"},
	} {
		if x.got != x.want {
			t.Errorf("got %q, want %q", x.got, x.want)
		}
	}
}

func TestGrouped(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1204331: "1,204,331", -999: "-999", -1000: "-1,000"} {
		if got := Grouped(n); got != want {
			t.Errorf("%d: got %q, want %q", n, got, want)
		}
	}
}
