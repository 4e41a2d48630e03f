package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"testing"
	"time"
)

// concatenate is a Join of packs that are not sealed.
func concatenate(all [][]byte) ([]byte, error) { return bytes.Join(all, nil), nil }

// packsOf returns the packs of a store, in their order.
func packsOf(t *testing.T, s *Store) (all []Pack) {
	t.Helper()
	err := s.Packs(context.Background(), -1<<40, 1<<40, -1<<31, func(p Pack) error {
		all = append(all, p)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// small is the update of a run that read a few deliveries of a day, and a bounce.
func small(run int64, when time.Time) *Update {
	return &Update{
		Run: run, Began: when, Replaces: run - 1, Join: concatenate,
		Packs: []Pack{
			{Source: 1, Day: when.Unix() / day, Deliveries: 2, Sealed: fmt.Appendf(nil, "%d ", run)},
			{Source: 1, Day: -1 << 31, Deliveries: 1, Sealed: fmt.Appendf(nil, "b%d ", run)},
		},
	}
}

// TestJoin: however often it is saved, of a source and day few packs are kept, with all that
// was in them and in the same order; what has no day is removed by when it was stored.
func TestJoin(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	aDay := int64(100)
	if testing.Short() {
		aDay = 3 * maxParts
	}
	var want [2]string
	for i := range 2 * aDay {
		when := monday.Add(time.Duration(i/aDay) * 24 * time.Hour)
		save(t, s, small(i+1, when))
		want[i/aDay] += fmt.Sprintf("%d ", i+1)
	}
	all := packsOf(t, s)
	if most := 2 * 2 * (maxParts + 1); len(all) > most {
		t.Errorf("%d packs, more than %d", len(all), most)
	}
	var got [2]string
	deliveries := int64(0)
	for _, p := range all {
		deliveries += p.Deliveries
		if p.Day > 0 {
			got[p.Day-monday.Unix()/day] += string(p.Sealed)
		}
	}
	if got != want || deliveries != 3*2*aDay {
		t.Errorf("%d deliveries: %q, not %q", deliveries, got, want)
	}
	if err := s.verify(context.Background()); err != nil {
		t.Error(err)
	}
	if err := s.Purge(context.Background(), monday.Add(24*time.Hour)); err != nil {
		t.Fatal(err)
	}
	var left bytes.Buffer
	for _, p := range packsOf(t, s) {
		left.Write(p.Sealed)
	}
	holds := func(format string, run int64) bool {
		return bytes.Contains(left.Bytes(), fmt.Appendf(nil, format, run))
	}
	if holds("b%d ", aDay) || !holds("b%d ", aDay+1) || holds(" %d ", aDay) {
		t.Errorf("after a purge of the first day: %q", left.Bytes())
	}
}

// TestJoinLeaves: packs that are full stay, and so do those that cannot be joined, or of which
// one is damaged.
func TestJoinLeaves(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(*Store, *Update){
		"full in deliveries": func(_ *Store, u *Update) { u.Packs[0].Deliveries = fullDeliveries },
		"full in bytes":      func(_ *Store, u *Update) { u.Packs[0].Sealed = make([]byte, fullSize) },
		"not joined":         func(_ *Store, u *Update) { u.Join = func([][]byte) ([]byte, error) { return nil, nil } },
		"not understood": func(_ *Store, u *Update) {
			u.Join = func([][]byte) ([]byte, error) { return nil, errors.New("no pack") }
		},
		"damaged": func(s *Store, _ *Update) {
			if _, err := s.db.Exec("UPDATE pack SET sealed = zeroblob(length(sealed)) WHERE rowid = 3"); err != nil {
				t.Error(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := open(t, t.TempDir())
			runs := 3 * maxParts
			if testing.Short() {
				runs = maxParts + 2
			}
			for i := range int64(runs) {
				u := small(i+1, monday)
				u.Packs = u.Packs[:1]
				change(s, u)
				save(t, s, u)
			}
			var n int
			if err := s.db.QueryRow("SELECT count(*) FROM pack").Scan(&n); err != nil || n != runs {
				t.Errorf("%d packs, not %d: %v", n, runs, err)
			}
		})
	}
}

// TestJoinBatches: many small packs that an earlier version left become full ones, and none is
// much larger than a full one.
func TestJoinBatches(t *testing.T) {
	t.Parallel()
	s := open(t, t.TempDir())
	u := small(1, monday)
	u.Packs, u.Join = nil, nil
	const packs, size = 400, 8 << 10
	for range packs {
		u.Packs = append(u.Packs, Pack{Source: 1, Day: 1, Deliveries: 1, Sealed: make([]byte, size)})
	}
	save(t, s, u)
	next := small(2, monday)
	next.Packs = nil
	save(t, s, next)
	all := packsOf(t, s)
	total := 0
	for _, p := range all {
		total += len(p.Sealed)
		if len(p.Sealed) >= 2*fullSize {
			t.Errorf("a pack of %d bytes", len(p.Sealed))
		}
	}
	if total != packs*size || len(all) != packs*size/fullSize+1 {
		t.Errorf("%d packs with %d bytes", len(all), total)
	}
}
