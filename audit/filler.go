package audit

import (
	"encoding/binary"

	"github.com/typoaudit/typoaudit/audit/internal/addresses"
	"github.com/typoaudit/typoaudit/audit/internal/threads"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// A filler fills an empty ledger with a union. The numbers of the rows are those of the
// ledger.
type filler struct {
	l       *Ledger
	pending pendingAddresses
	// ids are the numbers of the addresses in the ledger, where some differ: two local parts
	// of one hash are one address there. Else it is nil.
	ids     []uint32
	n       int // of the addresses
	scratch []byte
}

func (f *filler) takeCounts(c counts) error {
	f.l.deliveries, f.l.copies, f.l.earlier = c[0], c[1], c[2]
	return nil
}

func (f *filler) takeDomain(name []byte, x *facts) error {
	l := f.l
	l.domains.Add(name)
	s := domainStats{keep: l.config.keeps(name), stored: x.stored, received: x.received, relay: x.relay}
	if x.writers != nil {
		*l.writersOf(&s) = *x.writers
	}
	l.stats.Add(s)
	return nil
}

func (f *filler) takePerson(key []byte) error {
	f.l.people.Add(key)
	return nil
}

// PendingAddresses are looked up many at a time: see batch.
type pendingAddresses struct {
	n      int
	text   []byte
	ends   [mergeBatch]int
	locals [mergeBatch]uint64
	hashes [mergeBatch]uint64
	domain [mergeBatch]uint32
}

func (f *filler) takeAddress(dom uint32, local []byte) error {
	p := &f.pending
	i := p.n
	p.text = append(p.text, local...)
	p.ends[i], p.domain[i], p.locals[i] = len(p.text), dom, addresses.HashLocal(local)
	p.hashes[i] = f.l.addresses.Hash(p.locals[i], dom)
	if p.n++; p.n == mergeBatch {
		f.addPending()
	}
	return nil
}

func (f *filler) addPending() {
	p, t := &f.pending, &f.l.addresses
	f.l.batch.reached += t.Reach(p.hashes[:p.n])
	from := 0
	for i := range p.n {
		id := t.Add(p.hashes[i], p.locals[i], p.domain[i], p.text[from:p.ends[i]])
		f.number(id)
		from = p.ends[i]
	}
	p.n, p.text = 0, p.text[:0]
}

// number notes which one the next address is in the ledger.
func (f *filler) number(id uint32) {
	if f.ids == nil && int(id) != f.n {
		for i := range f.n {
			f.ids = append(f.ids, uint32(i))
		}
	}
	if f.ids != nil {
		f.ids = append(f.ids, id)
	}
	f.n++
}

func (f *filler) end() error {
	if f.pending.n > 0 {
		f.addPending()
	}
	return nil
}

func (f *filler) takeSending(person, address uint32, sending uint64) error {
	f.l.edges.add(person, renumber(f.ids, address), sending)
	return nil
}

// takeDetails takes the details in two blocks.
func (f *filler) takeDetails(from *unitedPart, places, fields carry.Block) error {
	rows, err := from.numbersOf(places)
	if err != nil {
		return err
	}
	raw, err := from.File.Read(fields)
	if err != nil {
		return from.fault(err)
	}
	b := carry.Unpack(raw)
	n := b.Count()
	c := carry.UnpackColumns(b, fieldColumns)
	if n != rows.n {
		return from.fault(carry.ErrPack)
	}
	for rows.next() {
		if !f.detail(&rows.at, c) {
			return from.fault(carry.ErrPack)
		}
	}
	if rows.err != nil || !c.AreEmpty() || b.Err != nil || b.More() {
		return from.fault(carry.ErrPack)
	}
	return nil
}

// detail takes a delivery off the columns.
func (f *filler) detail(x *numbers, c *carry.Columns) bool {
	l := f.l
	dom, address := x.domain, x.address
	if address != noAddress {
		address = renumber(f.ids, address)
		dom = l.addresses.At(address).Domain
	}
	marks, ok := c.TakeUint(detailMarks)
	if !ok || marks >= markAttached<<1 || marks&markRecipient != 0 && address == noAddress {
		return false
	}
	b, ok := c.TakeDelivery(append(f.scratch[:0], byte(marks)), x.source, x.piece)
	columns := [...]int{detailHost, detailRest, detailSubject}
	texts := columns[:2]
	if l.config.Subjects {
		texts = columns[:]
	}
	for _, column := range texts {
		s, there := c.TakeText(column)
		b, ok = append(b, s...), ok && there
	}
	if marks&markAttached != 0 {
		for range attachedFields {
			v, there := c.TakeUint(detailAttached)
			b, ok = binary.AppendUvarint(b, v), ok && there && v < 1<<62
		}
	}
	f.scratch = b
	if ok {
		l.log.add(dom, x.person, address, b)
	}
	return ok
}

func (f *filler) takeBounces(all parsers.Bounces) error {
	if len(all) > 0 {
		f.l.bounces = all
	}
	return nil
}

func (f *filler) takeThreads(t *threads.Threads) error {
	f.l.threads.Merge(t)
	return nil
}
