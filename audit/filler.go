package audit

import (
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
	details filedDetails
}

// newFiller returns one of an empty ledger.
func newFiller(l *Ledger) *filler {
	c := &l.config
	return &filler{l: l, details: filedDetails{numbers: &detailLog{newSpill: c.Spill}, subjects: c.Subjects}}
}

// close adds what the ledger gets last.
func (f *filler) close() {
	f.l.addNobodies()
	f.l.edges.summed = f.l.edges.pairs.Len()
	if len(f.details.blocks) > 0 {
		f.l.details = append(f.l.details, detailPart{filed: &f.details})
	}
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

// takeDetails takes the numbers of the details in two blocks. Their fields are read if they are
// asked for.
func (f *filler) takeDetails(from *unitedPart, places, fields carry.Block) error {
	rows, err := from.numbersOf(places)
	if err != nil || rows.n == 0 {
		return err
	}
	d := &f.details
	d.blocks = append(d.blocks, filedBlock{from.index, from.File, fields, rows.n})
	for rows.next() {
		x := &rows.at
		dom, address := x.domain, x.address
		if address != noAddress {
			address = renumber(f.ids, address)
			dom = f.l.addresses.At(address).Domain
		}
		d.add(dom, x.person, address, x.source, x.piece)
	}
	return from.fault(rows.err)
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
