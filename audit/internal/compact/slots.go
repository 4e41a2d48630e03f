package compact

// Slots find numbers by their hashes: an open-addressing table with linear
// probing. A table that numbers things has one, and holds the things itself.
type Slots struct {
	all   []uint64 // high half: that of the hash; low half: number + 1; 0 is free
	shift uint     // of a hash, for its slot
}

const minSlotBits = 10

// NewSlots returns an empty table.
func NewSlots() Slots { return Slots{make([]uint64, 1<<minSlotBits), 64 - minSlotBits} }

// First returns the number that a look-up of a hash meets first, and some number
// where it meets none. Who asks it for many hashes, one right after the other,
// waits for memory once: the processor loads all of them at the same time.
func (t *Slots) First(h uint64) (n uint32, ok bool) {
	e := uint32(t.all[h>>t.shift])
	return e - 1, e != 0
}

// Find returns the number under a hash for which is holds; where there is none,
// the slot for it.
func (t *Slots) Find(h uint64, is func(n uint32) bool) (n uint32, slot uint64, ok bool) {
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

// Put puts a number into a slot that Find returned. used is how many slots then
// are.
func (t *Slots) Put(slot, h uint64, n uint32, used int) {
	t.all[slot] = h>>32<<32 | uint64(n+1)
	if 4*used > 3*len(t.all) {
		t.grow()
	}
}

// grow doubles the table. The slot of an entry is the upper end of its hash,
// which the entry keeps: the thing itself need not be looked at.
func (t *Slots) grow() {
	old := t.all
	t.all, t.shift = freeSlots(2*len(old)), t.shift-1
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

// freeSlots returns n free slots. A page that is read before it is written to is mapped twice,
// and the second time each processor is interrupted: so each is written to here.
func freeSlots(n int) []uint64 {
	const perPage = 4096 / 8
	all := make([]uint64, n)
	for i := 0; i < n; i += perPage {
		all[i] = 0
	}
	return all
}

// Mix spreads the bits of a key (the finaliser of SplitMix64), so that it is a
// hash.
func Mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
