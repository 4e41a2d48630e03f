package audit

import (
	"bytes"
	"encoding/binary"
	"slices"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/compact"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// A ledger is packed in blocks: its domains, people and addresses in the order of their
// texts, so that numbers are those of their places; then what refers to them. It is the
// same whatever hashes and numbers the process had that filled it.

// Kinds of blocks.
const (
	blockCounts    = 'c'
	blockDomains   = 'd'
	blockPeople    = 'p'
	blockAddresses = 'a'
	blockEdges     = 'e'
	blockDetails   = 'l'
	blockBounces   = 'b'
	blockThreads   = 't'
)

// fullBlock is the size at which a block is written, in bytes, and manyRows the number of
// rows.
const (
	fullBlock = 4 << 20
	manyRows  = 1 << 16
)

// Pack writes all that l knows, which is empty afterwards. It fails as w does, or if what l
// laid outside memory cannot be read back.
func (l *Ledger) Pack(w *carry.BlockWriter) error {
	p := packing{w: w, l: l.takeAll()}
	for _, pack := range [...]func() error{p.counts, p.domains, p.people, p.addresses, p.edges, p.details, p.bounces, p.threads} {
		if err := pack(); err != nil {
			return err
		}
	}
	return nil
}

// A packing packs a ledger.
type packing struct {
	w     *carry.BlockWriter
	l     *Ledger
	block carry.Packer
	rows  int
	to    renumbered // places in the order of the texts
}

// row ends a row, and the block if it is full.
func (p *packing) row(kind byte) error {
	if p.rows++; len(p.block.B) < fullBlock {
		return nil
	}
	return p.flush(kind)
}

// flush ends the block.
func (p *packing) flush(kind byte) error {
	if p.rows == 0 {
		return nil
	}
	err := p.w.Block(kind, p.block.B)
	p.block.B, p.rows = p.block.B[:0], 0
	return err
}

func (p *packing) counts() error {
	for _, n := range [...]int64{p.l.deliveries, p.l.copies, p.l.earlier} {
		p.block.Uint(uint64(n))
	}
	p.rows++
	return p.flush(blockCounts)
}

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
		p.block.Text(string(p.l.domains.Get(id)))
		p.block.Uint(uint64(s.stored))
		p.block.Uint(uint64(s.received))
		p.block.Uint(uint64(s.relay))
		p.block.Flags(s.writers > 0)
		if s.writers > 0 {
			p.writers(p.l.writersOf(s))
		}
		if err := p.row(blockDomains); err != nil {
			return err
		}
	}
	return p.flush(blockDomains)
}

