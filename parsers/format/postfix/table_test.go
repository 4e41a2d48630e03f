package postfix

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
)

// TestSessionTable holds the table against a map, with keys that crowd.
func TestSessionTable(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var table sessionTable
	want := map[uint64]*session{}
	for range 20_000 {
		key := 1 + r.Uint64N(40)<<58 + r.Uint64N(3*minSlots)%uint64(1+r.IntN(3*minSlots))
		if r.IntN(2) == 0 {
			s := &session{key: key}
			table.put(s)
			want[key] = s
		} else {
			table.end(key)
			delete(want, key)
		}
		for range 3 {
			key := 1 + r.Uint64N(40)<<58 + r.Uint64N(3*minSlots)
			if got := table.get(key); got != want[key] {
				t.Fatalf("%x: got %p, want %p", key, got, want[key])
			}
		}
	}
	all := table.all()
	if len(all) != len(want) || table.used != len(want) {
		t.Errorf("got %d sessions and %d used, want %d of both", len(all), table.used, len(want))
	}
	for _, s := range all {
		if want[s.key] != s {
			t.Errorf("%x is open", s.key)
		}
	}
}

func TestKeySet(t *testing.T) {
	t.Parallel()
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

// TestBegins: a line that begins otherwise tells nothing.
func TestBegins(t *testing.T) {
	t.Parallel()
	begins := func(a, b byte) bool {
		return slices.ContainsFunc(Body{}.Begins(), func(x syslog.Beginning) bool {
			return strings.IndexByte(x.First, a) >= 0 && strings.IndexByte(x.Second, b) >= 0
		})
	}
	for c := range 1 << 16 {
		a, b := byte(c>>8), byte(c)
		for _, rest := range []string{"F09DE6ED: removed", "tqPx2Kz1zLmT: removed"} {
			text := append([]byte{a, b}, rest...)
			_, _, tells := cutQueueID(text)
			if tells = tells || a == 'N' && b == 'O'; tells && !begins(a, b) {
				t.Errorf("%q", text)
			}
		}
	}
}
