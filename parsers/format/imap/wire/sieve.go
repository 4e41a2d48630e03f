package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"sync"
)

// readSize is how much is read at once, in bytes. Memory for a longer response is
// there as long as it is needed.
const readSize = 64 << 10

// errPanicked ends a connection whose taker of messages panicked: in the
// client's goroutine a panic would be taken for a response that cannot be read.
var errPanicked = errors.New("internal error")

// A route is what becomes of a response.
type route uint8

const (
	toClient route = iota
	toTaker        // a message
	toFolder       // a folder
	toNobody       // what nobody asked for, and the client may not know
)

// A sieve parts a stream. Messages and folders that were asked for are taken from
// it while they lie in its buffer, statuses are noted, and what the client does not
// need is left out: it ends the connection at the first word that it does not know.
// The client gets the rest.
type sieve struct {
	buf    []byte
	held   []byte // of buf: the beginning of a response
	known  int    // bytes at the front of buf that were followed before
	begun  bool   // the beginning of the response that comes is gone, by its route
	route  route  // of that response
	frames framer

	mu       sync.Mutex // of all below; held while a message is taken
	take     func(*Message)
	open     bool // the command goes on: messages were asked for
	pass     bool // messages are the client's
	bad      []BadMessage
	message  Message // the last one
	crash    any     // the value that take panicked with
	folders  func(Folder)
	tag      string // of the command that is waited for; "" before it is sent
	tagged   Status // how that ended
	untagged Status // the last one that said NO, BAD or BYE
	vanished uint32 // messages that were removed, by VANISHED
}

func newSieve() sieve {
	return sieve{buf: make([]byte, readSize), frames: framer{maxLiteral: MaxLiteral}}
}

// space returns where the next bytes of the stream are put. What sift returned
// last is overwritten.
func (s *sieve) space() []byte {
	switch {
	case len(s.held) == len(s.buf):
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	case len(s.buf) > readSize && len(s.held) < readSize:
		s.buf = append(make([]byte, 0, readSize), s.held...)[:readSize]
		s.held = s.buf[:len(s.held)]
	}
	s.known, s.held = copy(s.buf, s.held), nil
	return s.buf[s.known:]
}

// sift follows the n bytes that were put into space. It takes what is for others, and
// returns what is for the client in the same memory, and how many responses ended. It
// fails when the stream is beyond the limits.
func (s *sieve) sift(n int) (rest []byte, responses int, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	b, at, start := s.buf[:s.known+n], s.known, 0
	rest = b[:0]
	for at < len(b) {
		n, ended, err := s.frames.next(b[at:])
		at += n
		if err != nil {
			s.noteBad(b[start:at], err)
			return rest, responses, err
		}
		if !ended {
			s.watchLiteral(b[start:at])
			continue
		}
		responses++
		if s.settle(b[start:at]) {
			rest = append(rest, b[start:at]...)
		}
		start, s.begun = at, false
	}
	if s.crash != nil {
		return rest, responses, errPanicked
	}
	return s.keep(rest, b[start:]), responses, nil
}

// watchLiteral leaves a message out whose literal is longer than is kept: its bytes
// are read and dropped, so that the connection goes on.
func (s *sieve) watchLiteral(begun []byte) {
	if s.begun || s.frames.literal <= MaxLiteral || s.routeOf(begun) != toTaker {
		return
	}
	s.noteBad(begun, &LimitError{fmt.Sprintf("a literal of more than %d bytes", MaxLiteral)})
	s.begun, s.route = true, toNobody
}

// noteBad notes the message whose response cannot be read, if it is one.
func (s *sieve) noteBad(begun []byte, why error) {
	if !s.begun && s.routeOf(begun) == toTaker {
		s.bad = append(s.bad, BadMessage{uidOf(begun), why.Error()})
	}
}

// keep holds a response that is not complete. Beyond readSize only messages and
// folders are held.
func (s *sieve) keep(rest, begun []byte) []byte {
	if len(begun) == 0 {
		return rest
	}
	if !s.begun {
		if len(begun) < readSize {
			s.held = begun
			return rest
		}
		if s.route = s.routeOf(begun); s.route == toTaker || s.route == toFolder {
			s.held = begun
			return rest
		}
		s.begun = true
	}
	if s.route == toClient {
		return append(rest, begun...)
	}
	return rest
}

