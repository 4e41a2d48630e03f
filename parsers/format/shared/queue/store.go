package queue

import (
	"iter"
	"slices"

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
	packed []byte   // memory of put
}

// put stores m, and returns its number.
func (s *store) put(m *Message) position {
	s.packed = s.last.pack(s.packed[:0], m)
	if !s.last.hasRoom(len(s.packed)) {
		s.close()
		s.packed = s.last.pack(s.packed[:0], m) // what is of a kind is so in its chunk alone
	}
	s.last.add(m, s.packed)
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
	*s = store{}
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
	for n := range len(s.chunks) + 1 {
		c, _ := s.at(numberOf(n, 0))
		for i := range c.heads {
			if h := &c.heads[i]; h.key != 0 {
				line, last := unpackPlace(carry.Unpack(c.packedAt(i)))
				if !yield(placed{h, numberOf(n, i), line, last}) {
					return
				}
			}
		}
	}
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
				c.fill(i, m, c.packedAt(i))
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
	heads      []head
	hosts      []uint64 // those of the messages
	messages   []messageKind
	recipients []recipientKind
	parents    map[uint32]*Message // hops before, of the messages that have one; nil if none has
	packed     []byte
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

// add adds m, which was packed for it.
func (c *chunk) add(m *Message, packed []byte) {
	if c.packed == nil {
		c.packed = make([]byte, 0, max(chunkBytes, len(packed)))
	}
	if m.parent != nil {
		if c.parents == nil {
			c.parents = map[uint32]*Message{}
		}
		c.parents[uint32(len(c.heads))] = m.parent
	}
	h := headOf(m)
	h.host, h.at = uint16(numberIn(&c.hosts, m.host)), uint32(len(c.packed))
	c.heads = append(c.heads, h)
	c.packed = append(c.packed, packed...)
}

func (c *chunk) hostOf(i int) uint64 { return c.hosts[c.heads[i].host] }

// packedAt returns what is packed of a message.
func (c *chunk) packedAt(i int) []byte {
	if i+1 < len(c.heads) {
		return c.packed[c.heads[i].at:c.heads[i+1].at]
	}
	return c.packed[c.heads[i].at:]
}

// all yields the messages of c, each of which is valid until the next.
func (c *chunk) all(yield func(*Message) bool) {
	m := &Message{}
	for i := range c.heads {
		if c.heads[i].key != 0 {
			m.reset()
			if c.fill(i, m, c.packedAt(i)); !yield(m) {
				return
			}
		}
	}
}

// nexts yields the hashes of the ids under which next hops of a message go on.
func (c *chunk) nexts(i int) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		switch h := &c.heads[i]; {
		case h.is(signNexts):
			u := carry.Unpack(c.packedAt(i))
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
	m.text = append(m.text[:0], c.packedAt(i)...)
	c.fill(i, m, m.text)
}

// fill makes m, which is empty, the message i. Its strings are borrowed from packed, a copy of
// what is packed of it.
func (c *chunk) fill(i int, m *Message, packed []byte) {
	m.key, m.host, m.parent = c.heads[i].key, c.hostOf(i), c.parents[uint32(i)]
	c.unpack(carry.Unpack(packed), m)
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
