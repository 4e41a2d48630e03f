package audit

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/typoaudit/typoaudit/audit/internal/compact"
	"github.com/typoaudit/typoaudit/audit/internal/threads"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// A ledger is packed in blocks: its domains, people and addresses in the order of their
// texts, so that numbers are those of their places; then what refers to them. It is the
// same whatever hashes and numbers the process had that filled it, and many are put
// together by reading all of them once, side by side: see Union.

// Kinds of blocks.
const (
	blockCounts    = 'c'
	blockDomains   = 'd'
	blockPeople    = 'p'
	blockAddresses = 'a'
	blockEdges     = 'e'
	blockDetails   = 'l' // of many deliveries, what is numbered
	blockFields    = 'f' // the rest of the same ones, which no other ledger changes
	blockBounces   = 'b'
	blockThreads   = 't'
)

const (
	// fullBlock is the size at which a block of texts is written, in bytes: of each packed
	// ledger one is in memory, and of its edges, when many are put together.
	fullBlock = 128 << 10
	// manyEdges and manyRows are the numbers of rows at which a block is written.
	manyEdges = 1 << 13
	manyRows  = 1 << 16
	// maxFields is the size at which a block of fields is written, in bytes.
	maxFields = 16 << 20
)

// A packer writes a ledger whose rows come in the order of their texts; their numbers are
// those of that order.
type packer struct {
	w      *carry.BlockWriter
	kind   byte // of the block
	rows   int  // in it
	block  carry.Packer
	domain uint32         // of the last address in the block
	edges  *carry.Columns // of the block
}

func newPacker(w *carry.BlockWriter) *packer {
	return &packer{w: w, edges: carry.NewColumns(edgeColumns)}
}

// row ends a row, and the block if it is full.
func (p *packer) row(kind byte) error {
	p.kind = kind
	if p.rows++; len(p.block.B) < fullBlock {
		return nil
	}
	return p.end()
}

// end ends the block. It must be called after the rows of a kind.
func (p *packer) end() error {
	if p.rows == 0 {
		return nil
	}
	if p.kind == blockEdges { // of which the columns are one
		packColumns(&p.block, p.rows, p.edges)
	}
	err := p.w.Block(p.kind, p.block.B)
	p.block.B, p.rows, p.domain = p.block.B[:0], 0, 0
	return err
}

// columns writes a block of n rows, and empties the columns.
func (p *packer) columns(kind byte, n int, c *carry.Columns) error {
	p.kind, p.rows = kind, n
	packColumns(&p.block, n, c)
	return p.end()
}

func packColumns(p *carry.Packer, n int, c *carry.Columns) {
	p.Uint(uint64(n))
	c.Pack(p)
	c.Reset()
}

func (p *packer) takeCounts(c counts) error {
	for _, n := range c {
		p.block.Uint(uint64(n))
	}
	return p.row(blockCounts)
}

func (p *packer) takeDomain(name []byte, f *facts) error {
	p.block.Text(string(name))
	p.block.Uint(uint64(f.stored))
	p.block.Uint(uint64(f.received))
	p.block.Uint(uint64(f.relay))
	p.block.Flags(f.writers != nil)
	if f.writers != nil {
		p.writers(f.writers)
	}
	return p.row(blockDomains)
}

func (p *packer) writers(w *writers) {
	for _, n := range [...]uint32{w.first, w.last, w.mails, uint32(len(w.pairs))} {
		p.block.Uint(uint64(n))
	}
	for i := range w.pairs {
		x := &w.pairs[i]
		for _, n := range [...]uint32{x.theirs, x.ours, x.count, x.first, x.last} {
			p.block.Uint(uint64(n))
		}
	}
}

func (p *packer) takePerson(key []byte) error {
	p.block.Bytes(key)
	return p.row(blockPeople)
}

func (p *packer) takeAddress(dom uint32, local []byte) error {
	p.block.Uint(uint64(dom - p.domain))
	p.block.Bytes(local)
	p.domain = dom
	return p.row(blockAddresses)
}

