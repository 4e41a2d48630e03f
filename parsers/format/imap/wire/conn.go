// Package wire stands between the IMAP client and the network, because the
// server is not trusted and the client (go-imap v2 beta 8) has no deadlines and
// no limits, and gives a connection up at the first word that it cannot read.
//
// A Conn reads ahead of the client. A framer follows where each response ends,
// so that the connection is given up before the client sees anything beyond the
// limits. A sieve takes messages and folders out of the stream, in any form of the
// grammar; one that does not fit it is named, and costs no connection. It notes how
// commands end, and why, with the codes that the client drops.
//
//	network ─► Conn ─► framer ─► sieve ─► Message, Folder, Status
//	                                └───► client: what else it must know
package wire

import (
	"bytes"
	"errors"
	"net"
	"os"
	"sync"
	"time"
)

// Limits of an answer, in bytes and counts. Beyond each of them the
// connection is given up.
const (
	// MaxLiteral bounds a literal: a header block, as in other mailboxes.
	MaxLiteral = 256 << 10
	// MaxResponse bounds a response with its literals.
	MaxResponse = 4 << 20
	// MaxCommand bounds the answer to a command that asks for little.
	MaxCommand = 2 << 20
	// MaxResponses bounds the responses to a command, besides those that it asks
	// for: each costs the client more than its bytes suggest.
	MaxResponses = 20_000
	// maxLine bounds a response without its literals. The longest genuine one
	// is that to SEARCH, 11 bytes a message.
	maxLine = 1 << 20
)

// A Budget bounds the answer to a command.
type Budget struct {
	Bytes     int64
	Responses int // lines and messages
}

// SmallBudget is for a command that asks for little.
func SmallBudget() Budget { return Budget{MaxCommand, MaxResponses} }

// ErrStalled means that the server sent nothing, or not everything, in time.
var ErrStalled = errors.New("no answer in time")

// A LimitError means that a response was beyond a limit.
type LimitError struct{ what string }

// Error names the excess, to follow the words "the server sent".
func (e *LimitError) Error() string { return e.what }

// A Conn is a connection to a server, with deadlines and limits. Once it has
// failed it stays so: see Fault.
type Conn struct {
	net.Conn
	idle   time.Duration // the longest wait between two pieces of an answer
	stream sieve
	have   []byte // the next bytes for the client

	mu       sync.Mutex // of all below
	waiting  bool       // for an answer: only then there is a deadline
	deadline time.Time  // of the whole answer
	budget   Budget     // the rest of it
	failed   error      // the first fault
	from, to string     // of Substitute
}

// New returns a Conn over c that waits for at most idle between two pieces of
// an answer. Before the first Begin it waits without a bound, and for nothing.
func New(c net.Conn, idle time.Duration) *Conn {
	return &Conn{Conn: c, idle: idle, stream: newSieve()}
}

// Begin starts the wait for the answer to a command, which may take some time
// and bring as much as the budget has.
func (c *Conn) Begin(answer time.Duration, budget Budget) {
	c.stream.forget()
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting, c.deadline, c.budget = true, time.Now().Add(answer), budget
	c.extend()
}

// End ends the wait.
func (c *Conn) End() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.waiting = false
	_ = c.Conn.SetReadDeadline(time.Time{})
}

// extend sets the deadline of the next piece.
func (c *Conn) extend() {
	if !c.waiting {
		return
	}
	next := time.Now().Add(c.idle)
	if c.deadline.Before(next) {
		next = c.deadline
	}
	_ = c.Conn.SetReadDeadline(next)
}

// Read implements net.Conn, for the client.
func (c *Conn) Read(b []byte) (int, error) {
	for len(c.have) == 0 {
		if err := c.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(b, c.have)
	c.have = c.have[n:]
	return n, nil
}

// fill reads a piece of the stream, and sets aside the bytes for the client.
func (c *Conn) fill() error {
	if err := c.ready(); err != nil {
		return err
	}
	n, err := c.Conn.Read(c.stream.space())
	if bad := c.spend(n); bad != nil {
		return bad
	}
	have, responses, bad := c.stream.sift(n)
	c.have = have
	c.mu.Lock()
	defer c.mu.Unlock()
	c.budget.Responses -= responses
	switch {
	case bad != nil:
		return c.fail(bad)
	case c.budget.Responses < 0:
		return c.fail(&LimitError{"too many answers"})
	case n > 0:
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded):
		err = ErrStalled
	}
	return c.fail(err)
}

