package header

import (
	"bytes"
	"time"
)

// Date reads a date (RFC 5322 sections 3.3 and 4.3): "Mon, 23 Nov 2026 09:18:31
// +0100", quickly where it is written that way, and in the other ways that
// programs write it: with comments, without the day of the week, with a year of two
// digits or the name of a zone, as ctime(3) and ISO 8601 do. A zone that is missing
// or not known is UTC. It is false for what is no date, as one whose month is
// named in another language than English. The time is in UTC.
func Date(value []byte) (time.Time, bool) {
	v := bytes.TrimSpace(value)
	if t, ok := plainDate(v); ok {
		return t, true
	}
	const longest = 256 // no date is longer
	if len(v) == 0 || len(v) > longest {
		return time.Time{}, false
	}
	d := lenientDate{day: -1, month: -1, year: -1, hour: -1}
	return d.read(string(v))
}

// ReceivedDate reads the date of a Received field (RFC 5321 section 4.4), which
// stands after its last semicolon.
func ReceivedDate(value []byte) (time.Time, bool) {
	i := bytes.LastIndexByte(value, ';')
	if i < 0 {
		return time.Time{}, false
	}
	return Date(value[i+1:])
}

// firstYear is the earliest that a date may have: RFC 5322 section 3.3.
const firstYear = 1900

const months = "JanFebMarAprMayJunJulAugSepOctNovDec"

// plainDate reads the usual form.
func plainDate(v []byte) (t time.Time, ok bool) {
	if len(v) > 5 && v[3] == ',' {
		v = bytes.TrimLeft(v[4:], " ")
	}
	day, v := number(v, 2)
	if day < 1 || day > 31 || len(v) < len(" Nov 2026 09:18:31 +0100") || v[0] != ' ' || v[4] != ' ' {
		return t, false
	}
	month := bytes.Index([]byte(months), v[1:4])
	year, v := number(v[5:], 4)
	if month < 0 || month%3 != 0 || year < firstYear || len(v) < len(" 09:18:31 +0100") || v[0] != ' ' || v[3] != ':' || v[6] != ':' || v[9] != ' ' {
		return t, false
	}
	hour, _ := number(v[1:], 2)
	minute, _ := number(v[4:], 2)
	second, _ := number(v[7:], 2)
	zone, rest := number(v[11:], 4)
	sign := v[10]
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 || zone < 0 || len(v) > 15 && rest[0] != ' ' || sign != '+' && sign != '-' {
		return t, false
	}
	offset := time.Duration(zone/100)*time.Hour + time.Duration(zone%100)*time.Minute
	if sign == '-' {
		offset = -offset
	}
	t = time.Date(year, time.Month(month/3+1), day, hour, minute, second, 0, time.UTC)
	if day > 28 && time.Date(year, time.Month(month/3+1), day, 0, 0, 0, 0, time.UTC).Day() != day {
		return t, false // 31 November
	}
	return t.Add(-offset), true
}

// number reads up to n digits, all of them where n is more than two; it is -1
// if there are none.
func number(b []byte, n int) (int, []byte) {
	value, i := 0, 0
	for i < n && i < len(b) && b[i]-'0' < 10 {
		value = value*10 + int(b[i]-'0')
		i++
	}
	if i == 0 || n > 2 && i < n {
		return -1, b
	}
	return value, b[i:]
}
