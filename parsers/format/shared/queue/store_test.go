package queue

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// anyMessage returns a message of a key with every field that is stored. Of its flags, and of those of each
// recipient, one in so many is set.
func anyMessage(r *rand.Rand, key uint64, rare int) *Message {
	text := func() string {
		const most = 200 // its length takes two bytes then
		return strings.Repeat("x", r.IntN(most))
	}
	m := &Message{firstTime: day(r.IntN(100)).Add(time.Duration(r.IntN(1e9))), client: text()}
	if r.IntN(2) == 0 {
		m.last = day(r.IntN(100))
	}
	for _, p := range m.texts() {
		*p = text()
	}
	for _, p := range append(flagsOf(m), &m.fromOther, &m.borrows, &m.spare) {
		*p = r.IntN(rare) == 0
	}
	m.key, m.host, m.Bytes, m.Expected = key, r.Uint64(), r.Int64(), r.IntN(100)
	m.first = parsers.Origin{Source: 1, Piece: r.Int32(), Line: r.Int64()}
	if r.IntN(3) == 0 {
		m.parent = &Message{}
	}
	m.closed, m.Direction = parsers.StatusExpired, parsers.DirectionInbound
	for range r.IntN(4) {
		rcpt := m.add()
		for _, p := range rcpt.texts() {
			*p = text()
		}
		flags := rcpt.flags()
		for _, p := range append(flags[:], &rcpt.event) {
			*p = r.IntN(rare) == 0
		}
		rcpt.by, rcpt.Status, rcpt.Failure = r.Uint64N(2), parsers.StatusDeferred, parsers.FailureOther
		rcpt.place = Place{day(r.IntN(100)), parsers.Origin{Piece: r.Int32(), Line: r.Int64()}, r.IntN(3)}
	}
	return m
}

// difference names a field that a stored message has not as it was.
func difference(got, want *Message) string {
	switch {
	case got.Facts != want.Facts:
		return fmt.Sprintf("facts: got %+v, want %+v", got.Facts, want.Facts)
	case got.key != want.key || got.host != want.host || got.first != want.first || got.Bytes != want.Bytes || got.Expected != want.Expected:
		return fmt.Sprintf("numbers: got %+v, want %+v", got, want)
	case !got.firstTime.Equal(want.firstTime) || !got.last.Equal(want.last) || got.last.IsZero() != want.last.IsZero():
		return fmt.Sprintf("times: got %v and %v, want %v and %v", got.firstTime, got.last, want.firstTime, want.last)
	case got.parent != want.parent:
		return fmt.Sprintf("parent: got %p, want %p", got.parent, want.parent)
	case got.client != want.client || len(got.Recipients) != len(want.Recipients):
		return fmt.Sprintf("got client %s and %d recipients, want %s and %d", got.client, len(got.Recipients), want.client, len(want.Recipients))
	}
	for i, p := range got.texts() {
		if *p != *want.texts()[i] {
			return fmt.Sprintf("text %d: got %q, want %q", i, *p, *want.texts()[i])
		}
	}
	for i, r := range got.Recipients {
		if !reflect.DeepEqual(*r, *want.Recipients[i]) {
			return fmt.Sprintf("recipient %d: got %+v, want %+v", i, *r, *want.Recipients[i])
		}
	}
	return ""
}

// TestStore holds the store of a table and that of a joiner, which takes the first one's
// over, against the messages themselves.
func TestStore(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(5, 6))
	table, joiner := NewTable(parsers.Piece{}, nil), NewJoiner(nil)
	want := map[uint64]*Message{}
	for n := range 3 * chunkSize {
		key := 1 + r.Uint64()
		m := anyMessage(r, key, 2) // of ever new kinds
		want[key] = m
		h := &table.hops
		if n%3 == 0 {
			h = &joiner.hops
		}
		h.open.put(key, h.stored.put(m))
	}
	table.stored.seal()
	first := numberOf(joiner.stored.adopt(&table.stored), 0)
	for _, s := range table.open.slots {
		if s.key != 0 {
			joiner.open.put(s.key, first+s.value)
		}
	}
	for key, m := range want {
		if text := difference(joiner.opened(key), m); text != "" {
			t.Fatal(text)
		}
	}
	if joiner.stored.live != 0 || joiner.stored.dead != len(want) {
		t.Errorf("%d are stored, and %d taken out", joiner.stored.live, joiner.stored.dead)
	}
}

// TestCompact: the memory of messages that were taken out is free some time later, and the
// others are found where they are then.
func TestCompact(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 8))
	j := NewJoiner(nil)
	want := map[uint64]*Message{}
	for key := uint64(1); key <= 8*chunkSize; key++ {
		m := anyMessage(r, key, 100)
		if key%8 == 0 {
			want[key] = m
		}
		j.open.put(key, j.stored.put(m))
	}
	for key := uint64(1); key <= 8*chunkSize; key++ {
		if want[key] == nil {
			j.opened(key)
		}
	}
	before := len(j.stored.chunks)
	j.compact()
	if n := len(j.stored.chunks); n > before/8+1 || j.stored.dead != 0 || j.stored.live != len(want) {
		t.Errorf("%d chunks, %d stored and %d taken out, want %d stored", n, j.stored.live, j.stored.dead, len(want))
	}
	for key, m := range want {
		if text := difference(j.opened(key), m); text != "" {
			t.Fatal(text)
		}
	}
}

// TestShare: what several sinks are given of a long queue, and Close at the same time, is what
// Close emits alone.
func TestShare(t *testing.T) {
	t.Parallel()
	emitted := func(shares int) []string {
		var at keeper
		j := NewJoiner(&at)
		j.Reused = true
		table := NewTable(parsers.Piece{}, &at)
		table.Reused, table.Borrows = true, true
		for n := range 3*maxUnstored + 1 {
			open(table, fmt.Sprint("id", n), table.Place(day(0), int64(n), 1))
			if n%100 == 0 {
				table.EndBlock()
			}
		}
		table.EndBlock()
		_, left := table.Close()
		j.Join(left)
		var emitting sync.WaitGroup
		sinks := make([]keeper, shares)
		if shares > 0 {
			parts := j.Share(shares)
			if len(parts) != shares {
				t.Fatalf("%d parts, want %d", len(parts), shares)
			}
			for i, emit := range parts {
				emitting.Go(func() { emit(&sinks[i]) })
			}
		}
		j.Close()
		emitting.Wait()
		var all []string
		for _, s := range append(sinks, at) {
			for _, d := range s.all {
				all = append(all, fmt.Sprint(d))
			}
		}
		slices.Sort(all)
		return all
	}
	want := emitted(0)
	if len(want) != 3*maxUnstored+1 {
		t.Fatalf("%d are emitted", len(want))
	}
	for _, n := range []int{1, 2, 5} {
		if got := emitted(n); !slices.Equal(got, want) {
			t.Errorf("%d sinks get %d deliveries, want %d", n, len(got), len(want))
		}
	}
}
