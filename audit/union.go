package audit

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"math"

	"github.com/typoaudit/typoaudit/audit/internal/addresses"
	"github.com/typoaudit/typoaudit/audit/internal/compact"
	"github.com/typoaudit/typoaudit/audit/internal/threads"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// Packed ledgers are put together as sorted files are: each table of all of them is read
// once, side by side, and the least row that any of them has is the next one. No text is
// looked up, and of a table no more is in memory than a block of each ledger. What the rows
// of a ledger became is kept as numbers, until all that refers to them was read.

// A Packed is a packed ledger.
type Packed struct {
	File   *carry.BlockReader
	Blocks []carry.Block // those of the ledger, in their order
	// At returns the number that a source has now, and false if there is none, or no piece
	// of that number in it.
	At func(source, piece uint64) (int64, bool)
}

// A PackedError is the error of one of several packed ledgers: carry.ErrPack, or of its file.
type PackedError struct {
	Index int // which one
	Err   error
}

// Error implements error.
func (e *PackedError) Error() string { return fmt.Sprintf("packed ledger %d: %v", e.Index, e.Err) }

// Unwrap returns why it cannot be read.
func (e *PackedError) Unwrap() error { return e.Err }

// PackUnion writes what the packed ledgers hold together as one of them. The error is a
// PackedError, or that of w.
func PackUnion(all []Packed, w *carry.BlockWriter) error { return unite(all, newPacker(w)) }

// Unpack adds what the packed ledgers hold together. The error is a PackedError; then l is not
// to be used. Of the deliveries that they keep more is read when a verdict asks for it, which may fail
// with a PackedError as well: until then their files stay open, and nothing else reads them.
func (l *Ledger) Unpack(all []Packed) error {
	filled := NewLedger(l.config)
	f := newFiller(filled)
	if err := unite(all, f); err != nil {
		return err
	}
	f.close()
	l.settle()
	l.Merge(filled)
	return nil
}

// A taker takes the rows of a union, in the order of their texts, and their numbers are those
// of that order. It must not keep what it is given.
type taker interface {
	takeCounts(c counts) error
	takeDomain(name []byte, f *facts) error
	takePerson(key []byte) error
	takeAddress(dom uint32, local []byte) error
	takeSending(person, address uint32, sending uint64) error
	takeDetails(from *unitedPart, numbers, fields carry.Block) error
	takeBounces(all parsers.Bounces) error
	takeThreads(t *threads.Threads) error
	end() error // of the rows of a kind
}

// counts are those of a ledger.
type counts [3]int64

func (l *Ledger) counts() counts { return counts{l.deliveries, l.copies, l.earlier} }

// facts are what a packed ledger knows of a domain.
type facts struct {
	stored, received, relay uint32
	writers                 *writers // nil if there are none
}

// A union puts packed ledgers together.
type union struct {
	parts []*unitedPart
	to    taker
}

// A unitedPart is one of the ledgers, with what its numbers became.
type unitedPart struct {
	*Packed
	index     int
	domains   []uint32
	people    []uint32
	addresses ascending
	byNumber  []uint32 // the addresses, once they are asked for by number
}

func unite(all []Packed, to taker) error {
	u := union{to: to}
	for i := range all {
		u.parts = append(u.parts, &unitedPart{Packed: &all[i], index: i})
	}
	for _, step := range [...]func() error{u.checkKinds, u.counts, u.domains, u.people, u.addresses, u.edges, u.details, u.bounces, u.threads} {
		if err := step(); err != nil {
			return err
		}
		if err := to.end(); err != nil {
			return err
		}
	}
	return nil
}

// fault is the error of the ledger.
func (p *unitedPart) fault(err error) error {
	if err == nil {
		return nil
	}
	return &PackedError{p.index, err}
}

// checkKinds refuses blocks that no ledger has.
func (u *union) checkKinds() error {
	kinds := []byte{blockCounts, blockDomains, blockPeople, blockAddresses, blockEdges, blockDetails, blockFields, blockBounces, blockThreads}
	for _, p := range u.parts {
		for _, b := range p.Blocks {
			if bytes.IndexByte(kinds, b.Kind) < 0 {
				return p.fault(carry.ErrPack)
			}
		}
	}
	return nil
}

