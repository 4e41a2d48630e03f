package queue

import (
	"encoding/binary"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// A store holds open messages without pointers. A queue may be long: as Messages they
// would take several times the memory, and the garbage collector would go through all
// of them again and again. One that something refers to is taken out first.
type store struct {
	numbers map[uint64]uint32 // of the messages, by key: of the chunk, and of the place in it
	awaited map[uint64]uint64 // keys of those that wait for the message of an id: see hops.across
	picked  map[uint64]uint64 // keys of those that were picked up: see hops.byMsgID
	chunks  []*chunk          // all are full
	last    chunk             // that is being filled
	dead    int               // messages in chunks that were taken out
}

func newStore() *store {
	return &store{numbers: map[uint64]uint32{}, awaited: map[uint64]uint64{}, picked: map[uint64]uint64{}}
}

// put stores m.
func (s *store) put(m *Message) {
	if s.last.isFull() {
		s.chunks = append(s.chunks, s.last.clone())
		s.last.clear()
		s.compact()
	}
	s.numbers[m.key] = uint32(len(s.chunks)*chunkSize + len(s.last.messages))
	s.last.add(m)
}

// at returns the chunk of a number, and the place in it.
func (s *store) at(number uint32) (*chunk, int) {
	c, i := int(number/chunkSize), int(number%chunkSize)
	if c == len(s.chunks) {
		return &s.last, i
	}
	return s.chunks[c], i
}

// each yields all chunks and places in them that have a message.
func (s *store) each(yield func(*chunk, int) bool) {
	for n := range len(s.chunks) + 1 {
		c, _ := s.at(uint32(n * chunkSize))
		for i := range c.messages {
			if c.messages[i].key != 0 && !yield(c, i) {
				return
			}
		}
	}
}

// take fills m with the message of a key, which is no longer stored.
func (s *store) take(key uint64, m *Message) {
	c, i := s.at(s.numbers[key])
	delete(s.numbers, key)
	c.fillOwn(i, m)
	c.messages[i].key = 0
	s.dead++
}

// has reports that the message of a key is stored.
func (s *store) has(key uint64) bool {
	_, ok := s.numbers[key]
	return ok
}

// keys yields the keys of all messages, and the time of the last line of each.
func (s *store) keys(yield func(uint64, time.Time) bool) {
	for c, i := range s.each {
		if m := &c.messages[i]; !yield(m.key, m.last.time()) {
			return
		}
	}
}

// all yields all messages in the order in which they were stored. Each is valid until the
// next.
func (s *store) all(yield func(*Message) bool) {
	m := &Message{}
	for c, i := range s.each {
		m.reset()
		c.fill(i, m, c.textOf(i))
		if !yield(m) {
			return
		}
	}
}

// compact frees the memory of the messages that were taken out, where they are most.
func (s *store) compact() {
	if s.dead <= len(s.numbers)+chunkSize {
		return
	}
	old := store{chunks: s.chunks}
	s.chunks, s.dead = nil, 0
	for m := range old.all {
		s.put(m)
	}
}

// chunkSize is how many messages a chunk has, chunkText how many bytes of text, but for
// those of the last message.
const (
	chunkSize = 1 << 10
	chunkText = 1 << 20
)

// A chunk is memory of a store.
type chunk struct {
	messages   []storedMessage
	recipients []storedRecipient
	text       []byte // each with its length before it
}

// A storedMessage is a Message. Key 0 is that of one that was taken out.
type storedMessage struct {
	Facts
	firstTime, last  stamp
	recipients, text uint32 // where they begin
}

// A storedRecipient is a Recipient.
type storedRecipient struct {
	Outcome
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
	return &chunk{messages: slices.Clone(c.messages), recipients: slices.Clone(c.recipients), text: slices.Clone(c.text)}
}

// clear empties c, and keeps its memory.
func (c *chunk) clear() {
	c.messages, c.recipients, c.text = c.messages[:0], c.recipients[:0], c.text[:0]
}

func (c *chunk) add(m *Message) {
	c.messages = append(c.messages, storedMessage{
		Facts: m.Facts, firstTime: stampOf(m.firstTime), last: stampOf(m.last),
		recipients: uint32(len(c.recipients)), text: uint32(len(c.text)),
	})
	for _, p := range m.texts() {
		c.addText(*p)
	}
	c.addText(m.client)
	for _, r := range m.Recipients {
		c.recipients = append(c.recipients, storedRecipient{Outcome: r.Outcome, when: stampOf(r.place.When), origin: r.place.Origin, repeat: r.place.Repeat})
		for _, p := range r.texts() {
			c.addText(*p)
		}
	}
}

func (c *chunk) addText(s string) {
	c.text = append(binary.AppendUvarint(c.text, uint64(len(s))), s...)
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
	m.Facts, m.firstTime, m.last = s.Facts, s.firstTime.time(), s.last.time()
	for _, p := range m.texts() {
		*p, text = cutText(text)
	}
	m.client, text = cutText(text)
	end := uint32(len(c.recipients))
	if i+1 < len(c.messages) {
		end = c.messages[i+1].recipients
	}
	for i := range c.recipients[s.recipients:end] {
		r, stored := m.add(), &c.recipients[int(s.recipients)+i]
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
