package header

import (
	"bytes"
	"net/mail"
	"time"
)

// Date reads a date (RFC 5322 section 3.3): "Mon, 23 Nov 2026 09:18:31 +0100",
// quickly where it is written that way, else with net/mail. It is false for what
// is no date. The time is in UTC, or in the zone of the date.
func Date(value []byte) (time.Time, bool) {
	v := bytes.TrimSpace(value)
	if t, ok := plainDate(v); ok {
		return t, true
	}
	const longest = 128 // no date is longer; net/mail tries many layouts
	if len(v) == 0 || len(v) > longest {
		return time.Time{}, false
	}
	t, err := mail.ParseDate(string(v))
	return t, err == nil && t.Year() >= 1
}

// plainDate reads the usual form.
func plainDate(v []byte) (t time.Time, ok bool) {
	if len(v) > 5 && v[3] == ',' {
		v = bytes.TrimLeft(v[4:], " ")
	}
	day, v := number(v, 2)
	if day < 1 || day > 31 || len(v) < len(" Nov 2026 09:18:31 +0100") || v[0] != ' ' || v[4] != ' ' {
		return t, false
	}
	month := bytes.Index([]byte("JanFebMarAprMayJunJulAugSepOctNovDec"), v[1:4])
	year, v := number(v[5:], 4)
	if month < 0 || month%3 != 0 || year < 1000 || len(v) < len(" 09:18:31 +0100") || v[0] != ' ' || v[3] != ':' || v[6] != ':' || v[9] != ' ' {
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
	t = time.Date(year, time.Month(month/3+1), day, hour, minute, second, 0, time.UTC).Add(-offset)
	return t, true
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
