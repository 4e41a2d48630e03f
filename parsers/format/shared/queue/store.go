package queue

import (
	"encoding/binary"
	"iter"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// A store holds open messages without pointers, but for that to the hop before. A queue may be long: as Messages they
// would take several times the memory, and the garbage collector would go through all
// of them again and again.
type store struct {
	chunks []*chunk // all are full, but for those of other stores
	last   chunk    // that is being filled
	live   int      // messages
	dead   int      // places of those that were taken out
}

// put stores m, and returns its number.
func (s *store) put(m *Message) uint32 {
	if s.last.isFull() {
		s.close()
	}
	s.last.add(m)
	return s.added()
}

// copy stores a message of another store, and returns its number.
func (s *store) copy(from *chunk, i int) uint32 {
	if s.last.isFull() {
		s.close()
	}
	s.last.copy(from, i)
	return s.added()
}

// added returns the number of the message that was added last.
func (s *store) added() uint32 {
	s.live++
	return numberOf(len(s.chunks), len(s.last.messages)-1)
}

// close ends the chunk that is being filled.
func (s *store) close() {
	if len(s.last.messages) > 0 {
		s.chunks = append(s.chunks, s.last.clone())
		s.last.clear()
	}
}

// seal ends the store: nothing is put into it any more.
func (s *store) seal() {
	s.close()
	s.last = chunk{}
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

// take fills m, which is empty, with the message of a number, which is no longer stored.
func (s *store) take(number uint32, m *Message) {
	c, i := s.at(number)
	c.fillOwn(i, m)
	if p := c.messages[i].parent; p != 0 {
		c.parents[p-1] = nil
	}
	c.messages[i].key = 0
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

// numbers yields those of all messages, in order, and where they are.
func (s *store) numbers(yield func(uint32, *storedMessage) bool) {
	for n := range len(s.chunks) + 1 {
		c, _ := s.at(numberOf(n, 0))
		for i := range c.messages {
			if m := &c.messages[i]; m.key != 0 && !yield(numberOf(n, i), m) {
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
				c.fill(i, m, c.textOf(i))
			}
			if !yield(m, r.m == nil) {
				return
			}
		}
	}
}

// chunkSize is how many messages a chunk has, chunkText how many bytes of text, but for
// those of the last message.
const (
	chunkSize = 1 << 8
	chunkText = 1 << 18
)

// A chunk is memory of a store.
type chunk struct {
	messages   []storedMessage
	recipients []storedRecipient
	parents    []*Message // most have none
	text       []byte     // each with its length before it
}

// A storedMessage is a Message. Key 0 is that of one that was taken out.
type storedMessage struct {
	Facts
	named, follows   bool // it has a message-id, or its first line names the hop before, which is not known
	firstTime, last  stamp
	recipients, text uint32 // where they begin
	parent           uint32 // where it is, from 1 on; 0 if there is none
}

// A storedRecipient is a Recipient.
type storedRecipient struct {
	Outcome
	next   uint64 // hash of the id under which the next hop goes on with it, 0 if none
	when   stamp
	origin parsers.Origin
	repeat int
}

// A stamp is a time without a zone.
type stamp struct {
	seconds     int64
	nanoseconds int32
}

func stampOf(t time.Time) stamp { return stamp{t.Unix(), int32(t.Nanosecond())} }

func (s stamp) time() time.Time { return time.Unix(s.seconds, int64(s.nanoseconds)).UTC() }

func (c *chunk) isFull() bool { return len(c.messages) == chunkSize || len(c.text) >= chunkText }

// clone returns a copy of c, of no more memory than it needs.
func (c *chunk) clone() *chunk {
	return &chunk{messages: slices.Clone(c.messages), recipients: slices.Clone(c.recipients), parents: slices.Clone(c.parents), text: slices.Clone(c.text)}
}

// clear empties c, and keeps its memory.
func (c *chunk) clear() {
	clear(c.parents)
	c.messages, c.recipients, c.parents, c.text = c.messages[:0], c.recipients[:0], c.parents[:0], c.text[:0]
}

// addParent returns where a parent is, 0 for none.
func (c *chunk) addParent(m *Message) uint32 {
	if m == nil {
		return 0
	}
	c.parents = append(c.parents, m)
	return uint32(len(c.parents))
}

// parentOf returns the hop before a message, nil if it has none.
func (c *chunk) parentOf(i int) *Message {
	if at := c.messages[i].parent; at != 0 {
		return c.parents[at-1]
	}
	return nil
}

func (c *chunk) add(m *Message) {
	c.messages = append(c.messages, storedMessage{
		Facts: m.Facts, named: m.MessageID != "", follows: m.previous != "" && m.parent == nil, firstTime: stampOf(m.firstTime), last: stampOf(m.last),
		recipients: uint32(len(c.recipients)), text: uint32(len(c.text)), parent: c.addParent(m.parent),
	})
	for _, p := range m.texts() {
		c.addText(*p)
	}
	c.addText(m.client)
	for _, r := range m.Recipients {
		c.recipients = append(c.recipients, storedRecipient{
			Outcome: r.Outcome, next: r.nextHash(), when: stampOf(r.place.When), origin: r.place.Origin, repeat: r.place.Repeat,
		})
		for _, p := range r.texts() {
			c.addText(*p)
		}
	}
}

// copy adds a message of another chunk.
func (c *chunk) copy(from *chunk, i int) {
	s := from.messages[i]
	s.recipients, s.text, s.parent = uint32(len(c.recipients)), uint32(len(c.text)), c.addParent(from.parentOf(i))
	c.messages = append(c.messages, s)
	c.recipients = append(c.recipients, from.recipientsOf(i)...)
	c.text = append(c.text, from.textOf(i)...)
}

func (c *chunk) addText(s string) {
	c.text = append(binary.AppendUvarint(c.text, uint64(len(s))), s...)
}

// nextHash returns the hash of the id under which the next hop goes on with r, 0 if none
// does.
func (r *Recipient) nextHash() uint64 {
	if r.Next == "" {
		return 0
	}
	return max(1, hashID(lines.BorrowBytes(r.Next)))
}

// recipientsOf returns those of one message.
func (c *chunk) recipientsOf(i int) []storedRecipient {
	if i+1 < len(c.messages) {
		return c.recipients[c.messages[i].recipients:c.messages[i+1].recipients]
	}
	return c.recipients[c.messages[i].recipients:]
}

// textOf returns the texts of one message.
func (c *chunk) textOf(i int) []byte {
	if i+1 < len(c.messages) {
		return c.text[c.messages[i].text:c.messages[i+1].text]
	}
	return c.text[c.messages[i].text:]
}

// fillOwn makes m, which is empty, the message i, with a copy of its texts.
func (c *chunk) fillOwn(i int, m *Message) {
	m.text = append(m.text[:0], c.textOf(i)...)
	c.fill(i, m, m.text)
}

// fill makes m, which is empty, the message i. Its strings are borrowed from text.
func (c *chunk) fill(i int, m *Message, text []byte) {
	s := &c.messages[i]
	m.Facts, m.firstTime, m.last, m.parent = s.Facts, s.firstTime.time(), s.last.time(), c.parentOf(i)
	for _, p := range m.texts() {
		*p, text = cutText(text)
	}
	m.client, text = cutText(text)
	recipients := c.recipientsOf(i)
	for i := range recipients {
		r, stored := m.add(), &recipients[i]
		r.Outcome, r.place = stored.Outcome, Place{stored.when.time(), stored.origin, stored.repeat}
		for _, p := range r.texts() {
			*p, text = cutText(text)
		}
	}
}

// cutText returns the first of the texts, and the others.
func cutText(b []byte) (string, []byte) {
	n, size := binary.Uvarint(b)
	b = b[size:]
	return lines.Borrow(b[:n]), b[n:]
}
