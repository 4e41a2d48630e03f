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
func (s *store) put(m *Message) uint32 {
	s.packed = appendStored(s.packed[:0], m)
	return s.add(headOf(m), m.host, m.parent, s.packed)
}

// copy stores a message of another store, and returns its number.
func (s *store) copy(from *chunk, i int) uint32 {
	return s.add(from.heads[i], from.hostOf(i), from.parents[uint32(i)], from.packedAt(i))
}

// add stores a packed message, and returns its number.
func (s *store) add(h head, host uint64, parent *Message, packed []byte) uint32 {
	if !s.last.hasRoom(len(packed)) {
		s.close()
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
func numberOf(chunk, place int) uint32 { return uint32(chunk*chunkSize + place) }

// at returns the chunk of a number, and the place in it.
func (s *store) at(number uint32) (*chunk, int) {
	c, i := int(number/chunkSize), int(number%chunkSize)
	if c == len(s.chunks) {
		return &s.last, i
	}
	return s.chunks[c], i
}

// head returns that of the message of a number.
func (s *store) head(number uint32) *head {
	c, i := s.at(number)
	return &c.heads[i]
}

// placeOf returns the number of the first line of a message, and the time of the last one.
func (s *store) placeOf(number uint32) (first int64, last stamp) {
	c, i := s.at(number)
	u := carry.Unpack(c.packedAt(i))
	for range unpackNexts(u) {
	}
	return unpackPlace(u)
}

// take fills m, which is empty, with the message of a number, which is no longer stored.
func (s *store) take(number uint32, m *Message) {
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

// numbers yields those of all messages, in order, and their heads.
func (s *store) numbers(yield func(uint32, *head) bool) {
	for n := range len(s.chunks) + 1 {
		c, _ := s.at(numberOf(n, 0))
		for i := range c.heads {
			if h := &c.heads[i]; h.key != 0 && !yield(numberOf(n, i), h) {
				return
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
	heads   []head
	hosts   []uint64            // those of the messages
	parents map[uint32]*Message // hops before, of the messages that have one; nil if none has
	packed  []byte
}

// sealed returns c, of hardly more memory than it needs.
func (c *chunk) sealed() *chunk {
	packed := c.packed
	if spare := cap(packed) - len(packed); spare > len(packed)/16 {
		packed = slices.Clone(packed)
	}
	return &chunk{slices.Clone(c.heads), c.hosts, c.parents, packed}
}

// clear empties c, which was sealed.
func (c *chunk) clear() { *c = chunk{heads: c.heads[:0]} }

// hasRoom reports that a message of so many bytes may be added.
func (c *chunk) hasRoom(size int) bool {
	return len(c.heads) == 0 || len(c.heads) < chunkSize && len(c.packed)+size <= cap(c.packed)
}

// add adds a message that appendStored packed.
func (c *chunk) add(h head, host uint64, parent *Message, packed []byte) {
	if c.packed == nil {
		c.packed = make([]byte, 0, max(chunkBytes, len(packed)))
	}
	if parent != nil {
		if c.parents == nil {
			c.parents = map[uint32]*Message{}
		}
		c.parents[uint32(len(c.heads))] = parent
	}
	h.host, h.at = c.addHost(host), uint32(len(c.packed))
	c.heads = append(c.heads, h)
	c.packed = append(c.packed, packed...)
}

// addHost returns where a host is, which nearly always is that of the message before.
func (c *chunk) addHost(host uint64) uint16 {
	for i, h := range slices.Backward(c.hosts) {
		if h == host {
			return uint16(i)
		}
	}
	c.hosts = append(c.hosts, host)
	return uint16(len(c.hosts) - 1)
}

func (c *chunk) hostOf(i int) uint64 { return c.hosts[c.heads[i].host] }

// packedAt returns what is packed of a message.
func (c *chunk) packedAt(i int) []byte {
	if i+1 < len(c.heads) {
		return c.packed[c.heads[i].at:c.heads[i+1].at]
	}
	return c.packed[c.heads[i].at:]
}

// nexts yields the hashes of the ids under which next hops of a message go on.
func (c *chunk) nexts(i int) iter.Seq[uint64] {
	return func(yield func(uint64) bool) {
		switch h := &c.heads[i]; {
		case h.is(signNexts):
			for next := range unpackNexts(carry.Unpack(c.packedAt(i))) {
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
	unpackStored(carry.Unpack(packed), m)
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
