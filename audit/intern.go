package audit

import (
	"hash/maphash"
	"math/bits"
)

// An interner numbers distinct strings from 0 on. It holds their bytes one
// behind the other and no pointers, so that millions of addresses cost the
// garbage collector nothing.
type interner struct {
	seed  maphash.Seed
	text  []byte
	ends  []uint64 // where each string ends in text
	slots []uint64 // high half: hash; low half: number + 1; 0 is free
}

const minSlots = 1 << 10

func newInterner() interner {
	return interner{seed: maphash.MakeSeed(), slots: make([]uint64, minSlots)}
}

func (t *interner) len() int { return len(t.ends) }

// get returns the string of a number; it is valid until the next add.
func (t *interner) get(id uint32) []byte {
	var from uint64
	if id > 0 {
		from = t.ends[id-1]
	}
	return t.text[from:t.ends[id]]
}

// find returns the number of s.
func (t *interner) find(s []byte) (id uint32, ok bool) {
	id, _, ok = t.probe(s)
	return id, ok
}

func (t *interner) probe(s []byte) (id uint32, slot uint64, ok bool) {
	h := maphash.Bytes(t.seed, s)
	mask := uint64(len(t.slots) - 1)
	tag := h &^ (1<<32 - 1)
	for i := h & mask; ; i = (i + 1) & mask {
		switch e := t.slots[i]; {
		case e == 0:
			return 0, i, false
		case e&^(1<<32-1) == tag && string(t.get(uint32(e)-1)) == string(s):
			return uint32(e) - 1, i, true
		}
	}
}

// add returns the number of s, a new one if it was not there.
func (t *interner) add(s []byte) (id uint32, added bool) {
	id, slot, ok := t.probe(s)
	if ok {
		return id, false
	}
	id = uint32(len(t.ends))
	t.text = append(t.text, s...)
	t.ends = append(t.ends, uint64(len(t.text)))
	t.slots[slot] = maphash.Bytes(t.seed, s)&^(1<<32-1) | uint64(id+1)
	if 4*len(t.ends) > 3*len(t.slots) {
		t.grow()
	}
	return id, true
}

func (t *interner) grow() {
	slots := make([]uint64, 2*len(t.slots))
	mask := uint64(len(slots) - 1)
	for id := range t.ends {
		s := t.get(uint32(id))
		h := maphash.Bytes(t.seed, s)
		i := h & mask
		for slots[i] != 0 {
			i = (i + 1) & mask
		}
		slots[i] = h&^(1<<32-1) | uint64(id+1)
	}
	t.slots = slots
}

// A pairTable numbers distinct pairs of numbers from 0 on.
type pairTable struct {
	keys  []uint64
	slots []uint32 // number + 1; 0 is free
}

func newPairTable() pairTable { return pairTable{slots: make([]uint32, minSlots)} }

// mix spreads the bits of a key (the finaliser of SplitMix64).
func mix(x uint64) uint64 {
	hi, lo := bits.Mul64(x^0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9)
	return hi ^ lo
}

func (t *pairTable) add(a, b uint32) (id uint32, added bool) {
	key := uint64(a)<<32 | uint64(b)
	mask := uint64(len(t.slots) - 1)
	i := mix(key) & mask
	for ; t.slots[i] != 0; i = (i + 1) & mask {
		if id := t.slots[i] - 1; t.keys[id] == key {
			return id, false
		}
	}
	id = uint32(len(t.keys))
	t.keys = append(t.keys, key)
	t.slots[i] = id + 1
	if 4*len(t.keys) > 3*len(t.slots) {
		t.grow()
	}
	return id, true
}

// find returns the number of a pair.
func (t *pairTable) find(a, b uint32) (id uint32, ok bool) {
	key := uint64(a)<<32 | uint64(b)
	mask := uint64(len(t.slots) - 1)
	for i := mix(key) & mask; t.slots[i] != 0; i = (i + 1) & mask {
		if id := t.slots[i] - 1; t.keys[id] == key {
			return id, true
		}
	}
	return 0, false
}

func (t *pairTable) grow() {
	slots := make([]uint32, 2*len(t.slots))
	mask := uint64(len(slots) - 1)
	for id, key := range t.keys {
		i := mix(key) & mask
		for slots[i] != 0 {
			i = (i + 1) & mask
		}
		slots[i] = uint32(id) + 1
	}
	t.slots = slots
}

// pair returns the two numbers of pair id.
func (t *pairTable) pair(id uint32) (a, b uint32) {
	return uint32(t.keys[id] >> 32), uint32(t.keys[id])
}
