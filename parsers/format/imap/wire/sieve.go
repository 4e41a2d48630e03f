package wire

import (
	"errors"
	"sync"
)

// readSize is how much is read at once, in bytes. A longer response is given to
// the client as it comes.
const readSize = 64 << 10

// errPanicked ends a connection whose taker of messages panicked: in the
// client's goroutine a panic would be taken for a response that cannot be read.
var errPanicked = errors.New("internal error")

// A sieve parts a stream into messages in the usual form, which are taken while
// they lie in its buffer, and all the rest, which is left to the client.
type sieve struct {
	buf     []byte
	held    []byte // of buf: the beginning of a response that may be in the usual form
	known   int    // bytes at the front of buf that were followed before
	partial bool   // the client has the beginning of the response that comes
	frames  framer

	mu      sync.Mutex // of all below; held while a message is taken
	take    func(*Message)
	open    bool    // the command goes on: messages were asked for
	message Message // the last one
	crash   any     // the value that take panicked with
}

func newSieve() sieve {
	return sieve{buf: make([]byte, readSize), frames: framer{maxLiteral: MaxLiteral}}
}

// space returns where the next bytes of the stream are put. What sift returned
// last is overwritten.
func (s *sieve) space() []byte {
	s.known, s.held = copy(s.buf, s.held), nil
	return s.buf[s.known:]
}

// sift follows the n bytes that were put into space. It takes the messages, and
// returns the rest in the same memory, and how many responses ended. It fails
// when the stream is beyond the limits.
func (s *sieve) sift(n int) (rest []byte, responses int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, at, start := s.buf[:s.known+n], s.known, 0
	rest = b[:0]
	for at < len(b) {
		n, ended, err := s.frames.next(b[at:])
		if err != nil {
			return rest, responses, err
		}
		if at += n; !ended {
			continue
		}
		responses++
		if response := b[start:at]; s.partial || !s.takeUsual(response) {
			rest = append(rest, response...)
		}
		start, s.partial = at, false
	}
	if s.crash != nil {
		return rest, responses, errPanicked
	}
	return s.keep(rest, b[start:]), responses, nil
}

// keep holds a response that is not complete, if it may become a message.
// Otherwise its beginning goes to the client.
func (s *sieve) keep(rest, begun []byte) []byte {
	switch {
	case len(begun) == 0:
		return rest
	case s.open && !s.partial && len(begun) < len(s.buf):
		s.held = begun
		return rest
	}
	s.partial = true
	return append(rest, begun...)
}

// takeUsual takes a response, if it is a message in the usual form. What the
// server sends after the end of the command was not asked for.
func (s *sieve) takeUsual(response []byte) bool {
	if response[0] != '*' {
		s.open = false
	}
	if s.message = (Message{}); !s.open || !s.message.readUsual(response) {
		return false
	}
	s.call(&s.message)
	return true
}

// call gives a message to take, unless that panicked before.
func (s *sieve) call(m *Message) {
	if s.crash != nil {
		return
	}
	defer func() { s.crash = recover() }()
	s.take(m)
}

func (s *sieve) divert(take func(*Message)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.take, s.open, s.crash = take, true, nil
}

// hand takes a message that the client has read. It is false if take panicked.
func (s *sieve) hand(m *Message) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.call(m)
	return s.crash == nil
}

func (s *sieve) restore() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = false
	if s.crash != nil {
		panic(s.crash)
	}
}
