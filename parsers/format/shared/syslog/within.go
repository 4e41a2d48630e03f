package syslog

import (
	"bytes"
	"html"

	"github.com/tidwall/gjson"
)

// Shapes within a line of which a part is another line.

// objectOf returns the object that b is, in JSON or as Fluent Bit's plugin stdout prints
// it.
func objectOf(b []byte) gjson.Result {
	if b[0] == '{' && gjson.ValidBytes(b) {
		return gjson.ParseBytes(b)
	}
	if o := rubyObject(b); o != nil {
		return gjson.ParseBytes(o)
	}
	return gjson.Result{}
}

// rubyObject returns what the plugin stdout of Fluent Bit prints as an object of
// JSON: [0] tag: [[1795425511.2, {}], {"message"=>"text"}]; nil for another text.
func rubyObject(b []byte) []byte {
	start := bytes.Index(b[:min(len(b), maxHeader)], []byte(`{"`))
	if start < 0 || b[0] != '[' || !bytes.Contains(b, []byte(`"=>`)) {
		return nil
	}
	end := bytes.LastIndexByte(b, '}')
	if end < start {
		return nil
	}
	o := bytes.ReplaceAll(b[start:end+1], []byte(`"=>`), []byte(`":`))
	if !gjson.ValidBytes(o) {
		return nil
	}
	return o
}

// pairs reads "time=… level=info msg=\"text\"", the format logfmt, and the pairs of
// syslog-ng's $(format-welf); nil for another text, or where a program's tag stood
// before: its text may repeat what a stranger wrote.
func (s *search) pairs(b []byte) *entry {
	if s.tags > 0 {
		return nil
	}
	e := &entry{decoder: s.decoder}
	for len(e.texts) < maxValues {
		b = bytes.TrimLeft(b, " ")
		key, rest, ok := bytes.Cut(b, []byte("="))
		if !ok || len(key) == 0 || !isPlain(key) {
			break
		}
		var value []byte
		if len(rest) > 0 && rest[0] == '"' {
			end := quoteEnd(rest)
			if end < 0 {
				return nil
			}
			value, b = []byte(gjson.ParseBytes(rest[:end]).String()), rest[end:]
		} else {
			value, b, _ = bytes.Cut(rest, []byte(" "))
		}
		e.add(string(key), string(value))
	}
	if len(e.texts) == 0 {
		return nil
	}
	return e
}

// quoteEnd returns the length of the quoted text that b begins with, -1 if it has no
// end.
func quoteEnd(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return -1
}

// xmlText returns the text of an element of Splunk's XML: its fields are
//
//	<field k='_raw'><v xml:space='preserve' trunc='0'>text</v></field>
func xmlText(b []byte) (text []byte, ok bool) {
	if b[0] != '<' {
		return nil, false
	}
	_, text, ok = bytes.Cut(b, []byte("<v xml:space='preserve'"))
	_, text, closed := bytes.Cut(text, []byte(">"))
	text, _, ended := bytes.Cut(text, []byte("</v>"))
	return []byte(html.UnescapeString(string(text))), ok && closed && ended
}

// cutEvent takes off what "aws logs get-log-events --output text" writes round a line:
// the time at which it was taken in, and after it that of the event.
//
//	EVENTS	1795425599999	text	1795425511000
func (s *search) cutEvent(b []byte) []byte {
	rest, ok := bytes.CutPrefix(b, []byte("EVENTS\t"))
	end := bytes.LastIndexByte(rest, '\t')
	if !ok || end < 0 {
		return b
	}
	t, ok := unixTime(rest[end+1:])
	if !ok {
		return b
	}
	s.rec.Time, s.wrapper, s.plain = t, WrapperPrefix, maxPlain
	_, text, _ := bytes.Cut(rest[:end], []byte("\t"))
	return text
}
