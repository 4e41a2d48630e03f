package audit

import (
	"slices"
	"unsafe"

	"github.com/typoaudit/typoaudit/parsers"
)

// What a delivery is looked up by lies all over the memory of a ledger, and
// waiting for that would be a tenth of a scan. So its look-ups are begun, and
// ended some deliveries later.

// maxWaiting is how many deliveries wait: each look-up takes three steps.
const maxWaiting = 4

// A waiting delivery is one whose recipient was not looked up yet.
type waiting struct {
	d         parsers.Delivery // as far as it is needed; its strings lie in text
	text      []byte
	recipient canonicalAddress // in text
	edge      edge
	key       []byte // of the person
	flags     byte   // of the person
	asLogged  bool   // the key has the sender as it was logged

	person, local, domain, address uint64 // hashes: of the key, the local part, the domain, and the address
}

// addLater adds a delivery to somebody elsewhere, when there have been maxWaiting
// more or all are settled.
func (l *Ledger) addLater(d *parsers.Delivery, flags byte, count uint32) {
	if l.begun-l.settled == maxWaiting {
		l.settleOne()
	}
	a, ok := l.canonical(d.Recipient)
	if !ok {
		return
	}
	w := l.waitingAt(l.begun)
	l.begun++
	w.hold(d, a, l.config.Subjects)
	key, asLogged := l.personKey(d, flags)
	w.key, w.flags, w.asLogged = append(w.key[:0], key...), flags, asLogged
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
	if n := l.begun - 2; n >= l.settled {
		w := l.waitingAt(n)
		l.people.reach(w.person)
		l.domains.reach(w.domain)
		l.addresses.reach(w.address)
	}
	if n := l.begun - 3; n >= l.settled {
		if id, ok := l.domains.first(l.waitingAt(n).domain); ok {
			prefetch(unsafe.Pointer(l.stats.at(id)))
		}
	}
}

func (l *Ledger) waitingAt(n int) *waiting { return &l.waiting[n%maxWaiting] }

// hold copies of d what is needed later. a is its recipient.
func (w *waiting) hold(d *parsers.Delivery, a canonicalAddress, subjects bool) {
	w.d = *d
	w.d.AuthUser = "" // the person's key has it
	if !subjects {
		w.d.Subject = ""
	}
	if a.asWritten {
		w.d.Recipient = ""
	}
	texts := [...]*string{&w.d.Sender, &w.d.Recipient, &w.d.OrigRecipient, &w.d.DSN, &w.d.Relay, &w.d.MessageID, &w.d.QueueID, &w.d.Subject}
	need := len(a.local) + len(a.domain)
	for _, s := range texts {
		need += len(*s)
	}
	b := append(append(slices.Grow(w.text[:0], need), a.local...), a.domain...)
	at := len(a.local)
	w.recipient = canonicalAddress{b[:at], b[at:], a.asWritten}
	for _, s := range texts {
		from := len(b)
		b = append(b, *s...)
		*s = lent(b[from:])
	}
	w.text = b
}

// settle ends the look-ups that were begun. Until then a ledger must not be
// read.
func (l *Ledger) settle() {
	for l.settled < l.begun {
		l.settleOne()
	}
	l.edges.settle()
}

func (l *Ledger) settleOne() {
	w := l.waitingAt(l.settled)
	l.settled++
	person := l.addPerson(w.key, w.person, w.flags, w.d.Sender)
	dom := l.domainHashed(w.recipient.domain, w.domain)
	address := l.addresses.add(w.address, w.local, dom, w.recipient.local)
	to, stats := address, l.stats.at(dom)
	if !stats.keep {
		to = stats.all
	}
	l.edges.addLater(person, to, w.edge)
	if w.d.Arrived == parsers.ArrivedYes {
		stats.tookBy(relayHost(w.d.Relay))
	}
	if stats.keep && mayBeFinding(&w.d) {
		l.log.add(&detail{domain: dom, person: person, address: address, d: &w.d}, w.recipient.domain, w.asLogged, w.recipient.asWritten)
	}
}
