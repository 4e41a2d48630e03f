package queue

import "iter"

// openMessages has the open messages by their keys, without a pointer to any: there may be very
// many that are stored, and the garbage collector would go through them again and again.
type openMessages struct {
	keyTable[position]
	memory []*Message // those that are not stored; nil is free
	unused []position // in memory
}

// A position is that of an open message: its number in the store, or where it is in memory.
type position uint32

// fromMemory is the first one in memory.
const fromMemory position = 1 << 31

// message returns that at a position, nil if it is stored.
func (t *openMessages) message(at position) *Message {
	if at&fromMemory == 0 {
		return nil
	}
	return t.memory[at&^fromMemory]
}

// of returns the message of key, nil if there is none in memory.
func (t *openMessages) of(key uint64) *Message {
	if s := t.at(key); s != nil {
		return t.message(s.value)
	}
	return nil
}

// add makes m the message of its key.
func (t *openMessages) add(m *Message) {
	s := t.slot(m.key)
	t.leave(s.value)
	s.value = t.enter(m)
}

// remove takes the message of key out, if it is there.
func (t *openMessages) remove(key uint64) {
	if t.used == 0 {
		return
	}
	if i := t.find(key); t.slots[i].key != 0 {
		t.leave(t.slots[i].value)
		t.free(i)
	}
}

// enter returns a position in memory, where m is from now on.
func (t *openMessages) enter(m *Message) position {
	n := len(t.unused)
	if n == 0 {
		t.memory = append(t.memory, m)
		return fromMemory | position(len(t.memory)-1)
	}
	at := t.unused[n-1]
	t.unused = t.unused[:n-1]
	t.memory[at&^fromMemory] = m
	return at
}

// leave makes a position free, if it is one in memory.
func (t *openMessages) leave(at position) {
	if at&fromMemory != 0 {
		t.memory[at&^fromMemory] = nil
		t.unused = append(t.unused, at)
	}
}

// inMemory yields those that are not stored.
func (t *openMessages) inMemory(yield func(*Message) bool) {
	for _, m := range t.memory {
		if m != nil && !yield(m) {
			return
		}
	}
}

// A keyTable finds values by their key: an open-addressing table with linear
// probing. That of the messages that are open at a time holds few, and stays in
// the cache.
type keyTable[V any] struct {
	slots []slot[V] // a power of two of them
	used  int
}

// A slot is free (key 0) or a value.
type slot[V any] struct {
	key   uint64
	value V
}

// minSlots is several times what a busy server has open at a time: most look-ups end
// where they begin.
const minSlots = 1 << 10

// get returns the value of key, the zero one if there is none.
func (t *keyTable[V]) get(key uint64) (v V) {
	if t.used == 0 {
		return v
	}
	return t.slots[t.find(key)].value
}

// at returns the slot of key, nil if there is none. It is valid until the table changes.
func (t *keyTable[V]) at(key uint64) *slot[V] {
	if t.used == 0 {
		return nil
	}
	if s := &t.slots[t.find(key)]; s.key != 0 {
		return s
	}
	return nil
}

// put makes v the value of key.
func (t *keyTable[V]) put(key uint64, v V) { t.slot(key).value = v }

// putNew does so, unless it has one already.
func (t *keyTable[V]) putNew(key uint64, v V) bool {
	used := t.used
	s := t.slot(key)
	if t.used == used {
		return false
	}
	s.value = v
	return true
}

// slot returns that of key, with the zero value if there was none. It is valid until the table
// changes.
func (t *keyTable[V]) slot(key uint64) *slot[V] {
	if 4*t.used >= 3*len(t.slots) {
		t.grow()
	}
	e := &t.slots[t.find(key)]
	if e.key == 0 {
		t.used++
		e.key = key
	}
	return e
}

// end takes the value of key out, if it is there.
func (t *keyTable[V]) end(key uint64) {
	if t.used == 0 {
		return
	}
	if i := t.find(key); t.slots[i].key != 0 {
		t.free(i)
	}
}