// ready sets the deadline of the next piece, unless the connection has failed.
func (c *Conn) ready() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.extend()
	return c.failed
}

// spend takes bytes from the budget.
func (c *Conn) spend(n int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.budget.Bytes -= int64(n); c.budget.Bytes < 0 {
		return c.fail(&LimitError{"an answer of too many bytes"})
	}
	return nil
}

// Divert gives the messages of the next command to take, which must not keep
// them, until Restore. They may come from the client's goroutine, but never two
// at a time.
func (c *Conn) Divert(take func(*Message)) { c.stream.divert(take) }

// Restore ends what Divert began, and returns the messages whose responses cannot be
// read. If a take panicked, it panics with the same.
func (c *Conn) Restore() []BadMessage { return c.stream.restore() }

// PassMessages leaves the messages of the next command to the client.
func (c *Conn) PassMessages() { c.stream.passMessages() }

// DivertFolders gives the folders of the next command to take, until that has ended.
func (c *Conn) DivertFolders(take func(Folder)) { c.stream.divertFolders(take) }

// Statuses returns how the last command ended, and the last NO, BAD or BYE that came
// with it. Their texts are the server's.
func (c *Conn) Statuses() (end, untagged Status) {
	c.stream.mu.Lock()
	defer c.stream.mu.Unlock()
	return c.stream.tagged, c.stream.untagged
}

// Vanished returns how many messages the server removed, by VANISHED.
func (c *Conn) Vanished() uint32 {
	c.stream.mu.Lock()
	defer c.stream.mu.Unlock()
	return c.stream.vanished
}

// Substitute lets the next command name to the server where the client names from.
// Both are as they go over the wire.
func (c *Conn) Substitute(from, to string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.from, c.to = from, to
}

// fail notes the first fault, and returns it.
func (c *Conn) fail(err error) error {
	if c.failed == nil {
		c.failed = err
	}
	return c.failed
}

// Kill gives up the connection because of err, without a word to the server.
func (c *Conn) Kill(err error) {
	c.mu.Lock()
	_ = c.fail(err)
	c.mu.Unlock()
	if t, ok := c.Conn.(interface{ NetConn() net.Conn }); ok {
		_ = t.NetConn().Close() // TLS would say goodbye first, and may not be heard
		return
	}
	_ = c.Conn.Close()
}

// Fault returns the first fault, nil if the connection has none: ErrStalled, a
// *LimitError, the error given to Kill, or one of the network.
func (c *Conn) Fault() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed
}

// Write implements net.Conn, for the client.
func (c *Conn) Write(b []byte) (int, error) {
	c.stream.sent(b)
	_ = c.Conn.SetWriteDeadline(time.Now().Add(c.idle))
	n, err := len(b), error(nil)
	if out, changed := c.substituted(b); changed {
		_, err = c.Conn.Write(out)
	} else {
		n, err = c.Conn.Write(b)
	}
	if err == nil {
		return n, nil
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		err = ErrStalled
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return n, c.fail(err)
}

// substituted returns what goes over the wire for b.
func (c *Conn) substituted(b []byte) (out []byte, changed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.from == "" || !bytes.Contains(b, []byte(c.from)) {
		return b, false
	}
	out = bytes.Replace(b, []byte(c.from), []byte(c.to), 1)
	c.from = ""
	return out, true
}

// SetDeadline implements net.Conn. It does nothing: the deadlines are those of
// Begin and New.
func (c *Conn) SetDeadline(time.Time) error { return nil }

// SetReadDeadline implements net.Conn. It does nothing, as SetDeadline.
func (c *Conn) SetReadDeadline(time.Time) error { return nil }

// SetWriteDeadline implements net.Conn. It does nothing, as SetDeadline.
func (c *Conn) SetWriteDeadline(time.Time) error { return nil }