// of returns the blocks of a kind.
func (p *unitedPart) of(kind byte) (all []carry.Block) {
	for _, b := range p.Blocks {
		if b.Kind == kind {
			all = append(all, b)
		}
	}
	return all
}

// each yields the values of all blocks of a kind.
func (p *unitedPart) each(kind byte, yield func(*carry.Unpacker)) error {
	for _, b := range p.of(kind) {
		raw, err := p.File.Read(b)
		if err != nil {
			return p.fault(err)
		}
		values := carry.Unpack(raw)
		for values.More() {
			yield(values)
		}
		if values.Err != nil {
			return p.fault(values.Err)
		}
	}
	return nil
}

func (u *union) counts() error {
	var sum counts
	for _, p := range u.parts {
		err := p.each(blockCounts, func(b *carry.Unpacker) {
			for i := range sum {
				more := int64(b.Below(1 << 62))
				if sum[i] += more; sum[i] < 0 {
					b.Fail()
				}
			}
		})
		if err != nil {
			return err
		}
	}
	return u.to.takeCounts(sum)
}

// maxSideBySide bounds a block of which every ledger has one in memory, in bytes: a full one, and
// its last row.
const maxSideBySide = 4 * fullBlock

// A rows reads the blocks of one kind.
type rows struct {
	part   *unitedPart
	blocks []carry.Block // that are left
	raw    [2][]byte     // of the block, and of the one before it, which the last row was of
	values *carry.Unpacker
	err    error
}

func (p *unitedPart) rows(kind byte) rows {
	return rows{part: p, blocks: p.of(kind), values: carry.Unpack(nil)}
}

// more reports whether there is another row, and isFirst that it begins a block.
func (r *rows) more() (more, isFirst bool) {
	for !r.values.More() {
		if r.err = r.values.Err; r.err != nil || len(r.blocks) == 0 {
			return false, false
		}
		raw, err := r.part.File.Read(r.blocks[0])
		if err == nil && len(raw) > maxSideBySide {
			err = carry.ErrPack
		}
		if r.err = err; err != nil {
			return false, false
		}
		r.raw[0], r.raw[1] = append(r.raw[1][:0], raw...), r.raw[0]
		r.values, r.blocks, isFirst = carry.Unpack(r.raw[0]), r.blocks[1:], true
	}
	return true, isFirst
}

// A textKey is what rows with texts are ordered by.
type textKey struct {
	dom  uint32 // of an address, the number that its domain has now
	head uint64 // first bytes of the text
	text []byte
}

// A textCursor reads the rows of one ledger that have texts, which ascend.
type textCursor struct {
	rows
	textKey
	isEnd     bool
	facts     facts                             // of a domain
	packedDom uint64                            // of an address, the number that its domain has in the ledger
	take      func(c *textCursor, isFirst bool) // takes a row
}

// advance goes on to the next row.
func (c *textCursor) advance() error {
	more, isFirst := c.more()
	if c.err != nil {
		return c.part.fault(c.err)
	}
	if !more {
		c.isEnd = true
		return nil
	}
	before := c.textKey
	c.take(c, isFirst)
	c.head = headOf(c.text)
	if c.values.Err != nil || before.text != nil && before.compare(&c.textKey) >= 0 {
		return c.part.fault(carry.ErrPack)
	}
	return nil
}

// headOf returns the first bytes of a text, so that most texts are compared by them.
func headOf(text []byte) uint64 {
	if len(text) >= 8 {
		return binary.BigEndian.Uint64(text)
	}
	var b [8]byte
	copy(b[:], text)
	return binary.BigEndian.Uint64(b[:])
}

func (k *textKey) compare(l *textKey) int {
	if k.dom != l.dom {
		return cmp.Compare(k.dom, l.dom)
	}
	if k.head != l.head {
		return cmp.Compare(k.head, l.head)
	}
	return bytes.Compare(k.text, l.text)
}

