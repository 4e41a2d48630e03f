package parserstest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// ReadInRuns reads data in several runs, cut at the line ends cuts: the
// sessions that one run leaves open are packed, and the next one resumes them. It
// returns the deliveries that the runs settled, and those that the last one left
// open, without subjects.
func ReadInRuns(t *testing.T, f parsers.LineFormat, data []byte, cuts ...int) []parsers.Delivery {
	t.Helper()
	var settled, open collector
	var lines []int64
	ids := []int64{7} // as the source is known to the history
	packs := map[int64][]byte{}
	from := 0
	for i, to := range append(cuts, len(data)) {
		open.deliveries = nil
		sink := &switched{to: &settled}
		j := f.NewJoiner(sink)
		if c, ok := j.(carry.Carrier); ok {
			for _, packed := range packs {
				sealed, err := carry.Seal(packed)
				if err != nil {
					t.Fatal(err)
				}
				if packed, err = carry.Unseal(sealed); err != nil {
					t.Fatal(err)
				}
				r := carry.NewResuming(packed, map[int64]int32{7: 0})
				if c.Resume(r); r.Err != nil {
					t.Fatalf("resuming: %v", r.Err)
				}
			}
		}
		p := f.NewPiece(parsers.Piece{Number: int32(i), Start: start, Location: time.UTC}, &settled)
		p.Parse(data[from:to])
		tally, rest := p.Close()
		j.Join(rest)
		lines = append(lines, tally.Lines)
		if c, ok := j.(carry.Carrier); ok {
			carrying := carry.NewCarrying(int64(i+1), ids)
			c.Carry(carrying)
			packs = map[int64][]byte{}
			for id, packed := range carrying.Packs {
				packs[id] = bytes.Clone(packed)
			}
		}
		sink.to = &open
		j.Close()
		keepsNoSubject(t, packs, open.deliveries)
		from = to
	}
	all := append(settled.deliveries, open.deliveries...)
	inOrder(all, lines)
	return withoutSubjects(all)
}

// keepsNoSubject checks the promise that no subject is packed.
func keepsNoSubject(t *testing.T, packs map[int64][]byte, open []parsers.Delivery) {
	t.Helper()
	for _, packed := range packs {
		for i := range open {
			// One word may stand in an address as well.
			if s := open[i].Subject; strings.Contains(s, " ") && bytes.Contains(packed, []byte(s)) {
				t.Fatalf("got the subject %q in what is packed, want none", s)
			}
		}
	}
}

// withoutSubjects returns deliveries as a history knows them.
func withoutSubjects(all []parsers.Delivery) []parsers.Delivery {
	all = slices.Clone(all)
	for i := range all {
		all[i].Subject = ""
	}
	return all
}

// switched is a sink that changes.
type switched struct{ to parsers.Sink }

// Add implements parsers.Sink.
func (s *switched) Add(d *parsers.Delivery) { s.to.Add(d) }

// Bounce implements parsers.Sink.
func (s *switched) Bounce(b *parsers.Bounce) { s.to.Bounce(b) }

// some returns all places, or with -short every fourth.
func some(places []int) (chosen []int) {
	if !testing.Short() {
		return places
	}
	for i := 0; i < len(places); i += 4 {
		chosen = append(chosen, places[i])
	}
	return chosen
}

// runs reads the sample in several runs: the deliveries stay the same.
func runs(t *testing.T, f parsers.LineFormat, data []byte, want []parsers.Delivery) {
	want = withoutSubjects(want)
	var ends []int
	for i, c := range data {
		if c == '\n' {
			ends = append(ends, i+1)
		}
	}
	const every = 400 // lines up to which each place is tried, or with -short some
	if len(ends) <= every {
		places := trials(len(ends))
		for i := range places {
			at := ends[i*len(ends)/places]
			if !same(t, fmt.Sprintf("two runs, cut at %d", at), ReadInRuns(t, f, data, at), want) {
				return
			}
		}
		if !same(t, "a run for each line", ReadInRuns(t, f, data, some(ends)...), want) {
			return
		}
	}
	r := rand.New(rand.NewPCG(5, 6))
	for range trials(30) {
		var cuts []int
		for i := r.IntN(len(ends)); i < len(ends); i += 1 + r.IntN(len(ends)) {
			cuts = append(cuts, ends[i])
		}
		if !same(t, fmt.Sprintf("runs cut at %v", cuts), ReadInRuns(t, f, data, cuts...), want) {
			return
		}
	}
}
