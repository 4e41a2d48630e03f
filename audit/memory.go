package audit

import (
	"slices"
	"unsafe"
)

// An arena hands out memory for the blocks of a ledger's tables, piece by
// piece. None is given back before the whole arena is.
type arena struct {
	free  []byte
	taken int // bytes of the last piece
}

// Sizes of the pieces of an arena, in bytes: each is twice as large as the one
// before, for most logs are small.
const (
	firstPiece = 256 << 10
	lastPiece  = 1 << 20
)

// take returns n zero bytes, without room behind them, on an address that any
// number may have.
func (a *arena) take(n int) []byte {
	n = (n + 7) &^ 7
	if len(a.free) < n {
		a.taken = max(firstPiece, min(2*a.taken, lastPiece))
		a.free = make([]byte, max(n, a.taken))
	}
	b := a.free[:n:n]
	a.free = a.free[n:]
	return b
}

// A list holds values without pointers in blocks of an arena: growing copies
// none of them.
type list[T any] struct {
	arena  *arena
	blocks [][]T
	n      int
}

const listBlockBits = 12 // of a block: how many values it has

func (l *list[T]) len() int { return l.n }

// at returns the value of a number, which stays where it is.
func (l *list[T]) at(i uint32) *T {
	return &l.blocks[i>>listBlockBits][i&(1<<listBlockBits-1)]
}

// add appends v and returns its number.
func (l *list[T]) add(v T) uint32 {
	if l.n>>listBlockBits == len(l.blocks) {
		memory := l.arena.take(int(unsafe.Sizeof(v)) << listBlockBits)
		l.blocks = append(l.blocks, unsafe.Slice((*T)(unsafe.Pointer(&memory[0])), 1<<listBlockBits))
	}
	id := uint32(l.n)
	l.n++
	*l.at(id) = v
	return id
}

// texts holds pieces of text in blocks of an arena.
type texts struct {
	arena  *arena
	blocks [][]byte
}

// textBlockBits is of a block of text: its size is the reach of a place in it.
const textBlockBits = 17

// room returns n bytes, far fewer than a block has, and the place where they
// lie.
func (t *texts) room(n int) (b []byte, at uint32) {
	last := len(t.blocks) - 1
	if last < 0 || cap(t.blocks[last])-len(t.blocks[last]) < n {
		t.blocks = append(t.blocks, t.arena.take(1 << textBlockBits)[:0])
		last++
	}
	end := len(t.blocks[last])
	t.blocks[last] = t.blocks[last][:end+n]
	return t.blocks[last][end:], uint32(last)<<textBlockBits | uint32(end)
}

// from returns the text that begins at a place, and what is behind it.
func (t *texts) from(at uint32) []byte {
	return t.blocks[at>>textBlockBits][at&(1<<textBlockBits-1):]
}

// take moves the values of m, of which none may be used any more, into l, whose
// values lose their numbers.
func (l *list[T]) take(m *list[T]) {
	if len(l.blocks) < len(m.blocks) {
		*l, *m = *m, *l
	}
	full := m.n >> listBlockBits
	at := l.n >> listBlockBits // the place of the block that is not full
	l.blocks = slices.Insert(l.blocks, at, m.blocks[:full]...)
	l.n += full << listBlockBits
	for i := full << listBlockBits; i < m.n; i++ {
		l.add(*m.at(uint32(i)))
	}
	*m = list[T]{arena: m.arena}
}
