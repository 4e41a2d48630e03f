// Package queue follows the messages of mail servers that log several lines
// for one: each line names the message by its queue id and host, and tells a
// part of its life. A Table holds those of one piece of a log; what a piece
// could not settle, a Joiner joins with what comes before and after.
package queue

import (
	"bytes"
	"cmp"
	"time"
	"unsafe"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/parsers"
)

// linkWindow is how long after the end of a message a line may come that still
// tells of it, or joins it with its next hop.
const linkWindow = 10 * time.Minute

// A Place is when and where a line was read.
type Place struct {
	When   time.Time
	Origin parsers.Origin
	Repeat int // how often the line stands for itself
}

// A Table follows the messages of one piece.
type Table struct {
	Tally parsers.Tally
	// Late tells that lines may come soon after the end of a message.
	Late bool
	// Nameless tells that ids serve to find messages, and are not told.
	Nameless bool

	piece    parsers.Piece
	sink     parsers.Sink
	byKey    map[uint64]*Message
	messages []*Message
	hostName []byte
	hostHash uint64
	begun    time.Time
	now      time.Time
}

// NewTable returns the table of a piece.
func NewTable(p parsers.Piece, sink parsers.Sink) *Table {
	return &Table{piece: p, sink: sink, byKey: map[uint64]*Message{}}
}

// Place returns the place of a line of the piece.
func (t *Table) Place(when time.Time, line int64, repeat int) Place {
	return Place{when, parsers.Origin{Source: t.piece.Source, Piece: t.piece.Number, Line: line}, repeat}
}

// Message returns the message of an id on a host, which a line at a place
// tells of. begins tells that the line is the first of a message: another one
// under the same id is over.
func (t *Table) Message(host, id []byte, at Place, begins bool) *Message {
	if t.begun.IsZero() {
		t.begun = at.When
	}
	if at.When.After(t.now) {
		t.now = at.When
	}
	if t.hostHash == 0 || !bytes.Equal(host, t.hostName) {
		t.hostName = append(t.hostName[:0], host...)
		t.hostHash = xxhash.Sum64(host) | 1
	}
	key := keyOf(t.hostHash, id)
	m := t.byKey[key]
	if m != nil && begins && m.Began {
		m.Ended = true
		m = nil
	}
	if m == nil {
		m = &Message{key: key, host: t.hostHash, first: at.Origin, Began: begins}
		if !t.Nameless {
			m.ID = string(id)
		}
		t.byKey[key] = m
		t.messages = append(t.messages, m)
	}
	m.last = at.When
	m.Began = m.Began || begins
	return m
}

// Far tells a place of which all that came shortly before it is in the piece.
func (t *Table) Far(at Place) bool { return at.When.Sub(t.begun) > linkWindow }

func keyOf(host uint64, id []byte) uint64 { return xxhash.Sum64(id) ^ host }

// Refuse tells a message that was refused before it got an id. Strings of d
// may be lent.
func (t *Table) Refuse(d *parsers.Delivery, at Place) {
	d.Time, d.Origin, d.Count = at.When, at.Origin, max(1, at.Repeat)
	d.Status, d.Arrived, d.Failure = parsers.StatusRejected, parsers.ArrivedNo, parsers.FailureOther
	t.Tally.Deliveries += int64(d.Count)
	if !d.SenderKnown {
		t.Tally.NoSender += int64(d.Count)
	}
	t.sink.Add(d)
}

// A rest is what a piece could not settle.
type rest struct {
	messages []*Message
	now      time.Time
}

// Close ends the piece: it tells the messages that lie within it.
func (t *Table) Close() (parsers.Tally, parsers.Rest) {
	out := teller{sink: t.sink, tally: &t.Tally}
	for _, m := range t.messages {
		t.follow(m)
	}
	left := &rest{now: t.now}
	for _, m := range t.messages {
		if m.settled(t.begun, t.now, t.Late) {
			out.tell(m)
		} else {
			left.messages = append(left.messages, m)
		}
	}
	return t.Tally, left
}

// maxEvents bounds the messages of a stream of events that may get more of them:
// those of one message mostly follow each other within minutes.
const maxEvents = 50_000

// Bound tells the messages that began first, if there are too many: a source
// that is read from one end to the other has no pieces.
func (t *Table) Bound() {
	if len(t.messages) <= maxEvents {
		return
	}
	out := teller{sink: t.sink, tally: &t.Tally}
	half := len(t.messages) / 2
	for _, m := range t.messages[:half] {
		out.tell(m)
		if t.byKey[m.key] == m {
			delete(t.byKey, m.key)
		}
	}
	n := copy(t.messages, t.messages[half:])
	clear(t.messages[n:])
	t.messages = t.messages[:n]
}

// Finish tells all messages that are left.
func (t *Table) Finish() parsers.Tally {
	for _, m := range t.messages {
		t.follow(m)
	}
	out := teller{sink: t.sink, tally: &t.Tally}
	for _, m := range t.messages {
		out.tell(m)
	}
	t.messages, t.byKey = nil, nil
	return t.Tally
}

