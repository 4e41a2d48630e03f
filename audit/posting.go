package audit

import (
	"github.com/typoaudit/typoaudit/audit/internal/addresses"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/parsers"
)

// A posting is a delivery taken apart for a ledger. Its texts lie in the
// batch.
type posting struct {
	*parsers.Delivery
	count    uint32 // how many mails it stands for
	earlier  bool   // it is from before the window
	isStored bool   // on own systems
	at       uint32 // Unix seconds, 0 for none
	flags    byte   // of the person
	person   []byte // key of who sent it; none of what is stored and was not submitted
	asLogged bool   // the key has the sender as it was logged
	// to is the recipient, and from who sent what came in. Of what is no address, the domain
	// is empty.
	to, from addresses.Canonical
	relay    uint32 // hash of the host that took it, 0 for none
	sending  uint64 // see edgeLog
}

// takeApart takes d apart, for which there must be room in the batch.
func (l *Ledger) takeApart(d *parsers.Delivery) posting {
	p := posting{Delivery: d, count: uint32(max(1, d.Count)), earlier: l.config.isEarlier(d.Time), flags: personFlags(d)}
	if p.isStored = d.Local; d.Local && d.Copy && l.config.Strangers {
		arrived := *d
		arrived.Local, p.isStored, p.Delivery = false, false, &arrived
	}
	sender := envelope.PlainSender(d.Sender)
	if d.Arrived == parsers.ArrivedYes && !p.isStored {
		p.relay = envelope.HashHost(d.Relay)
	}
	text := l.batch.text
	text, p.to, _ = addresses.Parse(text, d.Recipient)
	if (p.isStored || d.Copy) && !d.Submitted {
		text, p.from, _ = addresses.Parse(text, sender)
	}
	at := len(text)
	switch {
	case p.isUnknown():
		text = appendPersonKey(text, p.flags, "", "", "")
	case !p.isStored, p.isSubmitted():
		text, p.asLogged = appendPerson(text, d, sender, p.flags)
	}
	p.person = text[at:]
	p.at, p.sending = edgeTime(d.Time), sendingOf(d, p.count, p.earlier)
	l.batch.text = text
	return p
}

// isSubmitted says whether it entered by login, local submission or a trusted client.
func (p *posting) isSubmitted() bool { return p.flags&personSubmitted != 0 }

// isUnknown says whether it was refused before anybody was known to be ours.
func (p *posting) isUnknown() bool {
	return !p.isStored && p.flags&(personRefused|personSubmitted) == personRefused
}

// Flags of a person key.
const (
	personSubmitted  = 1 << iota // it entered by login, local submission or trusted client
	personKnown                  // the log names the sender
	personInbound                // the log says inbound
	personOutbound               // the log says outbound
	personInternal               // the log says internal
	personRefused                // refused before it was taken: says nothing of the sender
	personForwarding             // the person is an alias that sent the mail on
)

func personFlags(d *parsers.Delivery) (f byte) {
	if d.Submitted || d.AuthUser != "" {
		f |= personSubmitted
	}
	if d.SenderKnown {
		f |= personKnown
	}
	if d.Status == parsers.StatusRejected {
		f |= personRefused
	}
	switch d.Direction {
	case parsers.DirectionInbound:
		f |= personInbound
	case parsers.DirectionOutbound:
		f |= personOutbound
	case parsers.DirectionInternal:
		f |= personInternal
	}
	if f&personSubmitted == 0 && d.OrigRecipient != "" && !d.Local {
		f |= personForwarding
	}
	return f
}
