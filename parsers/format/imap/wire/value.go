package wire

import (
	"bytes"
	"strings"
)

// A cursor goes through a response that is complete, value by value (RFC 9051
// section 4). What does not fit the grammar is an end, and no error.
type cursor struct{ rest []byte }

// skip takes text off the front, in any case, and reports whether it was there.
func (c *cursor) skip(text string) bool {
	if !hasFold(c.rest, text) {
		return false
	}
	c.rest = c.rest[len(text):]
	return true
}

func hasFold(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && bytes.EqualFold(b[:len(prefix)], []byte(prefix))
}

// spaces skips blanks: some servers send two where one should be.
func (c *cursor) spaces() { c.rest = bytes.TrimLeft(c.rest, " ") }

// atom takes what goes up to a blank, a parenthesis or the end of the line.
func (c *cursor) atom() []byte {
	i := bytes.IndexAny(c.rest, " ()\r\n")
	if i < 0 {
		i = len(c.rest)
	}
	a := c.rest[:i]
	c.rest = c.rest[i:]
	return a
}

// text takes a string: quoted, a literal, NIL (which is nil) or an atom.
func (c *cursor) text() (s []byte, ok bool) {
	switch {
	case len(c.rest) == 0:
		return nil, false
	case c.rest[0] == '"':
		return c.quoted()
	case c.rest[0] == '{', hasFold(c.rest, "~{"):
		return c.literal()
	}
	a := c.atom()
	if strings.EqualFold(string(a), "NIL") {
		return nil, true
	}
	return a, len(a) > 0
}

// quoted takes a quoted string.
func (c *cursor) quoted() (s []byte, ok bool) {
	b := c.rest[1:]
	escaped := false
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '\\':
			escaped = true
			i++
		case '"':
			c.rest = b[i+1:]
			if escaped {
				return unescaped(b[:i]), true
			}
			return b[:i:i], true
		case '\r', '\n':
			return nil, false
		}
	}
	return nil, false
}

func unescaped(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+1 < len(b) {
			i++
		}
		out = append(out, b[i])
	}
	return out
}

// literal takes a literal, which follows the line that its length ends.
func (c *cursor) literal() (s []byte, ok bool) {
	end := bytes.IndexByte(c.rest, '\n')
	if end < 0 {
		return nil, false
	}
	n, marked := literalLength(c.rest[:end])
	if !marked || n > int64(len(c.rest)-end-1) {
		return nil, false
	}
	b := c.rest[end+1:]
	c.rest = b[n:]
	return b[:n:n], true
}

// maxLists bounds how deep lists are nested.
const maxLists = 50

// discard takes any value: a list with all in it, or a string.
func (c *cursor) discard() bool {
	for depth := 0; ; {
		c.spaces()
		switch {
		case c.skip("("):
			if depth++; depth > maxLists {
				return false
			}
		case depth > 0 && c.skip(")"):
			depth--
		default:
			if _, ok := c.text(); !ok {
				return false
			}
		}
		if depth == 0 {
			return true
		}
	}
}
