package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// damages is how many damages of each kind are tried; with TYPOAUDIT_TEST_LONG, many.
func damages() int {
	if os.Getenv("TYPOAUDIT_TEST_LONG") != "" {
		return 200
	}
	if testing.Short() {
		return 1
	}
	return 8
}

// contents returns all that a store holds.
func contents(s *Store) (string, error) {
	ctx := context.Background()
	var b strings.Builder
	sources, err := s.Sources(ctx)
	for _, x := range sources {
		fmt.Fprintf(&b, "%+v %s\n", x, x.State)
	}
	err = errors.Join(err, s.Packs(ctx, -1<<40, 1<<40, -1<<31, func(p Pack) error {
		fmt.Fprintf(&b, "%d %d %d %s\n", p.Source, p.Day, p.Deliveries, p.Sealed)
		return nil
	}))
	inspected, more := s.Inspected(ctx)
	err = errors.Join(err, more)
	for _, x := range inspected {
		fmt.Fprintf(&b, "%+v %s\n", x, x.Contents)
	}
	findings, more := s.Findings(ctx)
	err = errors.Join(err, more)
	runs, more := s.Runs(ctx)
	err = errors.Join(err, more)
	reported, more := s.Reported(ctx)
	err = errors.Join(err, more)
	notified, more := s.Notified(ctx)
	err = errors.Join(err, more)
	fmt.Fprintln(&b, findings, runs, slices.Sorted(maps.Keys(reported)), slices.Sorted(maps.Keys(notified)))
	return b.String(), err
}

// filled returns the file of a store, before and after its last run.
func filled(t *testing.T) (before, after []byte) {
	t.Helper()
	folder := t.TempDir()
	s := open(t, folder)
	for run := range int64(9) {
		u := update(run+1, monday.AddDate(0, 0, int(run)), run != 5)
		for i := range int64(60) {
			u.Packs = append(u.Packs, Pack{Source: 1, Day: u.Began.Unix()/day - i, Deliveries: i, Sealed: bytes.Repeat([]byte{byte(i), byte(run), 7}, int(i*i))})
			u.Deliveries = append(u.Deliveries, Delivery{Key: uint64(1000*run + i), Domain: fmt.Sprintf("army%d.ml", i%7), Time: u.Began, Count: 1})
			u.Sources = append(u.Sources, Source{ID: 2 + i, Name: fmt.Sprintf("mail.log.%d", i), Size: 5, Seen: u.Began, State: bytes.Repeat([]byte("state"), int(i))})
		}
		save(t, s, u)
		if err := s.Notify(t.Context(), []uint64{uint64(run), uint64(run) + 77}, monday); err != nil {
			t.Fatal(err)
		}
		if run == 7 {
			before = read(t, s)
		}
	}
	return before, read(t, s)
}

