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

// A place is what stands before a line that may separate two messages.
type place uint8

const (
	inside      place = iota // the line before it is not empty
	afterEmpty               // the line before it is empty, or nothing of the body is
	atBeginning              // of the file
)

// starts reports whether b begins as a separator does where it stands. If the
// beginning of b does, so does b.
func (s *splitter) starts(b []byte, at place) bool {
	if s.mmdf {
		return bytes.HasPrefix(b, []byte(mmdfLine))
	}
	return isFrom(b) && isSeparator(b, at, s.patches)
}

// startsHere reports whether a line at pos begins as a separator does, and reads
// as much as that takes. A line that looks like one and is taken for text is counted.
func (s *splitter) startsHere(at place) bool {
	b := s.buf[s.pos:s.end]
	if word := s.word(); len(b) == 0 || b[0] != word[0] || !begins(b, word) {
		return false
	}
	if s.starts(b, at) {
		return true
	}
	if len(b) < lookahead && !s.eof {
		if b = s.fill(lookahead); s.starts(b, at) {
			return true
		}
	}
	if !s.mmdf && mayBeMessage(b) {
		s.doubtHere()
	}
	return false
}

// separatesHere reports whether a line at pos separates two messages.
func (s *splitter) separatesHere() bool {
	before, passed := s.buf[:s.pos], s.offset()-s.from
	switch {
	case passed == 0:
		return s.startsHere(afterEmpty)
	case before[len(before)-1] != '\n':
		return false
	case s.mmdf && begins(s.buf[s.pos:s.end], fromWord):
		s.doubtWithin()
	}
	return s.startsHere(placeAfter(before, passed))
}

// placeAfter returns what place comes after before, of which passed bytes are of the
// body.
func placeAfter(before []byte, passed int64) place {
	if passed == 1 || passed == 2 && before[len(before)-2] == '\r' || endsEmpty(before) {
		return afterEmpty
	}
	return inside
}

// endsEmpty reports whether b ends with an empty line.
func endsEmpty(b []byte) bool {
	return bytes.HasSuffix(b, []byte("\n\n")) || bytes.HasSuffix(b, []byte("\n\r\n")) || bytes.HasSuffix(b, []byte("\n\r\r\n"))
}

// isSeparator reports whether the From_ line that b begins with is followed by a
// message: its next line is a header field, and it has a time in it, or one of
// the fields after it is of those that every message has. After a line that is not
// empty it must have a date or nothing in it, and the header of a message after it.
// The first line of a file needs no such proof.
func isSeparator(b []byte, at place, patches bool) bool {
	line, rest, ok := bytes.Cut(b, []byte("\n"))
	if !ok || at != atBeginning && len(line) > maxFrom || at != atBeginning && !patches && isPatch(line) {
		return false
	}
	if !header.IsLine(rest) {
		return at == atBeginning && header.HasTime(line) || at != inside && len(line) < maxFrom && header.HasTime(line) && isEmptyMessage(rest)
	}
	switch at {
	case inside:
		return header.IsFromLine(line) && header.IsOfMessage(rest)
	case afterEmpty:
		return header.HasTime(line) || beginsMessage(rest)
	}
	return true
}

// mayBeMessage reports whether b begins as a message does, at least for a reader who
// does not look closely.
func mayBeMessage(b []byte) bool {
	line, rest, ok := bytes.Cut(b, []byte("\n"))
	return ok && isFrom(line) && len(line) <= maxFrom && header.IsLine(rest) && (header.IsFromLine(line) || header.IsOfMessage(rest))
}

// isPatch reports whether a From_ line is that of git-format-patch(1), whose date is
// always the same. Where one does not begin the file, it is text in a message.
func isPatch(line []byte) bool { return bytes.Contains(line, []byte(" Mon Sep 17 00:00:00 2001")) }

// isEmptyMessage reports that nothing but an empty line follows: the end, or the
// next message.
func isEmptyMessage(rest []byte) bool {
	trimmed := bytes.TrimLeft(rest, "\r\n")
	return len(rest) > len(trimmed) && isFrom(trimmed)
}

// beginsMessage reports whether one of the first fields is one that mail programs
// write first.
func beginsMessage(b []byte) bool {
	const first = 8
	for more, n := true, 0; more && n < first; n++ {
		for _, name := range [...]string{
			"from:", "received:", "return-path:", "date:", "message-id:", "delivered-to:", "x-mozilla-status:", "x-gm-thrid:", "x-gmail-labels:", "x-account-key:", "mime-version:", "envelope-to:", "x-original-to:",
		} {
			if header.HasField(b, name) {
				return true
			}
		}
		b, more = header.NextLine(b)
	}
	return false
}
