package carry

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// Columns hold the fields of many records of one layout, those of the same meaning
// together: they are then compressed to a third of what the records are.
type Columns struct {
	all  [][]byte
	last []int64 // of the columns of differences
}

// NewColumns returns n empty columns.
func NewColumns(n int) *Columns { return &Columns{all: make([][]byte, n), last: make([]int64, n)} }

// Size returns how many bytes they hold.
func (c *Columns) Size() (n int) {
	for _, b := range c.all {
		n += len(b)
	}
	return n
}

// Reset empties them.
func (c *Columns) Reset() {
	for i := range c.all {
		c.all[i] = c.all[i][:0]
	}
	clear(c.last)
}

// Pack packs them.
func (c *Columns) Pack(p *Packer) {
	for _, b := range c.all {
		p.Uint(uint64(len(b)))
		p.B = append(p.B, b...)
	}
}

// UnpackColumns takes n columns; they are borrowed from the pack.
func UnpackColumns(u *Unpacker, n int) *Columns {
	c := NewColumns(n)
	for i := range c.all {
		c.all[i] = u.Bytes()
	}
	return c
}

// Uint adds a number to a column.
func (c *Columns) Uint(column int, v uint64) { c.all[column] = binary.AppendUvarint(c.all[column], v) }

// Step adds a number to a column as its difference to the one before.
func (c *Columns) Step(column int, v int64) {
	c.all[column] = binary.AppendVarint(c.all[column], v-c.last[column])
	c.last[column] = v
}

// Text adds a text to a column.
func (c *Columns) Text(column int, s []byte) {
	c.all[column] = append(binary.AppendUvarint(c.all[column], uint64(len(s))), s...)
}

// TakeUint takes the next number off a column.
func (c *Columns) TakeUint(column int) (v uint64, ok bool) {
	b := c.all[column]
	if len(b) > 0 && b[0] < 0x80 {
		c.all[column] = b[1:]
		return uint64(b[0]), true
	}
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, false
	}
	c.all[column] = b[n:]
	return v, true
}

// TakeStep takes the next number off a column of Step.
func (c *Columns) TakeStep(column int) (v int64, ok bool) {
	b := c.all[column]
	d, n := binary.Varint(b)
	if n <= 0 {
		return 0, false
	}
	c.all[column] = b[n:]
	c.last[column] += d
	return c.last[column], true
}

// TakeText takes the next text off a column, with its length before it.
func (c *Columns) TakeText(column int) (packed []byte, ok bool) {
	b := c.all[column]
	if len(b) > 0 && b[0] < 0x80 && int(b[0]) < len(b) {
		end := 1 + int(b[0])
		c.all[column] = b[end:]
		return b[:end:end], true
	}
	size, n := binary.Uvarint(b)
	if n <= 0 || size > uint64(len(b)-n) {
		return nil, false
	}
	end := n + int(size)
	c.all[column] = b[end:]
	return b[:end], true
}

// SkipUints leaves out the next n numbers of a column, and returns how many of them have a bit
// of mask.
func (c *Columns) SkipUints(column, n int, mask uint64) (marked int, ok bool) {
	b := c.all[column]
	for range n {
		v, size := uint64(0), 1
		if len(b) > 0 && b[0] < 0x80 {
			v = uint64(b[0])
		} else if v, size = binary.Uvarint(b); size <= 0 {
			return 0, false
		}
		if v&mask != 0 {
			marked++
		}
		b = b[size:]
	}
	c.all[column] = b
	return marked, true
}

// SkipSteps leaves out the next n numbers of a column of Step.
func (c *Columns) SkipSteps(column, n int) bool {
	for range n {
		if _, ok := c.TakeStep(column); !ok {
			return false
		}
	}
	return true
}

// SkipTexts leaves out the next n texts of a column.
func (c *Columns) SkipTexts(column, n int) bool {
	for range n {
		if _, ok := c.TakeText(column); !ok {
			return false
		}
	}
	return true
}

// AreEmpty reports that all was taken.
func (c *Columns) AreEmpty() bool { return c.Size() == 0 }

// The columns of the fields of AppendDelivery.
const (
	columnTime = iota
	columnUnix
	columnFlags
	columnStatus
	columnMore
	columnCount
	columnBytes
	columnLine
	columnOffset
	columnText // and those of the other texts
)

const (
	columnPlace = columnText + recordTexts + iota
	columnPlaceNumber
	columnReferences
	columnSubject
	// DeliveryColumns is how many they are.
	DeliveryColumns
)

// Marks of the flags of a record.
const (
	flagBounce = 1 << 6
	flagPlaced = 1 << 7
	maxFlags   = 1 << 8
)

