package audit

import (
	"encoding/binary"

	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/parsers"
)

// The person and the address of a delivery lie anywhere in the memory of a
// ledger, and waiting for each of them alone would be a tenth of a scan. So
// deliveries are gathered, and looked up many at a time, one table after the
// other: the processor then waits for many places in memory at once.

// A batch holds deliveries whose person and address have no numbers yet.
type batch struct {
	all               []unnumbered
	text              []byte   // of the deliveries: their recipients and the keys of their people
	people, addresses []uint64 // hashes
	reached           uint32   // means nothing: see Interner.Reach
}

// maxBatch is how many deliveries a batch holds at most.
const maxBatch = 256

// An unnumbered delivery is as much of one as its ledger needs after its Add.
type unnumbered struct {
	person    []byte // key
	flags     byte   // of the person
	local     []byte // part of the recipient
	localHash uint64
	domain    uint32
	sending   uint64 // see edgeLog
	detail    []byte // place of the numbers of the kept delivery; nil if it is not kept
}

// addSent adds a delivery to somebody elsewhere.
func (l *Ledger) addSent(d *parsers.Delivery, flags byte, count uint32) {
	if len(l.batch.all) == maxBatch {
		l.settle()
	}
	b := &l.batch
	if len(b.all) == 0 {
		b.text = b.text[:0]
	}
	text, recipient, ok := canonical(b.text, d.Recipient)
	if !ok {
		return
	}
	begin := len(text)
	text, asLogged := appendPerson(text, d, flags)
	b.text = text
	x := unnumbered{
		person: text[begin:], flags: flags, local: recipient.local, localHash: hashLocal(recipient.local),
		domain: l.domain(recipient.domain), sending: sendingOf(d, count, l.config.isEarlier(d.Time)),
	}
	stats := l.stats.At(x.domain)
	if d.Arrived == parsers.ArrivedYes {
		stats.tookBy(hashHost(envelope.RelayHost(d.Relay)))
	}
	if stats.keep && mayBeFinding(d) {
		x.detail = l.keep(d, x.domain, asLogged, recipient.asWritten)
	}
	b.all = append(b.all, x)
	b.people = append(b.people, l.people.Hash(x.person))
	b.addresses = append(b.addresses, l.addresses.hash(x.localHash, x.domain))
}

// settle gives the deliveries of the batch their numbers. Until then a ledger must
// not be read.
func (l *Ledger) settle() {
	b := &l.batch
	b.reached += l.people.Reach(b.people) + l.addresses.reach(b.addresses)
	for i := range b.all {
		x := &b.all[i]
		person := l.addPerson(x.person, b.people[i], x.flags)
		address := l.addresses.add(b.addresses[i], x.localHash, x.domain, x.local)
		putNumbers(x.detail, person, address)
		if s := l.stats.At(x.domain); !s.keep {
			address = s.all
		}
		l.edges.add(person, address, x.sending)
	}
	b.all, b.people, b.addresses = b.all[:0], b.people[:0], b.addresses[:0]
	l.edges.limit()
}

// putNumbers fills in the numbers of a kept delivery.
func putNumbers(detail []byte, person, address uint32) {
	if detail != nil {
		binary.LittleEndian.PutUint32(detail, person)
		binary.LittleEndian.PutUint32(detail[4:], address)
	}
}
