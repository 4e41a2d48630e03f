package audit

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/audit/internal/addresses"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// filled returns a log with more details than it holds in memory, and their
// numbers.
func filled(newSpill func() (parsers.Spill, error)) (l *Ledger, want []string) {
	l = NewLedger(Ledgering{Spill: newSpill})
	d := parsers.Delivery{
		Sender: "alice@corp.example", SenderKnown: true, Submitted: true, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes,
		Time: time.Date(2026, 11, 20, 8, 0, 0, 0, time.UTC), Relay: string(bytes.Repeat([]byte("r"), 4000)),
	}
	for i := range (10*maxChunks + 3) * chunkSize / 4000 {
		d.Recipient, d.MessageID = fmt.Sprintf("r%d@acme.example", i%7), fmt.Sprint(i)
		l.Add(&d)
		want = append(want, d.MessageID+" "+d.Recipient)
	}
	return l, want
}

func readBack(l *Ledger) (got []string, err error) {
	l.settle()
	k := l.kept()
	err = k.each(&detailQuery{}, func(x detail) { got = append(got, x.d.MessageID+" "+x.d.Recipient) })
	return got, err
}

// Details that do not fit into memory are the same as those that do, wherever a
// spill is full.
func TestSpill(t *testing.T) {
	t.Parallel()
	for name, newSpill := range map[string]func() (parsers.Spill, error){
		"no spill":            nil,
		"none to be had":      func() (parsers.Spill, error) { return nil, errors.New("no room") },
		"roomy":               func() (parsers.Spill, error) { return &parserstest.Spill{Left: 1 << 30}, nil },
		"full in its middle":  func() (parsers.Spill, error) { return &parserstest.Spill{Left: 10*chunkSize + 17}, nil },
		"full from its start": func() (parsers.Spill, error) { return &parserstest.Spill{}, nil },
	} {
		l, want := filled(newSpill)
		if got, err := readBack(l); err != nil || !cmp.Equal(want, got) {
			t.Errorf("%s: %v, %d of %d details", name, err, len(got), len(want))
		}
		if inMemory, outside := len(l.log.chunks), len(l.log.spilled); name == "roomy" && (inMemory > maxChunks || outside < 10*maxChunks) {
			t.Errorf("%d chunks stay in memory, %d lie outside", inMemory, outside)
		}
	}
}

func TestSpillThatCannotBeRead(t *testing.T) {
	t.Parallel()
	spill := &parserstest.Spill{Left: 1 << 30}
	l, _ := filled(func() (parsers.Spill, error) { return spill, nil })
	spill.Broken = true
	if _, err := readBack(l); err == nil {
		t.Error("got no error for what is lost")
	}
}

// linked returns a ledger with more pairs than it holds in memory, of people and addresses
// that have other numbers in a ledger of another seed.
func linked(newSpill func() (parsers.Spill, error), seed uint64) *Ledger {
	const people, recipients, sendings = 700, 900, minUnsummed + minUnsummed/4
	r := rand.New(rand.NewPCG(seed, 1))
	l := NewLedger(Ledgering{Spill: newSpill})
	dom := l.domain([]byte("acme.example"))
	for _, i := range r.Perm(people) {
		l.people.Add(appendPersonKey(nil, personKnown, "", fmt.Sprintf("p%d@corp.example", i), ""))
	}
	for _, i := range r.Perm(recipients) {
		local := fmt.Appendf(nil, "r%d", i)
		hash := addresses.HashLocal(local)
		l.addresses.Add(l.addresses.Hash(hash, dom), hash, dom, local)
	}
	for range sendings {
		l.edges.add(r.Uint32N(people), r.Uint32N(recipients), uint64(1+r.Uint32N(9))<<sendingTime|uint64(r.Uint32N(3))<<sendingFlags|1)
		l.edges.limit()
	}
	return l
}

// Sendings that do not fit into memory are the same as those that do, wherever a spill is
// full, also of ledgers that were merged.
func TestSpillOfEdges(t *testing.T) {
	t.Parallel()
	merged := func(newSpill func() (parsers.Spill, error)) []byte {
		l := linked(newSpill, 1)
		l.Merge(linked(newSpill, 2))
		if testing.Short() {
			return packedFile(t, l)
		}
		all := linked(newSpill, 3)
		all.Merge(l)
		return packedFile(t, all)
	}
	want := merged(nil)
	spills := 0
	for name, newSpill := range map[string]func() (parsers.Spill, error){
		"none to be had":     func() (parsers.Spill, error) { return nil, errors.New("no room") },
		"roomy":              func() (parsers.Spill, error) { spills++; return &parserstest.Spill{Left: 1 << 30}, nil },
		"full in its middle": func() (parsers.Spill, error) { return &parserstest.Spill{Left: packedPair*minUnsummed/2 + 3}, nil },
	} {
		if testing.Short() && name != "full in its middle" { // what comes before that is roomy
			continue
		}
		if !bytes.Equal(merged(newSpill), want) {
			t.Errorf("%s: the pairs are others", name)
		}
	}
	if spills != 3 && !testing.Short() {
		t.Errorf("of three ledgers %d have a spill", spills)
	}
}

func TestSpillOfEdgesThatCannotBeRead(t *testing.T) {
	t.Parallel()
	spill := &parserstest.Spill{Left: 1 << 30}
	fill := func() *Ledger {
		l, other := NewLedger(Ledgering{}), linked(func() (parsers.Spill, error) { return spill, nil }, 1)
		l.Add(&parsers.Delivery{Sender: "alice@corp.example", Recipient: "bob@acme.example", Status: parsers.StatusDelivered})
		l.Merge(other)
		spill.Broken = true
		return l
	}
	if _, err := Learn(fill(), options(t)); !errors.Is(err, parserstest.ErrBroken) {
		t.Errorf("evidence: got %v, want %v", err, parserstest.ErrBroken)
	}
	spill = &parserstest.Spill{Left: 1 << 30}
	w, err := carry.NewBlockWriter(io.Discard, "x")
	if err != nil {
		t.Fatal(err)
	}
	if err := fill().Pack(w); !errors.Is(err, parserstest.ErrBroken) {
		t.Errorf("pack: got %v, want %v", err, parserstest.ErrBroken)
	}
}
