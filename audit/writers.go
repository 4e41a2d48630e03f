package audit

import (
	"cmp"
	"slices"

	"github.com/typoaudit/typoaudit/audit/internal/compact"
)

// Writers sum up who wrote from a domain to whom of ours: of all pairs of one of
// theirs and one of ours those with the smallest hashes, so that merging keeps
// the same ones whatever the order. That is a fair sample, and all of them where
// there are no more.
type writers struct {
	pairs []writing // in the order of their hashes
	span            // in which the domain wrote
}

// maxPairs is how many pairs of a domain are known: of a partner's some who write to
// each other are among them, and a spammer's million domains have one each.
const maxPairs = 48

// A writing sums up what one of theirs wrote to one of ours. The addresses are known by
// the hash of their local part; 0 is nobody.
type writing struct {
	hash         uint32 // of both
	theirs, ours uint32
	count        uint32
	first, last  uint32 // Unix seconds; 0 is none
}

// newWriting returns the writing of mails, whose times are Unix seconds.
func newWriting(theirs, ours, count, first, last uint32) writing {
	hash := uint32(compact.Mix(uint64(theirs)<<32 | uint64(ours)))
	return writing{hash: hash, theirs: theirs, ours: ours, count: count, first: first, last: last}
}

// shortHash shortens the hash of a local part; it is never 0.
func shortHash(local uint64) uint32 { return uint32(local>>32) | 1 }

// take adds what another record says of the same pair.
func (w *writing) take(x *writing) {
	w.count = plus(w.count, x.count)
	w.first = earliest(w.first, x.first)
	w.last = max(w.last, x.last)
}

// earliest returns the earlier one of two times, of which 0 is none.
func earliest(a, b uint32) uint32 {
	if a == 0 || b != 0 && b < a {
		return b
	}
	return a
}

// add adds a writing.
func (w *writers) add(x *writing) {
	w.span.add(x.first, x.last, x.count)
	w.insert(x)
}

// insert puts a writing into its place among the pairs.
func (w *writers) insert(x *writing) {
	i, isThere := slices.BinarySearchFunc(w.pairs, x.hash, func(p writing, hash uint32) int { return cmp.Compare(p.hash, hash) })
	switch {
	case isThere:
		w.pairs[i].take(x)
	case i == maxPairs:
	case len(w.pairs) == maxPairs:
		copy(w.pairs[i+1:], w.pairs[i:])
		w.pairs[i] = *x
	default:
		w.pairs = slices.Insert(w.pairs, i, *x)
	}
}

// merge adds the writers of the same domain in another ledger.
func (w *writers) merge(from *writers) {
	w.span.add(from.first, from.last, from.mails)
	for i := range from.pairs {
		w.insert(&from.pairs[i])
	}
}

// count returns how many of theirs are known.
func (w *writers) count() int64 {
	theirs := map[uint32]bool{}
	for i := range w.pairs {
		theirs[w.pairs[i].theirs] = true
	}
	return int64(len(theirs))
}

// areAll says whether the pairs are all that there are.
func (w *writers) areAll() bool { return len(w.pairs) < maxPairs }
