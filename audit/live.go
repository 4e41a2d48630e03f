package audit

import (
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// A Found is what the evidence says of a delivery that is newer than the evidence.
type Found struct {
	*result.Explanation
	// Delivery is the delivery as a report has it, but for its place and its cause.
	Delivery result.Delivery
}

// Weigh weighs a delivery that is newer than what was learned, by the answers in the ignore
// rules that count at a time. It returns nil where a report would neither list the delivery nor
// ask whose its domain is: mail of strangers, mail that stayed, and mail to a domain that looks
// like no other one.
func (s *Snapshot) Weigh(d *parsers.Delivery, rules result.Rules, now time.Time) *Found {
	e := s.verdicts.evidence
	if d.Local || !mayBeFinding(d) {
		return nil
	}
	name, audited, evidence := e.people.writerOf(d)
	if !audited || !e.mayBeLookalike(d.Recipient) {
		return nil
	}
	m := s.matchers.Get().(*matcher)
	x, f, err := m.explain(d.Recipient, s.personsOf(&Attempt{Login: d.AuthUser, Sender: envelope.PlainSender(d.Sender)}))
	s.matchers.Put(m)                                               // not after a panic, which may leave it in any state
	if err != nil || !x.Lookalike || x.Messages == 0 && !evidence { // the last: nobody typed it
		return nil
	}
	if f.inTraffic() {
		x.Question = e.unanswered(f, rules, now)
	}
	marked := d.Clone()
	e.gateways().Mark(&marked)
	return &Found{x, answered(&marked, name, x)}
}

// KeyOf identifies a delivery, whoever turns out to have sent it, from one reading to the
// next.
func KeyOf(d *parsers.Delivery) uint64 {
	return (&result.Delivery{Time: result.TimeOf(d.Time), MessageID: d.MessageID, QueueID: d.QueueID, Recipient: d.Recipient}).Key()
}

// mayBeLookalike reports whether the domain of an address is worth a question: most mail
// goes to providers and to ourselves.
func (e *Evidence) mayBeLookalike(address string) bool {
	_, host, ok := domain.SplitAddress(address)
	if !ok {
		return false
	}
	name, err := domain.Parse(host)
	if err != nil {
		return false
	}
	_, known := e.options.Providers.Find(name)
	return !known && e.exempt.why(name) == ""
}

// writerOf returns the name under which a report ranks who sent a delivery, whether mail of
// that one is audited, and whether it is evidence.
func (p *people) writerOf(d *parsers.Delivery) (name string, audited, evidence bool) {
	flags, sender := personFlags(d), envelope.PlainSender(d.Sender)
	if flags&(personRefused|personSubmitted) == personRefused {
		return strings.ToLower(sender), p.strangers || p.own.HasAddress(sender), false
	}
	key, _ := appendPerson(nil, d, flags)
	who, host := unpackPerson(key), ""
	if p.own.HasAddress(who.sender) {
		_, host, _ = domain.SplitAddress(who.sender)
	}
	info := p.infer(who, noDomain, host != "")
	return p.nameFor(who, host), info.audited, info.evidence
}

// answered gives a delivery the form that a Result has.
func answered(d *parsers.Delivery, person string, x *result.Explanation) result.Delivery {
	out := result.Delivery{
		Time: result.TimeOf(d.Time), Person: person, Recipient: d.Recipient, Orig: d.OrigRecipient, Meant: meant(d.Recipient, x.Intended),
		Lookalike: x.Domain, Intended: x.Intended, Confidence: x.Confidence, Status: d.Status, Arrived: d.Arrived, DSN: d.DSN, Relay: d.Relay,
		Bytes: d.Bytes, Count: int64(max(1, d.Count)), MessageID: d.MessageID, QueueID: d.QueueID, Subject: d.Subject, Sensitive: []string{},
	}
	carries(&out, d.Attachments)
	if d.SenderKnown {
		out.Sender = &d.Sender
	}
	if d.AuthUser != "" {
		out.AuthUser = &d.AuthUser
	}
	return out
}
