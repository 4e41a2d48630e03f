package compact

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func TestList(t *testing.T) {
	var l, m List[int]
	const n = 3<<blockBits + 5
	for i := range n {
		if id := l.Add(i); int(id) != i {
			t.Fatalf("got number %d, want %d", id, i)
		}
	}
	first := l.At(0)
	for i := range n / 2 {
		m.Add(n + i)
	}
	m.Take(&l)
	if l.Len() != 0 || m.Len() != n+n/2 {
		t.Fatalf("got %d and %d values, want 0 and %d", l.Len(), m.Len(), n+n/2)
	}
	var got []int
	for i := range m.Len() {
		got = append(got, *m.At(uint32(i)))
	}
	slices.Sort(got)
	for i, v := range got {
		if v != i {
			t.Fatalf("got value %d at place %d of all", v, i)
		}
	}
	if *first != 0 {
		t.Error("a value was moved in memory")
	}
	m.Truncate(1<<blockBits + 1)
	if m.Len() != 1<<blockBits+1 || len(m.blocks) != 2 {
		t.Errorf("got %d values in %d blocks, want %d in 2", m.Len(), len(m.blocks), 1<<blockBits+1)
	}
	if id := m.Add(7); *m.At(id) != 7 {
		t.Error("nothing can be added after Truncate")
	}
	m.Shorten(3)
	if id := m.Add(8); id != 3 || *m.At(id) != 8 || len(m.blocks) != 2 {
		t.Errorf("after Shorten a value is added as number %d, in %d blocks", id, len(m.blocks))
	}
	l.Add(9)
	m.Take(&l)
	if m.Len() != 5 {
		t.Errorf("got %d values after Shorten and Take, want 5", m.Len())
	}
}

// Strings of all lengths, among them many of equal hashes in the upper half, have
// their numbers, before and after the tables grow.
func TestInterner(t *testing.T) {
	in := NewInterner()
	text := func(i int) []byte { return []byte(strings.Repeat("x", i%90) + fmt.Sprint(i)) }
	const n = 20000
	var hashes []uint64
	for i := range n {
		id, added := in.Add(text(i))
		if int(id) != i || !added {
			t.Fatalf("got %d, %v for new string %d", id, added, i)
		}
		hashes = append(hashes, in.Hash(text(i)))
	}
	in.Reach(hashes)
	for i := range n {
		if id, added := in.AddHashed(text(i), hashes[i]); int(id) != i || added {
			t.Fatalf("got %d, %v for known string %d", id, added, i)
		}
		if got := in.Get(uint32(i)); string(got) != string(text(i)) {
			t.Fatalf("got %q, want %q", got, text(i))
		}
	}
	if _, ok := in.Find([]byte("absent")); ok || in.Len() != n {
		t.Errorf("got %d strings, want %d; absent found: %v", in.Len(), n, ok)
	}
	same := NewInterner()
	for i := range 100 { // all in one slot
		same.AddHashed(text(i), 1<<63)
	}
	for i := range 100 {
		if id, added := same.AddHashed(text(i), 1<<63); int(id) != i || added {
			t.Errorf("got %d, %v for string %d of one hash", id, added, i)
		}
	}
}

func TestCSR(t *testing.T) {
	keys := []uint32{2, 0, 2, 3, 2}
	c := NewCSR(5, len(keys), func(i int) uint32 { return keys[i] })
	for key, want := range [][]uint32{{1}, nil, {0, 2, 4}, {3}, nil, nil} {
		if got := c.Of(uint32(key)); !slices.Equal(got, want) {
			t.Errorf("got items %v of key %d, want %v", got, key, want)
		}
	}
}

// Pairs are sorted whatever their keys are like: spread, all of one upper half, all
// equal, few.
func TestSortPairs(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	sizes := []int{0, 1, 2, maxFew, maxFew + 1, maxFlat, maxFlat + 1, 100_000, 100_001}
	if testing.Short() {
		sizes = append(sizes[:len(sizes)-2], 20_002, 20_003)
	}
	for name, key := range map[string]func() uint64{
		"spread":        r.Uint64,
		"small halves":  func() uint64 { return r.Uint64N(1<<17)<<32 | r.Uint64N(1<<15) },
		"skewed":        func() uint64 { return 1 << r.Uint64N(20) << 32 & (1<<44 - 1) },
		"one upper":     func() uint64 { return 5<<32 | r.Uint64N(1<<20) },
		"no lower":      func() uint64 { return r.Uint64N(1<<20) << 32 },
		"equal":         func() uint64 { return 7<<32 | 7 },
		"nothing in it": func() uint64 { return 0 },
	} {
		for _, n := range sizes {
			var p Pairs
			var want []Pair
			for i := range n {
				x := Pair{key(), uint64(i)}
				p.Add(x)
				want = append(want, x)
			}
			p.Sort(1 + n%3)
			slices.SortFunc(want, comparePairs)
			var got []Pair
			for i := range p.Len() {
				if got = append(got, *p.At(uint32(i))); i > 0 && got[i-1].Key > got[i].Key {
					t.Fatalf("%s: key %x of %d after %x", name, got[i].Key, n, got[i-1].Key)
				}
			}
			slices.SortFunc(got, comparePairs)
			if !slices.Equal(got, want) {
				t.Errorf("%s: of %d pairs some are lost or changed", name, n)
			}
		}
	}
}

func comparePairs(a, b Pair) int {
	switch {
	case a.Key != b.Key && a.Key < b.Key, a.Key == b.Key && a.Value < b.Value:
		return -1
	case a == b:
		return 0
	}
	return 1
}

func BenchmarkSortPairs(b *testing.B) {
	const n = 400000
	for b.Loop() {
		b.StopTimer()
		r := rand.New(rand.NewPCG(1, 2))
		var p Pairs
		for range n {
			p.Add(Pair{Key: r.Uint64N(1<<17)<<32 | r.Uint64N(1<<15)})
		}
		b.StartTimer()
		p.Sort(1)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/pair")
}

// TestFilter: a filter knows all of its texts, and few others.
func TestFilter(t *testing.T) {
	const n = 4000
	var texts []string
	for i := range n {
		texts = append(texts, fmt.Sprint("known", i))
	}
	f := NewFilter(texts)
	wrong := 0
	for i, text := range texts {
		if !f.Has(text) {
			t.Fatalf("%s is not known", text)
		}
		if f.Has(fmt.Sprint("unknown", i)) {
			wrong++
		}
	}
	if wrong > n/500 {
		t.Errorf("%d of %d unknown texts pass for known ones", wrong, n)
	}
}

func BenchmarkInterner(b *testing.B) {
	const n = 100000
	var texts [][]byte
	for i := range n {
		texts = append(texts, fmt.Appendf(nil, "person%d@partner.example", i*7919%n))
	}
	for b.Loop() {
		in := NewInterner()
		for _, s := range texts {
			in.Add(s)
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/n, "ns/string")
}
