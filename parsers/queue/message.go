package queue

import (
	"cmp"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// A Message is the life of a message under one id, or the part of it that one
// piece tells.
type Message struct {
	ID           string
	Sender       string
	SenderKnown  bool
	AuthUser     string
	MessageID    string
	Subject      string
	Bytes        int64
	Submitted    bool // it entered by a login, by a local user or from a private address
	Direction    parsers.Direction
	Began, Ended bool // its first, and its last line is there
	Recipients   []*Recipient
	// Expected is how many recipients m has, where no line tells its end: it is
	// over when so many of them have their last word.
	Expected int

	key, host uint64
	closed    parsers.Status // of those that still waited; StatusUnknown if none
	parent    *Message
	merged    *Message // the message that this part of it was joined to
	index     map[string]*Recipient
	first     parsers.Origin
	last      time.Time
}

// A Recipient is what became of a message for one recipient.
type Recipient struct {
	Address, Orig string
	Status        parsers.Status
	Failure       parsers.Failure
	DSN, Relay    string
	Local         bool   // stored or piped here
	Handed        bool   // given to a host of the organisation: its next hop tells more
	Broke         bool   // an attempt broke at the end of DATA
	Next          string // id under which that host goes on with it

	place  Place
	onward bool
	told   bool // by an event
}

// Set notes what a line says of r.
func (r *Recipient) Set(at Place, status parsers.Status) {
	r.place, r.Status, r.Failure = at, status, parsers.FailureNone
}

// GoesOn notes that r is told under the id of a later hop.
func (r *Recipient) GoesOn() { r.onward = true }

// Event notes what an event says of r, where a source tells of events in any
// order: a last word stands against a delay, a delay against a hand-over within
// the organisation, and of two of a kind the later one counts, as a bounce after
// a delivery.
func (r *Recipient) Event(at Place, status parsers.Status, handed bool) bool {
	old, now := weight(r.Status, r.Handed), weight(status, handed)
	if r.told && (now < old || now == old && at.When.Before(r.place.When)) {
		return false
	}
	r.Set(at, status)
	r.Handed, r.told = handed, true
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
// does not tell stays as the one before told it.
func (r *Recipient) Reply(relay string, code []byte) {
	r.Relay = cmp.Or(relay, r.Relay)
	if len(code) > 0 && string(code) != r.DSN {
		r.DSN = string(code)
	}
}

// Recipient returns the record of an address, a new one if it is not there.
func (m *Message) Recipient(address string) *Recipient {
	if r := m.find(address); r != nil {
		return r
	}
	r := &Recipient{Address: strings.Clone(address)}
	m.Recipients = append(m.Recipients, r)
	const many = 16
	switch {
	case m.index != nil:
		m.index[r.Address] = r
	case len(m.Recipients) > many:
		m.index = make(map[string]*Recipient, 2*many)
		for _, r := range m.Recipients {
			m.index[r.Address] = r
		}
	}
	return r
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

// over tells that no more is to come of m.
func (m *Message) over() bool {
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
	return final >= m.Expected
}

// Close ends m: status is what became of the recipients that still waited.
func (m *Message) Close(status parsers.Status) { m.closed, m.Ended = status, true }

// absorb takes in n, the later part of the same message.
func (m *Message) absorb(n *Message) {
	take := func(p *string, q string) {
		if *p == "" {
			*p = q
		}
	}
	take(&m.AuthUser, n.AuthUser)
	take(&m.MessageID, n.MessageID)
	take(&m.Subject, n.Subject)
	if !m.SenderKnown && n.SenderKnown {
		m.Sender, m.SenderKnown = n.Sender, true
	}
	if m.Bytes == 0 {
		m.Bytes = n.Bytes
	}
	if m.Direction == parsers.DirectionUnknown {
		m.Direction = n.Direction
	}
	if m.closed == parsers.StatusUnknown {
		m.closed = n.closed
	}
	m.Submitted = m.Submitted || n.Submitted
	m.Expected = max(m.Expected, n.Expected)
	m.Began, m.Ended = m.Began || n.Began, m.Ended || n.Ended
	for _, r := range n.Recipients {
		old := m.find(r.Address)
		switch {
		case old == nil:
			m.Recipients = append(m.Recipients, r)
			if m.index != nil {
				m.index[r.Address] = r
			}
		case old.Status == parsers.StatusDelivered && r.Status != parsers.StatusDelivered:
		default:
			r.Broke = r.Broke || old.Broke
			if r.Status == parsers.StatusBounced && r.Failure == parsers.FailureNone { // the attempt before told why
				r.Failure = old.Failure
			}
			r.Orig, r.DSN, r.Relay = cmp.Or(r.Orig, old.Orig), cmp.Or(r.DSN, old.DSN), cmp.Or(r.Relay, old.Relay)
			*old = *r
		}
	}
	if n.last.After(m.last) {
		m.last = n.last
	}
	if m.parent == nil {
		m.parent = n.parent
	}
	n.merged = m
}

// before returns the hop before m, nil if none is known.
func (m *Message) before() *Message {
	p := m.parent
	for p != nil && p.merged != nil {
		p = p.merged
	}
	if p == m {
		return nil
	}
	return p
}

func (r *Recipient) arrived() parsers.Arrived {
	switch {
	case r.Status == parsers.StatusDelivered && r.Handed:
		return parsers.ArrivedMaybe
	case r.Status == parsers.StatusDelivered:
		return parsers.ArrivedYes
	case r.Broke:
		return parsers.ArrivedMaybe
	case r.Status == parsers.StatusUnknown:
		return parsers.ArrivedUnknown
	}
	return parsers.ArrivedNo
}
