package queue

import (
	"math/rand/v2"
	"testing"
)

// TestOpenTable holds the table against a map, with keys that crowd.
func TestOpenTable(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var table openTable
	want := map[uint64]*Message{}
	for range 20_000 {
		key := 1 + r.Uint64N(40)<<58 + r.Uint64N(3*minSlots)%uint64(1+r.IntN(3*minSlots))
		if r.IntN(2) == 0 {
			s := &Message{}
			s.key = key
			table.put(s)
			want[key] = s
		} else {
			table.end(key)
			delete(want, key)
		}
		for range 3 {
			key := 1 + r.Uint64N(40)<<58 + r.Uint64N(3*minSlots)
			if got := table.get(key); got != want[key] {
				t.Fatalf("%x is %p, want %p", key, got, want[key])
			}
		}
	}
	all := table.all()
	if len(all) != len(want) || table.used != len(want) {
		t.Errorf("got %d messages and %d used, want %d", len(all), table.used, len(want))
	}
	for _, s := range all {
		if want[s.key] != s {
			t.Errorf("%x is open", s.key)
		}
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
