package imap

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"net"
	"os"
	"strconv"
	"sync"
	"time"
)

// A guard stands between the IMAP client and the network: the client knows no
// deadlines and no limits. It reads ahead of the client, follows where an
// answer ends, and gives up the connection before the client is given what is
// beyond the limits.
type guard struct {
	net.Conn
	read time.Duration // between two pieces of an answer

	buf  []byte
	have []byte // of buf, not yet taken

	mu      sync.Mutex
	waiting bool      // for an answer: only then there is a deadline
	until   time.Time // of the whole answer
	failed  error     // the first fault
	budget  budget    // what the command may still bring
	frames  framer
}

func newGuard(c net.Conn, read time.Duration) *guard {
	return &guard{Conn: c, read: read, buf: make([]byte, 32<<10), frames: framer{literalLimit: maxLiteral}}
}

// A budget is what a command may bring.
type budget struct {
	bytes     int64
	responses int
}

// usual is the budget of a command that asks for little.
func usual() budget { return budget{maxCommand, maxResponses} }

// begin starts the wait for an answer that may take some time and bring so
// much.
func (g *guard) begin(answer time.Duration, budget budget) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting, g.until, g.budget = true, time.Now().Add(answer), budget
	g.extend()
}

// end ends the wait.
func (g *guard) end() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = false
	_ = g.Conn.SetReadDeadline(time.Time{})
}

// extend sets the deadline of the next piece.
func (g *guard) extend() {
	if !g.waiting {
		return
	}
	next := time.Now().Add(g.read)
	if g.until.Before(next) {
		next = g.until
	}
	_ = g.Conn.SetReadDeadline(next)
}

// Read implements net.Conn.
func (g *guard) Read(b []byte) (int, error) {
	if len(g.have) == 0 {
		if err := g.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(b, g.have)
	g.have = g.have[n:]
	return n, nil
}

func (g *guard) fill() error {
	g.mu.Lock()
	err := g.failed
	g.extend()
	g.mu.Unlock()
	if err != nil {
		return err
	}
	n, err := g.Conn.Read(g.buf)
	g.mu.Lock()
	defer g.mu.Unlock()
	have, bad := g.frames.take(g.buf[:n])
	g.budget.bytes -= int64(n)
	g.budget.responses -= g.frames.takeCount()
	switch {
	case bad != nil:
		return g.fail(bad)
	case g.budget.bytes < 0:
		return g.fail(&limitError{"an answer of too many bytes"})
	case g.budget.responses < 0:
		return g.fail(&limitError{"too many answers"})
	}
	if g.have = have; n > 0 {
		return nil
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = errStalled
	}
	return g.fail(err)
}

// fail notes the first fault.
func (g *guard) fail(err error) error {
	if g.failed == nil {
		g.failed = err
	}
	return g.failed
}

// kill gives up the connection because of err.
func (g *guard) kill(err error) {
	g.mu.Lock()
	_ = g.fail(err)
	g.mu.Unlock()
	if t, ok := g.Conn.(interface{ NetConn() net.Conn }); ok {
		_ = t.NetConn().Close() // TLS would say goodbye first, and may not be heard
		return
	}
	_ = g.Conn.Close()
}

// fault returns the first fault, nil if the connection has none.
func (g *guard) fault() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.failed
}

// Write implements net.Conn.
func (g *guard) Write(b []byte) (int, error) {
	_ = g.Conn.SetWriteDeadline(time.Now().Add(g.read))
	n, err := g.Conn.Write(b)
	if err != nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		if errors.Is(err, os.ErrDeadlineExceeded) {
			err = errStalled
		}
		return n, g.fail(err)
	}
	return n, nil
}

// SetDeadline implements net.Conn. The deadlines are the guard's.
func (g *guard) SetDeadline(time.Time) error { return nil }

// SetReadDeadline implements net.Conn. The deadlines are the guard's.
func (g *guard) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline implements net.Conn. The deadlines are the guard's.
func (g *guard) SetWriteDeadline(time.Time) error { return nil }

// A limitError tells of an answer beyond the limits.
type limitError struct{ what string }