// AddDelivery adds a value of AppendDelivery, but for its source and its piece, which it
// returns with what follows it in b.
func (c *Columns) AddDelivery(b []byte) (source int64, piece uint64, rest []byte, err error) {
	u := Unpacker{b: b}
	nanoseconds := u.Uint()
	c.Uint(columnTime, nanoseconds)
	if nanoseconds != 0 {
		c.Step(columnUnix, u.Int())
	}
	flags, status := u.Uint(), u.Uint()
	c.Uint(columnFlags, flags)
	c.Uint(columnStatus, status)
	for _, column := range [...]int{columnMore, columnCount, columnBytes} {
		c.Uint(column, u.Uint())
	}
	source, piece = u.Int(), u.Uint()
	c.Step(columnLine, int64(u.Uint()))
	c.Uint(columnOffset, u.Uint())
	for i := range recordTexts {
		c.Text(columnText+i, u.Bytes())
	}
	if flags&flagPlaced != 0 {
		c.Text(columnPlace, u.Bytes())
		c.Uint(columnPlaceNumber, u.Uint())
		c.Uint(columnPlaceNumber, u.Uint())
	}
	if status&threadMark != 0 {
		c.Text(columnReferences, u.Bytes())
		c.Uint(columnSubject, u.Uint())
	}
	return source, piece, u.b, u.Err
}

// TakeDelivery takes the next delivery of AddDelivery, and appends it to b as
// AppendDelivery does, with a source and a piece. It is false if something makes no sense:
// then b is not to be used.
func (c *Columns) TakeDelivery(b []byte, source int64, piece uint64) (_ []byte, ok bool) {
	const second = uint64(time.Second)
	t := taker{Columns: c, b: b, ok: true}
	if t.uint(columnTime, second+1) != 0 {
		t.b = binary.AppendVarint(t.b, t.step(columnUnix))
	}
	flags, status := t.uint(columnFlags, maxFlags), t.uint(columnStatus, threadMark+parsers.Statuses)
	t.uint(columnMore, uint64(parsers.FailureOther+1)<<4)
	t.uint(columnCount, 1<<31)
	t.uint(columnBytes, 0)
	line := t.step(columnLine)
	t.b = binary.AppendUvarint(binary.AppendUvarint(binary.AppendVarint(t.b, source), piece), uint64(line))
	t.uint(columnOffset, maxSourceLine)
	for i := range recordTexts {
		t.text(columnText + i)
	}
	if flags&flagPlaced != 0 {
		t.text(columnPlace)
		t.uint(columnPlaceNumber, maxPiece)
		t.uint(columnPlaceNumber, maxSourceLine)
	}
	if status&threadMark != 0 {
		t.text(columnReferences)
		t.uint(columnSubject, 1<<32)
	}
	t.ok = t.ok && line >= 0 && line < maxSourceLine && flags&flagBounce == 0 && status&^threadMark < parsers.Statuses
	return t.b, t.ok
}

// SkipDeliveries leaves out the next n deliveries of AddDelivery. It is false if there are not
// as many; their values are not looked at.
func (c *Columns) SkipDeliveries(n int) bool {
	timed, ok := c.SkipUints(columnTime, n, math.MaxUint64)
	ok = ok && c.SkipSteps(columnUnix, timed) && c.SkipSteps(columnLine, n)
	placed, isThere := c.SkipUints(columnFlags, n, flagPlaced)
	ok = ok && isThere
	threaded, isThere := c.SkipUints(columnStatus, n, threadMark)
	ok = ok && isThere
	for _, column := range [...]int{columnMore, columnCount, columnBytes, columnOffset} {
		_, isThere := c.SkipUints(column, n, 0)
		ok = ok && isThere
	}
	for i := range recordTexts {
		ok = ok && c.SkipTexts(columnText+i, n)
	}
	if !ok || !c.SkipTexts(columnPlace, placed) || !c.SkipTexts(columnReferences, threaded) {
		return false
	}
	_, ok = c.SkipUints(columnPlaceNumber, 2*placed, 0)
	_, isThere = c.SkipUints(columnSubject, threaded, 0)
	return ok && isThere
}

// A taker appends the fields that it takes to b.
type taker struct {
	*Columns
	b  []byte
	ok bool
}

// uint takes a number below another one, 0 for any.
func (t *taker) uint(column int, below uint64) uint64 {
	if b := t.all[column]; len(b) > 0 && b[0] < 0x80 {
		t.all[column] = b[1:]
		t.b = append(t.b, b[0])
		v := uint64(b[0])
		t.ok = t.ok && (below == 0 || v < below)
		return v
	}
	v, ok := t.TakeUint(column)
	t.ok = t.ok && ok && (below == 0 || v < below)
	t.b = binary.AppendUvarint(t.b, v)
	return v
}

func (t *taker) step(column int) int64 {
	v, ok := t.TakeStep(column)
	t.ok = t.ok && ok
	return v
}

func (t *taker) text(column int) {
	s, ok := t.TakeText(column)
	t.ok = t.ok && ok
	t.b = append(t.b, s...)
}
