package audit

import (
	"unsafe"

	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/parsers"
)

// What a delivery is looked up by lies all over the memory of a ledger, and
// waiting for that would be a tenth of a scan. So its look-ups are begun, and
// ended some deliveries later: first that of its person, domain and address, and
// then, when their numbers are known, that of their edge.

// How many deliveries may wait: for their numbers, and then for their edge. A
// look-up takes three steps, or two.
const (
	maxUnnamed = 4
	maxUnadded = 4
	maxWaiting = maxUnnamed + maxUnadded
)

// A waiting delivery is one that was not looked up yet.
type waiting struct {
	text      []byte           // what recipient lies in
	recipient canonicalAddress // of the delivery
	key       []byte           // of the person
	flags     byte             // of the person
	detail    []byte           // the delivery, packed; empty if it is no finding whatever its domain
	relay     uint32           // hash of the host that took it, 0 if none did

	person, local, domain, address uint64 // hashes: of the key, the local part, the domain, and the address

	edge     edge
	edgeHash uint64
}

// A ring holds the deliveries that wait.
type ring struct {
	all   [maxWaiting]waiting
	begun int // deliveries that were ever in it
	named int // those whose numbers are known
	added int // those that left it
}

func (r *ring) at(n int) *waiting { return &r.all[n%maxWaiting] }

// addLater adds a delivery to somebody elsewhere, when there have been maxWaiting
// more or all are settled.
func (l *Ledger) addLater(d *parsers.Delivery, flags byte, count uint32) {
	r := &l.ring
	if r.begun-r.named == maxUnnamed {
		l.name()
	}
	w := r.at(r.begun)
	var ok bool
	if w.text, w.recipient, ok = canonical(w.text[:0], d.Recipient); !ok {
		return
	}
	r.begun++
	var asLogged bool
	w.key, asLogged = appendPerson(w.key[:0], d, flags)
	w.flags, w.relay, w.detail = flags, 0, w.detail[:0]
	if d.Arrived == parsers.ArrivedYes {
		w.relay = hashHost(envelope.RelayHost(d.Relay))
	}
	if mayBeFinding(d) {
		w.detail = l.log.pack(w.detail, d, w.recipient.domain, asLogged, w.recipient.asWritten)
	}
	w.edge = edgeOf(d, count)
	if l.config.isEarlier(d.Time) {
		w.edge.earlier, w.edge.first, w.edge.last = count, 0, 0
	}
	w.person = l.people.hash(w.key)
	w.local, w.domain = hashLocal(w.recipient.local), l.domains.hash(w.recipient.domain)
	w.address = addressHash(w.local, w.domain)
	l.people.slots.reach(w.person)
	l.domains.slots.reach(w.domain)
	l.addresses.slots.reach(w.address)
	if n := r.begun - 2; n >= r.named {
		w := r.at(n)
		l.people.reach(w.person)
		l.domains.reach(w.domain)
		l.addresses.reach(w.address)
	}
	if n := r.begun - 3; n >= r.named {
		if id, ok := l.domains.first(r.at(n).domain); ok {
			prefetch(unsafe.Pointer(l.stats.at(id)))
		}
	}
}

// settle ends the look-ups that were begun. Until then a ledger must not be
// read.
func (l *Ledger) settle() {
	r := &l.ring
	for r.named < r.begun {
		l.name()
	}
	for r.added < r.named {
		l.addEdge()
	}
}

// name finds the numbers of the first delivery that waits for them.
func (l *Ledger) name() {
	r := &l.ring
	if r.named-r.added == maxUnadded {
		l.addEdge()
	}
	if r.named > r.added {
		l.edges.reach(r.at(r.named - 1).edgeHash)
	}
	w := r.at(r.named)
	r.named++
	person := l.addPerson(w.key, w.person, w.flags)
	dom := l.domainHashed(w.recipient.domain, w.domain)
	address := l.addresses.add(w.address, w.local, dom, w.recipient.local)
	to, stats := address, l.stats.at(dom)
	if !stats.keep {
		to = stats.all
	}
	w.edge.key = edgeKey(person, to)
	w.edgeHash = mix(w.edge.key)
	l.edges.slots.reach(w.edgeHash)
	if w.relay != 0 {
		stats.tookBy(w.relay)
	}
	if stats.keep && len(w.detail) > 0 {
		l.log.add(dom, person, address, w.detail)
	}
}

// addEdge adds to the edge of the first delivery whose numbers are known.
func (l *Ledger) addEdge() {
	w := l.ring.at(l.ring.added)
	l.ring.added++
	l.edges.addKey(w.edge.key, w.edgeHash).merge(&w.edge)
}