// follow joins m with the hops that its recipients were handed to.
func (t *Table) follow(m *Message) {
	for _, r := range m.Recipients {
		if r.Handed && r.Next != "" {
			handOver(m, r, t.byKey[keyOf(m.host, lentBytes(r.Next))])
		}
	}
}

// Precede notes that next is a part of m that went on under an id of its own:
// what it does not know itself, m does.
func (m *Message) Precede(next *Message) {
	if next.parent == nil && next != m && m.firstHop() != next {
		next.parent = m
	}
}

// handOver notes that r goes on as next.
func handOver(m *Message, r *Recipient, next *Message) {
	if next == nil || next == m {
		return
	}
	r.onward = true
	m.Precede(next)
}

// maxHops bounds the ids that a message is followed through.
const maxHops = 8

func (m *Message) firstHop() *Message {
	for range maxHops {
		p := m.before()
		if p == nil {
			break
		}
		m = p
	}
	return m
}

// settled tells a message of which no other piece can say more: its end is
// there, and it lies far enough from the borders for a hop of it to lie beyond.
func (m *Message) settled(begun, now time.Time, late bool) bool {
	if !m.Began || !m.over() || late && now.Sub(m.last) <= linkWindow {
		return false
	}
	if m.parent == nil && m.Submitted && m.AuthUser == "" && m.last.Sub(begun) <= linkWindow {
		return false // the hop before may name it
	}
	if len(m.Recipients) == 0 && now.Sub(m.last) <= linkWindow {
		return false // it is there for what comes after it
	}
	for p, n := m.parent, 0; p != nil && n < maxHops; p, n = p.parent, n+1 {
		if !p.Began {
			return false // that hop's beginning is another piece's
		}
	}
	for _, r := range m.Recipients {
		if r.Handed && !r.onward && r.Next != "" && now.Sub(m.last) <= linkWindow {
			return false
		}
	}
	return true
}

// A teller gives deliveries to a sink.
type teller struct {
	sink  parsers.Sink
	tally *parsers.Tally
	d     parsers.Delivery
}

func (t *teller) tell(m *Message) {
	d := &t.d
	*d = parsers.Delivery{
		Sender: m.Sender, SenderKnown: m.SenderKnown, AuthUser: m.AuthUser, Submitted: m.Submitted, Direction: m.Direction,
		Bytes: m.Bytes, Subject: m.Subject, MessageID: m.MessageID, QueueID: m.ID,
	}
	for h, n := m.before(), 0; h != nil && n < maxHops; h, n = h.before(), n+1 { // the first hop's word counts
		d.AuthUser, d.Bytes, d.Subject = cmp.Or(h.AuthUser, d.AuthUser), cmp.Or(h.Bytes, d.Bytes), cmp.Or(h.Subject, d.Subject)
		d.MessageID = cmp.Or(d.MessageID, h.MessageID)
		d.Submitted = d.Submitted || h.Submitted
		if !d.SenderKnown && h.SenderKnown {
			d.Sender, d.SenderKnown = h.Sender, true
		}
	}
	d.Submitted = d.Submitted || d.AuthUser != ""
	for _, r := range m.Recipients {
		if r.onward {
			continue
		}
		if m.closed != parsers.StatusUnknown && (r.Status == parsers.StatusDeferred || r.Status == parsers.StatusUnknown) {
			r.Status = m.closed
		}
		d.Time, d.Origin, d.Count = r.place.When, r.place.Origin, max(1, r.place.Repeat)
		d.Recipient, d.OrigRecipient, d.DSN, d.Relay = r.Address, r.Orig, r.DSN, r.Relay
		if d.OrigRecipient == "" {
			d.OrigRecipient = m.typed(r.Address)
		}
		if r.Status == parsers.StatusDelivered && d.DSN != "" && d.DSN[0] != '2' {
			d.DSN = "" // of an attempt before
		}
		d.Status, d.Failure, d.Local = r.Status, r.Failure, r.Local
		d.Handed = r.Handed && r.Status == parsers.StatusDelivered
		d.Arrived = r.arrived()
		d.Incomplete = d.Status != parsers.StatusRejected && (!m.SenderKnown || !m.over())
		t.tally.Deliveries += int64(d.Count)
		if !d.SenderKnown {
			t.tally.NoSender += int64(d.Count)
		}
		if d.Incomplete {
			t.tally.Incomplete += int64(d.Count)
		}
		t.sink.Add(d)
	}
}

// typed returns what an earlier hop says was typed for an address.
func (m *Message) typed(address string) string {
	for at, n := m.before(), 0; at != nil && n < maxHops; at, n = at.before(), n+1 {
		if r := at.find(address); r != nil && r.Orig != "" {
			return r.Orig
		}
	}
	return ""
}

func lentBytes(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }
