package wire

import (
	"bytes"
	"strconv"
	"time"
)

// A Message is the response to FETCH for one message (RFC 9051 section 7.5.2),
// as far as it was asked for. It is borrowed: the next one takes its memory.
type Message struct {
	UID      uint32
	Size     int64     // of the whole message, in bytes (RFC822.SIZE); 0 if it does not say
	Received time.Time // when the server got it (INTERNALDATE); zero if it does not say
	Header   []byte    // the fields that were asked for
	Body     []byte    // the beginning of the body, if it was asked for
}

// A BadMessage is a response to FETCH that cannot be read.
type BadMessage struct {
	UID    uint32 // 0 if that cannot be read either
	Reason string // follows the words "the server sent"
}

// isFetch reports whether a response is one to FETCH, or to what the client asks as
// FETCH where the server numbers by UIDs alone (RFC 9586 section 3.4).
func isFetch(response []byte) bool {
	c := cursor{response}
	if !c.skip("* ") {
		return false
	}
	if c.number() < 0 {
		return false
	}
	return c.skip(" FETCH ") || c.skip(" UIDFETCH ")
}

// number takes a number; it is -1 if there is none.
func (c *cursor) number() int64 {
	n, rest, ok := cutNumber(c.rest)
	if !ok {
		return -1
	}
	c.rest = rest
	return n
}

// read reads a response to FETCH in any form of the grammar, and reports whether it
// fits: items that nobody asked for are passed over, and a size or a date that is
// none is none. What was read before the misfit stays, so that a message can be
// named.
func (m *Message) read(response []byte) bool {
	c := cursor{response}
	c.skip("* ")
	n := c.number()
	if c.skip(" UIDFETCH ") {
		m.setUID(n)
	} else {
		c.skip(" FETCH ")
	}
	if c.spaces(); !c.skip("(") {
		return false
	}
	for {
		c.spaces()
		if c.skip(")") {
			return len(bytes.TrimRight(c.rest, " \r\n")) == 0
		}
		if !m.readValue(&c) {
			return false
		}
	}
}

func (m *Message) setUID(n int64) {
	if n == int64(uint32(n)) {
		m.UID = uint32(n)
	}
}

// readValue reads an item, its name and its value.
func (m *Message) readValue(c *cursor) bool {
	name := c.itemName()
	if name == nil {
		return false
	}
	c.spaces()
	switch {
	case bytes.EqualFold(name, []byte("UID")):
		n := c.number()
		m.setUID(n)
		return n > 0
	case bytes.EqualFold(name, []byte("RFC822.SIZE")):
		s, ok := c.text()
		m.Size, _ = strconv.ParseInt(string(s), 10, 64)
		m.Size = max(0, m.Size)
		return ok
	case bytes.EqualFold(name, []byte("INTERNALDATE")):
		s, ok := c.text()
		m.Received, _ = date(s)
		return ok
	case hasFold(name, "BODY["):
		return m.readSection(name, c)
	}
	return c.discard()
}

// readSection reads a part of the message: the beginning of its body, or what else
// was asked for, which is its header.
func (m *Message) readSection(name []byte, c *cursor) bool {
	s, ok := c.text()
	switch {
	case !ok || s == nil:
	case hasFold(name, "BODY[TEXT]"):
		m.Body = s
	case m.Header == nil:
		m.Header = s
	}
	return ok
}

// itemName takes the name of an item, with the section and the place in it:
// "BODY[HEADER.FIELDS (FROM TO)]<0>".
func (c *cursor) itemName() []byte {
	from := c.rest
	i := bytes.IndexAny(from, " [()\r\n")
	if i <= 0 {
		return nil
	}
	c.rest = from[i:]
	if c.skip("[") {
		for !c.skip("]") {
			if len(c.rest) == 0 {
				return nil
			}
			if c.rest[0] != '"' {
				c.rest = c.rest[1:]
			} else if _, ok := c.quoted(); !ok {
				return nil
			}
		}
		if c.skip("<") {
			end := bytes.IndexByte(c.rest, '>')
			if end < 0 {
				return nil
			}
			c.rest = c.rest[end+1:]
		}
	}
	return from[:len(from)-len(c.rest)]
}

// uidOf returns the UID in a response that is not complete, 0 if it is not there.
func uidOf(response []byte) uint32 {
	var m Message
	m.read(response)
	return m.UID
}