func (e *limitError) Error() string { return e.what }

// longestMark is the length of "{9223372036854775807+}\r".
const longestMark = 23

// A framer follows the answers in a stream: lines, some of which end with the
// length of a literal that goes before the next line (RFC 9051 section 4.3).
type framer struct {
	literalLimit int64
	literal      int64 // bytes of the literal still to come
	line         int64 // bytes of the answer so far, without literals
	response     int64 // with them
	ended        bool  // the answer is whole
	count        int   // of whole answers
	tail         []byte
}

// take follows b, and fails when it is beyond the limits. It returns what the
// client is to see of it, in the same memory.
func (f *framer) take(b []byte) (seen []byte, err error) {
	seen = b[:0]
	for len(b) > 0 {
		n := min(f.literal, int64(len(b)))
		f.literal -= n
		piece := b[:n]
		if n == 0 {
			n = f.takeLine(b)
			piece = shorten(b[:n])
		}
		seen = append(seen, piece...)
		f.response += n
		b = b[n:]
		switch {
		case f.literal > f.literalLimit:
			return nil, &limitError{fmt.Sprintf("a literal of more than %d bytes", f.literalLimit)}
		case f.line > maxLine:
			return nil, &limitError{fmt.Sprintf("a line of more than %d bytes", maxLine)}
		case f.response > maxResponse:
			return nil, &limitError{fmt.Sprintf("an answer of more than %d bytes", maxResponse)}
		case f.ended:
			f.line, f.response, f.ended = 0, 0, false
			f.count++
		}
	}
	return seen, nil
}

// takeCount returns how many answers ended since it was called last.
func (f *framer) takeCount() int {
	n := f.count
	f.count = 0
	return n
}

// shorten takes the names of the fields out of "BODY[HEADER.FIELDS (…)]", in
// place. The server repeats them for each message, and to read them was a
// quarter of the client's work. Lines that come in two pieces stay.
func shorten(line []byte) []byte {
	const section, short = "[HEADER.FIELDS (", "[HEADER"
	if len(line) == 0 || line[0] != '*' {
		return line
	}
	i := bytes.Index(line, []byte(section))
	if i < 0 {
		return line
	}
	i += len(short)
	j := bytes.IndexByte(line[i:], ')')
	if j < 0 || i+j+1 >= len(line) || line[i+j+1] != ']' {
		return line
	}
	return line[:i+copy(line[i:], line[i+j+1:])]
}

// takeLine follows b to the end of a line at most, and returns how much that
// is.
func (f *framer) takeLine(b []byte) int64 {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		f.keep(b)
		f.line += int64(len(b))
		return int64(len(b))
	}
	f.keep(b[:i])
	f.line += int64(i) + 1
	var marked bool
	f.literal, marked = literalLength(f.tail)
	f.ended = !marked
	f.tail = f.tail[:0]
	return int64(i) + 1
}

// keep holds the end of the line, where the mark of a literal may be.
func (f *framer) keep(b []byte) {
	f.tail = append(f.tail, b[max(0, len(b)-longestMark):]...)
	if more := len(f.tail) - longestMark; more > 0 {
		f.tail = f.tail[:copy(f.tail, f.tail[more:])]
	}
}

// literalLength reads the mark "{n}" at the end of a line. What is no number
// of an int64 is taken for the largest.
func literalLength(line []byte) (n int64, marked bool) {
	line = bytes.TrimSuffix(line, []byte("\r"))
	if len(line) == 0 || line[len(line)-1] != '}' {
		return 0, false
	}
	digits := bytes.TrimSuffix(line[:len(line)-1], []byte("+"))
	start := len(digits)
	for start > 0 && digits[start-1]-'0' < 10 {
		start--
	}
	switch {
	case start == len(digits):
		return 0, false
	case start == 0:
		return math.MaxInt64, true // longer than any number that is meant
	case digits[start-1] != '{':
		return 0, false
	}
	n, err := strconv.ParseInt(string(digits[start:]), 10, 64)
	if err != nil {
		return math.MaxInt64, true
	}
	return n, true
}
