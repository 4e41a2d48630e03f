package syslog

import (
	"bytes"
	"time"
)

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
