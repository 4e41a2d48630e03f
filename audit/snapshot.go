package audit

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/addresses"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/audit/internal/threads"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// A Snapshot says of mail that is about to be sent whether it looks like a slip. It never
// changes, and is safe for concurrent use.
type Snapshot struct {
	verdicts *Verdicts
	people   map[string][]uint32 // by login and by sender, in lower case
	matchers sync.Pool           // of *matcher
}

// busyMails is from how many sendings on, those of one person to one address on one day
// or so being one, the verdict on a domain stands whatever address is asked for: one
// recipient more changes nothing, and looking at them all would take milliseconds.
const busyMails = 256

// An Attempt is one recipient of a mail that is about to be sent.
type Attempt struct {
	Login     string // that submits it, "" if nobody logged in
	Sender    string // of the envelope, "" for the null reverse-path
	Recipient string
	// Right is how many answers to questions about the domain, but for one about this recipient by
	// this person, said that it is meant.
	Right int
}

// An Answer is what a Snapshot says of an Attempt.
type Answer struct {
	*result.Explanation
	// Sure is how sure it is that this mail is a slip, 0 to 1: the confidence of the verdict
	// on the domain, and what is known of this sender, recipient and moment.
	Sure float64
	// Written says that this person's mail to this address is part of what was learned.
	Written bool
	// Machine says that the person is a program.
	Machine bool
	// Elder says that the domain was written to before the one that it looks like appeared:
	// such a one is never blocked.
	Elder bool
	// Rule is the ignore rule that is about the attempt, nil if there is none.
	Rule *result.Rule
}

// Snapshot makes one of v, whose Result cannot be had any more: the deliveries that it
// needs are given back.
func (v *Verdicts) Snapshot() *Snapshot {
	e := v.evidence
	s := &Snapshot{verdicts: v, people: map[string][]uint32{}}
	for id := range e.people.all {
		if !e.people.all[id].audited {
			continue // whoever writes to us alone is nobody who is asked
		}
		who := e.people.of(uint32(id))
		login, sender := strings.ToLower(who.login), strings.ToLower(who.sender)
		for i, name := range []string{login, sender} {
			if name != "" && (i == 0 || sender != login) {
				s.people[name] = append(s.people[name], uint32(id))
			}
		}
	}
	e.kept.parts, e.kept.bounces, e.kept.threads = nil, nil, threads.Threads{}
	settled := map[uint32]found{}
	for _, f := range v.all {
		settled[f.domain] = f
	}
	s.matchers.New = func() any {
		m := e.matcher(0, v.slips)
		m.settled = settled
		return &m
	}
	return s
}

// Ask answers for an attempt, by the ignore rules that count at a time. It fails for a
// recipient whose domain is none.
func (s *Snapshot) Ask(a Attempt, rules result.Rules, now time.Time) (Answer, error) {
	m := s.matchers.Get().(*matcher)
	answer, err := s.ask(m, &a, rules, now)
	s.matchers.Put(m) // not after a panic, which may leave it in any state
	return answer, err
}

func (s *Snapshot) ask(m *matcher, a *Attempt, rules result.Rules, now time.Time) (Answer, error) {
	from := s.personsOf(a)
	x, f, err := m.explain(a.Recipient, from)
	if err != nil {
		return Answer{}, err
	}
	answer := Answer{Explanation: x}
	if x.Intended == "" {
		return answer, nil
	}
	e := s.verdicts.evidence
	answer.Written = f.inTraffic() && e.wrote(from, f.domain, m.asked.local)
	sent := sending{e: e, of: f, name: m.asked.name, local: m.asked.local, from: from, right: a.Right, isWritten: answer.Written}
	if answer.Sure = sent.sureness(); answer.Sure < sent.least() {
		x.Lookalike = false
		return answer, nil
	}
	d := result.Delivery{Person: a.Person(), Sender: &a.Sender, Recipient: a.Recipient, Lookalike: x.Domain, Intended: x.Intended}
	answer.Rule = rules.Find(&d, now)
	if answer.Rule == nil || !answer.Rule.Slip {
		x.Question = sent.question()
	}
	x.Lookalike = x.Question == "" && (answer.Rule == nil || answer.Rule.Slip)
	if x.Lookalike {
		x.Verdict = result.VerdictOf(answer.Sure)
	}
	answer.Machine = e.areMachines(from)
	answer.Elder = f.inTraffic() && e.isElder(f)
	return answer, nil
}

// Person is who an attempt is of: the login, else the sender.
func (a *Attempt) Person() string {
	if a.Login != "" {
		return strings.ToLower(a.Login)
	}
	return strings.ToLower(a.Sender)
}

// personsOf returns the numbers under which who makes an attempt is known.
func (s *Snapshot) personsOf(a *Attempt) map[uint32]bool {
	all := map[uint32]bool{}
	for _, name := range [...]string{a.Login, a.Sender} {
		for _, id := range s.people[strings.ToLower(name)] {
			all[id] = true
		}
	}
	return all
}

// wrote says whether one of some people wrote to a local part at a domain.
func (e *Evidence) wrote(people map[uint32]bool, id uint32, local string) bool {
	address, ok := e.recipients.addressAt(addresses.HashLocal([]byte(local)), id)
	if !ok {
		return false
	}
	for sent := range e.recipients.edges.to(address) {
		if people[sent.person] {
			return true
		}
	}
	return false
}

// areMachines says whether one of some people is a program.
func (e *Evidence) areMachines(people map[uint32]bool) bool {
	for id := range people {
		if e.people.isMachine(id) {
			return true
		}
	}
	return false
}

