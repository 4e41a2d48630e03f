package imap

import (
	"sync/atomic"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// Options of a Read.
type Options struct {
	Server   Server
	Accounts []Account
	// SharedSecret means that all accounts log in by the same secret: after it was refused
	// for one, no other is tried.
	SharedSecret bool
	Selection    Selection
	// Since leaves out the messages that the server got before the day before
	// it, in UTC: the server compares days of its own zone. Zero for all.
	Since  time.Time
	Jobs   int // connections at the same time, at least 1
	Limits Limits
	// NewSink makes the sink of one connection. It is called before any
	// reading, and not at the same time.
	NewSink func() parsers.Sink
	// FirstSource is the index that the first folder has among the sources of
	// an audit.
	FirstSource int32
	// Known are the places up to which folders were read before: only later
	// messages are read, and those that an earlier Since left out.
	Known map[Folder]Position
	// Begin, if not nil, is given the Reading when its sources are known and
	// before any message is read.
	Begin func(*Reading)
	// Progress, if not nil, follows how far the reading is.
	Progress *Progress
	// Program and Version are told to servers that ask for them.
	Program, Version string
}

// Limits bound what a server may cost. Nothing that it sends is believed
// before it is within them.
type Limits struct {
	Greeting time.Duration // for the connection, the TLS handshake and the greeting each
	Read     time.Duration // between two pieces of an answer
	Answer   time.Duration // for a whole answer, from the command to its end
	Total    time.Duration // for everything; 0 is for ever
	Wasted   time.Duration // on attempts in an account that brought nothing
	Pause    time.Duration // before the second attempt to connect; it doubles
	Backoff  time.Duration // after the first refusal for now, if the server does not say how long; it doubles
	Batch    int           // messages of one FETCH
	Window   int           // messages of one SEARCH
	Messages int           // of one folder, the newest; that there are more is an error of its source
}

// DefaultLimits are those that a slow server on a slow line keeps.
func DefaultLimits() Limits {
	return Limits{
		Greeting: 15 * time.Second, Read: 30 * time.Second, Answer: 45 * time.Second, Total: 12 * time.Hour, Wasted: 45 * time.Second,
		Pause: 100 * time.Millisecond, Backoff: 2 * time.Second, Batch: 1000, Window: 50_000, Messages: 20_000_000,
	}
}

// A Progress follows how far a Read is. It may be asked at any time.
type Progress struct {
	allAccounts, seenAccounts, doneAccounts atomic.Int64
	allMessages, doneMessages               atomic.Int64
	wait                                    atomic.Pointer[Wait]
}

// A Wait is that a server asked to be left alone.
type Wait struct {
	Until  time.Time
	Reason string // what the server said, in one line
}

// Waiting returns what is waited for, the latest that began; nil for nothing.
func (p *Progress) Waiting() *Wait { return p.wait.Load() }

// waiting notes a wait, until end is called.
func (p *Progress) waiting(until time.Time, reason string) (end func()) {
	w := &Wait{until, reason}
	p.wait.Store(w)
	return func() { p.wait.CompareAndSwap(w, nil) }
}

// Accounts returns how many accounts there are, how many were surveyed, and how
// many were read to their end.
func (p *Progress) Accounts() (all, seen, done int64) {
	return p.allAccounts.Load(), p.seenAccounts.Load(), p.doneAccounts.Load()
}

// Messages returns how many messages there are to be read, as far as they are
// known, and how many were. They are all known when all accounts were surveyed.
func (p *Progress) Messages() (all, done int64) {
	return p.allMessages.Load(), p.doneMessages.Load()
}

func (p *Progress) accounts(n int)  { p.allAccounts.Store(int64(n)) }
func (p *Progress) surveyed()       { p.seenAccounts.Add(1) }
func (p *Progress) finished()       { p.doneAccounts.Add(1) }
func (p *Progress) expect(n uint32) { p.allMessages.Add(int64(n)) }
func (p *Progress) received(n int)  { p.doneMessages.Add(int64(n)) }
