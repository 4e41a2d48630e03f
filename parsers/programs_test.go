package parsers

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"testing"
)

func TestProgramsString(t *testing.T) {
	t.Parallel()
	var p Programs
	p.Add("spamd", 4)
	p.Add("dovecot", 120)
	p.Add("", 1)
	p.Add("jane@army.ml", 2)
	p.Add("none", 0)
	if got, want := p.String(), "dovecot 120, spamd 4, other 2, (no program) 1"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if p.Total() != 127 {
		t.Errorf("got %d lines, want 127", p.Total())
	}
}

// TestProgramsBound holds more names than are kept to one result, whatever the order of
// counting and merging.
func TestProgramsBound(t *testing.T) {
	t.Parallel()
	names := make([]string, 5*maxPrograms)
	for i := range names {
		names[i] = fmt.Sprintf("%x", i*i)
	}
	var want Programs
	for try := range 20 {
		r := rand.New(rand.NewPCG(1, uint64(try)))
		r.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
		parts := make([]Programs, 1+try%4)
		for i, name := range names {
			parts[i%len(parts)].Add(name, int64(len(name)))
		}
		var got Programs
		for _, p := range parts {
			got.Merge(p)
		}
		if want == nil {
			want = got
		}
		if !maps.Equal(got, want) || len(got) > maxPrograms+2 {
			t.Fatalf("try %d: got %v, want %v", try, got, want)
		}
	}
}

// TestTallyMerge holds the copies of a tally apart.
func TestTallyMerge(t *testing.T) {
	t.Parallel()
	var a, b Tally
	a.Missed(Origin{Line: 1}, "relay", "x")
	b.Missed(Origin{Line: 2}, "relay", "x")
	b.NotOurs.Add("dovecot", 3)
	whole := a
	whole.Merge(b)
	if a.NotUnderstood.Total() != 1 || whole.NotUnderstood["relay"] != 2 || whole.NotOurs["dovecot"] != 3 || whole.Malformed != 2 {
		t.Errorf("got %+v of %+v", whole, a)
	}
}

// TestTallyPersisted holds the JSON of a tally to what a history needs: one of an earlier
// version has no counts by program.
func TestTallyPersisted(t *testing.T) {
	t.Parallel()
	var old, got Tally
	if err := json.Unmarshal([]byte(`{"Lines":7,"Malformed":1}`), &old); err != nil || old.Lines != 7 || old.NotUnderstood.Total() != 0 {
		t.Errorf("got %+v, %v", old, err)
	}
	old.Missed(Origin{}, "relay", "x")
	old.Known = true
	text, err := json.Marshal(old)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &got); err != nil || got.NotUnderstood["relay"] != 1 || !got.Known || got.Malformed != 2 {
		t.Errorf("got %+v, %v of %s", got, err, text)
	}
}

func TestMissesMany(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		missed, deliveries int64
		want               bool
	}{{0, 0, false}, {1, 0, true}, {1, 999, true}, {1, 1000, false}, {2, 1000, true}} {
		tally := Tally{Deliveries: c.deliveries}
		tally.NotUnderstood.Add("relay", c.missed)
		if got := tally.MissesMany(); got != c.want {
			t.Errorf("%d of %d: got %v, want %v", c.missed, c.deliveries, got, c.want)
		}
	}
}

func TestProgramsLess(t *testing.T) {
	t.Parallel()
	all := Programs{"smtp": 3, "qmgr": 1}
	left := all.Less(Programs{"smtp": 1, "qmgr": 1})
	if left.String() != "smtp 2" || all.Total() != 4 {
		t.Errorf("got %q of %q, want smtp 2", left, all)
	}
}
