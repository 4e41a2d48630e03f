package audit

import (
	"math"
	"unsafe"

	"github.com/typoaudit/typoaudit/parsers"
)

// An edge sums the deliveries of one person to one address.
type edge struct {
	key                     uint64 // person and address
	sent, arrived, noDomain uint32
	first, last             uint32 // Unix seconds; 0 is none
	earlier                 uint32 // of sent, from before the window
}

func edgeKey(person, address uint32) uint64 { return uint64(person)<<32 | uint64(address) }

func (e *edge) person() uint32  { return uint32(e.key >> 32) }
func (e *edge) address() uint32 { return uint32(e.key) }

func (e *edge) merge(f *edge) {
	e.sent = plus(e.sent, f.sent)
	e.arrived = plus(e.arrived, f.arrived)
	e.noDomain = plus(e.noDomain, f.noDomain)
	e.earlier = plus(e.earlier, f.earlier)
	if e.first == 0 || f.first != 0 && f.first < e.first {
		e.first = f.first
	}
	e.last = max(e.last, f.last)
}

// plus adds, and stays at the largest number: an export may claim any count.
func plus(a, b uint32) uint32 {
	if a+b < a {
		return math.MaxUint32
	}
	return a + b
}

func edgeOf(d *parsers.Delivery, count uint32) edge {
	e := edge{sent: count}
	switch {
	case d.Status == parsers.StatusRejected:
	case d.Arrived == parsers.ArrivedYes || d.Status == parsers.StatusDelivered:
		e.arrived = count
	case d.Failure == parsers.FailureNoDomain || d.Failure == parsers.FailureNullMX:
		e.noDomain = count
	}
	if !d.Time.IsZero() {
		e.first = uint32(max(1, d.Time.Unix()))
		e.last = e.first
	}
	return e
}

// An edgeTable holds an edge for each pair of numbers, numbered from 0 on.
type edgeTable struct {
	edges list[edge]
	slots slots
}

func newEdgeTable(a *arena) edgeTable {
	return edgeTable{edges: list[edge]{arena: a}, slots: newSlots()}
}

func (t *edgeTable) len() int { return t.edges.len() }

func (t *edgeTable) get(id uint32) *edge { return t.edges.at(id) }

// reach prefetches what a look-up of a hash meets first. The slot should have
// been reached already.
func (t *edgeTable) reach(h uint64) {
	if id, ok := t.slots.first(h); ok {
		prefetch(unsafe.Pointer(t.get(id)))
	}
}

// addKey returns the edge of a key, a new one if there was none.
func (t *edgeTable) addKey(key, h uint64) *edge {
	id, slot, ok := t.slots.find(h, func(id uint32) bool { return t.get(id).key == key })
	if !ok {
		id = t.edges.add(edge{key: key})
		t.slots.put(slot, h, id, t.edges.len())
	}
	return t.get(id)
}
