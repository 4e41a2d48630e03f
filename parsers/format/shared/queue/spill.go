package queue

import (
	"slices"
	"sync"

	"github.com/typoaudit/typoaudit/parsers"
)

// A room makes spills, where a long queue lies outside memory. One that was not taken stays in
// memory; of one that cannot be read back, the error is kept.
type room struct {
	newSpill func() (parsers.Spill, error) // nil once there is none to be had
	mu       sync.Mutex
	err      error
}

// maxChunks is how many full chunks a store holds in memory: 4 MiB. A shorter queue needs no file.
const maxChunks = 64

// A spilled place is where a chunk lies outside memory.
type spilled struct {
	spill parsers.Spill
	room  *room
	from  int64
	size  int
}

// pour moves the full chunks out of memory, if they are many. What is not taken stays in memory, and
// so does all that comes.
func (s *store) pour() {
	if s.room == nil || s.room.newSpill == nil || len(s.chunks)-s.poured <= maxChunks {
		return
	}
	if s.spill == nil {
		var err error
		if s.spill, err = s.room.newSpill(); err != nil {
			s.spill, s.room.newSpill = nil, nil
			return
		}
	}
	for _, c := range s.chunks[s.poured:] {
		size := len(c.packed)
		if n, err := s.spill.Write(c.packed); err != nil || n < size {
			s.room.newSpill = nil // some of it may stand there now: nothing goes after it
			return
		}
		freePacked(c.packed)
		c.out, c.packed = &spilled{s.spill, s.room, s.written, size}, nil
		s.written += int64(size)
		s.poured++
	}
}

// read returns so many bytes from an offset in the chunk, in b if they fit. Where they cannot be read they
// are zeros: a message without anything.
func (o *spilled) read(b []byte, at, n int) []byte {
	b = slices.Grow(b[:0], n)[:n]
	if err := parsers.ReadBack(o.spill, b, o.from+int64(at)); err != nil {
		o.room.fail(err)
		clear(b)
	}
	return b
}

// packedMemory is that of chunks that were moved out of memory.
var packedMemory = sync.Pool{New: func() any { return new([chunkBytes]byte) }}

// newPacked returns memory of a chunk, whose first message takes so many bytes.
func newPacked(first int) []byte {
	if first > chunkBytes {
		return make([]byte, 0, first)
	}
	return packedMemory.Get().(*[chunkBytes]byte)[:0]
}

// freePacked gives back what newPacked returned.
func freePacked(packed []byte) {
	if cap(packed) == chunkBytes {
		packedMemory.Put((*[chunkBytes]byte)(packed[:chunkBytes]))
	}
}

func (r *room) fail(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.err == nil {
		r.err = err
	}
}

// SpillTo implements parsers.SpillingJoiner.
func (j *Joiner) SpillTo(newSpill func() (parsers.Spill, error)) {
	j.stored.room = &room{newSpill: newSpill}
}

// Err implements parsers.SpillingJoiner.
func (j *Joiner) Err() error {
	if r := j.stored.room; r != nil {
		r.mu.Lock()
		defer r.mu.Unlock()
		return r.err
	}
	return nil
}
