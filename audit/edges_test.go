package audit

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers"
)

// sendings returns deliveries of few people to few addresses, of all kinds, with
// and without a time.
func sendings(n int) (all []uint64, people, addresses []uint32) {
	r := rand.New(rand.NewPCG(3, 4))
	start := time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC)
	for range n {
		d := parsers.Delivery{Status: parsers.Status(r.IntN(8)), Failure: parsers.Failure(r.IntN(5))}
		if r.IntN(4) > 0 {
			d.Time = start.Add(time.Duration(r.IntN(1000)) * time.Minute)
		}
		all = append(all, sendingOf(&d, uint32(1+r.IntN(3)), r.IntN(9) == 0))
		people, addresses = append(people, uint32(r.IntN(20))), append(addresses, uint32(r.IntN(30)))
	}
	return all, people, addresses
}

// edgesOf reads a log back.
func edgesOf(l *edgeLog) map[[2]uint32]edge {
	all := map[[2]uint32]edge{}
	sorted := l.sorted(30)
	for address := range uint32(30) {
		for e := range sorted.to(address) {
			all[[2]uint32{e.person, address}] = e
		}
	}
	return all
}

// An edge is the same whenever, and however often, its sendings were summed, and
// in however many logs they were.
func TestEdgesAreSums(t *testing.T) {
	all, people, addresses := sendings(20000)
	want := map[[2]uint32]edge{}
	var summed, plain, first, second edgeLog
	itself := make([]uint32, 30)
	for i := range itself {
		itself[i] = uint32(i)
	}
	for i, s := range all {
		k := [2]uint32{people[i], addresses[i]}
		e, one := want[k], edgeOf(people[i], s)
		e.person = people[i]
		e.merge(&one)
		want[k] = e
		summed.add(people[i], addresses[i], s)
		plain.add(people[i], addresses[i], s)
		part := &first
		if i%3 == 0 {
			part = &second
		}
		part.add(people[i], addresses[i], s)
		if i%5000 == 0 {
			summed.sum(1)
			second.sum(1)
		}
	}
	summed.sum(1)
	if n := summed.pairs.Len(); n > 2*8*20*30 {
		t.Errorf("%d sendings are left of %d, of 600 pairs", n, len(all))
	}
	first.take(&second, nil, itself)
	for name, l := range map[string]*edgeLog{"summed": &summed, "plain": &plain, "merged": &first} {
		if diff := cmp.Diff(want, edgesOf(l), cmp.AllowUnexported(edge{})); diff != "" {
			t.Errorf("%s: -want +got:\n%s", name, diff)
		}
	}
}

// An export may claim any count: a sum stays at the largest number.
func TestLargestCount(t *testing.T) {
	var l edgeLog
	d := parsers.Delivery{Status: parsers.StatusDelivered, Time: time.Unix(1000, 0)}
	for i := range 20 {
		d.Time = d.Time.Add(time.Second)
		l.add(1, 2, sendingOf(&d, 1<<32-1, false))
		if i%7 == 0 {
			l.sum(1)
		}
	}
	sorted := l.sorted(3)
	e, ok := sorted.of(1, 2)
	if !ok || e.sent < 1<<29-1 || e.arrived != e.sent || e.first != 1001 || e.last != 1020 {
		t.Errorf("got %+v, %v", e, ok)
	}
}

// A log grows no further than its sums and half of them.
func TestEdgeLogIsLimited(t *testing.T) {
	var l edgeLog
	for i := range 3 * minUnsummed {
		l.add(uint32(i%10), uint32(i%7), 1)
		l.limit()
	}
	if n := l.pairs.Len(); n > minUnsummed+70 {
		t.Errorf("%d sendings of 70 pairs are left, more than %d", n, minUnsummed)
	}
}