// Columns of edges.
const (
	edgeAddress = iota
	edgePerson
	edgeCount
	edgeSecond
	edgeColumns
)

func (p *packer) takeSending(person, address uint32, sending uint64) error {
	p.edges.Step(edgeAddress, int64(address))
	p.edges.Uint(edgePerson, uint64(person))
	p.edges.Uint(edgeCount, sending&sendingCount<<3|sending>>sendingFlags&7)
	p.edges.Step(edgeSecond, int64(sending>>sendingTime))
	p.kind = blockEdges
	if p.rows++; p.rows < manyEdges {
		return nil
	}
	return p.end()
}

// Columns of what of details is numbered.
const (
	detailPerson = iota
	detailAddress
	detailDomain // where there is no address
	detailSource
	detailPiece
	numberColumns
)

// Columns of the fields of details, after those of the delivery.
const (
	detailMarks = carry.DeliveryColumns + iota
	detailHost
	detailRest
	detailSubject
	detailAttached
	fieldColumns
)

// attachedFields is how many numbers attachments are packed in.
const attachedFields = 3

// takeDetails writes the numbers as they are now, and the fields as they stand in the file.
func (p *packer) takeDetails(from *unitedPart, numbers, fields carry.Block) error {
	rows, err := from.numbersOf(numbers)
	if err != nil {
		return err
	}
	out, n := carry.NewColumns(numberColumns), rows.n
	for rows.next() {
		addNumbers(out, &rows.at)
	}
	if rows.err != nil {
		return from.fault(rows.err)
	}
	if err := p.columns(blockDetails, n, out); err != nil {
		return err
	}
	return p.w.Copy(from.File, fields)
}

// numbers are what of a detail is numbered.
type numbers struct {
	person, address uint32
	domain          uint32 // where there is no address
	source          int64
	piece           uint64
}

func addNumbers(c *carry.Columns, x *numbers) {
	c.Uint(detailPerson, uint64(x.person))
	if x.address == noAddress {
		c.Uint(detailAddress, 0)
		c.Uint(detailDomain, uint64(x.domain))
	} else {
		c.Uint(detailAddress, 1+uint64(x.address))
	}
	c.Uint(detailSource, uint64(x.source))
	c.Uint(detailPiece, x.piece)
}

func (p *packer) takeBounces(all parsers.Bounces) error {
	for _, b := range all.Sorted() {
		p.block.B = carry.AppendBounce(p.block.B, &b, int64(b.Origin.Source))
		if err := p.row(blockBounces); err != nil {
			return err
		}
	}
	return nil
}

func (p *packer) takeThreads(t *threads.Threads) error {
	for some := range slices.Chunk(t.Pairs(), manyRows) {
		p.block.Sorted(some)
		if err := errors.Join(p.row(blockThreads), p.end()); err != nil {
			return err
		}
	}
	return nil
}

// Pack writes all that l knows, which is empty afterwards. It fails as w does, or if what l
// laid outside memory cannot be read back.
func (l *Ledger) Pack(w *carry.BlockWriter) error {
	p := packing{packer: newPacker(w), l: l.takeAll()}
	if err := p.l.loadEdges(); err != nil {
		return err
	}
	for _, pack := range [...]func() error{p.counts, p.domains, p.people, p.addresses, p.edges, p.details, p.bounces, p.threads} {
		if err := pack(); err != nil {
			return err
		}
		if err := p.end(); err != nil {
			return err
		}
	}
	return nil
}

// A packing packs a ledger.
type packing struct {
	*packer
	l  *Ledger
	to renumbered // places in the order of the texts
}

func (p *packing) counts() error { return p.takeCounts(p.l.counts()) }

// inOrder returns n numbers sorted, and the place of each.
func inOrder(n int, compare func(a, b uint32) int) (order, places []uint32) {
	order, places = make([]uint32, n), make([]uint32, n)
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, compare)
	for place, id := range order {
		places[id] = uint32(place)
	}
	return order, places
}

func ofTexts(t *compact.Interner) (order, places []uint32) {
	return inOrder(t.Len(), func(a, b uint32) int { return bytes.Compare(t.Get(a), t.Get(b)) })
}

