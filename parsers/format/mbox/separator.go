package mbox

import (
	"bytes"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
)

// isFrom reports whether b begins with a line that may be a From_ line.
func isFrom(b []byte) bool { return len(b) >= len(fromWord) && string(b[:len(fromWord)]) == fromWord }

// word returns the beginning of the line that separates two messages.
func (s *splitter) word() string {
	if s.mmdf {
		return mmdfLine
	}
	return fromWord
}

// starts reports whether b begins as a separator does. If the beginning of b
// does, so does b.
func (s *splitter) starts(b []byte) bool {
	if s.mmdf {
		return bytes.HasPrefix(b, []byte(mmdfLine))
	}
	return isFrom(b) && isSeparator(b, false)
}

// startsHere reports whether a line at pos begins as a separator does, and reads
// as much as that takes.
func (s *splitter) startsHere() bool {
	b := s.buf[s.pos:s.end]
	if word := s.word(); len(b) == 0 || b[0] != word[0] || !begins(b, word) {
		return false
	}
	return s.starts(b) || len(b) < lookahead && !s.eof && s.starts(s.fill(lookahead))
}

// separates reports whether a separator at pos would separate two messages: an
// empty line must come before a From_ line, or nothing of the body.
func (s *splitter) separates() bool {
	before, passed := s.buf[:s.pos], s.offset()-s.from
	switch {
	case passed == 0:
		return true
	case before[len(before)-1] != '\n':
		return false
	case s.mmdf || passed == 1:
		return true
	case passed == 2 && before[len(before)-2] == '\r':
		return true
	}
	return afterEmpty(before)
}

// afterEmpty reports whether b ends with an empty line.
func afterEmpty(b []byte) bool {
	return bytes.HasSuffix(b, []byte("\n\n")) || bytes.HasSuffix(b, []byte("\n\r\n"))
}

// maxNext is how many lines after a From_ line without a time are looked at.
const maxNext = 8

// isSeparator reports whether the From_ line that b begins with is followed by a
// message: its next line is a header field, and it has a time in it, or one of
// the fields after it is of those that every message has. The first line of a
// file needs no such proof.
func isSeparator(b []byte, first bool) bool {
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		return false
	}
	line, rest := b[:end], b[end+1:]
	if !first && len(line) > maxFrom {
		return false
	}
	if !isHeaderLine(rest) {
		return first && hasTime(line) || len(line) < maxFrom && hasTime(line) && isEmptyMessage(rest)
	}
	return first || hasTime(line) || isOfMessage(rest)
}

// isEmptyMessage reports that nothing but an empty line follows: the end, or the
// next message.
func isEmptyMessage(rest []byte) bool {
	trimmed := bytes.TrimLeft(rest, "\r\n")
	return len(rest) > len(trimmed) && isFrom(trimmed)
}

// hasTime reports whether a line has hours and minutes in it.
func hasTime(line []byte) bool {
	for i := bytes.IndexByte(line, ':'); i >= 0; {
		if i >= 2 && i+2 < len(line) && digit(line[i-2]) && digit(line[i-1]) && digit(line[i+1]) && digit(line[i+2]) {
			return true
		}
		next := bytes.IndexByte(line[i+1:], ':')
		if next < 0 {
			return false
		}
		i += 1 + next
	}
	return false
}

func digit(c byte) bool { return c-'0' < 10 }

// isHeaderLine reports whether b begins with a header field, or with a quoted
// From_ line: some programs leave one there.
func isHeaderLine(b []byte) bool {
	if bytes.HasPrefix(b, []byte(">"+fromWord)) {
		return true
	}
	const longest = 128 // no name of a field is longer
	i := bytes.IndexByte(b[:min(len(b), longest)], ':')
	return i > 0 && header.IsName(b[:i])
}

// isOfMessage reports whether one of the first fields is one that mail programs
// write first.
func isOfMessage(b []byte) bool {
	for range maxNext {
		for _, name := range [...]string{
			"from:", "received:", "return-path:", "date:", "message-id:", "delivered-to:", "x-mozilla-status:", "x-gm-thrid:", "x-gmail-labels:", "x-account-key:", "mime-version:", "envelope-to:", "x-original-to:",
		} {
			if len(b) >= len(name) && bytes.EqualFold(b[:len(name)], []byte(name)) {
				return true
			}
		}
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			return false
		}
		if b = b[i+1:]; len(b) == 0 || b[0] != ' ' && b[0] != '\t' && !isHeaderLine(b) {
			return false
		}
	}
	return false
}
