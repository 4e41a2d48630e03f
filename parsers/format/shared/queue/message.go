package queue

import (
	"cmp"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// A Place is when and where a line was read.
type Place struct {
	When   time.Time
	Origin parsers.Origin
	Repeat int // how often the line stands for itself
}

// Facts are what lines say of a message, but for its texts, times and numbers. Most messages of
// a log have the same few: a store has each once.
type Facts struct {
	SenderKnown bool // with false, Sender is on whose behalf it is delivered, which counts where no line names the sender
	Submitted   bool // it entered by a login, by a local user or from a private address
	PickedUp    bool // a program on the host submitted it, as filters do that pass a message on
	Relayed     bool // all of it goes to a server that sends for others: "delivered" is only that one's having it
	// Began and Ended say that its first, and its last line is there.
	Began, Ended bool
	Direction    parsers.Direction

	closed     parsers.Status // of those that still waited; StatusUnknown if none
	entered    bool           // the line that says where it came from is there
	over       bool           // no line of it can come any more
	complete   bool           // its last line says that no recipient waits any more
	split      bool           // some of those that are expected are another message's
	continued  bool           // a later hop took over what was not delivered
	piped      bool           // a program took it, and may submit it again
	reinjected bool           // a hop before handed it over: where it came from says nothing of its writer
	isParent   bool           // others refer to it
	fromOther  bool           // it came from a host of which another source has the lines
	borrows    bool           // see Table.Borrows
	spare      bool           // it is settled, unless the source of such a host has a hop of it
}

// A Message is the life of a message under one id, or the part of it that one
// piece of a log shows. Its strings may be borrowed from the block that is being
// read where the table Borrows.
type Message struct {
	ID         string
	Sender     string
	AuthUser   string
	MessageID  string
	Subject    string
	Recipients []*Recipient
	Bytes      int64
	// Expected is how many recipients it has, where no line ends it: it is over
	// when so many of them have their last word.
	Expected int
	Facts

	key, host uint64
	first     parsers.Origin
	previous  string // id of the hop before, as a line of m names it
	client    string // name that may be that of such a host, where the hosts of other sources are not known
	isStored  bool   // the joiner stores a copy of it, which counts
	parent    *Message
	merged    *Message      // the message that this part of it was joined to
	only      Recipient     // the first of Recipients
	slot      [1]*Recipient // their memory, as long as there is one
	index     map[string]*Recipient
	touched   []*Recipient // those that the block changed, where they are many
	text      []byte       // what its strings are of, once their block is over
	block     int          // the last block that had a line of it
	firstTime time.Time
	last      time.Time
}

// An Outcome is what became of a message for one recipient, but for its texts and
// its time: a store has each once, as Facts.
type Outcome struct {
	by        uint64 // key of the session that took it, if only the piece before may know with whom that is; else 0
	Status    parsers.Status
	Failure   parsers.Failure
	Local     bool // stored here
	Piped     bool // given to a program here, which may pass it on
	Handed    bool // given to a host of the organisation: the log of its next hop says more
	SentOn    bool // an alias or a rule here made it of another address
	Smarthost bool // given to a foreign host that delivers for all
	Broke     bool // an attempt broke at the end of DATA
	Probe     bool // an address was verified, and no mail sent

	onward bool // the log has that hop
	event  bool // an event named it
	named  bool // the message came with it, and no line says what became of it
}

// A Recipient is one recipient of a message.
type Recipient struct {
	Address, Orig string
	DSN, Relay    string
	Next          string // id under which the next hop goes on with it
	Outcome
	place Place
}

// Set notes the status of r that a line says.
func (r *Recipient) Set(at *Place, status parsers.Status) {
	r.place.When = at.When
	r.place.Origin = at.Origin
	r.place.Repeat = at.Repeat
	r.Status, r.Failure, r.named = status, parsers.FailureNone, false
}

// By notes the session that took r, which began in a piece before: if that one was Relayed,
// so is r.
func (r *Recipient) By(session *Message) { r.by = session.key }

// GoesOn notes that the log has r again under the id of a later hop.
func (r *Recipient) GoesOn() { r.onward = true }

// Event notes what an event says of r, where a source has events in any order:
// a last word counts more than a delay, a delay more than a hand-over within
// the organisation, and of two of a kind the later one, as a bounce after a
// delivery.
func (r *Recipient) Event(at *Place, status parsers.Status, handed bool) bool {
	old, now := weight(r.Status, r.Handed), weight(status, handed)
	if r.event && (now < old || now == old && at.When.Before(r.place.When)) {
		return false
	}
	r.Set(at, status)
	r.Handed, r.event = handed, true
	return true
}

// weight orders the words of events: how little is left to come after them.
func weight(s parsers.Status, handed bool) int {
	switch {
	case s == parsers.StatusUnknown:
		return 0
	case handed:
		return 1
	case s == parsers.StatusDeferred:
		return 2
	}
	return 3
}

// Reply notes the host of an attempt and the code of its answer; what an attempt
// does not say stays as the one before said it.
func (r *Recipient) Reply(relay string, code []byte) {
	r.Relay = cmp.Or(relay, r.Relay)
	if len(code) > 0 && string(code) != r.DSN {
		r.DSN = string(code)
	}
}

// isOurs reports that the last hop is the organisation's own: its word about
// the next one counts.
func (r *Recipient) isOurs() bool { return r.Handed || r.Local }

// waits reports that r was given to a hop that was not seen yet.
func (r *Recipient) waits() bool {
	return !r.onward && (r.Next != "" && r.isOurs() || r.Piped && r.Status == parsers.StatusDelivered)
}

// namesHop reports that a foreign host named the id under which it goes on with a
// recipient, and the log did not show it.
func (m *Message) namesHop() bool {
	for _, r := range m.Recipients {
		if r.Next != "" && !r.onward {
			return true
		}
	}
	return false
}

// manyRecipients is where looking for a recipient one by one would cost more
// than a map.
const manyRecipients = 16

// Recipient returns the record of an address, a new one if it is not there.
func (m *Message) Recipient(address string) *Recipient {
	r := m.find(address)
	if r == nil {
		r = m.add()
		r.Address = address
		if !m.borrows || len(m.Recipients) > manyRecipients {
			r.Address = strings.Clone(address)
		}
		m.addToIndex(r)
	}
	if m.index != nil && m.borrows {
		m.touched = append(m.touched, r)
	}
	return r
}

// add adds a recipient. Most messages have one, and those that a recycled message
// left are used again.
func (m *Message) add() *Recipient {
	n := len(m.Recipients)
	if n == 0 {
		if m.Recipients == nil {
			m.Recipients = m.slot[:0]
		}
		m.Recipients = append(m.Recipients, &m.only)
		return &m.only
	}
	if n < cap(m.Recipients) {
		if spare := m.Recipients[:n+1][n]; spare != nil {
			m.Recipients = m.Recipients[:n+1]
			*spare = Recipient{}
			return spare
		}
	}
	r := &Recipient{}
	m.Recipients = append(m.Recipients, r)
	return r
}

// addToIndex makes r, the last recipient, findable. The keys of the index last:
// they are no borrowed text.
func (m *Message) addToIndex(r *Recipient) {
	switch {
	case m.index != nil:
		m.index[r.Address] = r
	case len(m.Recipients) > manyRecipients:
		m.index = make(map[string]*Recipient, 2*manyRecipients)
		for _, r := range m.Recipients {
			if m.borrows {
				r.Address = strings.Clone(r.Address)
			}
			m.index[r.Address] = r
		}
	}
}

func (m *Message) find(address string) *Recipient {
	if m.index != nil {
		return m.index[address]
	}
	for _, r := range m.Recipients {
		if r.Address == address {
			return r
		}
	}
	return nil
}

// isOver reports that no more is to come of m.
func (m *Message) isOver() bool {
	if m.Ended || m.Expected == 0 {
		return m.Ended
	}
	final := 0
	for _, r := range m.Recipients {
		if r.Status == parsers.StatusDeferred || r.Status == parsers.StatusUnknown {
			return m.closed != parsers.StatusUnknown
		}
		final++
	}
	return final >= m.Expected || m.split && final > 0
}

// Close ends m: status is what became of the recipients that still waited.
func (m *Message) Close(status parsers.Status) { m.closed, m.Ended = status, true }

// GiveUp notes what became of the recipients that still wait, of which more
// lines may come. The first reason counts.
func (m *Message) GiveUp(status parsers.Status) { m.closed = cmp.Or(m.closed, status) }

// Complete ends m, of which a line says that no recipient waits any more: what
// became of one that was deferred before is not in the log.
func (m *Message) Complete() { m.complete, m.Ended = true, true }

// lacksRecipients reports that m was complete, and no line says for whom: those of its recipients are
// lost, as where a syslog had too many lines at a time.
func (m *Message) lacksRecipients() bool {
	if !m.complete || !m.SenderKnown || m.closed != parsers.StatusUnknown || m.isParent || m.split || m.continued {
		return false
	}
	for _, r := range m.Recipients {
		if !r.named {
			return false
		}
	}
	return true
}

// wasTaken reports that the server had the message itself. Of one that a client began and did not
// end, as where the connection was lost, the line with the sender never comes.
func (m *Message) wasTaken() bool { return m.SenderKnown || m.MessageID != "" && !m.entered }

// Name notes a recipient that m came with. It counts where the whole message is
// discarded, as no other line names it then; else those that count have lines.
func (m *Message) Name(address string, at *Place) {
	if m.find(address) == nil {
		r := m.Recipient(address)
		r.Set(at, parsers.StatusUnknown)
		r.named = true
	}
}

// waits reports that m gave a recipient to a hop that was not seen yet.
func (m *Message) waits() bool {
	for _, r := range m.Recipients {
		if r.waits() {
			return true
		}
	}
	return false
}

// absorb takes in n, the later part of the same message.
func (m *Message) absorb(n *Message) {
	m.AuthUser, m.MessageID = cmp.Or(m.AuthUser, n.AuthUser), cmp.Or(m.MessageID, n.MessageID)
	m.Subject, m.previous = cmp.Or(m.Subject, n.Subject), cmp.Or(m.previous, n.previous)
	if !m.SenderKnown && n.SenderKnown {
		m.Sender, m.SenderKnown = n.Sender, true
	}
	if !m.SenderKnown {
		m.Sender = cmp.Or(m.Sender, n.Sender)
	}
	m.Bytes = cmp.Or(m.Bytes, n.Bytes)
	m.Direction = cmp.Or(m.Direction, n.Direction)
	m.closed = cmp.Or(m.closed, n.closed)
	m.Expected = max(m.Expected, n.Expected)
	theirs := n.flags()
	for i, p := range m.flags() {
		*p = *p || *theirs[i]
	}
	for _, r := range n.Recipients {
		m.absorbRecipient(r)
	}
	if n.last.After(m.last) {
		m.last = n.last
	}
	if m.parent == nil {
		m.parent = n.parent
	}
	n.merged = m
}

func (m *Message) absorbRecipient(r *Recipient) {
	old := m.find(r.Address)
	switch {
	case old == nil:
		m.Recipients = append(m.Recipients, r)
		m.addToIndex(r)
	case old.Status == parsers.StatusDelivered && r.Status != parsers.StatusDelivered:
	default:
		r.Broke = r.Broke || old.Broke
		if r.Status == parsers.StatusBounced && r.Failure == parsers.FailureNone { // the attempt before said why
			r.Failure = old.Failure
		}
		r.Orig, r.DSN, r.Relay = cmp.Or(r.Orig, old.Orig), cmp.Or(r.DSN, old.DSN), cmp.Or(r.Relay, old.Relay)
		r.Address = old.Address
		*old = *r
	}
}

// root follows the joining of parts to the message that holds them.
func (m *Message) root() *Message {
	for m.merged != nil {
		m = m.merged
	}
	return m
}

// before returns the hop before m, nil if none is known.
func (m *Message) before() *Message {
	if m.parent == nil {
		return nil
	}
	if p := m.parent.root(); p != m {
		return p
	}
	return nil
}

// maxHops bounds the chain of ids that a message is followed through.
const maxHops = 16

// earlier yields the hops before m, the nearest first.
func (m *Message) earlier(yield func(*Message) bool) {
	for h, n := m.before(), 0; h != nil && n < maxHops; h, n = h.before(), n+1 {
		if !yield(h) {
			return
		}
	}
}

// firstHop returns the earliest known hop of m, itself if there is none before.
func (m *Message) firstHop() *Message {
	first := m
	for h := range m.earlier {
		first = h
	}
	return first
}

// Precede notes that next is a part of m that went on under an id of its own:
// what it does not know itself, m does.
func (m *Message) Precede(next *Message) {
	if next.parent == nil && next.root() != m.root() && m.firstHop() != next {
		next.parent = m
		m.isParent = true
	}
}

// Split notes that some recipients of m go on as next, of which no line of its own
// says more.
func (m *Message) Split(next *Message) {
	m.split = true
	m.Precede(next)
}

// handsOver notes that m, or some of its recipients, go on as next. Where next named a
// hop before m as its own, m stands between them.
func (m *Message) handsOver(next *Message) {
	if next.parent == nil {
		if m.Precede(next); next.parent == m {
			next.reinjected = true
		}
	} else if m.isBetween(next.before(), next) {
		next.parent, m.isParent = m, true
	}
}

// isBetween reports that before is a hop before m, and next is none.
func (m *Message) isBetween(before, next *Message) bool {
	found := false
	for h := range m.earlier {
		if h == next {
			return false
		}
		found = found || h == before
	}
	return found
}

// mayFollow reports that m may be a later hop of a message that another host, or
// another instance, handed over: nobody logged in.
func (m *Message) mayFollow() bool { return m.parent == nil && m.AuthUser == "" }

// isLinkable reports that m may be a later hop of a message, so that the line
// that says so can still come after the end of m.
func (m *Message) isLinkable() bool {
	return m.parent == nil && m.AuthUser == "" && (m.Submitted || !m.entered || m.previous != "")
}
