package parts

import "io"

// A body is read as it was before it was encoded.
type body interface {
	io.Reader
	// rest goes to the end, and returns how many bytes would have been read.
	rest() int64
}

// bodyReader reads a body up to the boundary. The line end before a boundary is
// part of the boundary (RFC 2046 section 5.1.1), and held back.
type bodyReader struct {
	w    *walker
	lead []byte // what comes before text: a line end that was held back
	text []byte
	held []byte // a line end that may belong to a boundary
	done bool
}

func (b *bodyReader) begin(w *walker) {
	*b = bodyReader{w: w, lead: b.lead[:0], held: b.held[:0]}
}

// next gets the next bytes at hand into lead and text. It is false at the end.
func (b *bodyReader) next() bool {
	if b.done {
		return false
	}
	lines, ok := b.w.lines()
	b.lead, b.held = b.held, b.lead[:0]
	if !ok {
		b.done, b.text = true, nil
		if b.w.hit != noFrame {
			b.lead = b.lead[:0]
		}
		return true
	}
	n := withoutLineEnd(lines)
	b.text = lines[:n]
	b.held = append(b.held, lines[n:]...)
	return true
}

// withoutLineEnd returns how long b is without the line end that it ends with.
func withoutLineEnd(b []byte) int {
	n := len(b)
	if b[n-1] == '\n' {
		n--
	}
	for n > 0 && b[n-1] == '\r' {
		n--
	}
	return n
}

func (b *bodyReader) Read(p []byte) (n int, err error) {
	for n == 0 && len(p) > 0 {
		if len(b.lead) == 0 && len(b.text) == 0 && !b.next() {
			return 0, io.EOF
		}
		n = copy(p, b.lead)
		b.lead = b.lead[:copy(b.lead, b.lead[n:])] // its memory is used again
		m := copy(p[n:], b.text)
		b.text = b.text[m:]
		n += m
	}
	return n, nil
}

func (b *bodyReader) rest() int64 {
	n := int64(len(b.lead) + len(b.text))
	for b.next() {
		n += int64(len(b.lead) + len(b.text))
	}
	b.text, b.lead = nil, b.lead[:0]
	return n
}

// skip goes to the end.
func (b *bodyReader) skip() {
	if !b.done {
		b.done = true
		b.w.skip()
	}
}

// counter counts the bytes that were read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