// free makes a slot free that is used.
func (t *keyTable[V]) free(free int) {
	t.used--
	// What a look-up would not find after a free slot moves up.
	mask := len(t.slots) - 1
	for i := (free + 1) & mask; t.slots[i].key != 0; i = (i + 1) & mask {
		if home := int(t.slots[i].key) & mask; (i-home)&mask >= (i-free)&mask {
			t.slots[free], free = t.slots[i], i
		}
	}
	t.slots[free] = slot[V]{}
}

// find returns the place of key, or the one for it. Keys are hashes: their
// lower end is spread already.
func (t *keyTable[V]) find(key uint64) int {
	mask := uint64(len(t.slots) - 1)
	i := key & mask
	for t.slots[i].key != key && t.slots[i].key != 0 {
		i = (i + 1) & mask
	}
	return int(i)
}

// ending yields the keys whose last bits, those of mask, are short. There must be at least as many
// of them as find begins with.
func (t *keyTable[V]) ending(short, mask uint64) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		if t.used == 0 {
			return
		}
		last := uint64(len(t.slots) - 1)
		for i := short & last; t.slots[i].key != 0; i = (i + 1) & last {
			if key := t.slots[i].key; key&mask == short && !yield(key) {
				return
			}
		}
	}
}

func (t *keyTable[V]) grow() {
	old := t.slots
	t.slots = freeSlots[slot[V]](max(minSlots, 2*len(old)))
	for _, e := range old {
		if e.key != 0 {
			t.slots[t.find(e.key)] = e
		}
	}
}

// freeSlots returns n free slots of a table. A page that is read before it is written to is
// mapped twice, and the second time each processor is interrupted: so each is written to here.
func freeSlots[T any](n int) []T {
	const perPage = 4096 / 64 // none is longer than 64 bytes
	all := make([]T, n)
	for i := 0; i < n; i += perPage {
		all[i] = *new(T)
	}
	return all
}

// keySet holds the keys of the messages of a piece that ended. It gets one for
// every message, and is seldom asked: what came since it was asked last is put
// into a table then.
type keySet struct {
	keys  []uint64 // in the order in which they came; some come twice
	table []uint64 // of the first of them; 0 is free
	from  int      // the first key that is not in table
}

func (t *keySet) add(key uint64) { t.keys = append(t.keys, key) }

func (t *keySet) has(key uint64) bool {
	if 2*len(t.keys) > len(t.table) {
		size := minSlots
		for size < 4*len(t.keys) {
			size *= 2
		}
		t.table, t.from = freeSlots[uint64](size), 0
	}
	for _, k := range t.keys[t.from:] {
		t.table[t.find(k)] = k
	}
	t.from = len(t.keys)
	return len(t.keys) > 0 && t.table[t.find(key)] == key
}

// find returns the place of key in the table, or the one for it.
func (t *keySet) find(key uint64) uint64 {
	mask := uint64(len(t.table) - 1)
	i := key & mask
	for t.table[i] != key && t.table[i] != 0 {
		i = (i + 1) & mask
	}
	return i
}

// An idFilter says of most ids that no message has them, so that they are not looked for under
// each host. An empty one may have all.
type idFilter struct {
	bits []uint64 // a power of two of them; one of each id is set
	n    int      // how many were added
}

// idBits is how many bits there are at least for each id that is there when a filter is made,
// and minIDs for how many it is made at least: of 128 KiB.
const (
	idBits = 16
	minIDs = 1 << 16
)

// newIDFilter returns one for n ids and as many that are added.
func newIDFilter(n int) idFilter {
	size := minIDs * idBits / 64
	for size*64 < idBits*n {
		size *= 2
	}
	return idFilter{bits: freeSlots[uint64](size)}
}

// isFull reports that so many were added that one bit in eight may be set.
func (f *idFilter) isFull() bool { return f.n >= len(f.bits)*64/8 }

// place returns where the bit of an id is. Ids are hashes.
func (f *idFilter) position(id uint64) (word *uint64, bit uint64) {
	return &f.bits[id>>6&uint64(len(f.bits)-1)], 1 << (id & 63)
}

func (f *idFilter) add(id uint64) {
	word, bit := f.position(id)
	*word |= bit
	f.n++
}

// mayHave reports that a message may have an id.
func (f *idFilter) mayHave(id uint64) bool {
	if f.bits == nil {
		return true
	}
	word, bit := f.position(id)
	return *word&bit != 0
}
