package compact

import (
	"encoding/binary"
	"hash/maphash"
)

// An Interner numbers distinct strings from 0 on.
type Interner struct {
	seed  maphash.Seed
	texts Texts        // each string after its number and length
	refs  List[uint32] // where each string lies
	slots Slots        // of the places where they lie
}

// recordHead is the length of number and length before a string, in bytes.
const recordHead = 4 + 4

// NewInterner returns an empty Interner. Its hashes are of a seed of its own, so
// that nobody can choose strings that crowd.
func NewInterner() Interner {
	return Interner{seed: maphash.MakeSeed(), slots: NewSlots()}
}

// Len returns how many strings there are.
func (t *Interner) Len() int { return t.refs.Len() }

// Get returns the string of a number, which must not be changed.
func (t *Interner) Get(id uint32) []byte {
	_, s := t.record(*t.refs.At(id))
	return s
}

func (t *Interner) record(at uint32) (id uint32, s []byte) {
	b := t.texts.From(at)
	n := binary.LittleEndian.Uint32(b[4:])
	return binary.LittleEndian.Uint32(b), b[recordHead : recordHead+n]
}

// Hash returns the hash of s in t.
func (t *Interner) Hash(s []byte) uint64 { return maphash.Bytes(t.seed, s) }

// Reach begins the look-ups of hashes: afterwards they wait for memory no more.
// It returns nothing that means anything, but it must be used, or the compiler
// leaves the loads out.
func (t *Interner) Reach(hashes []uint64) (any uint32) {
	var places [batch]uint32
	for len(hashes) > 0 {
		n := min(len(hashes), batch)
		found := 0
		for _, h := range hashes[:n] {
			if at, ok := t.slots.First(h); ok {
				places[found] = at
				found++
			}
		}
		for _, at := range places[:found] {
			any += uint32(t.texts.From(at)[0])
		}
		hashes = hashes[n:]
	}
	return any
}

// batch is how many look-ups are begun at once.
const batch = 64

// Find returns the number of s.
func (t *Interner) Find(s []byte) (id uint32, ok bool) {
	id, _, ok = t.probe(s, t.Hash(s))
	return id, ok
}

// probe returns the number of s, or the slot for it.
func (t *Interner) probe(s []byte, h uint64) (id uint32, slot uint64, ok bool) {
	_, slot, ok = t.slots.Find(h, func(at uint32) bool {
		n, text := t.record(at)
		id = n
		return string(text) == string(s)
	})
	return id, slot, ok
}

// Add returns the number of s, a new one if it was not there. s must be shorter
// than MaxText by a few bytes.
func (t *Interner) Add(s []byte) (id uint32, added bool) { return t.AddHashed(s, t.Hash(s)) }

// AddHashed is Add where the hash of s is known.
func (t *Interner) AddHashed(s []byte, h uint64) (id uint32, added bool) {
	id, slot, ok := t.probe(s, h)
	if ok {
		return id, false
	}
	id = uint32(t.refs.Len())
	at := t.put(id, s)
	t.refs.Add(at)
	t.slots.Put(slot, h, at, t.refs.Len())
	return id, true
}

func (t *Interner) put(id uint32, s []byte) (at uint32) {
	b, at := t.texts.Room(recordHead + len(s))
	binary.LittleEndian.PutUint32(b, id)
	binary.LittleEndian.PutUint32(b[4:], uint32(len(s)))
	copy(b[recordHead:], s)
	return at
}
