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

// Filed details are those of packed ledgers, of which a verdict asks for few: what of them is
// numbered is in a log, and the fields stay in the files.
type filedDetails struct {
	numbers  *detailLog // of each detail; what is packed are the source and the piece
	blocks   []filedBlock
	subjects bool

	chosen *detailLog // the details to some domains, once they were read: see detailQuery
	to     []bool     // these domains
}

// A filedBlock is where the fields of some details are.
type filedBlock struct {
	index  int // of the ledger
	file   *carry.BlockReader
	fields carry.Block
	rows   int
}

// fault is the error of the ledger.
func (b *filedBlock) fault(err error) error {
	if err == nil {
		return nil
	}
	return &PackedError{b.index, err}
}

// add adds a detail of the last block.
func (f *filedDetails) add(dom, person, address uint32, source int64, piece uint64) {
	var b [2 * binary.MaxVarintLen64]byte
	f.numbers.add(dom, person, address, binary.AppendUvarint(binary.AppendVarint(b[:0], source), piece))
}

// each yields the details that q asks for, as detailLog.each does.
func (f *filedDetails) each(q *detailQuery, to *renumbered, yield func(domain uint32, packed []byte)) error {
	if f.hasChosen(q) {
		return f.chosen.each(q, to, yield)
	}
	r := filedReader{q: q, to: to, yield: yield, subjects: f.subjects}
	if q.next != nil {
		f.chosen, f.to = &detailLog{subjects: f.subjects, newSpill: f.numbers.newSpill}, q.next
		r.chosen = f.chosen
	}
	left := f.blocks
	failed := error(nil)
	err := f.numbers.each(&detailQuery{}, nil, func(dom uint32, packed []byte) {
		if failed != nil {
			return
		}
		r.note(dom, packed)
		if r.rows == left[0].rows {
			failed = r.read(&left[0])
			left = left[1:]
		}
	})
	if err == nil {
		err = failed
	}
	if err != nil {
		f.chosen = nil
	}
	return err
}

// hasChosen says whether all domains that q asks for are among the chosen ones.
func (f *filedDetails) hasChosen(q *detailQuery) bool {
	if f.chosen == nil || q.domains == nil {
		return false
	}
	for dom, isAsked := range q.domains {
		if isAsked && !f.to[dom] {
			return false
		}
	}
	return true
}

// A filedReader reads details block by block.
type filedReader struct {
	q        *detailQuery
	to       *renumbered
	yield    func(domain uint32, packed []byte)
	chosen   *detailLog // nil if there is none to be filled
	subjects bool

	rows    int        // of the block at hand
	wanted  []filedRow // of them
	scratch []byte
}

// A filedRow is a detail whose fields are to be read.
type filedRow struct {
	at                    int // in the block
	dom, person, address  uint32
	source                int64
	piece                 uint64
	isAsked, isToBeChosen bool
}

// note takes the numbers of a detail.
func (r *filedReader) note(dom uint32, packed []byte) {
	row := filedRow{at: r.rows, dom: dom, person: binary.LittleEndian.Uint32(packed), address: binary.LittleEndian.Uint32(packed[4:])}
	r.rows++
	row.isAsked = r.q.asks(r.to, dom, row.person, row.address)
	row.isToBeChosen = r.chosen != nil && r.q.next[renumber(r.to.domains, dom)]
	if !row.isAsked && !row.isToBeChosen {
		return
	}
	u := carry.Unpack(packed[8:])
	row.source, row.piece = u.Int(), u.Uint()
	r.wanted = append(r.wanted, row)
}

// read reads the fields of the details that were noted, which are those of a block.
func (r *filedReader) read(b *filedBlock) error {
	wanted := r.wanted
	r.wanted, r.rows = r.wanted[:0], 0
	if len(wanted) == 0 {
		return nil
	}
	raw, err := b.file.Read(b.fields)
	if err != nil {
		return b.fault(err)
	}
	u := carry.Unpack(raw)
	n := u.Count()
	c := detailColumns{carry.UnpackColumns(u, fieldColumns), r.subjects}
	if n != b.rows || u.Err != nil || u.More() {
		return b.fault(carry.ErrPack)
	}
	at := 0
	for i := range wanted {
		row := &wanted[i]
		if !c.skip(row.at-at) || !r.take(row, c) {
			return b.fault(carry.ErrPack)
		}
		at = row.at + 1
	}
	if !c.skip(n-at) || !c.AreEmpty() {
		return b.fault(carry.ErrPack)
	}
	return nil
}

// take takes the detail of a row off the columns.
func (r *filedReader) take(row *filedRow, c detailColumns) bool {
	b := binary.LittleEndian.AppendUint32(r.scratch[:0], row.person)
	b, ok := c.take(binary.LittleEndian.AppendUint32(b, row.address), row)
	r.scratch = b
	switch {
	case !ok:
		return false
	case row.isToBeChosen:
		r.chosen.add(row.dom, row.person, row.address, b[8:])
	}
	if row.isAsked {
		r.yield(row.dom, b)
	}
	return true
}

// DetailColumns are the fields of the details in a block.
type detailColumns struct {
	*carry.Columns
	subjects bool
}

// texts are the columns of the texts after those of the delivery.
func (c detailColumns) texts() []int {
	if c.subjects {
		return []int{detailHost, detailRest, detailSubject}
	}
	return []int{detailHost, detailRest}
}

// take takes the next detail, and appends it to b as detailLog.pack does.
func (c detailColumns) take(b []byte, row *filedRow) (_ []byte, ok bool) {
	marks, ok := c.TakeUint(detailMarks)
	if !ok || marks >= markAttached<<1 || marks&markRecipient != 0 && row.address == noAddress {
		return b, false
	}
	b, ok = c.TakeDelivery(append(b, byte(marks)), row.source, row.piece)
	for _, column := range c.texts() {
		s, there := c.TakeText(column)
		b, ok = append(b, s...), ok && there
	}
	if marks&markAttached != 0 {
		for range attachedFields {
			v, there := c.TakeUint(detailAttached)
			b, ok = binary.AppendUvarint(b, v), ok && there && v < 1<<62
		}
	}
	return b, ok
}

// skip leaves out the next n details.
func (c detailColumns) skip(n int) bool {
	attached, ok := c.SkipUints(detailMarks, n, markAttached)
	ok = ok && c.SkipDeliveries(n)
	for _, column := range c.texts() {
		ok = ok && c.SkipTexts(column, n)
	}
	if ok {
		_, ok = c.SkipUints(detailAttached, attachedFields*attached, 0)
	}
	return ok
}
