package queue

import (
	"math/rand/v2"
	"testing"
)

// TestKeyTable holds the table against a map, with keys that crowd.
func TestKeyTable(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var table keyTable[int]
	want := map[uint64]int{}
	rounds := 20_000
	if testing.Short() {
		rounds /= 4
	}
	for n := range rounds {
		key := 1 + r.Uint64N(40)<<58 + r.Uint64N(3*minSlots)%uint64(1+r.IntN(3*minSlots))
		if r.IntN(2) == 0 {
			table.put(key, n)
			want[key] = n
		} else {
			table.end(key)
			delete(want, key)
		}
		for range 3 {
			key := 1 + r.Uint64N(40)<<58 + r.Uint64N(3*minSlots)
			if got := table.get(key); got != want[key] {
				t.Fatalf("%x is %d, want %d", key, got, want[key])
			}
		}
	}
	const mask = 1<<16 - 1
	n, ending := 0, map[uint64]int{}
	for key := range want {
		ending[key&mask]++
	}
	for _, s := range table.slots {
		if s.key == 0 {
			continue
		}
		n++
		if value, ok := want[s.key]; !ok || value != s.value || table.at(s.key) == nil {
			t.Errorf("%x has %d", s.key, s.value)
		}
	}
	for short := range uint64(mask + 1) {
		n := 0
		for key := range table.ending(short, mask) {
			if n++; key&mask != short {
				t.Errorf("%x ends in %x", key, short)
			}
		}
		ending[short] -= n
	}
	for short, n := range ending {
		if n != 0 {
			t.Errorf("%d keys that end in %x were not yielded", n, short)
		}
	}
	if n != len(want) || table.used != len(want) {
		t.Errorf("got %d values and %d used, want %d", n, table.used, len(want))
	}
}

func TestKeySet(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	var set keySet
	want := map[uint64]bool{}
	for range 5000 {
		key := 1 + r.Uint64N(8)<<60 + r.Uint64N(2000)
		if r.IntN(3) > 0 {
			set.add(key)
			want[key] = true
		} else if got := set.has(key); got != want[key] {
			t.Fatalf("%x: %t", key, got)
		}
	}
	if n := len(set.keys); n < 3000 {
		t.Errorf("%d keys", n)
	}
}

// TestIDFilter: a filter may have all that is there, whatever was added meanwhile, and few others.
func TestIDFilter(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	j := NewJoiner(nil)
	var there []*Message
	for n := range 3 * minIDs {
		m := &Message{}
		m.host = 1 + r.Uint64N(2)
		m.key = r.Uint64() | 4
		j.note(m.host, m.key)
		switch n % 100 {
		case 0:
			j.hold(m)
			there = append(there, m)
		case 1:
			j.open.add(m)
			there = append(there, m)
		}
	}
	for _, m := range there {
		if !j.ids.mayHave(m.idOf()) {
			t.Fatalf("%x is missing", m.idOf())
		}
	}
	others := 0
	for range 10_000 {
		if j.ids.mayHave(r.Uint64()) {
			others++
		}
	}
	if others > 1500 {
		t.Errorf("it may have %d of 10,000 ids that were never added", others)
	}
}
