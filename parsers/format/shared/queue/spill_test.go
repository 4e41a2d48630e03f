package queue

import (
	"errors"
	"math/rand/v2"
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// longQueue returns a joiner with more open messages than it holds in memory, and these.
func longQueue(newSpill func() (parsers.Spill, error)) (*Joiner, map[uint64]*Message) {
	r := rand.New(rand.NewPCG(9, 10))
	j, all := NewJoiner(nil), map[uint64]*Message{}
	j.SpillTo(newSpill)
	for key := uint64(1); len(j.stored.chunks) < 2*maxChunks; key++ {
		m := anyMessage(r, key, 100)
		all[key] = m
		j.open.put(key, j.stored.put(m))
		if key%1000 == 0 {
			j.stored.pour()
		}
	}
	return j, all
}

// TestSpill: messages outside memory are found as they were, also when others were taken out and their
// places are free; what a spill does not take stays in memory.
func TestSpill(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		newSpill  func() (parsers.Spill, error)
		min, most int // chunks in it
	}{
		"roomy":               {func() (parsers.Spill, error) { return &parserstest.Spill{Left: 1 << 30}, nil }, maxChunks, 2 * maxChunks},
		"none to be had":      {func() (parsers.Spill, error) { return nil, errors.New("no room") }, 0, 0},
		"full in its middle":  {func() (parsers.Spill, error) { return &parserstest.Spill{Left: 10*chunkBytes + 17}, nil }, 10, 11},
		"full from its start": {func() (parsers.Spill, error) { return &parserstest.Spill{}, nil }, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j, want := longQueue(c.newSpill)
			if n := j.stored.poured; n < c.min || n > c.most {
				t.Errorf("%d of %d chunks are in the spill, want %d to %d", n, len(j.stored.chunks), c.min, c.most)
			}
			for key, m := range want {
				if key%3 != 0 {
					if text := difference(j.opened(key), m); text != "" {
						t.Fatal(text)
					}
				}
			}
			j.compact()
			if j.stored.dead != 0 {
				t.Errorf("%d places are not free", j.stored.dead)
			}
			for key, m := range want {
				if text := difference(j.opened(key), m); text != "" {
					t.Fatal(text)
				}
			}
			if err := j.Err(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestBrokenSpill: where a spill cannot be read back, that is said.
func TestBrokenSpill(t *testing.T) {
	t.Parallel()
	for name, read := range map[string]func(*Joiner){
		"by a line":  func(j *Joiner) { j.opened(1) },
		"at the end": func(j *Joiner) { j.Reused = true; j.Close() },
	} {
		spill := &parserstest.Spill{Left: 1 << 30}
		j, _ := longQueue(func() (parsers.Spill, error) { return spill, nil })
		j.sink = &keeper{}
		spill.Broken = true
		if err := j.Err(); err != nil {
			t.Errorf("%s: before it is read: %v", name, err)
		}
		if read(j); !errors.Is(j.Err(), parserstest.ErrBroken) {
			t.Errorf("%s: got %v", name, j.Err())
		}
	}
}
