package compact

import "slices"

// A List holds values without pointers, numbered from 0 on. It is ready for use
// when empty.
type List[T any] struct {
	blocks [][]T
	n      int
}

// blockBits is of a block of a List: how many values it has.
const blockBits = 12

// Len returns how many values there are.
func (l *List[T]) Len() int { return l.n }

// At returns the value of a number, which keeps its place in memory.
func (l *List[T]) At(i uint32) *T {
	return &l.blocks[i>>blockBits][i&(1<<blockBits-1)]
}

// Add appends v and returns its number.
func (l *List[T]) Add(v T) uint32 {
	if l.n>>blockBits == len(l.blocks) {
		l.blocks = append(l.blocks, make([]T, 1<<blockBits))
	}
	id := uint32(l.n)
	l.n++
	*l.At(id) = v
	return id
}

// Truncate leaves the first n values, and frees the memory of the others.
func (l *List[T]) Truncate(n int) {
	used := (n + 1<<blockBits - 1) >> blockBits
	clear(l.blocks[used:])
	l.blocks, l.n = l.blocks[:used], n
}

// Shorten leaves the first n values, and keeps the memory of the others for new ones.
func (l *List[T]) Shorten(n int) { l.n = n }

// Take moves the values of m into l, and copies few of them: the values of both
// lose their numbers. m is empty afterwards.
func (l *List[T]) Take(m *List[T]) {
	if len(l.blocks) < len(m.blocks) {
		*l, *m = *m, *l
	}
	full := m.n >> blockBits
	at := l.n >> blockBits // the place of the block that is not full
	l.blocks = slices.Insert(l.blocks, at, m.blocks[:full]...)
	l.n += full << blockBits
	for i := full << blockBits; i < m.n; i++ {
		l.Add(*m.At(uint32(i)))
	}
	*m = List[T]{}
}