// eachText yields the rows of a kind of all ledgers, in the order of their texts: isNew is
// the first one of its text. The text is valid until the first row of the text after the
// next one is yielded.
func (u *union) eachText(kind byte, take func(c *textCursor, isFirst bool), yield func(c *textCursor, isNew bool) error) error {
	cursors := make([]textCursor, len(u.parts))
	for i, p := range u.parts {
		cursors[i] = textCursor{rows: p.rows(kind), take: take}
		if err := cursors[i].advance(); err != nil {
			return err
		}
	}
	order := compact.NewTournament(len(cursors), func(a, b int32) bool {
		x, y := &cursors[a], &cursors[b]
		if x.isEnd || y.isEnd {
			return !x.isEnd
		}
		return x.compare(&y.textKey) < 0
	})
	var last textKey
	for len(cursors) > 0 {
		c := &cursors[order.First()]
		if c.isEnd {
			break
		}
		isNew := last.text == nil || last.compare(&c.textKey) != 0
		last = c.textKey
		if err := yield(c, isNew); err != nil {
			return err
		}
		if err := c.advance(); err != nil {
			return err
		}
		order.Replay()
	}
	return nil
}

func (u *union) domains() error {
	var name []byte
	var sum facts
	n := uint32(0)
	end := func() error {
		if n == 0 {
			return nil
		}
		return u.to.takeDomain(name, &sum)
	}
	err := u.eachText(blockDomains, takeDomainRow, func(c *textCursor, isNew bool) error {
		if isNew {
			if err := end(); err != nil {
				return err
			}
			name, sum = c.text, facts{}
			n++
		}
		sum.merge(&c.facts)
		c.part.domains = append(c.part.domains, n-1)
		return nil
	})
	if err != nil {
		return err
	}
	return end()
}

// merge adds what another ledger knows of the same domain.
func (f *facts) merge(g *facts) {
	f.stored += g.stored
	f.received += g.received
	f.relay = least(f.relay, g.relay)
	switch {
	case g.writers == nil:
	case f.writers == nil:
		f.writers = g.writers
	default:
		f.writers.merge(g.writers)
	}
}

func takeDomainRow(c *textCursor, _ bool) {
	b := c.values
	c.text = b.Bytes()
	if b.Err == nil && !addresses.IsCanonicalDomain(c.text) {
		b.Fail()
	}
	c.facts = facts{stored: uint32(b.Below(1 << 32)), received: uint32(b.Below(1 << 32)), relay: uint32(b.Below(1 << 32))}
	var writes bool
	if b.Flags(&writes); writes {
		c.facts.writers = takeWriters(b)
	}
}

func takeWriters(b *carry.Unpacker) *writers {
	number := func() uint32 { return uint32(b.Below(1 << 32)) }
	w := &writers{}
	w.span.add(number(), number(), number())
	for n := b.Below(maxPairs + 1); n > 0 && b.Err == nil; n-- {
		x := newWriting(number(), number(), number(), number(), number())
		w.insert(&x)
	}
	return w
}

func (u *union) people() error {
	n := uint32(0)
	return u.eachText(blockPeople, takePersonRow, func(c *textCursor, isNew bool) error {
		n += numberOf(isNew)
		c.part.people = append(c.part.people, n-1)
		if !isNew {
			return nil
		}
		return u.to.takePerson(c.text)
	})
}

func numberOf(isNew bool) uint32 {
	if isNew {
		return 1
	}
	return 0
}

func takePersonRow(c *textCursor, _ bool) {
	if c.text = c.values.Bytes(); c.values.Err == nil && !isPersonKey(c.text) {
		c.values.Fail()
	}
}

// isPersonKey returns whether a key is one of appendPersonKey.
func isPersonKey(key []byte) bool {
	if len(key) == 0 || key[0] >= personForwarding<<1 {
		return false
	}
	u := carry.Unpack(key[1:])
	for range 3 {
		if len(u.Bytes()) > addresses.MaxField {
			return false
		}
	}
	return u.Err == nil && !u.More()
}

