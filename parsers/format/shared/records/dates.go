package records

import (
	"strconv"
	"strings"
	"time"
)

// Dates reads the stamps of a source.
type Dates struct {
	// Order is "mdy" or "dmy", of stamps with slashes; "" while nothing says it.
	Order string

	start   time.Time // of the source, for stamps without a year
	utc     bool      // the name of a column says so
	guessed bool      // a stamp was read that may be either
	text    []byte    // of the last stamp
	zone    *time.Location
	time    time.Time
}

// Problem says what is not sure of the dates that were read, "" if all is.
func (d *Dates) Problem() string {
	switch {
	case d.guessed && d.Order == "":
		return "dates with slashes were read as month/day/year; --date-order dmy reads them as day/month/year"
	case d.guessed && d.Order == "dmy":
		return "its first dates with slashes were read as month/day/year, but later ones are day/month/year: read it with --date-order dmy"
	}
	return ""
}

// Time reads a stamp as Dates.Read does. One without a zone is in the piece's, or in
// UTC if the name of its column says so; one without a year is of the piece's.
func (o *Out) Time(s string) (t time.Time, ok bool) {
	if o.dates.utc {
		return o.dates.Read(s, time.UTC)
	}
	return o.dates.Read(s, o.Piece.Location)
}

// Read reads a stamp in any of the forms that exports have: RFC 3339 with or
// without a zone, seconds or the hour's minutes; Unix seconds, milliseconds,
// microseconds and nanoseconds; OData's "/Date(ms)/"; "2026/10/01 09:00:05 UTC"
// and "20261001090005"; "Thu Oct  1 09:00:05 2026" of C's asctime, "Thu, 01 Oct 2026
// 09:00:05 +0000" of RFC 5322, "Oct 1, 2026 @ 09:00:05.000" of Kibana, "1 Oct 2026";
// and the United States' and Europe's "10/1/2026 9:00:00 AM", "01.10.2026 09:00:00".
// "" is no time, and read. A stamp without a zone is in loc.
func (d *Dates) Read(s string, loc *time.Location) (t time.Time, ok bool) {
	s = strings.TrimSpace(s)
	if s == "" {
		return t, true
	}
	if s == string(d.text) && loc == d.zone {
		return d.time, true
	}
	if t, ok = d.read(s, loc); ok {
		d.text, d.zone, d.time = append(d.text[:0], s...), loc, t
	}
	return t, ok
}

func (d *Dates) read(s string, loc *time.Location) (t time.Time, ok bool) {
	if t, ok := usual(s, loc); ok {
		return t, true
	}
	if rest, zoned := cutUTC(s); zoned {
		s, loc = rest, time.UTC
	} else if rest, zone, zoned := cutOffset(s); zoned {
		s, loc = rest, zone
	}
	if ms, found := strings.CutPrefix(s, "/Date("); found {
		n, err := strconv.ParseInt(strings.TrimRight(ms, ")/"), 10, 64)
		return time.UnixMilli(n).UTC(), err == nil
	}
	if t, ok := compact(s, loc); ok {
		return t, true
	}
	if t, ok := unix(s); ok {
		return t, true
	}
	if len(s) >= len(time.DateOnly) && (s[4] == '-' || s[4] == '/') && s[1] != '/' && s[2] != '/' {
		return yearFirst(s, loc)
	}
	if strings.ContainsFunc(s, isMonthLetter) {
		return d.monthNamed(s, loc)
	}
	return d.yearLast(s, loc)
}

// cutUTC cuts the name of that zone off a stamp.
func cutUTC(s string) (rest string, zoned bool) {
	for _, zone := range [...]string{" UTC", " GMT"} {
		if rest, ok := strings.CutSuffix(s, zone); ok && rest != "" {
			return rest, true
		}
	}
	return s, false
}

// cutOffset cuts a zone such as " (GMT +02:00)" and " GMT+02:00" off a stamp.
func cutOffset(s string) (rest string, zone *time.Location, zoned bool) {
	i := strings.LastIndex(s, "GMT")
	if i < 1 {
		return s, nil, false
	}
	offset, err := time.Parse("-07:00", strings.Trim(s[i+len("GMT"):], " )"))
	return strings.TrimRight(s[:i], " ("), offset.Location(), err == nil
}

// isMonthLetter reports whether c is in a month's name, and in nothing else that a
// stamp of digits has: the half of the day, "AM", "p.m.".
func isMonthLetter(c rune) bool {
	return c|' ' >= 'a' && c|' ' <= 'z' && !strings.ContainsRune("AMPampTZ", c)
}

// compact reads "20261001", "202610010900" and "20261001090005": digits that would be
// a time before 2002, or after 2500, if they were those of a Unix time.
func compact(s string, loc *time.Location) (t time.Time, ok bool) {
	const layout = "20060102150405"
	if len(s) > len("20061001T") && s[len("20061001")] == 'T' {
		t, err := time.ParseInLocation("20060102T150405Z07:00", s, loc)
		if err != nil {
			t, err = time.ParseInLocation("20060102T150405", s, loc)
		}
		return t.UTC(), err == nil
	}
	switch len(s) {
	case len("20061001"), len("200610010900"), len("20061001090005"):
	default:
		return t, false
	}
	if s[0] != '2' || s[1] != '0' && s[1] != '1' {
		return t, false
	}
	t, err := time.ParseInLocation(layout[:len(s)], s, loc)
	return t.UTC(), err == nil
}

