package syslog

import (
	"bytes"
	"time"
)

// A clock reads stamps. It remembers the last second, because a log has many
// lines in each.
type clock struct {
	location *time.Location

	lastText [16]byte // of the traditional stamp
	lastTime time.Time
	year     int
	month    time.Month

	secondText [20]byte // of the ISO stamp
	second     time.Time
	zoneText   [6]byte // of the ISO zone
	zoneLen    int
	zone       *time.Location
}

func newClock(start time.Time, location *time.Location) clock {
	c := clock{location: location, year: start.In(location).Year()}
	if !start.IsZero() {
		c.month = start.In(location).Month()
	}
	return c
}

// monthOf returns 1 to 12 for a text that begins with "Jan " to "Dec ", else 0.
func monthOf(b []byte) time.Month {
	if len(b) < 4 || b[3] != ' ' {
		return 0
	}
	switch string(b[:3]) {
	case "Jan":
		return time.January
	case "Feb":
		return time.February
	case "Mar":
		return time.March
	case "Apr":
		return time.April
	case "May":
		return time.May
	case "Jun":
		return time.June
	case "Jul":
		return time.July
	case "Aug":
		return time.August
	case "Sep":
		return time.September
	case "Oct":
		return time.October
	case "Nov":
		return time.November
	case "Dec":
		return time.December
	}
	return 0
}

// two reads two digits, the first of which may be a blank.
func two(a, b byte) (int, bool) {
	if a == ' ' {
		a = '0'
	}
	return int(a-'0')*10 + int(b-'0'), isDigit(a) && isDigit(b)
}

// clockTime reads "09:18:31"; 60 is a leap second.
func clockTime(b []byte) (h, m, s int, ok bool) {
	h, ok1 := two(b[0], b[1])
	m, ok2 := two(b[3], b[4])
	s, ok3 := two(b[6], b[7])
	return h, m, s, ok1 && ok2 && ok3 && b[2] == ':' && b[5] == ':' && h < 24 && m < 60 && s <= 60
}

// traditional reads "Nov 23 09:18:31", and gives it the year that lies nearest
// to the stamps before it.
func (c *clock) traditional(b []byte) (time.Time, bool) {
	if string(b) == string(c.lastText[:15]) {
		return c.lastTime, true
	}
	month := monthOf(b)
	day, ok := two(b[4], b[5])
	if month == 0 || !ok || day < 1 || day > 31 || b[6] != ' ' {
		return time.Time{}, false
	}
	h, m, s, ok := clockTime(b[7:15])
	if !ok {
		return time.Time{}, false
	}
	t := time.Date(c.yearOf(month), month, day, h, m, s, 0, c.location)
	copy(c.lastText[:], b)
	c.lastTime = t
	return t, true
}

// halfYear, in months, parts a step into the next year from a line out of
// order.
const halfYear = 6

// yearOf returns the year of a stamp in month and moves on with it.
func (c *clock) yearOf(month time.Month) int {
	switch step := month - c.month; {
	case c.month == 0:
	case step < -halfYear: // Dec, then Jan
		c.year++
	case step > halfYear: // Jan, then a late line of Dec
		return c.year - 1
	}
	c.month = month
	return c.year
}

// iso reads "2026-11-23T09:18:31[.266625][+00:00|+0000|Z]", with a blank for
// the T and a comma for the dot; without a zone it is in the location.
func (c *clock) iso(b []byte) (time.Time, bool) {
	const second = len("2026-11-23T09:18:31")
	if len(b) < second {
		return time.Time{}, false
	}
	rest := b[second:]
	nanos, n, ok := fraction(rest)
	if !ok {
		return time.Time{}, false
	}
	zone := rest[n:]
	if string(b[:second]) != string(c.secondText[:second]) || string(zone) != string(c.zoneText[:c.zoneLen]) {
		if !c.readISO(b[:second], zone) {
			return time.Time{}, false
		}
	}
	return c.second.Add(time.Duration(nanos)), true
}

func (c *clock) readISO(b, zone []byte) bool {
	location, ok := c.readZone(zone)
	if !ok || b[4] != '-' || b[7] != '-' || b[10] != 'T' && b[10] != ' ' {
		return false
	}
	century, ok1 := two(b[0], b[1])
	year, ok2 := two(b[2], b[3])
	month, ok3 := two(b[5], b[6])
	day, ok4 := two(b[8], b[9])
	h, m, s, ok5 := clockTime(b[11:])
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || month < 1 || month > 12 || day < 1 || day > 31 {
		return false
	}
	c.second = time.Date(100*century+year, time.Month(month), day, h, m, s, 0, location)
	copy(c.secondText[:], b)
	c.zoneLen = copy(c.zoneText[:], zone)
	return true
}

// fraction reads ".266625" and returns its nanoseconds and length.
func fraction(b []byte) (nanos, n int, ok bool) {
	if len(b) == 0 || b[0] != '.' && b[0] != ',' {
		return 0, 0, true
	}
	scale := int(time.Second)
	for n = 1; n < len(b) && isDigit(b[n]); n++ {
		scale /= 10
		nanos += int(b[n]-'0') * scale
	}
	return nanos, n, n > 1
}

func (c *clock) readZone(b []byte) (*time.Location, bool) {
	if c.zone != nil && c.zoneLen > 0 && string(b) == string(c.zoneText[:c.zoneLen]) {
		return c.zone, true
	}
	switch {
	case len(b) == 0:
		return c.location, true
	case len(b) == 1 && b[0] == 'Z', string(b) == "+00:00", string(b) == "+0000":
		return time.UTC, true
	case len(b) == len("+0000") || len(b) == len("+00:00") && b[3] == ':':
	default:
		return nil, false
	}
	h, ok1 := two(b[1], b[2])
	m, ok2 := two(b[len(b)-2], b[len(b)-1])
	if !ok1 || !ok2 || h > 24 || m > 59 || bytes.IndexByte([]byte("+-"), b[0]) < 0 {
		return nil, false
	}
	offset := (h*60 + m) * 60
	if b[0] == '-' {
		offset = -offset
	}
	c.zone = time.FixedZone("", offset)
	return c.zone, true
}
