package records

import (
	"strconv"
	"strings"
	"time"
)

// dates reads the stamps of a source.
type dates struct {
	order   string // "mdy" or "dmy", of stamps with slashes; "" while nothing told it
	guessed bool   // a stamp was read that may be either
	text    string // of the last stamp
	time    time.Time
}

// Time reads a stamp in any of the forms that exports have: RFC 3339 with or
// without a zone, Unix seconds, milliseconds and microseconds, OData's
// "/Date(ms)/", "2026/10/01 09:00:05 UTC", "Thu Oct  1 09:00:05 2026" of C's
// asctime, and the United States' and Europe's "10/1/2026 9:00:00 AM",
// "01.10.2026 09:00:00". "" is no time. A stamp without a zone is in the
// piece's.
func (o *Out) Time(s string) (t time.Time, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return t, true
	}
	if s == o.dates.text {
		return o.dates.time, true
	}
	if t, ok = o.dates.read(s, o.Piece.Location); ok {
		o.dates.text, o.dates.time = strings.Clone(s), t
	}
	return t, ok
}

func (d *dates) read(s string, loc *time.Location) (t time.Time, ok bool) {
	if ms, found := strings.CutPrefix(s, "/Date("); found {
		n, err := strconv.ParseInt(strings.TrimRight(ms, ")/"), 10, 64)
		return time.UnixMilli(n).UTC(), err == nil
	}
	if t, ok := unix(s); ok {
		return t, true
	}
	if len(s) > 10 && (s[4] == '-' || s[4] == '/') && s[1] != '/' && s[2] != '/' {
		return yearFirst(s, loc)
	}
	if t, err := time.ParseInLocation(time.ANSIC, s, loc); err == nil {
		return t.UTC(), true
	}
	return d.yearLast(s, loc)
}

// unix reads seconds, milliseconds, microseconds and nanoseconds since 1970, by
// their number of digits.
func unix(s string) (t time.Time, ok bool) {
	whole, _, _ := strings.Cut(s, ".")
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil || len(whole) < 9 {
		return t, false
	}
	switch {
	case len(whole) <= 11:
		f, err := strconv.ParseFloat(s, 64)
		return time.UnixMicro(int64(f * 1e6)).UTC(), err == nil
	case len(whole) <= 14:
		return time.UnixMilli(n).UTC(), true
	case len(whole) <= 17:
		return time.UnixMicro(n).UTC(), true
	}
	return time.Unix(0, n).UTC(), true
}

func yearFirst(s string, loc *time.Location) (t time.Time, ok bool) {
	if t, err := time.Parse(time.RFC3339, s); err == nil {
		return t.UTC(), true
	}
	s = strings.ReplaceAll(s, "/", "-")
	for _, layout := range [...]string{
		"2006-01-02T15:04:05", time.DateTime, "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05-0700", "2006-01-02 15:04:05 -0700",
		"2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05-0700", "2006-01-02 15:04",
	} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil {
			return t.UTC(), true
		}
	}
	return t, false
}

// yearLast reads "10/1/2026 9:00:00 AM" and "01.10.2026 09:00:00", where a dot
// says that the day comes first.
func (d *dates) yearLast(s string, loc *time.Location) (t time.Time, ok bool) {
	date, clock, _ := strings.Cut(s, " ")
	date = strings.TrimSuffix(date, ",")
	sep := "/"
	if strings.Contains(date, ".") {
		sep = "."
	}
	parts := strings.Split(date, sep)
	if len(parts) != 3 {
		return t, false
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil || v < 0 {
			return t, false
		}
		n[i] = v
	}
	day, month, year := n[0], n[1], n[2]
	if sep == "/" && !d.dayFirst(n[0], n[1]) {
		day, month = n[1], n[0]
	}
	if year < 100 {
		year += 2000
	}
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return t, false
	}
	h, m, sec, ok := clockTime(clock)
	return time.Date(year, time.Month(month), day, h, m, sec, 0, loc).UTC(), ok
}

// dayFirst tells the order of a date with slashes, and learns from one that can
// be read one way only.
func (d *dates) dayFirst(a, b int) bool {
	switch {
	case a > 12:
		d.order = "dmy"
	case b > 12:
		d.order = "mdy"
	case d.order == "":
		d.guessed = true
	}
	return d.order == "dmy"
}

// clockTime reads "9:00:00 AM", "21:00" and "".
func clockTime(s string) (h, m, sec int, ok bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), "\u202f", " ")
	s, half, _ := strings.Cut(s, " ")
	if s == "" {
		return 0, 0, 0, true
	}
	v := [3]int{}
	for i, p := range strings.SplitN(s, ":", 3) {
		p, _, _ = strings.Cut(p, ".")
		n, err := strconv.Atoi(p)
		if err != nil || n < 0 || n > 60 {
			return 0, 0, 0, false
		}
		v[i] = n
	}
	switch strings.ToUpper(strings.ReplaceAll(half, ".", "")) {
	case "AM":
		v[0] %= 12
	case "PM":
		v[0] = v[0]%12 + 12
	}
	return v[0], v[1], v[2], v[0] < 24
}