func read(t *testing.T, s *Store) []byte {
	t.Helper()
	b, err := os.ReadFile(s.Path())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestDamages damages the file of a store: it is opened all the same, and what it holds
// then is what was written, or nothing, and that is said.
func TestDamages(t *testing.T) {
	t.Parallel()
	older, file := filled(t)
	whole := filepath.Join(t.TempDir(), fileName)
	if err := os.WriteFile(whole, file, 0o600); err != nil {
		t.Fatal(err)
	}
	want, err := contents(open(t, filepath.Dir(whole)))
	if err != nil {
		t.Fatal(err)
	}
	const page = 4096
	seed := rand.Uint64()
	if text := os.Getenv("TYPOAUDIT_TEST_SEED"); text != "" {
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("replay with TYPOAUDIT_TEST_SEED=%d", seed)
	var random *rand.Rand // of each kind: they are in no order
	pages := len(file) / page
	for kind, damage := range map[string]func(b []byte) []byte{
		"a bit": func(b []byte) []byte { b[random.IntN(len(b))] ^= 1 << random.IntN(8); return b },
		"a bit of a used place": func(b []byte) []byte {
			for {
				if i := random.IntN(len(b)); b[i] != 0 {
					b[i] ^= 1 << random.IntN(8)
					return b
				}
			}
		},
		"zeros": func(b []byte) []byte { i := random.IntN(len(b) / 512); clear(b[512*i : 512*(i+1)]); return b },
		"noise": func(b []byte) []byte {
			i, n := random.IntN(len(b)), 1+random.IntN(3000)
			for ; n > 0 && i < len(b); i, n = i+1, n-1 {
				b[i] = byte(random.Uint32())
			}
			return b
		},
		"swapped pages": func(b []byte) []byte {
			i, j := page*random.IntN(pages), page*random.IntN(pages)
			p := slices.Clone(b[i : i+page])
			copy(b[i:], b[j:j+page])
			copy(b[j:], p)
			return b
		},
		"an old page": func(b []byte) []byte {
			i := page * random.IntN(len(older)/page)
			copy(b[i:], older[i:i+page])
			return b
		},
		"cut":   func(b []byte) []byte { return b[:random.IntN(len(b))] },
		"empty": func(b []byte) []byte { return b[:0] },
	} {
		t.Run(kind, func(t *testing.T) {
			random = rand.New(rand.NewPCG(seed, uint64(len(kind))))
			noticed := 0
			for range damages() {
				folder := t.TempDir()
				damaged := damage(slices.Clone(file))
				if err := os.WriteFile(filepath.Join(folder, fileName), damaged, 0o600); err != nil {
					t.Fatal(err)
				}
				s, err := Open(t.Context(), folder, "the test", monday)
				if err != nil {
					t.Fatalf("not opened: %v", err)
				}
				got, err := contents(s)
				switch {
				case s.Note != "":
					noticed++
					aside, _ := filepath.Glob(s.Path() + ".damaged-*")
					if kept, _ := os.ReadFile(strings.Join(aside, " ")); !bytes.Equal(kept, damaged) {
						t.Errorf("what is kept is not what was there: %s", aside)
					}
				case errors.Is(err, ErrDamaged):
					noticed++
				case err != nil:
					t.Errorf("read: %v", err)
				case got != want:
					t.Errorf("something else is there, and that is not noticed: %d bytes, want %d", len(got), len(want))
				}
				if s.Note == "" && err != nil {
					if err := errors.Join(s.SetAside(monday), s.Renew(t.Context())); err != nil {
						t.Fatal(err)
					}
				}
				if run, _, err := s.Next(t.Context()); err != nil {
					t.Error(err)
				} else if err := s.Save(t.Context(), update(run, monday.Add(time.Hour), true)); err != nil {
					t.Errorf("save: %v", err)
				}
				s.Close()
			}
			t.Logf("%d of %d were noticed", noticed, damages())
		})
	}
}

// TestDamagedTriggers damages the name of a column in the text of each trigger.
func TestDamagedTriggers(t *testing.T) {
	t.Parallel()
	_, file := filled(t)
	const column = " seals = "
	places := regexp.MustCompile(column).FindAllIndex(file, -1)
	if want := 3 * len(tables()); len(places) < want {
		t.Fatalf("%d triggers, want %d", len(places), want)
	}
	for _, place := range places {
		folder := t.TempDir()
		damaged := slices.Clone(file)
		damaged[place[0]+len(" sea")] ^= 1
		if err := os.WriteFile(filepath.Join(folder, fileName), damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Open(t.Context(), folder, "the test", monday)
		if err != nil {
			t.Fatalf("not opened: %v", err)
		}
		if s.Note == "" {
			t.Errorf("not noticed: %q", damaged[place[0]:place[1]])
		}
		s.Close()
	}
}

// TestOpenExistingDamaged: who only looks at a store learns that it is damaged, and it stays.
func TestOpenExistingDamaged(t *testing.T) {
	t.Parallel()
	for _, damaged := range [][]byte{nil, []byte("no database"), bytes.Repeat([]byte("x"), 8192)} {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, fileName), damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := OpenExisting(t.Context(), folder, "the test"); !errors.Is(err, ErrDamaged) {
			t.Errorf("%d bytes: %v, %v", len(damaged), s, err)
		}
		if got, err := os.ReadFile(filepath.Join(folder, fileName)); err != nil || !bytes.Equal(got, damaged) {
			t.Errorf("%d bytes were changed: %v", len(damaged), err)
		}
	}
}
