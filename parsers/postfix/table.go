package postfix

import "unsafe"

// A sessionTable finds sessions by their key. A key whose session ended stays,
// without one: what comes next under it is another message. It holds an entry
// for every message of a piece, and must cost little.
type sessionTable struct {
	slots []slot // a power of two of them
	used  int
	// forgetful tables need not know what ended: they let go of it as they grow.
	forgetful bool
}

// A slot is free (key 0), an open session, or the mark of one that ended.
type slot struct {
	key uint64
	s   *session
}

const minSlots = 1 << 14

// slotsAPage is how many slots a page of 4 KiB has.
const slotsAPage = 4 << 10 / int(unsafe.Sizeof(slot{}))

// get returns the open session of key, nil if there is none.
func (t *sessionTable) get(key uint64) *session {
	if t.used == 0 {
		return nil
	}
	return t.slots[t.find(key)].s
}

// ended tells a key whose last session is over.
func (t *sessionTable) ended(key uint64) bool {
	if t.used == 0 {
		return false
	}
	e := &t.slots[t.find(key)]
	return e.key == key && e.s == nil
}

// slot returns the slot of key, and whether there was one. It is valid until
// the next call.
func (t *sessionTable) slot(key uint64) (e *slot, was bool) {
	if 4*t.used >= 3*len(t.slots) {
		t.grow()
	}
	e = &t.slots[t.find(key)]
	if e.key == key {
		return e, true
	}
	e.key = key
	t.used++
	return e, false
}

// end marks the session of key, if it is there, as over.
func (t *sessionTable) end(key uint64) {
	if t.used > 0 {
		t.slots[t.find(key)].s = nil
	}
}

// find returns the place of key, or the one for it. Keys are hashes: their
// lower end is spread already.
func (t *sessionTable) find(key uint64) int {
	mask := uint64(len(t.slots) - 1)
	i := key & mask
	for t.slots[i].key != key && t.slots[i].key != 0 {
		i = (i + 1) & mask
	}
	return int(i)
}

// grow makes room for twice what is kept, and more.
func (t *sessionTable) grow() {
	old := t.slots
	kept := func(e *slot) bool { return e.key != 0 && (e.s != nil || !t.forgetful) }
	n, size := 0, minSlots
	for i := range old {
		if kept(&old[i]) {
			n++
		}
	}
	for size < 3*n {
		size *= 2
	}
	t.slots, t.used = make([]slot, size), n
	for i := 0; i < size; i += slotsAPage { // a page of fresh memory that is read before it is written to costs twice
		t.slots[i] = slot{}
	}
	for i := range old {
		if kept(&old[i]) {
			t.slots[t.find(old[i].key)] = old[i]
		}
	}
}

// open yields the sessions that are open. They may end while it does.
func (t *sessionTable) open(yield func(*session) bool) {
	for _, e := range t.slots {
		if e.s != nil && !yield(e.s) {
			return
		}
	}
}
