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
// beyond the limits. What is plain of the messages that are asked for it reads
// itself.
type guard struct {
	net.Conn
	read time.Duration // between two pieces of an answer

	buf  []byte
	have []byte // of buf, not yet taken by the client
	held []byte // of buf behind it, the beginning of an answer that may be plain
	cut  bool   // the client has the beginning of the answer that comes

	taking sync.Mutex // of plain, and while a message is taken
	plain  func(*fetched)
	found  fetched // the last one

	mu      sync.Mutex
	waiting bool      // for an answer: only then there is a deadline
	until   time.Time // of the whole answer
	failed  error     // the first fault
	budget  budget    // what the command may still bring
	frames  framer
}

// readSize is how much is read at once. What is longer than that is given to
// the client as it comes.
const readSize = 64 << 10

func newGuard(c net.Conn, read time.Duration) *guard {
	return &guard{Conn: c, read: read, buf: make([]byte, readSize), frames: framer{literalLimit: maxLiteral}}
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
	for len(g.have) == 0 {
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
	old := copy(g.buf, g.held)
	n, err := g.Conn.Read(g.buf[old:])
	if bad := g.spend(n); bad != nil {
		return bad
	}
	bad := g.sift(g.buf[:old+n], old)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.budget.responses -= g.frames.takeCount()
	switch {
	case bad != nil:
		return g.fail(bad)
	case g.budget.responses < 0:
		return g.fail(&limitError{"too many answers"})
	case n > 0:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = errStalled
	}
	return g.fail(err)
}

// spend takes bytes from the budget.
func (g *guard) spend(n int) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.budget.bytes -= int64(n); g.budget.bytes < 0 {
		return g.fail(&limitError{"an answer of too many bytes"})
	}
	return nil
}

// divert gives messages that are plainly told to take instead of to the client,
// until the command ends; with nil no more.
func (g *guard) divert(take func(*fetched)) {
	g.taking.Lock()
	defer g.taking.Unlock()
	g.plain = take
}

// sift follows b, of which the first bytes were followed before, and fails when
// it is beyond the limits. The plain messages in it are taken; the rest is
// there for the client, in the same memory.
func (g *guard) sift(b []byte, followed int) error {
	g.taking.Lock()
	defer g.taking.Unlock()
	g.have, g.held = b[:0], nil
	start := 0 // of the answer
	for at := followed; at < len(b); {
		n, ended, err := g.frames.next(b[at:])
		if err != nil {
			return err
		}
		if at += n; ended {
			if answer := b[start:at]; g.cut || !g.takePlain(answer) {
				g.have = append(g.have, answer...)
			}
			start, g.cut = at, false
		}
	}
	switch rest := b[start:]; {
	case len(rest) == 0:
	case g.plain != nil && !g.cut && len(rest) < len(g.buf):
		g.held = rest
	default:
		g.have, g.cut = append(g.have, rest...), true
	}
	return nil
}

// takePlain takes a whole answer, if it is a message that is plainly told. What
// the server says behind the end of the command is none that was asked for.
func (g *guard) takePlain(answer []byte) bool {
	if answer[0] != '*' {
		g.plain = nil
	}
	if g.found = (fetched{}); g.plain == nil || !readPlain(answer, &g.found) {
		return false
	}
	g.plain(&g.found)
	return true
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
	count        int   // of whole answers
	tail         []byte
}

// next follows the next piece of b, a line or a literal as far as it is there,
// and fails when it is beyond the limits. It returns the length of the piece,
// and whether an answer ends with it.
func (f *framer) next(b []byte) (n int, ended bool, err error) {
	if f.literal > 0 {
		n = int(min(f.literal, int64(len(b))))
		f.literal -= int64(n)
	} else {
		n, ended = f.takeLine(b)
	}
	f.response += int64(n)
	switch {
	case f.literal > f.literalLimit:
		return n, false, &limitError{fmt.Sprintf("a literal of more than %d bytes", f.literalLimit)}
	case f.line > maxLine:
		return n, false, &limitError{fmt.Sprintf("a line of more than %d bytes", maxLine)}
	case f.response > maxResponse:
		return n, false, &limitError{fmt.Sprintf("an answer of more than %d bytes", maxResponse)}
	case ended:
		f.line, f.response = 0, 0
		f.count++
	}
	return n, ended, nil
}

// takeCount returns how many answers ended since it was called last.
func (f *framer) takeCount() int {
	n := f.count
	f.count = 0
	return n
}

// takeLine follows b to the end of a line at most, and returns how much that
// is and whether an answer ends there.
func (f *framer) takeLine(b []byte) (n int, ended bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		f.keep(b)
		f.line += int64(len(b))
		return len(b), false
	}
	f.keep(b[:i])
	f.line += int64(i) + 1
	var marked bool
	f.literal, marked = literalLength(f.tail)
	f.tail = f.tail[:0]
	return i + 1, !marked
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
