package audit

import (
	"encoding/binary"
	"hash/maphash"
)

// An interner numbers distinct strings from 0 on. It holds their bytes in
// blocks and no pointers to them, so that millions of addresses cost the
// garbage collector nothing and growing copies no text: memory that is touched
// for the first time is what a scan waits for most.
type interner struct {
	seed  maphash.Seed
	texts texts        // each string behind its number and length
	refs  list[uint32] // where each string lies
	slots []uint64     // high half: hash; low half: where it lies + 1; 0 is free
	shift uint         // of a hash, for its slot
}

const (
	minSlotBits = 10
	recordHead  = 4 + 4
)

func newInterner(a *arena) interner {
	return interner{texts: texts{arena: a}, refs: list[uint32]{arena: a}, seed: maphash.MakeSeed(), slots: make([]uint64, 1<<minSlotBits), shift: 64 - minSlotBits}
}

func (t *interner) len() int { return t.refs.len() }

// get returns the string of a number.
func (t *interner) get(id uint32) []byte {
	_, s := t.record(*t.refs.at(id))
	return s
}

func (t *interner) record(at uint32) (id uint32, s []byte) {
	b := t.texts.from(at)
	n := binary.LittleEndian.Uint32(b[4:])
	return binary.LittleEndian.Uint32(b), b[recordHead : recordHead+n]
}

// hash returns the hash of s in t.
func (t *interner) hash(s []byte) uint64 { return maphash.Bytes(t.seed, s) }

// reach reads what a look-up of a hash begins with, so that the misses of
// several look-ups overlap. What it returns means nothing.
func (t *interner) reach(h uint64) uint64 {
	e := uint32(t.slots[h>>t.shift])
	if e == 0 {
		return 0
	}
	return uint64(t.texts.from(e - 1)[0])
}

// find returns the number of s.
func (t *interner) find(s []byte) (id uint32, ok bool) { return t.findHashed(s, t.hash(s)) }

// findHashed is find where the hash of s is known.
func (t *interner) findHashed(s []byte, h uint64) (id uint32, ok bool) {
	id, _, ok = t.probe(s, h)
	return id, ok
}

func (t *interner) probe(s []byte, h uint64) (id uint32, slot uint64, ok bool) {
	mask := uint64(len(t.slots) - 1)
	for i := h >> t.shift; ; i = (i + 1) & mask {
		e := t.slots[i]
		if e == 0 {
			return 0, i, false
		}
		if (e^h)>>32 == 0 {
			if id, text := t.record(uint32(e) - 1); string(text) == string(s) {
				return id, i, true
			}
		}
	}
}

// add returns the number of s, a new one if it was not there. s must be much
// shorter than a block: see maxField.
func (t *interner) add(s []byte) (id uint32, added bool) { return t.addHashed(s, t.hash(s)) }

// addHashed is add where the hash of s is known.
func (t *interner) addHashed(s []byte, h uint64) (id uint32, added bool) {
	id, slot, ok := t.probe(s, h)
	if ok {
		return id, false
	}
	id = uint32(t.refs.len())
	at := t.put(id, s)
	t.refs.add(at)
	t.slots[slot] = h>>32<<32 | uint64(at+1)
	if 4*t.refs.len() > 3*len(t.slots) {
		t.slots, t.shift = grown(t.slots, t.shift)
	}
	return id, true
}

func (t *interner) put(id uint32, s []byte) (at uint32) {
	b, at := t.texts.room(recordHead + len(s))
	binary.LittleEndian.PutUint32(b, id)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(s)))
	copy(b[recordHead:], s)
	return at
}

// grown returns slots twice as many. The slot of an entry is the upper end of
// its hash, which the entry keeps: what it stands for need not be looked at.
func grown(slots []uint64, shift uint) ([]uint64, uint) {
	more := roomy[uint64](2 * len(slots))
	shift--
	mask := uint64(len(more) - 1)
	for _, e := range slots {
		if e == 0 {
			continue
		}
		i := e >> shift
		for more[i] != 0 {
			i = (i + 1) & mask
		}
		more[i] = e
	}
	return more, shift
}

// mix spreads the bits of a key (the finaliser of SplitMix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
