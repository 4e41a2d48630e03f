package queue

import (
	"cmp"

	"github.com/typoaudit/typoaudit/parsers"
)

// An emitter gives deliveries to a sink.
type emitter struct {
	sink  parsers.Sink
	tally *parsers.Tally
	// Checked says that who reads the source looks at its recipients, and counts those that
	// are no addresses.
	Checked bool
	// unread counts the deliveries that MissUnread does. They are of no line that is read just
	// now, and so are added to tally at the end.
	unread parsers.Tally
	d      parsers.Delivery // memory of emit: Add keeps no string
}

// emit gives away the deliveries of m, which nothing can change any more.
func (e *emitter) emit(m *Message) {
	if m.lacksRecipients() {
		e.missed(m)
		return
	}
	if len(m.Recipients) == 0 {
		e.unnamed(m)
		return
	}
	d := &e.d
	*d = parsers.Delivery{
		Sender: m.Sender, SenderKnown: m.SenderKnown, AuthUser: m.AuthUser, Submitted: m.Submitted && !m.reinjected, Direction: m.Direction,
		Bytes: m.Bytes, Subject: m.Subject, MessageID: m.MessageID, QueueID: m.ID,
	}
	list := ""
	if m.parent != nil {
		m.inherit(d)
		list = m.forwarded()
	}
	d.SenderKnown = d.SenderKnown || d.Sender != ""
	d.Submitted = d.Submitted || d.AuthUser != ""
	over := m.isOver()
	for _, r := range m.Recipients {
		if r.onward || r.Probe || m.continued && r.Status == parsers.StatusDeferred || r.named && m.closed != parsers.StatusDiscarded {
			continue
		}
		m.describe(r, d)
		if d.OrigRecipient == "" && r.Address != list {
			d.OrigRecipient = list
		}
		d.Incomplete = d.Status != parsers.StatusRejected && (!d.SenderKnown || !over)
		e.count(d)
		e.sink.Add(d)
	}
}

// reasonNoRecipients is why a message counts as not understood.
const reasonNoRecipients = "a message that left the queue, and no line says for whom"

// missed counts m, of which a line is lost that may have named a lookalike.
func (e *emitter) missed(m *Message) {
	if s, ok := e.sink.(parsers.MissSink); ok {
		s.Missed(m.first, reasonNoRecipients)
		return
	}
	e.unread.Missed(m.first, "", reasonNoRecipients)
}

// unnamed counts m, of which no line names a recipient, if mail of it may have gone out.
func (e *emitter) unnamed(m *Message) {
	if !m.wasTaken() || m.closed != parsers.StatusUnknown || m.parent != nil || m.isParent || m.split || m.continued {
		return // where it has a hop before, that names them
	}
	if s, ok := e.sink.(parsers.MissSink); ok {
		s.Unnamed(m.first)
		return
	}
	e.unread.Unnamed++
}

// inherit fills in what the hops before m knew: the first one's word counts.
func (m *Message) inherit(d *parsers.Delivery) {
	for h := range m.earlier {
		d.AuthUser, d.Bytes, d.Subject = cmp.Or(h.AuthUser, d.AuthUser), cmp.Or(h.Bytes, d.Bytes), cmp.Or(h.Subject, d.Subject)
		d.MessageID = cmp.Or(d.MessageID, h.MessageID)
		d.Submitted = d.Submitted || h.Submitted && !h.reinjected
		if !d.SenderKnown && h.SenderKnown {
			d.Sender, d.SenderKnown = h.Sender, true
		}
	}
}

// describe fills in what became of r.
func (m *Message) describe(r *Recipient, d *parsers.Delivery) {
	d.Time, d.Origin, d.Count = r.place.When, r.place.Origin, max(1, r.place.Repeat)
	d.Recipient, d.OrigRecipient, d.DSN, d.Relay = r.Address, r.Orig, r.DSN, r.Relay
	if d.OrigRecipient == "" && m.parent != nil {
		d.OrigRecipient = m.typed(r.Address)
	}
	d.Direction = m.Direction
	if r.SentOn && !d.Submitted { // what is submitted here goes out anyway
		d.Direction = cmp.Or(d.Direction, parsers.DirectionOutbound)
	}
	d.Status = r.Status
	switch d.Status {
	case parsers.StatusDeferred, parsers.StatusUnknown, parsers.StatusHeld:
		d.Status = cmp.Or(m.closed, d.Status)
	}
	if d.Status == parsers.StatusDeferred && m.complete {
		d.Status = parsers.StatusUnknown
	}
	if d.Status == parsers.StatusDelivered && d.DSN != "" && d.DSN[0] != '2' {
		d.DSN = "" // of an attempt before
	}
	d.Failure, d.Local = r.Failure, r.Local || r.Piped
	d.Handed = (r.Handed || r.Smarthost || m.Relayed) && d.Status == parsers.StatusDelivered
	d.Arrived = r.arrived(d.Status)
	if d.Handed {
		d.Arrived = parsers.ArrivedMaybe
	}
}

// arrived returns whether a stranger got the message, for the last status of r.
func (r *Recipient) arrived(status parsers.Status) parsers.Arrived {
	switch {
	case status == parsers.StatusDelivered && (r.Handed || r.Smarthost || r.Piped):
		return parsers.ArrivedMaybe
	case status == parsers.StatusDelivered:
		return parsers.ArrivedYes
	case r.Broke:
		return parsers.ArrivedMaybe
	case status == parsers.StatusUnknown:
		return parsers.ArrivedUnknown
	}
	return parsers.ArrivedNo
}

// typed returns the address that the sender typed for another one, as an earlier
// hop says; "" if none does.
func (m *Message) typed(address string) string {
	for h := range m.earlier {
		if r := h.find(address); r != nil && r.Orig != "" {
			return r.Orig
		}
	}
	return ""
}

// forwarded returns the recipient that an earlier hop forwarded as m, such as a
// list whose members m goes to; "" if none did.
func (m *Message) forwarded() string {
	next := m.ID
	for h := range m.earlier {
		for _, r := range h.Recipients {
			if r.onward && r.Local && r.Next == next {
				return cmp.Or(r.Orig, r.Address)
			}
		}
		next = h.ID
	}
	return ""
}

func (e *emitter) count(d *parsers.Delivery) {
	n := int64(d.Count)
	e.tally.Deliveries += n
	if !d.SenderKnown {
		e.tally.NoSender += n
	}
	if d.Incomplete {
		e.tally.Incomplete += n
	}
	e.tally.Bare.Count(d, n)
	if !e.Checked {
		e.unread.MissUnread(d)
	}
}
