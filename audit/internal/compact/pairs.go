package compact

import (
	"iter"
	"math/bits"

	"github.com/typoaudit/typoaudit/audit/internal/workers"
)

// Pairs are keys with values, in the order in which they were added until they
// are sorted.
type Pairs struct{ List[Pair] }

// A Pair is a key with its value. The two halves of a key are numbers of things,
// counted from 0 on, the upper one the more significant.
type Pair struct{ Key, Value uint64 }

// Sort sorts the pairs by their keys, those of one key in no order, on so many workers. It
// takes no second copy of them: they are dealt in place, by six bits at a time, until what is
// left of them fits into the cache of a processor, and are sorted there.
func (p *Pairs) Sort(crew int) {
	var all uint64
	for i := range p.n {
		all |= p.At(uint32(i)).Key
	}
	s := sorter{pairs: p, low: uint(bits.Len32(uint32(all)))}
	length := uint(bits.Len64(s.join(all)))
	if crew < 2 || p.n <= maxFlat {
		s.sort(0, p.n, length)
		return
	}
	shift := length - min(length, dealBits)
	ends := s.deal(0, p.n, shift)
	workers.Share(len(ends), 1, crew, func(_ int, numbers iter.Seq[int]) {
		own := sorter{pairs: p, low: s.low}
		for i := range numbers {
			own.sort(startOf(ends[:], i), ends[i], shift)
		}
	})
}

// startOf returns where one of the parts that end there begins.
func startOf(ends []int, part int) int {
	if part == 0 {
		return 0
	}
	return ends[part-1]
}

const (
	dealBits  = 6
	digitBits = 9
	// maxFlat is how many pairs are sorted in the cache at once: with the room
	// for their order these are 256 KiB.
	maxFlat = 1 << 13
	// maxFew is how many are sorted one by one.
	maxFew = 32
)

type sorter struct {
	pairs *Pairs
	low   uint // how many bits the lower half of a key has at most
	a, b  []Pair
}

// join returns a key without the bits that no key has between its halves.
func (s *sorter) join(key uint64) uint64 { return key>>32<<s.low | uint64(uint32(key)) }

// sort sorts the pairs from one number to another, which differ in their last
// bits alone.
func (s *sorter) sort(from, to int, bits uint) {
	switch {
	case to-from < 2 || bits == 0:
	case to-from <= maxFew:
		s.sortFew(from, to)
	case to-from <= maxFlat:
		s.sortFlat(from, to, bits)
	default:
		shift := bits - min(bits, dealBits)
		ends := s.deal(from, to, shift)
		for _, end := range ends {
			s.sort(from, end, shift)
			from = end
		}
	}
}

// sortFew sorts a few pairs by insertion.
func (s *sorter) sortFew(from, to int) {
	for i := from + 1; i < to; i++ {
		x, j := *s.pairs.At(uint32(i)), i
		for ; j > from && s.pairs.At(uint32(j-1)).Key > x.Key; j-- {
			*s.pairs.At(uint32(j)) = *s.pairs.At(uint32(j - 1))
		}
		*s.pairs.At(uint32(j)) = x
	}
}

// deal puts the pairs of each value of the bits from shift on together (the
// American flag sort; McIlroy, Bostic and McIlroy 1993), and returns where each
// value ends.
func (s *sorter) deal(from, to int, shift uint) (ends [1 << dealBits]int) {
	const mask = 1<<dealBits - 1
	for i := from; i < to; i++ {
		ends[s.join(s.pairs.At(uint32(i)).Key)>>shift&mask]++
	}
	var next [1 << dealBits]int
	for v := range ends {
		next[v] = from
		from += ends[v]
		ends[v] = from
	}
	for v := range ends {
		for next[v] < ends[v] {
			p := s.pairs.At(uint32(next[v]))
			at := s.join(p.Key) >> shift & mask
			q := s.pairs.At(uint32(next[at]))
			next[at]++
			*p, *q = *q, *p
		}
	}
	return ends
}

// sortFlat sorts at most maxFlat pairs by their last bits, the last ones first
// (a radix sort).
func (s *sorter) sortFlat(from, to int, bits uint) {
	if s.a == nil {
		s.a, s.b = make([]Pair, maxFlat), make([]Pair, maxFlat)
	}
	n := to - from
	a, b := s.a[:n], s.b[:n]
	for i := range a {
		a[i] = *s.pairs.At(uint32(from + i))
	}
	for shift := uint(0); shift < bits; shift += digitBits {
		s.sortDigit(a, b, shift)
		a, b = b, a
	}
	for i := range a {
		*s.pairs.At(uint32(from + i)) = a[i]
	}
}

// sortDigit puts the pairs of a into b, in the order of the bits from shift on.
func (s *sorter) sortDigit(a, b []Pair, shift uint) {
	const mask = 1<<digitBits - 1
	var next [1 << digitBits]uint32
	for i := range a {
		next[s.join(a[i].Key)>>shift&mask]++
	}
	sum := uint32(0)
	for v, n := range next {
		next[v] = sum
		sum += n
	}
	for i := range a {
		v := s.join(a[i].Key) >> shift & mask
		b[next[v]] = a[i]
		next[v]++
	}
}
