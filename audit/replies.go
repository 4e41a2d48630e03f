package audit

import (
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/compact"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/parsers"
)

// Bounce implements parsers.Sink. A bounce is kept until it is known whether there
// is a copy that it is about. It comes days after the message, so that the end of
// the window does not matter.
func (l *Ledger) Bounce(b *parsers.Bounce) {
	if b.Names() && (l.keeps(b.Recipient) || l.keeps(b.OrigRecipient)) {
		l.addBounce(b)
	}
}

// keeps says whether a delivery to an address is kept.
func (l *Ledger) keeps(address string) bool {
	a, ok := l.canonical(address)
	return ok && l.stats.At(l.domain(a.domain)).keep
}

func (l *Ledger) addBounce(b *parsers.Bounce) {
	if l.bounces == nil {
		l.bounces = parsers.Bounces{}
	}
	l.bounces.Add(b)
}

// learnBounces adds the bounces of copies to the traffic: a domain that does not
// exist is evidence of a slip.
func (e *Evidence) learnBounces() error {
	if len(e.kept.bounces) == 0 {
		return nil
	}
	counted := map[parsers.Bounce]bool{} // of several copies one counts
	return e.kept.each(func(uint32) bool { return true }, func(x detail) {
		if !x.d.Copy || !e.people.all[x.person].evidence {
			return
		}
		b, ok := e.kept.bounces.Of(parsers.CopiedOf(x.d))
		if !ok || counted[b] {
			return
		}
		counted[b] = true
		said := edgeOf(0, sendingOf(&parsers.Delivery{Status: b.Status, Arrived: b.Arrived, Failure: b.Failure}, 1, false))
		e.traffic.byDomain[x.domain].Arrived += int64(said.arrived)
		e.traffic.byDomain[x.domain].NoDomain += int64(said.noDomain)
	})
}

// threads say which domains took part in the conversations of mailboxes (RFC 5322
// section 3.6.4): for each message that came in, its domain stands under its own
// identifier and under those that it refers to. A pair is kept as its hash, in eight
// bytes; two that are taken for one are one in 10^12 even among ten million.
type threads struct {
	pairs  []uint64
	sorted int // that many pairs are in order, each once
}

// pairOf returns the hash of an identifier and of a domain in canonical form.
func pairOf(identifier string, domain []byte) uint64 {
	return compact.Mix(xxhash.Sum64String(identifier) + compact.Mix(xxhash.Sum64(domain)))
}

// add notes that somebody of a domain wrote a message that has or names an identifier.
func (t *threads) add(identifier string, domain []byte) {
	t.pairs = append(t.pairs, pairOf(identifier, domain))
	if len(t.pairs) > 2*t.sorted+minPairs {
		t.sort()
	}
}

// minPairs is how many pairs are gathered before they are sorted.
const minPairs = 1 << 12

func (t *threads) sort() {
	slices.Sort(t.pairs)
	t.pairs = slices.Compact(t.pairs)
	t.sorted = len(t.pairs)
}

// merge adds those of u.
func (t *threads) merge(u *threads) {
	t.pairs = append(t.pairs, u.pairs...)
	t.sort()
}

// settled returns t with all pairs in order: only then it answers.
func (t *threads) settled() threads {
	t.sort()
	return *t
}

func (t *threads) isEmpty() bool { return len(t.pairs) == 0 }

// answered says whether somebody of a domain answered the message of an identifier, or
// went on from it.
func (t *threads) answered(messageID string, by domain.Name) bool {
	return messageID != "" && !t.isEmpty() && t.has(pairOf(messageID, []byte(by.String())))
}

// answers says whether a message with these references (parsers.Delivery.References)
// goes on from one that somebody of a domain wrote, or answered.
func (t *threads) answers(references string, of domain.Name) bool {
	if references == "" || t.isEmpty() {
		return false
	}
	name := []byte(of.String())
	for id := range strings.SplitSeq(references, " ") {
		if t.has(pairOf(id, name)) {
			return true
		}
	}
	return false
}

// joins says whether somebody of a domain takes part in the thread of a delivery:
// answered it, or wrote what it answers.
func (t *threads) joins(d *parsers.Delivery, of domain.Name) bool {
	return t.answered(d.MessageID, of) || t.answers(d.References, of)
}

func (t *threads) has(pair uint64) bool {
	_, ok := slices.BinarySearch(t.pairs, pair)
	return ok
}

// noteThread notes a message that came into a mailbox.
func (l *Ledger) noteThread(d *parsers.Delivery) {
	a, ok := l.canonical(envelope.PlainSender(d.Sender))
	if !ok {
		return
	}
	if d.MessageID != "" {
		l.threads.add(d.MessageID, a.domain)
	}
	if d.References == "" {
		return
	}
	for id := range strings.SplitSeq(d.References, " ") {
		l.threads.add(id, a.domain)
	}
}
