// Package addresses numbers recipients, and has the canonical form of an address.
package addresses

import (
	"encoding/binary"
	"hash/maphash"
	"slices"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/audit/internal/compact"
)

// A Table numbers distinct addresses from 0 on. One differs from
// another by its domain and the hash of its local part.
type Table struct {
	list  compact.List[Address]
	texts compact.Texts // local parts, each after its length
	slots compact.Slots
	seed  uint64 // of the hashes
}

// An Address is a recipient: a local part at a domain.
type Address struct {
	Local  uint64 // hash of the local part
	Domain uint32 // its number
	text   uint32 // where the local part lies
}

// NewTable returns an empty table.
func NewTable() Table {
	return Table{slots: compact.NewSlots(), seed: maphash.Bytes(maphash.MakeSeed(), nil)}
}

// Len returns how many addresses there are.
func (t *Table) Len() int { return t.list.Len() }

// At returns the address of a number.
func (t *Table) At(id uint32) *Address { return t.list.At(id) }

// Local returns the local part of an address.
func (t *Table) Local(id uint32) []byte {
	b := t.texts.From(t.At(id).text)
	n := binary.LittleEndian.Uint16(b)
	return b[localHead : localHead+n]
}

// localHead is the length of the length before a local part, in bytes.
const localHead = 2

// HashLocal hashes a local part in canonical form, the same in every process.
func HashLocal(local []byte) uint64 { return xxhash.Sum64(local) }

// Hash hashes an address for its slot. Its seed is random: nobody can make
// addresses that crowd.
func (t *Table) Hash(local uint64, dom uint32) uint64 {
	return compact.Mix(compact.Mix(local^t.seed) + uint64(dom))
}

// Reach is like Interner.Reach.
func (t *Table) Reach(hashes []uint64) (any uint32) {
	for some := range slices.Chunk(hashes, reachBatch) {
		var ids [reachBatch]uint32
		n := 0
		for _, h := range some {
			if id, ok := t.slots.First(h); ok {
				ids[n] = id
				n++
			}
		}
		for _, id := range ids[:n] {
			any += t.At(id).Domain
		}
	}
	return any
}

// reachBatch is how many look-ups are begun at once.
const reachBatch = 64

// Probe returns the number of an address, or the slot for it.
func (t *Table) Probe(h, local uint64, dom uint32) (id uint32, slot uint64, ok bool) {
	return t.slots.Find(h, func(id uint32) bool {
		a := t.At(id)
		return a.Local == local && a.Domain == dom
	})
}

// Add returns the number of an address, a new one if it was not there. text is
// its local part, no longer than MaxField.
func (t *Table) Add(h, local uint64, dom uint32, text []byte) uint32 {
	id, slot, ok := t.Probe(h, local, dom)
	if ok {
		return id
	}
	b, at := t.texts.Room(localHead + len(text))
	binary.LittleEndian.PutUint16(b, uint16(len(text)))
	copy(b[localHead:], text)
	id = t.list.Add(Address{local, dom, at})
	t.slots.Put(slot, h, id, t.Len())
	return id
}

// Sort gives the addresses new numbers, in the order in which it is given the old ones, and returns
// them by the old ones. From then on no address can be added.
func (t *Table) Sort(order []uint32) (to []uint32) {
	to = make([]uint32, t.Len())
	var sorted compact.List[Address]
	for _, id := range order {
		to[id] = sorted.Add(*t.At(id))
	}
	*t = Table{list: sorted, texts: t.texts}
	return to
}
