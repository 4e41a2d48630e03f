package audit

import (
	"encoding/binary"
	"hash/maphash"
	"unsafe"
)

// An interner numbers distinct strings from 0 on. It holds their bytes in
// blocks and no pointers to them, so that millions of addresses cost the
// garbage collector nothing and growing copies no text: memory that is touched
// for the first time is what a scan waits for most.
type interner struct {
	seed  maphash.Seed
	texts texts        // each string behind its number and length
	refs  list[uint32] // where each string lies
	slots slots        // of the places where they lie
}

// recordHead is the length of number and length before a string, in bytes.
const recordHead = 4 + 4

func newInterner(a *arena) interner {
	return interner{texts: texts{arena: a}, refs: list[uint32]{arena: a}, seed: maphash.MakeSeed(), slots: newSlots()}
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

// reach prefetches what a look-up of a hash meets first. The slot should have
// been reached already.
func (t *interner) reach(h uint64) {
	if at, ok := t.slots.first(h); ok {
		prefetch(unsafe.Pointer(&t.texts.from(at)[0]))
	}
}

// first returns the number that a look-up of a hash meets first, false if there
// is none.
func (t *interner) first(h uint64) (id uint32, ok bool) {
	at, ok := t.slots.first(h)
	if !ok {
		return 0, false
	}
	return binary.LittleEndian.Uint32(t.texts.from(at)), true
}

// find returns the number of s.
func (t *interner) find(s []byte) (id uint32, ok bool) {
	id, _, ok = t.probe(s, t.hash(s))
	return id, ok
}

// probe returns the number of s, or the slot for it.
func (t *interner) probe(s []byte, h uint64) (id uint32, slot uint64, ok bool) {
	_, slot, ok = t.slots.find(h, func(at uint32) bool {
		n, text := t.record(at)
		id = n
		return string(text) == string(s)
	})
	return id, slot, ok
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
	t.slots.put(slot, h, at, t.refs.len())
	return id, true
}

func (t *interner) put(id uint32, s []byte) (at uint32) {
	b, at := t.texts.room(recordHead + len(s))
	binary.LittleEndian.PutUint32(b, id)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(s)))
	copy(b[recordHead:], s)
	return at
}

// mix spreads the bits of a key (the finaliser of SplitMix64).
func mix(x uint64) uint64 {
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
