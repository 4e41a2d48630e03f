package exim

import (
	"bytes"
	"time"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

// cutStamp reads "2026-11-23 09:18:27[.123][ +0000] [[pid] ]".
func cutStamp(b []byte, c *clock) (t time.Time, text []byte, ok bool) {
	const stamp = len("2026-11-23 09:18:27")
	if len(b) <= stamp || b[4] != '-' || b[7] != '-' || b[10] != ' ' || b[13] != ':' || b[16] != ':' {
		return t, nil, false
	}
	if t, ok = c.read(b[:stamp]); !ok {
		return t, nil, false
	}
	text = b[stamp:]
	if text[0] == '.' {
		n := 1
		for n < len(text) && text[n]-'0' < 10 {
			n++
		}
		for i, unit := 1, 100*time.Millisecond; i < n; i, unit = i+1, unit/10 {
			t = t.Add(time.Duration(text[i]-'0') * unit)
		}
		text = text[n:]
	}
	if len(text) > 6 && text[0] == ' ' && (text[1] == '+' || text[1] == '-') && base62(text[2:6]) && text[6] == ' ' {
		if zone, err := time.Parse("-0700", string(text[1:6])); err == nil {
			_, offset := zone.Zone()
			_, local := t.Zone()
			t = t.Add(time.Duration(local-offset) * time.Second).UTC()
			text = text[6:]
		}
	}
	if len(text) == 0 || text[0] != ' ' {
		return t, nil, false
	}
	text = text[1:]
	if len(text) > 2 && text[0] == '[' && text[1]-'0' < 10 {
		if end := bytes.Index(text[:min(len(text), 14)], []byte("] ")); end > 0 {
			text = text[end+2:]
		}
	}
	return t, text, true
}

// A clock reads stamps; it remembers the last one, because a log has many
// lines in each second.
type clock struct {
	location *time.Location
	text     [19]byte
	time     time.Time
}

func (c *clock) read(b []byte) (time.Time, bool) {
	if string(b) == string(c.text[:]) {
		return c.time, true
	}
	t, err := time.ParseInLocation(time.DateTime, lines.Borrow(b), c.location)
	if err != nil {
		return t, false
	}
	copy(c.text[:], b)
	c.time = t
	return t, true
}