// monthNamed reads stamps in which the month is a name: those of asctime, of mail
// (RFC 5322), of web servers, of Kibana, of browsers in English, and of syslog.
func (d *Dates) monthNamed(s string, loc *time.Location) (t time.Time, ok bool) {
	s = strings.ReplaceAll(s, "\u202f", " ")
	for _, layout := range [...]string{
		time.ANSIC, time.RFC1123Z, "Mon, 2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04:05 -0700", "02/Jan/2006:15:04:05 -0700",
		"Jan 2, 2006 @ 15:04:05", "Jan 2, 2006, 3:04:05 PM", "Jan 2, 2006 3:04:05 PM", "Jan 2, 2006, 3:04 PM", "Jan 2, 2006 3:04 PM",
		"Jan 2, 2006 15:04:05", "2 Jan 2006 15:04:05", "2 Jan 2006, 15:04:05", "2 Jan 2006 15:04", "2-Jan-2006 15:04:05", "2-Jan-2006 15:04", "2-Jan-2006 3:04:05 PM", "2-Jan-2006 3:04 PM", "2 Jan 2006", "Jan 2, 2006",
		"Mon, 2 Jan 2006 15:04:05", "Mon Jan _2 15:04:05 MST 2006", "Mon, 2 Jan 2006 15:04:05 MST",
		"January 2, 2006 3:04:05 PM", "January 2, 2006, 3:04:05 PM", "Jan _2 2006 15:04:05", "02/Jan/2006 15:04:05", "Mon Jan 2 2006 15:04:05 GMT-0700",
	} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil && isKnownZone(t, layout, loc) {
			return t.UTC(), true
		}
	}
	return d.yearless(s, loc)
}

// yearless reads syslog's "Nov  2 10:00:00", which goes on in the next year where it
// lies half a year before the start of the source.
func (d *Dates) yearless(s string, loc *time.Location) (t time.Time, ok bool) {
	if d.start.IsZero() {
		return t, false
	}
	t, err := time.ParseInLocation("2006 "+time.Stamp, strconv.Itoa(d.start.Year())+" "+s, loc)
	if err != nil {
		return t, false
	}
	if t.Before(d.start.AddDate(0, -6, 0)) {
		t = t.AddDate(1, 0, 0)
	}
	return t.UTC(), true
}

// isKnownZone reports whether the zone of t, read by layout, is one: the library
// takes every name that it does not know for UTC.
func isKnownZone(t time.Time, layout string, loc *time.Location) bool {
	if !strings.Contains(layout, "MST") {
		return true
	}
	name, offset := t.Zone()
	if offset != 0 || name == "UTC" || name == "GMT" || name == "Z" {
		return true
	}
	here, offset := t.In(loc).Zone()
	return name == here && offset == 0
}

// usual reads "2026-10-01T09:00:05.123Z" and its kin, with a blank for the T and
// any zone in digits or none, as most sources have it: several times as fast as
// time.Parse. A stamp that it does not know may still be right.
func usual(s string, loc *time.Location) (t time.Time, ok bool) {
	const second = len("2026-10-01T09:00:05")
	if len(s) < second || s[4] != '-' || s[7] != '-' || s[10] != 'T' && s[10] != ' ' || s[13] != ':' || s[16] != ':' {
		return t, false
	}
	var n [7]int // century, year, month, day, hour, minute, second
	for i, at := range [...]int{0, 2, 5, 8, 11, 14, 17} {
		a, b := s[at]-'0', s[at+1]-'0'
		if a > 9 || b > 9 {
			return t, false
		}
		n[i] = int(a)*10 + int(b)
	}
	nanos, rest := 0, s[second:]
	if len(rest) > 1 && rest[0] == '.' {
		i := 1
		for scale := int(time.Second) / 10; i < len(rest) && rest[i]-'0' < 10; i, scale = i+1, scale/10 {
			nanos += int(rest[i]-'0') * scale
		}
		rest = rest[i:]
	}
	offset, zoned, ok := zone(rest)
	if !ok || n[2] < 1 || n[2] > 12 || n[3] < 1 || n[3] > 31 || n[4] > 23 || n[5] > 59 || n[6] > 59 {
		return t, false
	}
	if zoned {
		loc = time.UTC
	}
	t = time.Date(n[0]*100+n[1], time.Month(n[2]), n[3], n[4], n[5], n[6]-offset, nanos, loc)
	return t.UTC(), n[3] <= 28 || offset != 0 || t.Day() == n[3] // not 31 April
}

