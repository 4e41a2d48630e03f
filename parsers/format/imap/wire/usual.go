package wire

import (
	"bytes"
	"math"
	"time"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
)

// readUsual reads a response to FETCH in the form in which servers usually send
// it (RFC 9051 section 7.5.2), and reports whether it has that form:
//
//   - 12 FETCH (UID 90 RFC822.SIZE 812 INTERNALDATE "23-Nov-2026 09:18:31 +0100" BODY[HEADER.FIELDS (FROM TO …)] {61}
//     From: Bob <bob@corp.example>
//     …
//     )
//
// The items may come in any order. All other responses are left to read, which
// takes any form. The header lies within the response.
func (m *Message) readUsual(response []byte) bool {
	b, ok := bytes.CutPrefix(response, []byte("* "))
	if !ok {
		return false
	}
	if _, b, ok = cutNumber(b); !ok {
		return false
	}
	for b, ok = bytes.CutPrefix(b, []byte(" FETCH (")); ok; b, ok = bytes.CutPrefix(b, []byte(" ")) {
		if b, ok = m.readItem(b); !ok {
			return false
		}
		if string(b) == ")\r\n" {
			return m.UID != 0 && m.Header != nil
		}
	}
	return false
}

// readItem reads the item that b begins with, and returns the rest.
func (m *Message) readItem(b []byte) (rest []byte, ok bool) {
	const uid, size, date, fields = "UID ", "RFC822.SIZE ", "INTERNALDATE ", "BODY[HEADER.FIELDS ("
	switch {
	case has(b, uid) && m.UID == 0:
		n, rest, ok := cutNumber(b[len(uid):])
		m.UID = uint32(n)
		return rest, ok && n <= math.MaxUint32
	case has(b, size):
		m.Size, rest, ok = cutNumber(b[len(size):])
		return rest, ok
	case has(b, date):
		return m.readDate(b[len(date):])
	case has(b, fields) && m.Header == nil:
		return m.readHeader(b[len(fields):])
	}
	return nil, false
}

func has(b []byte, prefix string) bool {
	return len(b) >= len(prefix) && string(b[:len(prefix)]) == prefix
}

// readDate reads a date-time (RFC 9051 section 9): as one in a header, but with
// "-" where that has spaces.
func (m *Message) readDate(b []byte) (rest []byte, ok bool) {
	const quoted = len(`"` + exampleDate + `"`)
	if len(b) < quoted || b[0] != '"' || bytes.IndexByte(b[1:], '"') != quoted-2 {
		return nil, false
	}
	m.Received, ok = date(b[1 : quoted-1])
	return b[quoted:], ok
}

const exampleDate = "23-Nov-2026 09:18:31 +0100"

// date reads the text of a date-time.
func date(b []byte) (t time.Time, ok bool) {
	if len(b) != len(exampleDate) || b[2] != '-' || b[6] != '-' {
		return time.Time{}, false
	}
	var spaced [len(exampleDate)]byte
	copy(spaced[:], b)
	spaced[2], spaced[6] = ' ', ' '
	return header.Date(spaced[:])
}

// readHeader reads the names of the fields up to their closing bracket, which are
// those that were asked for, and the literal.
func (m *Message) readHeader(b []byte) (rest []byte, ok bool) {
	i := bytes.IndexByte(b, ')')
	if i < 0 || !has(b[i:], ")] {") || bytes.ContainsAny(b[:i], "\\({\r\n") || bytes.Count(b[:i], []byte(`"`))%2 != 0 {
		return nil, false
	}
	n, b, ok := cutNumber(b[i+len(")] {"):])
	if !ok || !has(b, "}\r\n") {
		return nil, false
	}
	b = b[len("}\r\n"):]
	if n > int64(len(b)) {
		return nil, false
	}
	m.Header = b[:n:n]
	return b[n:], true
}

// cutNumber reads the number that b begins with, and returns the rest.
func cutNumber(b []byte) (n int64, rest []byte, ok bool) {
	const maxDigits = 18 // fit into an int64
	i := 0
	for ; i < len(b) && i < maxDigits && b[i]-'0' < 10; i++ {
		n = 10*n + int64(b[i]-'0')
	}
	return n, b[i:], i > 0
}