func (u *union) addresses() error {
	n := uint32(0)
	return u.eachText(blockAddresses, takeAddressRow, func(c *textCursor, isNew bool) error {
		n += numberOf(isNew)
		c.part.addresses.add(n - 1)
		if !isNew {
			return nil
		}
		return u.to.takeAddress(c.dom, c.text)
	})
}

// takeAddressRow takes the number of the domain as its difference to that of the row
// before it in the block.
func takeAddressRow(c *textCursor, isFirst bool) {
	if isFirst {
		c.packedDom = 0
	}
	domains := c.part.domains
	c.packedDom += c.values.Below(uint64(len(domains)))
	c.text = c.values.Bytes()
	if c.packedDom >= uint64(len(domains)) || len(c.text) > addresses.MaxField {
		c.values.Fail()
		return
	}
	c.dom = domains[c.packedDom]
}

// An ascending list of numbers takes little more than a byte for each.
type ascending struct {
	steps []byte
	last  uint32
	n     int
}

func (a *ascending) add(v uint32) {
	a.steps = binary.AppendUvarint(a.steps, uint64(v-a.last))
	a.last = v
	a.n++
}

// all yields the numbers from the first one on.
func (a *ascending) all() (all []uint32) {
	all = make([]uint32, 0, a.n)
	for w := (walk{steps: a.steps}); w.next(); {
		all = append(all, w.value)
	}
	return all
}

// A walk goes through an ascending list.
type walk struct {
	steps []byte
	value uint32
	n     uint64 // how many numbers were gone through, of which value is the last
}

func (w *walk) next() bool {
	if len(w.steps) == 0 {
		return false
	}
	step, n := binary.Uvarint(w.steps)
	w.steps = w.steps[n:]
	w.value += uint32(step)
	w.n++
	return true
}

// to goes on to the number of an index, which is not before the last one. It returns false
// if there is none.
func (w *walk) to(index uint64) bool {
	for w.n <= index {
		if !w.next() {
			return false
		}
	}
	return w.n == index+1
}

// An edgeCursor reads the edges of one ledger, in the order of their addresses and people.
type edgeCursor struct {
	rows
	columns   *carry.Columns
	left      int // of the block
	addresses walk
	key       uint64 // see edgeKey, with the numbers that they have now; noEdge at the end
	sending   uint64
}

const noEdge = math.MaxUint64

func (c *edgeCursor) advance() error {
	for c.left == 0 {
		if c.columns != nil && !c.columns.AreEmpty() {
			return c.part.fault(carry.ErrPack)
		}
		more, _ := c.more()
		if c.err != nil {
			return c.part.fault(c.err)
		}
		if !more {
			c.key = noEdge
			return nil
		}
		c.left = c.values.Count()
		c.columns = carry.UnpackColumns(c.values, edgeColumns)
	}
	c.left--
	before := c.key
	if !c.take() || c.key < before {
		return c.part.fault(carry.ErrPack)
	}
	return nil
}

// take takes a row off the columns.
func (c *edgeCursor) take() bool {
	address, ok1 := c.columns.TakeStep(edgeAddress)
	person, ok2 := c.columns.TakeUint(edgePerson)
	count, ok3 := c.columns.TakeUint(edgeCount)
	second, ok4 := c.columns.TakeStep(edgeSecond)
	if !ok1 || !ok2 || !ok3 || !ok4 || address < 0 || person >= uint64(len(c.part.people)) || count>>3 > sendingCount || uint64(second) >= 1<<32 {
		return false
	}
	if !c.addresses.to(uint64(address)) {
		return false
	}
	c.key = edgeKey(c.part.people[person], c.addresses.value)
	c.sending = uint64(second)<<sendingTime | count&7<<sendingFlags | count>>3
	return true
}

