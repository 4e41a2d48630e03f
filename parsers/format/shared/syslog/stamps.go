package syslog

import (
	"bytes"
	"time"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

// maxDate bounds a stamp of a form that no syslog daemon has, in bytes, and its words.
const (
	maxDate      = len("Monday, November 23, 2026 09:18:31 AM +0000 ")
	maxDateWords = 6
)

// dateStamp reads the stamps that other programs write before a line: "11/23/2026 09:18:31
// AM", "23-Nov-2026 09:18:31.000", "Mon, 23 Nov 2026 09:18:31 +0000", "20261123T091831Z".
// The longest that is one counts.
func (d *Decoder) dateStamp(b []byte) (t time.Time, rest []byte, ok bool) {
	if !isDigit(b[0]) && !hasWeekday(b) || !hasClock(b[:min(len(b), maxDate)]) {
		return t, nil, false
	}
	var ends [maxDateWords]int
	n := 0
	for i, c := range b[:min(len(b), maxDate)] {
		if (c == ' ' || c == '\t') && i > 0 && n < maxDateWords {
			ends[n] = i
			n++
		}
	}
	for ; n > 0; n-- {
		end := ends[n-1]
		word := string(bytes.ReplaceAll(bytes.TrimRight(b[:end], ",:"), []byte("\t"), []byte(" ")))
		if t, ok := d.dates.Read(word, d.clock.location); ok && hasClock(b[:end]) {
			return t, b[end:], true
		}
	}
	return t, nil, false
}

// hasWeekday reports a text that begins with the name of a day, as those of mail do.
func hasWeekday(b []byte) bool {
	_, ok := cutWeekday(b)
	return ok || len(b) > len("Mon, ") && b[3] == ',' && bytes.Contains([]byte("MonTueWedThuFriSatSun"), b[:3])
}

// hasClock reports a time of day in a text, "09:18" or "T0918".
func hasClock(b []byte) bool {
	for i := 1; i+2 < len(b); i++ {
		if isDigit(b[i-1]) && isDigit(b[i+1]) && (b[i] == ':' || b[i] == 'T' && i == len("20261123")) {
			return true
		}
	}
	return false
}

// bracketed reads "[23/Nov/2026 09:18:31] text", as Kerio's products stamp their own
// logs, which name no host and no program.
func (d *Decoder) bracketed(line []byte, rec *Record) (Wrapper, []byte) {
	stamp, rest, ok := bytes.Cut(line[1:], []byte("] "))
	if !ok || len(stamp) != len("23/Nov/2026 09:18:31") {
		return WrapperNone, nil
	}
	return d.stamped("02/Jan/2006 15:04:05", stamp, rest, rec)
}

// colons reads "2020:07:18-16:56:31 host tag[pid]: text" of Sophos UTM.
func (d *Decoder) colons(line []byte, rec *Record) (Wrapper, []byte) {
	const layout = "2006:01:02-15:04:05"
	if len(line) <= len(layout) || line[4] != ':' || line[10] != '-' || line[len(layout)] != ' ' {
		return WrapperNone, nil
	}
	w, rest := d.stamped(layout, line[:len(layout)], line[len(layout)+1:], rec)
	if w == WrapperNone {
		return w, nil
	}
	return w, d.hostAndTag(rest, rec)
}

func (d *Decoder) stamped(layout string, stamp, rest []byte, rec *Record) (Wrapper, []byte) {
	t, err := time.ParseInLocation(layout, string(stamp), d.clock.location)
	if err != nil {
		return WrapperNone, nil
	}
	rec.setTime(t)
	return WrapperDated, rest
}

// localStamp reads a stamp in another language than English: see lines.LocalStamp.
func (d *Decoder) localStamp(b []byte) (t time.Time, rest []byte, ok bool) {
	month, day, after, ok := lines.LocalStamp(b)
	if !ok {
		return t, nil, false
	}
	text := append(make([]byte, 0, stampLength), month.String()[:len("Nov")]...)
	text = append(text, ' ', byte('0'+day/10), byte('0'+day%10), ' ')
	const clockLength = len("09:18:31")
	t, ok = d.clock.traditional(append(text, after[:clockLength]...))
	return t, after[clockLength:], ok && (after[clockLength] == ' ' || after[clockLength] == ':')
}
