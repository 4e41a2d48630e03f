package syslog

import (
	"bytes"
	"html"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers/source"
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
	if len(b) == 0 || b[0] != '[' {
		return nil
	}
	start := bytes.Index(b[:min(len(b), maxHeader)], []byte(`{"`))
	if start < 0 || !bytes.Contains(b, []byte(`"=>`)) {
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

// rubyTime takes the time of Fluent Bit's plugin stdout, which stands before its object.
func (s *search) rubyTime(b []byte) {
	_, after, _ := bytes.Cut(b[:min(len(b), maxHeader)], []byte(": ["))
	seconds, _, _ := bytes.Cut(bytes.TrimLeft(after, "["), []byte(","))
	if t, ok := unixTime(seconds); ok && b[0] == '[' && s.rec.Time.IsZero() {
		s.rec.Time, s.wrapper = t, WrapperPrefix
	}
}

// pairs reads the format logfmt, time=… level=info msg="text", and the pairs of
// syslog-ng's $(format-welf); only a quoted value may be a line. It returns nil for
// another text, or where a program's tag stood before: its text may repeat what a
// stranger wrote.
func (s *search) pairs(b []byte) *entry {
	if key, after, ok := bytes.Cut(b, []byte("=")); !ok || !isKey(key) || !bytes.Contains(after, []byte(`="`)) && !bytes.HasPrefix(after, []byte(`"`)) {
		return nil
	}
	e := &entry{decoder: s.decoder}
	quoted := 0
	for s.tags == 0 && len(e.texts) < maxValues {
		key, value, rest, isQuoted := cutPair(bytes.TrimLeft(b, " "))
		if !isKey(key) {
			break
		}
		e.add(string(key), value)
		if isQuoted {
			quoted = len(e.texts)
		}
		e.texts, b = e.texts[:quoted], rest
	}
	if len(e.texts) == 0 {
		return nil
	}
	return e
}

// isKey reports the key of a pair.
func isKey(key []byte) bool {
	return len(key) > 0 && isPlain(key) && !bytes.ContainsAny(key, "[]:|>")
}

// cutPair cuts key=value or key="value"; the key is empty if b begins with neither.
func cutPair(b []byte) (key []byte, value string, rest []byte, isQuoted bool) {
	key, rest, ok := bytes.Cut(b, []byte("="))
	if !ok {
		return nil, "", nil, false
	}
	if len(rest) == 0 || rest[0] != '"' {
		word, rest, _ := bytes.Cut(rest, []byte(" "))
		return key, string(word), rest, false
	}
	end := quoteEnd(rest)
	if end < 0 {
		return nil, "", nil, false
	}
	return key, gjson.ParseBytes(rest[:end]).String(), rest[end:], true
}

// cutLibrary takes off the library that macOS' log names before a text:
// "smtpd[300]: (libsystem_info.dylib) text".
func cutLibrary(text []byte) []byte {
	if !bytes.HasPrefix(text, []byte("(lib")) {
		return text
	}
	_, after, _ := bytes.Cut(text, []byte(") "))
	return after
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

// cutListed takes off what stands before a line that a tool listed: its number, and the path of
// its file, as grep and PowerShell's Select-String write them. They would be taken for a host, which
// each line had another of.
//
//  12. text, 12) text, 12: text
//     12:2026-11-23 09:18:31 text
//     /var/log/exim4/mainlog.2.gz:2026-11-23 09:18:31 text
//     C:\logs\mail.log:12:Nov 23 09:18:31 text
//     mainlog-12-2026-11-23 09:18:31 text                      beside what was found
func (s *search) cutListed(b []byte) []byte {
	b = trimFront(b)
	for _, bullet := range [...]string{"* ", "• "} {
		b = bytes.TrimPrefix(b, []byte(bullet))
	}
	if rest := cutListNumber(b); len(rest) < len(b) {
		if _, _, ok := s.decoder.localStamp(b); !ok { // "23. Nov 09:18:31"
			b = rest
		}
	}
	head := b[:min(len(b), maxName)]
	for i, c := range head {
		switch {
		case c == ' ' && !isDrive(head), c == '\t', c == '"', c == '=', c == '{':
			return b
		case (c == ':' || c == '-') && s.beginsLine(b[i+1:]):
			return b[i+1:]
		}
	}
	return b
}

// beginsLine reports a text that begins with a stamp.
func (s *search) beginsLine(b []byte) bool {
	if stamp, ok := bytes.CutPrefix(b, []byte("[")); ok {
		if stamp, _, ok = bytes.Cut(stamp[:min(len(stamp), maxStamp)], []byte("]")); ok && len(stamp) > 0 {
			_, _, ok = s.decoder.dateStamp(append(bytes.Clone(stamp), ' '))
		}
		return ok
	}
	_, _, ok := s.decoder.anyStamp(b)
	return ok
}

// cutListNumber takes off "12. ".
func cutListNumber(b []byte) []byte {
	const most = len("9999999")
	n := 0
	for n < len(b) && n <= most && isDigit(b[n]) {
		n++
	}
	if n == 0 || n > most || n+1 >= len(b) || bytes.IndexByte([]byte(".):"), b[n]) < 0 || b[n+1] != ' ' && b[n+1] != '\t' {
		return b
	}
	return trimFront(b[n+1:])
}

// isDrive reports a path of Windows, in which blanks may stand.
func isDrive(path []byte) bool {
	return len(path) > 2 && path[1] == ':' && path[2] == '\\' && (path[0]|0x20)-'a' < 26
}

// plainText returns line without what a terminal or a page put into it: the colours of words,
// blanks that do not break, tabs; nil if there is nothing of that.
func plainText(line []byte) []byte {
	const noBreak = "\u00a0"
	plain := source.WithoutColours(line)
	if len(plain) == len(line) && bytes.IndexByte(line, '\t') < 0 && !bytes.Contains(line, []byte(noBreak)) {
		return nil
	}
	plain = bytes.ReplaceAll(plain, []byte(noBreak), []byte(" "))
	return bytes.ReplaceAll(plain, []byte("\t"), []byte(" "))
}
