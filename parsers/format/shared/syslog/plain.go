package syslog

import (
	"bytes"
	"time"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

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

// plainText returns line without what a terminal or a page put into it: the colours of words,
// blanks that do not break, tabs; nil if there is nothing of that.
func plainText(line []byte) []byte {
	const noBreak = "\u00a0"
	if bytes.IndexByte(line, '\x1b') < 0 && bytes.IndexByte(line, '\t') < 0 && !bytes.Contains(line, []byte(noBreak)) {
		return nil
	}
	out := make([]byte, 0, len(line))
	for len(line) > 0 {
		switch {
		case line[0] == '\t':
			out, line = append(out, ' '), line[1:]
		case bytes.HasPrefix(line, []byte(noBreak)):
			out, line = append(out, ' '), line[len(noBreak):]
		case line[0] == '\x1b':
			rest := trimFront(line)
			if len(rest) == len(line) { // of another kind
				out, rest = append(out, line[0]), line[1:]
			} else if i := bytes.IndexByte(line, 'm'); i >= 0 {
				rest = line[i+1:]
			}
			line = rest
		default:
			out, line = append(out, line[0]), line[1:]
		}
	}
	return out
}
