package queue

// An openTable finds open messages by their key: an open-addressing table
// with linear probing. It holds the few that are open at a time, and stays in
// the cache.
type openTable struct {
	slots []slot // a power of two of them
	used  int
}

// A slot is free (key 0) or an open message.
type slot struct {
	key uint64
	m   *Message
}

// minSlots is several times what a busy server has open at a time: most look-ups end
// where they begin.
const minSlots = 1 << 10

// get returns the open message of key, nil if there is none.
func (t *openTable) get(key uint64) *Message {
	if t.used == 0 {
		return nil
	}
	return t.slots[t.find(key)].m
}

// put makes m the open message of its key.
func (t *openTable) put(m *Message) {
	if 4*t.used >= 3*len(t.slots) {
		t.grow()
	}
	e := &t.slots[t.find(m.key)]
	if e.key == 0 {
		t.used++
	}
	*e = slot{m.key, m}
}

// end takes the message of key out, if it is there.
func (t *openTable) end(key uint64) {
	if t.used == 0 {
		return
	}
	free := t.find(key)
	if t.slots[free].key == 0 {
		return
	}
	t.used--
	// What a look-up would not find after a free slot moves up.
	mask := len(t.slots) - 1
	for i := (free + 1) & mask; t.slots[i].key != 0; i = (i + 1) & mask {
		if home := int(t.slots[i].key) & mask; (i-home)&mask >= (i-free)&mask {
			t.slots[free], free = t.slots[i], i
		}
	}
	t.slots[free] = slot{}
}

// find returns the place of key, or the one for it. Keys are hashes: their
// lower end is spread already.
func (t *openTable) find(key uint64) int {
	mask := uint64(len(t.slots) - 1)
	i := key & mask
	for t.slots[i].key != key && t.slots[i].key != 0 {
		i = (i + 1) & mask
	}
	return int(i)
}

func (t *openTable) grow() {
	old := t.slots
	t.slots = make([]slot, max(minSlots, 2*len(old)))
	for _, e := range old {
		if e.key != 0 {
			t.slots[t.find(e.key)] = e
		}
	}
}

// all returns the messages that are open.
func (t *openTable) all() []*Message {
	all := make([]*Message, 0, t.used)
	for _, e := range t.slots {
		if e.m != nil {
			all = append(all, e.m)
		}
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
		t.table, t.from = make([]uint64, size), 0
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