func (p *packing) domains() error {
	order, places := ofTexts(&p.l.domains)
	p.to.domains = places
	for _, id := range order {
		s := p.l.stats.At(id)
		f := facts{stored: s.stored, received: s.received, relay: s.relay}
		if s.writers > 0 {
			f.writers = p.l.writersOf(s)
		}
		if err := p.takeDomain(p.l.domains.Get(id), &f); err != nil {
			return err
		}
	}
	return nil
}

func (p *packing) people() error {
	order, places := ofTexts(&p.l.people)
	p.to.people = places
	for _, id := range order {
		if err := p.takePerson(p.l.people.Get(id)); err != nil {
			return err
		}
	}
	return nil
}

func (p *packing) addresses() error {
	t := &p.l.addresses
	order, places := inOrder(t.Len(), func(a, b uint32) int {
		if x, y := p.to.domains[t.At(a).Domain], p.to.domains[t.At(b).Domain]; x != y {
			return int(x) - int(y)
		}
		return bytes.Compare(t.Local(a), t.Local(b))
	})
	p.to.addresses = places
	for _, id := range order {
		if err := p.takeAddress(p.to.domains[t.At(id).Domain], t.Local(id)); err != nil {
			return err
		}
	}
	return nil
}

func (p *packing) edges() error {
	log := &p.l.edges
	log.renumber(p.to.people, p.to.addresses)
	log.sum(1)
	for i := range log.pairs.Len() {
		x := log.pairs.At(uint32(i))
		if err := p.takeSending(personOf(x), addressOf(x), x.Value); err != nil {
			return err
		}
	}
	return nil
}

func (p *packing) details() error {
	d := detailPacker{numbers: carry.NewColumns(numberColumns), fields: carry.NewColumns(fieldColumns)}
	parts := p.l.kept().parts
	for i := range parts {
		part := &parts[i]
		var failed error
		err := part.each(&detailQuery{}, func(dom uint32, packed []byte) {
			if failed == nil {
				failed = d.add(p, part, renumber(part.domains, dom), packed)
			}
		})
		if err == nil {
			err = failed
		}
		if err != nil {
			return err
		}
	}
	return d.flush(p)
}

// A detailPacker packs details, many in two blocks.
type detailPacker struct {
	numbers, fields *carry.Columns
	rows            int
}

// add adds a packed delivery.
func (d *detailPacker) add(p *packing, part *detailPart, dom uint32, packed []byte) error {
	x := numbers{person: p.to.people[renumber(part.people, binary.LittleEndian.Uint32(packed))], address: noAddress, domain: p.to.domains[dom]}
	if address := binary.LittleEndian.Uint32(packed[4:]); address != noAddress {
		x.address = p.to.addresses[renumber(part.addresses, address)]
	}
	marks := packed[8]
	c := d.fields
	c.Uint(detailMarks, uint64(marks))
	source, piece, rest, err := c.AddDelivery(packed[9:])
	x.source, x.piece = source, piece
	addNumbers(d.numbers, &x)
	u := carry.Unpack(rest)
	c.Text(detailHost, u.Bytes())
	c.Text(detailRest, u.Bytes())
	if part.hasSubjects() {
		c.Text(detailSubject, u.Bytes())
	}
	if marks&markAttached != 0 {
		for range attachedFields {
			c.Uint(detailAttached, u.Uint())
		}
	}
	if err == nil {
		err = u.Err
	}
	if d.rows++; err == nil && (d.rows == manyRows || c.Size() >= maxFields) {
		err = d.flush(p)
	}
	return err
}

func (d *detailPacker) flush(p *packing) error {
	if d.rows == 0 {
		return nil
	}
	rows := d.rows
	d.rows = 0
	if err := p.columns(blockDetails, rows, d.numbers); err != nil {
		return err
	}
	return p.columns(blockFields, rows, d.fields)
}

func (p *packing) bounces() error { return p.takeBounces(p.l.bounces) }

func (p *packing) threads() error { return p.takeThreads(&p.l.threads) }
