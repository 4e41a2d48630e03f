package parts

import (
	"bytes"
	"io"
)

// windowSize is how much of a message is held at once, in bytes.
const windowSize = 32 << 10

// lineSize is how much of a line is held at once: a longer one comes in
// pieces. RFC 5322 section 2.1.1 allows 998 characters.
const lineSize = 16 << 10

// A window holds the part of a message that is looked at.
type window struct {
	r        io.Reader
	buf      []byte
	pos, end int
	err      error // of reading, io.EOF at the end
}

func (in *window) reset(r io.Reader) { in.r, in.pos, in.end, in.err = r, 0, 0, nil }

// ahead returns the bytes at hand.
func (in *window) ahead() []byte { return in.buf[in.pos:in.end] }

func (in *window) take(n int) { in.pos += n }

// back undoes the last take.
func (in *window) back(n int) { in.pos -= n }

// line returns the line that comes, with its end, or lineSize bytes of it. It is
// empty at the end.
func (in *window) line() []byte {
	for seen := 0; ; {
		b := in.ahead()
		if i := bytes.IndexByte(b[seen:], '\n'); i >= 0 {
			return b[:min(seen+i+1, lineSize)]
		}
		if seen = len(b); seen >= lineSize || !in.more() {
			return b[:min(seen, lineSize)]
		}
	}
}

// more reads on; it is false at the end.
func (in *window) more() bool {
	if in.end == len(in.buf) {
		in.end = copy(in.buf, in.ahead())
		in.pos = 0
	}
	const tries = 100 // as bufio has it
	for i := 0; in.err == nil; i++ {
		if i == tries {
			in.err = io.ErrNoProgress
			break
		}
		var n int
		n, in.err = in.r.Read(in.buf[in.end:])
		if in.end += n; n > 0 {
			return true
		}
	}
	return false
}