// zone reads "Z", "+01:00", "-0800", "+01" as seconds, and no zone.
func zone(s string) (offset int, zoned, ok bool) {
	switch {
	case s == "":
		return 0, false, true
	case s == "Z":
		return 0, true, true
	case len(s) == len("+01:00") && s[3] == ':':
		s = s[:3] + s[4:]
	case len(s) == len("+01"):
		s += "00"
	case len(s) != len("+0100"):
		return 0, false, false
	}
	var n [4]int
	for i := range n {
		if s[1+i]-'0' > 9 {
			return 0, false, false
		}
		n[i] = int(s[1+i] - '0')
	}
	offset = ((n[0]*10+n[1])*60 + n[2]*10 + n[3]) * 60
	if s[0] == '-' {
		offset = -offset
	}
	return offset, true, s[0] == '+' || s[0] == '-'
}

// unix reads seconds, milliseconds, microseconds and nanoseconds since 1970, by
// their number of digits.
func unix(s string) (t time.Time, ok bool) {
	whole, _, _ := strings.Cut(s, ".")
	if len(whole) < 9 || strings.IndexFunc(whole, func(c rune) bool { return c < '0' || c > '9' }) >= 0 {
		return t, false
	}
	n, err := strconv.ParseInt(whole, 10, 64)
	if err != nil {
		return t, false
	}
	switch {
	case len(whole) == len(s) && len(s) <= 11:
		return time.Unix(n, 0).UTC(), true
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
		"2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05-0700", "2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02T15:04Z07:00",
		"2006-01-02 15:04Z07:00", "2006-01-02 15:04:05 Z07:00", "2006-01-02 3:04:05 PM", "2006-01-02 3:04 PM", time.DateOnly,
		"2006-1-2 15:04:05", "2006-1-2 15:04:05 -0700",
	} {
		if t, err := time.ParseInLocation(layout, s, loc); err == nil && isKnownZone(t, layout, loc) {
			return t.UTC(), true
		}
	}
	return t, false
}

// yearLast reads "10/1/2026 9:00:00 AM", "10-1-2026" and "01.10.2026 09:00:00", where a dot
// says that the day comes first.
func (d *Dates) yearLast(s string, loc *time.Location) (t time.Time, ok bool) {
	date, clock, _ := strings.Cut(s, " ")
	date = strings.TrimSuffix(date, ",")
	sep := "/"
	for _, other := range [...]string{".", "-"} {
		if strings.Contains(date, other) {
			sep = other
		}
	}
	var n [3]int
	for i := range n {
		part, rest, more := strings.Cut(date, sep)
		v, err := strconv.Atoi(part)
		if err != nil || v < 0 || more != (i < 2) {
			return t, false
		}
		n[i], date = v, rest
	}
	day, month, year := n[0], n[1], n[2]
	if sep != "." && !d.dayFirst(n[0], n[1]) {
		day, month = n[1], n[0]
	}
	if year < 100 {
		year += 2000
	}
	if month < 1 || month > 12 || day < 1 || day > 31 {
		return t, false
	}
	clock, zoned := cutZone(clock)
	if zoned != nil {
		loc = zoned
	}
	h, m, sec, ok := clockTime(clock)
	t = time.Date(year, time.Month(month), day, h, m, sec, 0, loc)
	return t.UTC(), ok && t.Day() == day // not 31 April
}

// cutZone cuts " +02:00" and its kin off a clock time; zone is nil if there is none.
func cutZone(clock string) (rest string, in *time.Location) {
	i := strings.LastIndexByte(clock, ' ')
	if i < 0 {
		return clock, nil
	}
	if word := clock[i+1:]; len(word) > 4 && (word[0] == '+' || word[0] == '-') {
		if offset, _, ok := zone(word); ok {
			return clock[:i], time.FixedZone("", offset)
		}
	}
	return clock, nil
}

// dayFirst returns the order of a date with slashes, and learns from one that can
// be read one way only.
func (d *Dates) dayFirst(a, b int) bool {
	switch {
	case a > 12:
		d.Order = "dmy"
	case b > 12:
		d.Order = "mdy"
	case d.Order == "":
		d.guessed = true
	}
	return d.Order == "dmy"
}

// clockTime reads "9:00:00 AM", "21:00" and "".
func clockTime(s string) (h, m, sec int, ok bool) {
	s = strings.ReplaceAll(strings.TrimSpace(s), "\u202f", " ")
	s, half, _ := strings.Cut(s, " ")
	if s == "" {
		return 0, 0, 0, true
	}
	v := [3]int{}
	for i := range v {
		part, rest, _ := strings.Cut(s, ":")
		part, _, _ = strings.Cut(part, ".")
		n, err := strconv.Atoi(part)
		if err != nil || n < 0 || n > 60 {
			return 0, 0, 0, false
		}
		if v[i], s = n, rest; s == "" {
			break
		}
	}
	switch strings.ToUpper(strings.ReplaceAll(half, ".", "")) {
	case "":
	case "AM":
		v[0] %= 12
	case "PM":
		v[0] = v[0]%12 + 12
	default: // a zone that is not known
		return 0, 0, 0, false
	}
	return v[0], v[1], v[2], v[0] < 24
}
