package queue

import (
	"iter"
	"slices"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// A store holds open messages packed, without pointers, but for that to the hop before. A queue
// may be long: as Messages they would take several times the memory, and the garbage collector
// would go through all of them again and again.
type store struct {
	chunks []*chunk // all are full, but for those of other stores
	last   chunk    // that is being filled
	live   int      // messages
	dead   int      // places of those that were taken out
	kinds  *kinds   // of those that are put into it now
	packed []byte   // memory of put

	room    *room // where there is some outside memory; nil: nowhere
	spill   parsers.Spill
	written int64 // to it
	poured  int   // how many of the chunks lie in it: the first ones
}

// put stores m, and returns its number.
func (s *store) put(m *Message) position {
	if s.kinds == nil || s.kinds.isFull() {
		s.kinds = &kinds{}
	}
	s.packed = s.kinds.pack(s.packed[:0], m)
	return s.add(headOf(m), m.host, m.parent, s.kinds, s.packed)
}

// copy stores a message of a chunk, as it is packed there, and returns its number.
func (s *store) copy(from *chunk, i int, packed []byte) position {
	return s.add(from.heads[i], from.hostOf(i), from.parents[uint32(i)], from.kinds, packed)
}

// add stores a packed message, and returns its number.
func (s *store) add(h head, host uint64, parent *Message, k *kinds, packed []byte) position {
	if s.last.kinds != k || !s.last.hasRoom(len(packed)) {
		s.close()
		s.last.kinds = k
	}
	s.last.add(h, host, parent, packed)
	s.live++
	return numberOf(len(s.chunks), len(s.last.heads)-1)
}

// close ends the chunk that is being filled.
func (s *store) close() {
	if len(s.last.heads) > 0 {
		s.chunks = append(s.chunks, s.last.sealed())
		s.last.clear()
	}
}

// seal ends the store: nothing is put into it any more.
func (s *store) seal() {
	s.close()
	s.last, s.packed = chunk{}, nil
}

// numberOf returns that of the message at a place in a chunk.
func numberOf(chunk, at int) position { return position(chunk*chunkSize + at) }

// at returns the chunk of a number, and the place in it.
func (s *store) at(number position) (*chunk, int) {
	c, i := int(number/chunkSize), int(number%chunkSize)
	if c == len(s.chunks) {
		return &s.last, i
	}
	return s.chunks[c], i
}

// head returns that of the message of a number.
func (s *store) head(number position) *head {
	c, i := s.at(number)
	return &c.heads[i]
}

// take fills m, which is empty, with the message of a number, which is no longer stored.
func (s *store) take(number position, m *Message) {
	c, i := s.at(number)
	c.fillOwn(i, m)
	delete(c.parents, uint32(i))
	c.heads[i].key = 0
	s.live--
	s.dead++
}

// adopt takes the chunks of another store, which is sealed, and returns the number of the first.
func (s *store) adopt(other *store) (first int) {
	s.close()
	first = len(s.chunks)
	s.chunks = append(s.chunks, other.chunks...)
	s.live, s.dead = s.live+other.live, s.dead+other.dead
	return first
}

// takeAll takes all chunks, and leaves the store empty.
func (s *store) takeAll() []*chunk {
	s.seal()
	all := s.chunks
	*s = store{room: s.room}
	return all
}

// A placed message is a stored one, with what says where it belongs among others.
type placed struct {
	*head
	number position
	line   int64 // its first one
	last   stamp // when its last line was read
}

// all yields all messages, in the order of their numbers.
func (s *store) all(yield func(placed) bool) {
	var r chunkReader
	for n := range len(s.chunks) + 1 {
		c, _ := s.at(numberOf(n, 0))
		packed := r.load(c)
		for i := range c.heads {
			if h := &c.heads[i]; h.key != 0 {
				line, last := unpackPlace(carry.Unpack(c.part(packed, i)))
				if !yield(placed{h, numberOf(n, i), line, last}) {
					return
				}
			}
		}
	}
}

// beforeOf returns the hop before a message, nil if none is known.
func (s *store) beforeOf(r reference) *Message {
	if r.m != nil {
		return r.m.before()
	}
	c, i := s.at(r.number)
	return (&Message{parent: c.parents[uint32(i)]}).before()
}

// each yields messages, and whether they are stored: one that is is valid until the next.
func (s *store) each(messages []reference) iter.Seq2[*Message, bool] {
	return func(yield func(*Message, bool) bool) {
		stored := &Message{}
		for _, r := range messages {
			m := r.m
			if m == nil {
				m = stored
				m.reset()
				c, i := s.at(r.number)
				c.fillOwn(i, m)
			}
			if !yield(m, r.m == nil) {
				return
			}
		}
	}
}

// chunkSize is how many messages a chunk has at most, chunkBytes the memory for them: one of more
// bytes has a chunk for itself.
const (
	chunkSize  = 1 << 9
	chunkBytes = 1 << 16
)

// A chunk is memory of a store.
type chunk struct {
	heads   []head
	hosts   []uint64            // those of the messages
	kinds   *kinds              // of the messages
	parents map[uint32]*Message // hops before, of the messages that have one; nil if none has
	packed  []byte
	out     *spilled // where that lies outside memory; nil if it does not
}

// sealed returns c, of hardly more memory than it needs.
func (c *chunk) sealed() *chunk {
	packed := c.packed
	if spare := cap(packed) - len(packed); spare > len(packed)/16 {
		packed = slices.Clone(packed)
	}
	full := *c
	full.heads, full.packed = slices.Clone(c.heads), packed
	return &full
}

// clear empties c, which was sealed.
func (c *chunk) clear() { *c = chunk{heads: c.heads[:0]} }

// hasRoom reports that a message of so many bytes may be added.
func (c *chunk) hasRoom(size int) bool {
	return len(c.heads) == 0 || len(c.heads) < chunkSize && len(c.packed)+size <= cap(c.packed)
}

// add adds a message that was packed for it.
func (c *chunk) add(h head, host uint64, parent *Message, packed []byte) {
	if c.packed == nil {
		c.packed = newPacked(len(packed))
	}
	if parent != nil {
		if c.parents == nil {
			c.parents = map[uint32]*Message{}
		}
		c.parents[uint32(len(c.heads))] = parent
	}
	h.host, h.at = uint16(numberIn(&c.hosts, host)), uint32(len(c.packed))
	c.heads = append(c.heads, h)
	c.packed = append(c.packed, packed...)
}

func (c *chunk) hostOf(i int) uint64 { return c.hosts[c.heads[i].host] }

// part returns what is packed of a message, of what is packed of all.
func (c *chunk) part(packed []byte, i int) []byte {
	if i+1 < len(c.heads) {
		return packed[c.heads[i].at:c.heads[i+1].at]
	}
	return packed[c.heads[i].at:]
}

// partIn returns what is packed of a message, in b if it is not in memory.
func (c *chunk) partIn(b []byte, i int) []byte {
	if c.out == nil {
		return c.part(c.packed, i)
	}
	from, to := int(c.heads[i].at), c.out.size
	if i+1 < len(c.heads) {
		to = int(c.heads[i+1].at)
	}
	return c.out.read(b, from, to-from)
}

// A chunkReader has the memory to read chunks one after the other.
type chunkReader struct {
	packed  []byte
	message Message
}

// load returns what is packed of all messages of c.
func (r *chunkReader) load(c *chunk) []byte {
	if c.out == nil {
		return c.packed
	}
	r.packed = c.out.read(r.packed, 0, c.out.size)
	return r.packed
}

// messages yields those of c, each of which is valid until the next.
func (r *chunkReader) messages(c *chunk) iter.Seq[*Message] {
	return func(yield func(*Message) bool) {
		packed, m := r.load(c), &r.message
		for i := range c.heads {
			if c.heads[i].key != 0 {
				m.reset()
				if c.fill(i, m, c.part(packed, i)); !yield(m) {
					return
				}
			}
		}
	}
}

// nexts yields the hashes of the ids under which next hops of a message go on.
func (c *chunk) nexts(i int) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		switch h := &c.heads[i]; {
		case h.is(signNexts):
			u := carry.Unpack(c.partIn(nil, i))
			unpackPlace(u)
			for next := range unpackNexts(u) {
				if id := hashNext(next); id != 0 && !yield(id) {
					return
				}
			}
		case h.next != 0:
			yield(h.next)
		}
	}
}

// fillOwn makes m, which is empty, the message i, with a copy of its texts.
func (c *chunk) fillOwn(i int, m *Message) {
	if c.out == nil {
		m.text = append(m.text[:0], c.part(c.packed, i)...)
	} else {
		m.text = c.partIn(m.text, i)
	}
	c.fill(i, m, m.text)
}

// fill makes m, which is empty, the message i. Its strings are borrowed from packed, a copy of
// what is packed of it.
func (c *chunk) fill(i int, m *Message, packed []byte) {
	m.key, m.host, m.parent = c.heads[i].key, c.hostOf(i), c.parents[uint32(i)]
	c.kinds.unpack(carry.Unpack(packed), m)
}

// nextHash returns the hash of the id under which the next hop goes on with r, 0 if none
// does.
func (r *Recipient) nextHash() uint64 { return hashNext(r.Next) }

func hashNext(id string) uint64 {
	if id == "" {
		return 0
	}
	return max(1, hashID(lines.BorrowBytes(id)))
}