// settle sees a response to its end, and reports whether that is the client's.
func (s *sieve) settle(response []byte) bool {
	if s.begun {
		return s.route == toClient
	}
	s.noteStatus(response)
	switch s.routeOf(response) {
	case toClient:
		return true
	case toTaker:
		s.takeMessage(response)
	case toFolder:
		s.folders(readFolder(response))
	case toNobody:
		s.noteVanished(response)
	}
	return false
}

// noteStatus notes what the response says of a command or of the connection. What
// comes after the end of the command was not asked for.
func (s *sieve) noteStatus(response []byte) {
	if response[0] == '*' && (len(response) < 3 || response[2]-'0' < 10) {
		return // most are messages
	}
	status, tag, ok := readStatus(response)
	switch {
	case !ok:
	case tag == s.tag && tag != "":
		s.tagged, s.open, s.pass, s.folders = status, false, false, nil
	case tag == "*" && status.Kind != "OK":
		s.untagged = status
	}
}

// routeOf returns the route of a response, whose beginning is enough.
func (s *sieve) routeOf(response []byte) route {
	if !hasFold(response, "* ") {
		return toClient // the end of a command, a demand for more, or no response at all
	}
	switch {
	case isFetch(response):
		switch {
		case s.open:
			return toTaker
		case s.pass:
			return toClient
		}
		return toNobody
	case isList(response):
		if s.folders != nil {
			return toFolder
		}
		return toNobody
	case isForClient(response):
		return toClient
	}
	return toNobody
}

// isForClient reports whether an untagged response is of those that the client must
// see, and in a form that it can read.
func isForClient(response []byte) bool {
	c := cursor{response[len("* "):]}
	n := c.number()
	if n >= 0 {
		return c.skip(" EXISTS") || c.skip(" EXPUNGE")
	}
	word := strings.ToUpper(string(c.atom()))
	switch word {
	case "CAPABILITY", "SEARCH", "ESEARCH", "BYE", "PREAUTH":
		return true
	case "OK":
		return isForClientOK(&c)
	}
	return false
}

// isForClientOK reports whether an untagged OK has no code, or one of those that
// matter.
func isForClientOK(c *cursor) bool {
	c.spaces()
	switch {
	case !c.skip("["), c.skip("CAPABILITY "), c.skip("CLOSED]"):
		return true
	case c.skip("UIDNEXT "), c.skip("UIDVALIDITY "):
		n := c.number()
		return n > 0 && n == int64(uint32(n)) && c.skip("]")
	}
	return false
}

// noteVanished counts the messages that a server removed which numbers by UIDs (RFC
// 7162 section 3.2.10).
func (s *sieve) noteVanished(response []byte) {
	c := cursor{response}
	if !c.skip("* VANISHED ") || c.skip("(EARLIER)") {
		return
	}
	for part := range strings.SplitSeq(string(c.atom()), ",") {
		from, to, isRange := strings.Cut(part, ":")
		low, high := uidNumber(from), uidNumber(to)
		if !isRange {
			high = low
		}
		s.vanished += max(low, high) - min(low, high) + 1
	}
}

func uidNumber(text string) uint32 {
	n, _, _ := cutNumber([]byte(text))
	return uint32(n)
}

// takeMessage takes a message that can be read. Of one without a header nothing is
// said: servers report flags so.
func (s *sieve) takeMessage(response []byte) {
	if s.message = (Message{}); !s.message.readUsual(response) {
		s.message = Message{}
		if !s.message.read(response) {
			s.bad = append(s.bad, BadMessage{s.message.UID, "an answer that cannot be read"})
			return
		}
	}
	if s.message.UID != 0 && s.message.Header != nil {
		s.call(&s.message)
	}
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
	s.take, s.open, s.crash, s.bad = take, true, nil, nil
	s.frames.maxLiteral = MaxResponse
}

// restore ends what divert began, and returns the messages that cannot be read.
func (s *sieve) restore() []BadMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.open = false
	s.frames.maxLiteral = MaxLiteral
	if s.crash != nil {
		panic(s.crash)
	}
	return s.bad
}

func (s *sieve) divertFolders(take func(Folder)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.folders = take
}

func (s *sieve) passMessages() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pass = true
}

// forget forgets the statuses of earlier commands.
func (s *sieve) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tag, s.tagged, s.untagged = "", Status{}, Status{}
}

// sent notes the tag of the command that is waited for. The library asks for the
// capabilities by itself, at any time: the answer to that is the end of no other command.
func (s *sieve) sent(b []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tag, command, ok := bytes.Cut(b, []byte(" "))
	if s.tag == "" && ok && !bytes.HasPrefix(command, []byte("CAPABILITY")) {
		s.tag = string(tag)
	}
}