// IsMachine says whether who makes an attempt is a program.
func (s *Snapshot) IsMachine(a Attempt) bool { return s.verdicts.evidence.areMachines(s.personsOf(&a)) }

// IsOurs says whether an attempt is of one of ours: somebody logged in, or writes from a
// domain of ours. Where every sender is audited, all are.
func (s *Snapshot) IsOurs(a Attempt) bool {
	e := s.verdicts.evidence
	return a.Login != "" || e.options.AllSenders || e.exempt.own.HasAddress(a.Sender)
}

// IsInside says whether an address is one of ours.
func (s *Snapshot) IsInside(address string) bool {
	return s.verdicts.evidence.exempt.own.HasAddress(address)
}

// Deliveries is how many the snapshot was learned from.
func (s *Snapshot) Deliveries() int64 { return s.verdicts.evidence.inWindow }

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
	key, _ := appendPerson(nil, d, sender, flags)
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

// What counts of a mail that is about to be sent, beside the verdict on its domain, in
// log-odds. They are set by hand, on five generated years of a company, and were held against
// eight others and two archives of mail (see the topic guard of the help).
const (
	// knowsMeant: the sender writes to the very person at the domain that may be meant, and
	// nobody wrote to the other one before, nor did that write to us. Whoever has two
	// addresses of somebody got the second one in a mail from there, as a rule.
	knowsMeant = 2.6
	// hasWritten: that very person has written to us from there. It may be somebody who
	// wants to be taken for the other one, so that this alone is no proof.
	hasWritten = -3.0
	// isAnswered: somebody wrote to the domain first, and was answered. A squatter may answer too.
	isAnswered = -5.0
)

// minAnswers is how many who were asked about a domain must have sent again for nobody to be
// asked about it any more: a single one may be of a mail program that does so by itself.
const minAnswers = 2

// leastAgain is how sure it must be of an address to which the sender has written before: nobody
// complained of that.
const leastAgain = 0.9

// A sending is a mail that is about to be sent to a domain that looks like another one.
type sending struct {
	e         *Evidence
	of        *found
	name      domain.Name     // of the recipient's domain
	local     string          // of the recipient
	from      map[uint32]bool // the sender
	right     int             // how many answers said that the domain is meant
	isWritten bool            // the sender has written to the recipient before
}

// least is how sure it must be that the mail is a slip for somebody to be asked.
func (s *sending) least() float64 {
	if s.isWritten {
		return max(leastAgain, s.e.options.MinConfidence)
	}
	return s.e.options.MinConfidence
}

// sureness is how sure it is that the mail is a slip, 0 to 1; 0 where people said that it is none.
func (s *sending) sureness() float64 {
	v := &s.of.verdict
	if s.isCalledRight() {
		return 0
	}
	odds := 0.0
	if to, ok := s.e.targets.domainOf(v.Target); ok && s.isNew() && s.e.wrote(s.from, to, s.local) {
		odds += knowsMeant
	}
	if s.hasWritten() {
		odds += hasWritten
	}
	if s.isAnswered() {
		odds += isAnswered
	}
	if v.Confidence > 0 {
		return result.Round(1 / (1 + (1-v.Confidence)/v.Confidence*math.Exp(-odds)))
	}
	return 0
}

// isCalledRight says whether those who were asked said that the domain is meant. Many mistype a
// provider, and one who means another one is no witness.
func (s *sending) isCalledRight() bool { return s.right >= minAnswers && !s.isSurelyMeant() }

// isUnsent says whether nobody wrote to the domain.
func (s *sending) isUnsent() bool {
	return !s.of.inTraffic() || s.e.traffic.byDomain[s.of.domain].Sent == 0
}

// isNew says whether nobody wrote to the domain, and nobody there to us.
func (s *sending) isNew() bool {
	return s.isUnsent() && (!s.of.inTraffic() || s.e.traffic.byDomain[s.of.domain].Received == 0)
}

// hasWritten says whether the recipient has written to us.
func (s *sending) hasWritten() bool {
	if !s.of.inTraffic() {
		return false
	}
	return s.e.traffic.writers[s.of.domain].includes(addresses.HashLocal([]byte(s.local)))
}

// isSurelyMeant says whether the user or the world knows the domain that may be meant, so that
// it takes no mail of ours to say so.
func (s *sending) isSurelyMeant() bool {
	t := s.e.targets.target(s.of.verdict.Target)
	return t.Known || t.Own || t.Protected
}

// question returns why the domain may be meant although it looks like another one, "" if the
// mail is a slip.
func (s *sending) question() string {
	v, f := &s.of.verdict, s.of
	switch {
	case f.inTraffic() && s.e.ask(f) != "":
		return s.e.ask(f)
	case v.Kind.IsOfHyphen() && s.isUnsent() && !s.isSurelyMeant():
		return fmt.Sprintf("Are %s and %s two names of one organisation? They differ in a hyphen.", s.name, v.Intended)
	}
	return ""
}

// isAnswered says whether somebody of ours wrote to the domain first and was answered, and nobody
// corrected what he wrote. Of a domain with much mail it is not found out: that takes as long as
// the mail is much.
func (s *sending) isAnswered() bool {
	if !s.of.inTraffic() || s.of.isCorrected() || s.e.recipients.mailsTo(s.of.domain) > busyMails {
		return false
	}
	_, answers := s.e.correspondence(s.of.domain)
	return answers > 0
}
