package audit

import (
	"github.com/typoaudit/typoaudit/audit/internal/addresses"
	"github.com/typoaudit/typoaudit/parsers"
)

// The person, the domain and the address of a delivery lie anywhere in the memory
// of a ledger, and waiting for each of them alone would be a tenth of a scan. So
// deliveries are gathered, and looked up many at a time, one table after the
// other: the processor then waits for many places in memory at once.

// A batch holds deliveries whose domain, person and address have no numbers yet.
type batch struct {
	noted     []note
	sent      []sent
	text      []byte // of all of them
	domains   []uint64
	people    []uint64
	addresses []uint64 // hashes, as domains and people
	unkept    [64]uint64
	reached   uint32 // means nothing: see Interner.Reach
}

// maxBatch is how many domains a batch has at most: its memory fits into the first
// cache of a processor.
const maxBatch = 128

// A note is something that a delivery says of a domain.
type note struct {
	domain           []byte  // in canonical form
	number           uint32  // of the domain, once the batch is settled
	stored, received uint32  // see domainStats
	writing          writing // to one of ours; of nobody if nobody wrote from there
	relay            uint32  // hash of the host that took the mail, 0 for none
	sent             int     // of batch.sent, -1 for none
}

// A sent delivery is one to somebody elsewhere, as much of it as its ledger needs
// after its Add.
type sent struct {
	person    []byte // key
	local     []byte // part of the recipient
	localHash uint64
	domain    uint32
	sending   uint64 // see edgeLog
	packed    []byte // the delivery; empty if it is no finding whatever its domain
}

// note adds a note. There must be room for it.
func (b *batch) note(n note, hash uint64) {
	b.noted = append(b.noted, n)
	b.domains = append(b.domains, hash)
}

// prepare makes room for the notes of one delivery.
func (l *Ledger) prepare() *batch {
	const most = 2
	b := &l.batch
	if len(b.noted) > maxBatch-most {
		l.settle()
	}
	return b
}

// addSent adds a delivery to somebody elsewhere.
func (l *Ledger) addSent(p *posting) {
	if len(p.to.Domain) == 0 {
		return
	}
	b, hash := &l.batch, l.domains.Hash(p.to.Domain)
	packedAt := len(b.text)
	if mayBeFinding(p.Delivery) && !b.isUnkept(hash) {
		b.text = l.log.pack(b.text, p.Delivery, p.to.Domain, p.asLogged, p.to.AsWritten)
	}
	b.note(note{domain: p.to.Domain, relay: p.relay, sent: len(b.sent)}, hash)
	b.sent = append(b.sent, sent{
		person: p.person, local: p.to.Local, localHash: addresses.HashLocal(p.to.Local),
		sending: p.sending, packed: b.text[packedAt:],
	})
}

// addRefused adds mail that was refused before anybody was known to be ours: it
// is no evidence of whom people mean to write to, and strangers try a million
// senders. Who it was is read from the delivery itself, if it matters.
func (l *Ledger) addRefused(p *posting) {
	if p.Direction == parsers.DirectionInbound || len(p.to.Domain) == 0 {
		return
	}
	dom := l.domain(p.to.Domain)
	person, _ := l.people.Add(p.person)
	if l.stats.At(dom).keep && mayBeFinding(p.Delivery) {
		l.scratch = l.log.pack(l.scratch[:0], p.Delivery, p.to.Domain, false, false)
		l.log.add(dom, person, noAddress, l.scratch)
	}
}

// isUnkept returns whether a domain of a hash is one of those last seen whose
// deliveries are not kept: most mail goes to few such domains.
func (b *batch) isUnkept(hash uint64) bool { return *b.unkeptAt(hash) == hash }

func (b *batch) unkeptAt(hash uint64) *uint64 { return &b.unkept[hash%uint64(len(b.unkept))] }

// addStored adds a message that was stored on own systems: its recipient's
// domain is ours, and its sender's, if it came from outside, wrote to us. A login is a sign
// of whose domain is ours.
func (l *Ledger) addStored(p *posting) {
	if p.isSubmitted() {
		l.people.Add(p.person)
	}
	if p.Status != parsers.StatusDelivered {
		return
	}
	b, ours := &l.batch, uint32(0)
	if len(p.to.Domain) > 0 {
		b.note(note{domain: p.to.Domain, stored: p.count, sent: -1}, l.domains.Hash(p.to.Domain))
		ours = shortHash(addresses.HashLocal(p.to.Local))
	}
	if len(p.from.Domain) > 0 {
		theirs := shortHash(addresses.HashLocal(p.from.Local))
		b.note(note{
			domain: p.from.Domain, received: p.count, sent: -1, writing: newWriting(theirs, ours, p.count, p.at, p.at),
		}, l.domains.Hash(p.from.Domain))
	}
}

// settle gives the deliveries of the batch their numbers. Until then a ledger must
// not be read.
func (l *Ledger) settle() {
	b := &l.batch
	if len(b.noted) == 0 {
		return
	}
	l.numberDomains()
	l.settleDomains()
	l.settleSent()
	b.noted, b.sent, b.text = b.noted[:0], b.sent[:0], b.text[:0]
	b.domains, b.people, b.addresses = b.domains[:0], b.people[:0], b.addresses[:0]
	l.edges.limit()
}

// numberDomains gives the domains of the notes their numbers, and reaches for what is
// known of them.
func (l *Ledger) numberDomains() {
	b := &l.batch
	b.reached += l.domains.Reach(b.domains)
	for i := range b.noted {
		b.noted[i].number = l.domainHashed(b.noted[i].domain, b.domains[i])
	}
	for i := range b.noted {
		b.reached += l.stats.At(b.noted[i].number).relay
	}
}

// settleDomains takes the notes of the batch, whose domains have numbers.
func (l *Ledger) settleDomains() {
	b := &l.batch
	for i := range b.noted {
		n := &b.noted[i]
		s := l.stats.At(n.number)
		s.stored += n.stored
		s.received += n.received
		if n.writing.theirs != 0 {
			l.writersOf(s).add(&n.writing)
		}
		s.tookBy(n.relay)
		if n.sent < 0 {
			continue
		}
		x := &b.sent[n.sent]
		x.domain = n.number
		if !s.keep {
			x.packed = nil
			*b.unkeptAt(b.domains[i]) = b.domains[i]
		}
		b.people = append(b.people, l.people.Hash(x.person))
		b.addresses = append(b.addresses, l.addresses.Hash(x.localHash, n.number))
	}
}

// settleSent adds the edges of the batch, whose domains have numbers.
func (l *Ledger) settleSent() {
	b := &l.batch
	b.reached += l.people.Reach(b.people) + l.addresses.Reach(b.addresses)
	for i := range b.sent {
		x := &b.sent[i]
		person, _ := l.people.AddHashed(x.person, b.people[i])
		address := l.addresses.Add(b.addresses[i], x.localHash, x.domain, x.local)
		if len(x.packed) > 0 {
			l.log.add(x.domain, person, address, x.packed)
		}
		if s := l.stats.At(x.domain); !s.keep {
			address = s.all
		}
		l.edges.add(person, address, x.sending)
	}
}