func (u *union) edges() error {
	cursors := make([]edgeCursor, len(u.parts))
	for i, p := range u.parts {
		cursors[i] = edgeCursor{rows: p.rows(blockEdges), addresses: walk{steps: p.addresses.steps}}
		if err := cursors[i].advance(); err != nil {
			return err
		}
	}
	order := compact.NewTournament(len(cursors), func(a, b int32) bool { return cursors[a].key < cursors[b].key })
	var sum sendingSum
	key := uint64(noEdge)
	room := make([]uint64, 0, maxSums)
	end := func() error {
		for _, sending := range sum.take(room) {
			if err := u.to.takeSending(uint32(key), uint32(key>>32), sending); err != nil {
				return err
			}
		}
		return nil
	}
	for len(cursors) > 0 {
		c := &cursors[order.First()]
		if c.key != key {
			if err := end(); err != nil || c.key == noEdge {
				return err
			}
			key = c.key
		} else if key == noEdge {
			break
		}
		sum.add(c.sending)
		if err := c.advance(); err != nil {
			return err
		}
		order.Replay()
	}
	return nil
}

func (u *union) details() error {
	for _, p := range u.parts {
		places, fields := p.of(blockDetails), p.of(blockFields)
		if len(places) != len(fields) {
			return p.fault(carry.ErrPack)
		}
		for i := range places {
			if err := u.to.takeDetails(p, places[i], fields[i]); err != nil {
				return err
			}
		}
		p.people, p.addresses, p.byNumber = nil, ascending{}, nil // nothing refers to them any more
	}
	return nil
}

// Numbered are what of the details in a block is numbered.
type numbered struct {
	part    *unitedPart
	columns *carry.Columns
	n       int
	at      numbers // of the detail at hand, as they are now
	err     error
}

// numbersOf reads a block of numbers.
func (p *unitedPart) numbersOf(b carry.Block) (*numbered, error) {
	raw, err := p.File.Read(b)
	if err != nil {
		return nil, p.fault(err)
	}
	values := carry.Unpack(bytes.Clone(raw)) // the fields are read beside them
	rows := &numbered{part: p, n: values.Count()}
	rows.columns = carry.UnpackColumns(values, numberColumns)
	if values.Err != nil || values.More() || rows.n > manyRows {
		return nil, p.fault(carry.ErrPack)
	}
	if p.byNumber == nil {
		p.byNumber = p.addresses.all()
	}
	return rows, nil
}

// next takes the numbers of the next detail. They all must have been taken at the end.
func (r *numbered) next() bool {
	if r.n == 0 && r.columns.AreEmpty() {
		return false
	}
	if r.n == 0 || !r.take() {
		r.err = carry.ErrPack
		return false
	}
	r.n--
	return true
}

func (r *numbered) take() bool {
	p := r.part
	person, ok1 := r.columns.TakeUint(detailPerson)
	address, ok2 := r.columns.TakeUint(detailAddress)
	if !ok1 || !ok2 || person >= uint64(len(p.people)) || address > uint64(len(p.byNumber)) {
		return false
	}
	r.at = numbers{person: p.people[person], address: noAddress}
	if address > 0 {
		r.at.address = p.byNumber[address-1]
	} else {
		dom, ok := r.columns.TakeUint(detailDomain)
		if !ok || dom >= uint64(len(p.domains)) {
			return false
		}
		r.at.domain = p.domains[dom]
	}
	source, ok1 := r.columns.TakeUint(detailSource)
	piece, ok2 := r.columns.TakeUint(detailPiece)
	to, ok3 := p.At(source, piece)
	r.at.source, r.at.piece = to, piece
	return ok1 && ok2 && ok3
}

func (u *union) bounces() error {
	all := parsers.Bounces{}
	for _, p := range u.parts {
		err := p.each(blockBounces, func(b *carry.Unpacker) {
			var d parsers.Delivery
			var x parsers.Bounce
			source, isBounce := b.Record(&d, &x)
			to, ok := p.At(uint64(source), uint64(x.Origin.Piece))
			if b.Err != nil || !isBounce || !ok {
				b.Fail()
				return
			}
			x.Origin.Source = int32(to)
			all.Add(&x)
		})
		if err != nil {
			return err
		}
	}
	return u.to.takeBounces(all)
}

func (u *union) threads() error {
	var all threads.Threads
	for _, p := range u.parts {
		err := p.each(blockThreads, func(b *carry.Unpacker) { all.AddPairs(b.Sorted()) })
		if err != nil {
			return err
		}
	}
	return u.to.takeThreads(&all)
}
