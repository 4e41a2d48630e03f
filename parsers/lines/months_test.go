package lines

import (
	"testing"
	"time"
)

func TestLocalStamp(t *testing.T) {
	t.Parallel()
	for stamp, want := range map[string]struct {
		month time.Month
		day   int
	}{
		"Okt 23 09:18:31 mail postfix": {time.October, 23},
		"Mär  3 09:18:31 mail postfix": {time.March, 3},
		"déc. 20 09:18:31 mail":        {time.December, 20},
		"févr. 1 09:18:31 mail":        {time.February, 1},
		"nov 23 09:18:31 mail":         {time.November, 23},
		"ноя 23 09:18:31 mail":         {time.November, 23},
		"11月 23 09:18:31 mail":         {time.November, 23},
		"2월 28 09:18:31 mail":          {time.February, 28},
		"23. Nov 09:18:31 mail":        {time.November, 23},
		"7 dez 09:18:31 mail":          {time.December, 7},
		"foo 23 09:18:31 mail":         {},
		"Okt 32 09:18:31 mail":         {},
		"13月 23 09:18:31 mail":         {},
		"Okt 23 09:18 mail postfix":    {},
		"Okt 23 09:18:31":              {},
		"status: local 1/10":           {},
		"":                             {},
	} {
		month, day, clock, ok := LocalStamp([]byte(stamp))
		if ok != (want.day > 0) || ok && (month != want.month || day != want.day || string(clock[:len("09:18:31")]) != "09:18:31") {
			t.Errorf("%q: got %v, %d, %q, %v; want %v, %d", stamp, month, day, clock, ok, want.month, want.day)
		}
	}
}