func (p *packing) writers(w *writers) {
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

func (p *packing) people() error {
	order, places := ofTexts(&p.l.people)
	p.to.people = places
	for _, id := range order {
		p.block.Text(string(p.l.people.Get(id)))
		if err := p.row(blockPeople); err != nil {
			return err
		}
	}
	return p.flush(blockPeople)
}

func (p *packing) addresses() error {
	t := &p.l.addresses
	order, places := inOrder(t.len(), func(a, b uint32) int {
		if x, y := p.to.domains[t.at(a).domain], p.to.domains[t.at(b).domain]; x != y {
			return int(x) - int(y)
		}
		return bytes.Compare(t.local(a), t.local(b))
	})
	p.to.addresses = places
	last := uint32(0)
	for _, id := range order {
		dom := p.to.domains[t.at(id).domain]
		p.block.Uint(uint64(dom - last))
		p.block.Text(string(t.local(id)))
		last = dom
		if err := p.row(blockAddresses); err != nil {
			return err
		}
		if p.rows == 0 {
			last = 0
		}
	}
	return p.flush(blockAddresses)
}

// Columns of edges.
const (
	edgeAddress = iota
	edgePerson
	edgeCount
	edgeSecond
	edgeColumns
)

func (p *packing) edges() error {
	log := &p.l.edges
	log.renumber(p.to.people, p.to.addresses)
	log.sum()
	columns := carry.NewColumns(edgeColumns)
	for from := 0; from < log.pairs.Len(); from += manyRows {
		columns.Reset()
		to := min(from+manyRows, log.pairs.Len())
		for i := from; i < to; i++ {
			x := log.pairs.At(uint32(i))
			columns.Step(edgeAddress, int64(addressOf(x)))
			columns.Uint(edgePerson, uint64(personOf(x)))
			columns.Uint(edgeCount, x.Value&sendingCount<<3|x.Value>>sendingFlags&7)
			columns.Step(edgeSecond, int64(x.Value>>sendingTime))
		}
		p.columns(to-from, columns)
		if err := p.flush(blockEdges); err != nil {
			return err
		}
	}
	return nil
}

// columns makes a block of n rows.
func (p *packing) columns(n int, c *carry.Columns) {
	p.block.Uint(uint64(n))
	c.Pack(&p.block)
	p.rows = n
}

// Columns of details, after those of the delivery.
const (
	detailPerson = carry.DeliveryColumns + iota
	detailAddress
	detailDomain // where there is no address
	detailMarks
	detailHost
	detailRest
	detailSubject
	detailAttached
	detailColumns
)

func (p *packing) details() error {
	columns, n := carry.NewColumns(detailColumns), 0
	flush := func() error {
		if n == 0 {
			return nil
		}
		p.columns(n, columns)
		columns.Reset()
		n = 0
		return p.flush(blockDetails)
	}
	kept := p.l.kept()
	for _, part := range kept.parts {
		var failed error
		err := part.log.each(func(uint32) bool { return true }, func(dom uint32, packed []byte) {
			if failed != nil {
				return
			}
			failed = p.detail(columns, &part, renumber(part.domains, dom), packed)
			if n++; failed == nil && (n == manyRows || columns.Size() >= maxDetails) {
				failed = flush()
			}
		})
		if err == nil {
			err = failed
		}
		if err != nil {
			return err
		}
	}
	return flush()
}

// maxDetails is the size at which a block of details is written, in bytes.
const maxDetails = 16 << 20

// detail adds a packed delivery to the columns.
func (p *packing) detail(c *carry.Columns, part *detailPart, dom uint32, packed []byte) error {
	person, address := binary.LittleEndian.Uint32(packed), binary.LittleEndian.Uint32(packed[4:])
	c.Uint(detailPerson, uint64(p.to.people[renumber(part.people, person)]))
	if address == noAddress {
		c.Uint(detailAddress, 0)
		c.Uint(detailDomain, uint64(p.to.domains[dom]))
	} else {
		c.Uint(detailAddress, 1+uint64(p.to.addresses[renumber(part.addresses, address)]))
	}
	marks := packed[8]
	c.Uint(detailMarks, uint64(marks))
	rest, err := c.AddDelivery(packed[9:])
	u := carry.Unpack(rest)
	c.Text(detailHost, u.Bytes())
	c.Text(detailRest, u.Bytes())
	if part.log.subjects {
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
	return err
}

// attachedFields is how many numbers attachments are packed in.
const attachedFields = 3

func (p *packing) bounces() error {
	for _, b := range p.l.bounces.Sorted() {
		p.block.B = carry.AppendBounce(p.block.B, &b, int64(b.Origin.Source))
		if err := p.row(blockBounces); err != nil {
			return err
		}
	}
	return p.flush(blockBounces)
}

func (p *packing) threads() error {
	p.l.threads.sort()
	for some := range slices.Chunk(p.l.threads.pairs, manyRows) {
		p.block.Sorted(some)
		p.rows = len(some)
		if err := p.flush(blockThreads); err != nil {
			return err
		}
	}
	return nil
}

// An Unpacking adds a packed ledger to another one, block by block. After an error, which
// is carry.ErrPack, the ledger is not to be used.
type Unpacking struct {
	l  *Ledger
	at func(source, piece uint64) (int64, bool)
	renumbered
	domainOf []uint32 // of each address
	scratch  []byte
}

// NewUnpacking returns an Unpacking into l. at returns the number that a source has now, and
// false if there is none, or no piece of that number in it.
func NewUnpacking(l *Ledger, at func(source, piece uint64) (int64, bool)) *Unpacking {
	l.settle()
	return &Unpacking{l: l, at: at}
}

// Block adds a block; one of another kind than those of ledgers is an error.
func (u *Unpacking) Block(kind byte, raw []byte) error {
	add := u.kind(kind)
	if add == nil {
		return carry.ErrPack
	}
	b := carry.Unpack(raw)
	for b.More() {
		add(b)
	}
	return b.Err
}

// kind returns what takes a row, or all rows, of a kind of block.
func (u *Unpacking) kind(kind byte) func(*carry.Unpacker) {
	switch kind {
	case blockCounts:
		return u.counts
	case blockDomains:
		return u.domain
	case blockPeople:
		return u.person
	case blockAddresses:
		return u.someAddresses
	case blockEdges:
		return u.edges
	case blockDetails:
		return u.details
	case blockBounces:
		return u.bounce
	case blockThreads:
		return u.threads
	}
	return nil
}

func (u *Unpacking) counts(b *carry.Unpacker) {
	for _, n := range [...]*int64{&u.l.deliveries, &u.l.copies, &u.l.earlier} {
		more := int64(b.Below(1 << 62))
		if *n += more; *n < 0 {
			b.Fail()
		}
	}
}

func (u *Unpacking) domain(b *carry.Unpacker) {
	name := b.Bytes()
	if b.Err != nil || !isCanonical(name) {
		b.Fail()
		return
	}
	id := u.l.domain(name)
	u.domains = append(u.domains, id)
	s := u.l.stats.At(id)
	s.stored += uint32(b.Below(1 << 32))
	s.received += uint32(b.Below(1 << 32))
	if relay := uint32(b.Below(1 << 32)); relay != 0 {
		s.tookBy(relay)
	}
	var writes bool
	if b.Flags(&writes); writes {
		u.writers(b, u.l.writersOf(s))
	}
}

// isCanonical returns whether a domain is in the form that a ledger keeps it in.
func isCanonical(name []byte) bool {
	if plainDomain(name) {
		return true
	}
	n, err := domain.Parse(string(name))
	return err == nil && n.String() == string(name)
}

func (u *Unpacking) writers(b *carry.Unpacker, w *writers) {
	number := func() uint32 { return uint32(b.Below(1 << 32)) }
	w.span.add(number(), number(), number())
	for n := b.Below(maxPairs + 1); n > 0 && b.Err == nil; n-- {
		x := newWriting(number(), number(), number(), number(), number())
		w.insert(&x)
	}
}

func (u *Unpacking) person(b *carry.Unpacker) {
	key := b.Bytes()
	if b.Err != nil || !isPersonKey(key) {
		b.Fail()
		return
	}
	id, _ := u.l.people.Add(key)
	u.people = append(u.people, id)
}

// isPersonKey returns whether a key is one of appendPersonKey.
func isPersonKey(key []byte) bool {
	if len(key) == 0 || key[0] >= personForwarding<<1 {
		return false
	}
	u := carry.Unpack(key[1:])
	for range 3 {
		if len(u.Bytes()) > maxField {
			return false
		}
	}
	return u.Err == nil && !u.More()
}

// someAddresses takes a block of addresses.
func (u *Unpacking) someAddresses(b *carry.Unpacker) {
	t := &u.l.addresses
	var texts [mergeBatch][]byte
	var domains [mergeBatch]uint32
	var locals, hashes [mergeBatch]uint64
	dom := uint64(0)
	for b.More() {
		n := 0
		for ; n < mergeBatch && b.More(); n++ {
			dom += b.Below(uint64(len(u.domains)) + 1)
			texts[n] = b.Bytes()
			if b.Err != nil || dom >= uint64(len(u.domains)) || len(texts[n]) > maxField {
				b.Fail()
				return
			}
			domains[n], locals[n] = u.domains[dom], hashLocal(texts[n])
			hashes[n] = t.hash(locals[n], domains[n])
		}
		u.l.batch.reached += t.reach(hashes[:n])
		for i := range n {
			u.addresses = append(u.addresses, t.add(hashes[i], locals[i], domains[i], texts[i]))
			u.domainOf = append(u.domainOf, domains[i])
		}
	}
}

func (u *Unpacking) edges(b *carry.Unpacker) {
	n := b.Count()
	c := carry.UnpackColumns(b, edgeColumns)
	for range n {
		address, ok1 := c.TakeStep(edgeAddress)
		person, ok2 := c.TakeUint(edgePerson)
		count, ok3 := c.TakeUint(edgeCount)
		second, ok4 := c.TakeStep(edgeSecond)
		if !ok1 || !ok2 || !ok3 || !ok4 || uint64(address) >= uint64(len(u.addresses)) || person >= uint64(len(u.people)) || count>>3 > sendingCount || uint64(second) >= 1<<32 {
			b.Fail()
			return
		}
		u.l.edges.add(u.people[person], u.addresses[address], uint64(second)<<sendingTime|count&7<<sendingFlags|count>>3)
	}
	u.check(b, c)
	u.l.edges.limit()
}

// check says that all columns must have been taken.
func (u *Unpacking) check(b *carry.Unpacker, c *carry.Columns) {
	if !c.AreEmpty() {
		b.Fail()
	}
}

func (u *Unpacking) details(b *carry.Unpacker) {
	n := b.Count()
	c := carry.UnpackColumns(b, detailColumns)
	for range n {
		if !u.detail(c) {
			b.Fail()
			return
		}
	}
	u.check(b, c)
}

// detail takes a packed delivery off the columns.
func (u *Unpacking) detail(c *carry.Columns) bool {
	person, ok := c.TakeUint(detailPerson)
	number, ok2 := c.TakeUint(detailAddress)
	if !ok || !ok2 || person >= uint64(len(u.people)) || number > uint64(len(u.addresses)) {
		return false
	}
	address, dom := noAddress, uint32(0)
	if number > 0 {
		address = u.addresses[number-1]
		dom = u.domainOf[number-1]
	} else {
		n, ok := c.TakeUint(detailDomain)
		if !ok || n >= uint64(len(u.domains)) {
			return false
		}
		dom = u.domains[n]
	}
	marks, ok := c.TakeUint(detailMarks)
	if !ok || marks >= markAttached<<1 || marks&markRecipient != 0 && address == noAddress {
		return false
	}
	b, ok := c.TakeDelivery(append(u.scratch[:0], byte(marks)), u.at)
	columns := [...]int{detailHost, detailRest, detailSubject}
	texts := columns[:2]
	if u.l.config.Subjects {
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
	u.scratch = b
	if ok {
		u.l.log.add(dom, u.people[person], address, b)
	}
	return ok
}

func (u *Unpacking) bounce(b *carry.Unpacker) {
	var d parsers.Delivery
	var x parsers.Bounce
	source, isBounce := b.Record(&d, &x)
	to, ok := u.at(uint64(source), uint64(x.Origin.Piece))
	if b.Err != nil || !isBounce || !ok {
		b.Fail()
		return
	}
	x.Origin.Source = int32(to)
	u.l.addBounce(&x)
}

func (u *Unpacking) threads(b *carry.Unpacker) {
	more := threads{pairs: b.Sorted()}
	u.l.threads.merge(&more)
}
