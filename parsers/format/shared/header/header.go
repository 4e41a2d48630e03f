// Package header reads the header of a message (RFC 5322 section 2.2) as it
// is found in mailboxes: it takes the readable fields, and never fails.
//
//	From: "Doe, Jane" <jane@corp.example>
//	To: Bob (of Sales) <bob@partner.example>,
//	 team: ann@army.mil, <@relay.example:joe@army.ml>;,
//	 =?UTF-8?Q?j=40army.mil?= <jane@army.ml>
//
// Fields are folded or not, end with CRLF or LF, and hold any bytes. Lines that
// are no fields are left out. Nothing is copied but addresses that are written
// with comments or white space in them.
package header

import (
	"bytes"
)

// MaxSize bounds a header block, in bytes: the rest is not read. Mail
// servers refuse larger ones (Sendmail MaxHeadersLength 32 KiB, Postfix
// header_size_limit 100 KiB a field).
const MaxSize = 256 << 10

// A Field is one field of a header. Value is the text after the colon, still
// folded and without the last line end. Both are borrowed from the block.
type Field struct{ Name, Value []byte }

// Each yields the fields of a header block up to its end or the first empty
// line, until yield says false.
func Each(block []byte, yield func(Field) bool) {
	block = block[:min(len(block), MaxSize)]
	for len(block) > 0 { // as often as MaxSize has lines: one that is too many is not left out in silence
		line := Line(block)
		if isEmpty(line) {
			return
		}
		block = block[len(line):]
		for len(block) > 0 && (block[0] == ' ' || block[0] == '\t') {
			more := Line(block)
			line = line[:len(line)+len(more)] // the next line follows in memory
			block = block[len(more):]
		}
		if name, value, ok := cut(line); ok && !yield(Field{name, value}) {
			return
		}
	}
}

// Line returns the first line of b with its end.
func Line(b []byte) []byte {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[:i+1]
	}
	return b
}

// isEmpty reports whether a line is empty. Some programs end lines with two CR.
func isEmpty(line []byte) bool {
	return line[0] == '\n' || len(line) <= 3 && line[0] == '\r' && line[len(line)-1] == '\n'
}

// cut splits a line into name and value. RFC 5322 section 4.5: white space
// before the colon is obsolete, and allowed.
func cut(line []byte) (name, value []byte, ok bool) {
	end := 0
	for end < len(line) && isNameByte(line[end]) {
		end++
	}
	colon := end
	for colon < len(line) && (line[colon] == ' ' || line[colon] == '\t') {
		colon++
	}
	if end == 0 || colon == len(line) || line[colon] != ':' {
		return nil, nil, false
	}
	last := len(line)
	for line[last-1] == '\n' || line[last-1] == '\r' {
		last--
	}
	return line[:end], line[colon+1 : last], true
}

func isNameByte(c byte) bool { return c > ' ' && c < 0x7f && c != ':' }

// IsName reports whether b is the name of a field: printable ASCII but the colon
// (RFC 5322 section 2.2).
func IsName(b []byte) bool {
	for _, c := range b {
		if !isNameByte(c) {
			return false
		}
	}
	return len(b) > 0
}

// End returns where the header ends that b begins with: after its empty line.
// It is -1 if b ends before.
func End(b []byte) int {
	for at := 0; at < len(b); {
		line := Line(b[at:])
		at += len(line)
		if isEmpty(line) {
			return at
		}
	}
	return -1
}

// Is reports whether the field has a name, in any case. name is not empty.
func (f *Field) Is(name string) bool {
	return len(f.Name) == len(name) && (f.Name[0]^name[0])&^('a'-'A') == 0 && equalFold(f.Name, name)
}

func equalFold(b []byte, s string) bool {
	for i, c := range b {
		if lower(c) != lower(s[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if c-'A' < 26 {
		c += 'a' - 'A'
	}
	return c
}

// Text returns the value unfolded and without white space at its ends; it is
// not decoded.
func (f Field) Text() string {
	v := bytes.TrimSpace(f.Value)
	if bytes.IndexByte(v, '\n') < 0 {
		return string(v)
	}
	out := make([]byte, 0, len(v))
	for line := range bytes.Lines(v) {
		out = append(out, bytes.TrimRight(line, "\r\n")...)
	}
	return string(out)
}

// MessageID returns the first identifier of a value (RFC 5322 section 3.6.4),
// without angle brackets; it is empty if there is none, and borrowed from value.
func MessageID(value []byte) []byte {
	v := bytes.TrimSpace(value)
	if i := bytes.IndexByte(v, '<'); i >= 0 {
		v = v[i+1:]
		if i := bytes.IndexByte(v, '>'); i >= 0 {
			return bytes.TrimSpace(v[:i])
		}
	}
	if i := bytes.IndexAny(v, " \t\r\n"); i >= 0 {
		v = v[:i]
	}
	return v
}

// LastMessageID returns the last identifier of a list, as References has it (RFC
// 5322 section 3.6.4).
func LastMessageID(value []byte) []byte {
	if i := bytes.LastIndexByte(value, '<'); i >= 0 {
		value = value[i:]
	}
	return MessageID(value)
}
