package audit

import "unsafe"

// slots find numbers by their hashes: an open-addressing table with linear
// probing. A table that numbers things has one, and holds the things itself.
type slots struct {
	all   []uint64 // high half: that of the hash; low half: number + 1; 0 is free
	shift uint     // of a hash, for its slot
}

const minSlotBits = 10

func newSlots() slots { return slots{make([]uint64, 1<<minSlotBits), 64 - minSlotBits} }

// reach prefetches where a look-up of a hash begins.
func (t *slots) reach(h uint64) { prefetch(unsafe.Pointer(&t.all[h>>t.shift])) }

// first returns the number that a look-up of a hash meets first, false if there
// is none.
func (t *slots) first(h uint64) (n uint32, ok bool) {
	e := uint32(t.all[h>>t.shift])
	return e - 1, e != 0
}

// find returns the number under a hash for which is holds; where there is none,
// the slot for it.
func (t *slots) find(h uint64, is func(n uint32) bool) (n uint32, slot uint64, ok bool) {
	mask := uint64(len(t.all) - 1)
	for i := h >> t.shift; ; i = (i + 1) & mask {
		e := t.all[i]
		if e == 0 {
			return 0, i, false
		}
		if (e^h)>>32 == 0 && is(uint32(e)-1) {
			return uint32(e) - 1, i, true
		}
	}
}

// put puts a number into a slot that find told. used is how many slots then are.
func (t *slots) put(slot, h uint64, n uint32, used int) {
	t.all[slot] = h>>32<<32 | uint64(n+1)
	if 4*used > 3*len(t.all) {
		t.grow()
	}
}

// grow doubles the table. The slot of an entry is the upper end of its hash,
// which the entry keeps: what it stands for need not be looked at.
func (t *slots) grow() {
	old := t.all
	t.all, t.shift = freshSlots(2*len(old)), t.shift-1
	mask := uint64(len(t.all) - 1)
	for _, e := range old {
		if e == 0 {
			continue
		}
		i := e >> t.shift
		for t.all[i] != 0 {
			i = (i + 1) & mask
		}
		t.all[i] = e
	}
}

// Sizes of pages of memory on the common systems, in bytes.
const (
	smallPage = 4 << 10
	hugePage  = 2 << 20
)

// freshSlots returns n slots. A scan reaches them all over: they are put on
// large pages where the system gives them, for small ones cost a miss of the
// address cache for nearly every look. And every page is written to: one that
// is read first costs twice, for it is mapped as zeros, and mapped again when it
// is written to, which stops the other cores for a moment.
func freshSlots(n int) []uint64 {
	const slotBytes = int(unsafe.Sizeof(uint64(0)))
	all := make([]uint64, n)
	begin := uintptr(unsafe.Pointer(&all[0]))
	skip, end := int(-begin&(hugePage-1)), n*slotBytes
	if end = skip + (end-skip)&^(hugePage-1); end > skip {
		adviseHuge(unsafe.Slice((*byte)(unsafe.Pointer(&all[0])), n*slotBytes)[skip:end])
	}
	for i := 0; i < n; i += smallPage / slotBytes {
		all[i] = 0
	}
	return all
}
