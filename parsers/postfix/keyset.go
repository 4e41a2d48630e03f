package postfix

// A keySet is a set of session keys: it holds one for every message of a
// piece, and must cost little. The key 0 is not one that is ever made by hand
// of a host and an id; it is held apart all the same.
type keySet struct {
	slots []uint64
	n     int
	zero  bool
}

const minKeySlots = 1 << 12

func (k *keySet) add(key uint64) {
	if key == 0 {
		k.zero = true
		return
	}
	if 2*k.n >= len(k.slots) {
		k.grow()
	}
	if i, ok := k.find(key); !ok {
		k.slots[i] = key
		k.n++
	}
}

func (k *keySet) has(key uint64) bool {
	if key == 0 || k.n == 0 {
		return key == 0 && k.zero
	}
	_, ok := k.find(key)
	return ok
}

// find returns the slot of key, or the one for it. Keys are hashes: their
// lower end is spread already.
func (k *keySet) find(key uint64) (slot uint64, ok bool) {
	mask := uint64(len(k.slots) - 1)
	for i := key & mask; ; i = (i + 1) & mask {
		switch k.slots[i] {
		case key:
			return i, true
		case 0:
			return i, false
		}
	}
}

func (k *keySet) grow() {
	old := k.slots
	k.slots = make([]uint64, max(minKeySlots, 2*len(old)))
	for _, key := range old {
		if key != 0 {
			i, _ := k.find(key)
			k.slots[i] = key
		}
	}
}
