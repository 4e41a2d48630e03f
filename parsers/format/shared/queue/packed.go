package queue

import (
	"cmp"
	"encoding/binary"
	"iter"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// A head is what is looked at of a stored message. The rest is packed:
//
//	recipients, their next hops
//	number of its first line, time of its last one
//	the other facts, and all texts
type head struct {
	key   uint64 // 0 of one that was taken out
	next  uint64 // hash of the id under which the next hop goes on, if there is one; 0 if there is none
	at    uint32 // where it begins
	host  uint16 // where it is in the chunk
	signs uint8
}

// The signs of a stored message.
const (
	signBegan = 1 << iota
	signSender
	signPickedUp
	signNamed   // it has a message-id
	signFollows // its first line names the hop before, which is not known
	signParent  // the hop before is known
	signNexts   // there are several next hops
)

// signs returns those of m, in the order of the constants.
func (m *Message) signs() (all uint8) {
	for i, on := range [...]bool{m.Began, m.SenderKnown, m.PickedUp, m.MessageID != "", m.previous != "" && m.parent == nil, m.parent != nil} {
		if on {
			all |= 1 << i
		}
	}
	return all
}

// is reports one of some signs.
func (h *head) is(signs uint8) bool { return h.signs&signs != 0 }

// headOf returns the head of m, but for what depends on its chunk.
func headOf(m *Message) head {
	h := head{key: m.key, signs: m.signs()}
	for _, r := range m.Recipients {
		switch next := r.nextHash(); {
		case next == 0:
		case h.next == 0:
			h.next = next
		default:
			h.signs |= signNexts
		}
	}
	return h
}

// A stamp is a time without a zone.
type stamp struct{ seconds, nanoseconds int64 }

func stampOf(t time.Time) stamp { return stamp{t.Unix(), int64(t.Nanosecond())} }

func (s stamp) time() time.Time { return time.Unix(s.seconds, s.nanoseconds).UTC() }

func (s stamp) compare(t stamp) int {
	return cmp.Or(cmp.Compare(s.seconds, t.seconds), cmp.Compare(s.nanoseconds, t.nanoseconds))
}

// appendStamp packs a time, which mostly is shortly before or after another one.
func appendStamp(b []byte, t time.Time, near stamp) []byte {
	s := stampOf(t)
	b = binary.AppendVarint(b, s.seconds-near.seconds)
	return appendUint(b, uint64(s.nanoseconds))
}

func unpackStamp(u *carry.Unpacker, near stamp) stamp {
	seconds := near.seconds + u.Int()
	return stamp{seconds, int64(u.Uint())}
}

// appendUint packs v, which mostly takes one byte.
func appendUint(b []byte, v uint64) []byte {
	if v < 0x80 {
		return append(b, byte(v))
	}
	return binary.AppendUvarint(b, v)
}

func appendText(b []byte, s string) []byte { return append(appendUint(b, uint64(len(s))), s...) }

// appendStored packs m, but for what its head has, and its parent.
func appendStored(b []byte, m *Message) []byte {
	last := stampOf(m.last)
	b = appendUint(b, uint64(len(m.Recipients)))
	for _, r := range m.Recipients {
		b = appendText(b, r.Next)
	}
	b = appendUint(b, uint64(m.first.Line))
	b = appendStamp(b, m.last, stamp{})
	bits := m.bits()
	b = appendUint(b, join(bits[:]))
	b = appendUint(b, uint64(m.first.Source))
	b = appendUint(b, uint64(m.first.Piece))
	b = appendStamp(b, m.firstTime, last)
	b = binary.AppendVarint(b, m.Bytes)
	b = appendUint(b, uint64(m.Direction))
	b = appendUint(b, uint64(m.Expected))
	b = appendUint(b, uint64(m.closed))
	for _, s := range m.texts() {
		b = appendText(b, *s)
	}
	b = appendText(b, m.client)
	for _, r := range m.Recipients {
		b = appendStoredRecipient(b, r, m, last)
	}
	return b
}

func appendStoredRecipient(b []byte, r *Recipient, m *Message, last stamp) []byte {
	b = appendUint(b, r.by)
	b = appendUint(b, uint64(r.Status))
	b = appendUint(b, uint64(r.Failure))
	bits := r.bits()
	b = appendUint(b, join(bits[:]))
	b = appendStamp(b, r.place.When, last)
	o := r.place.Origin
	b = binary.AppendVarint(b, int64(o.Source)-int64(m.first.Source))
	b = binary.AppendVarint(b, int64(o.Piece)-int64(m.first.Piece))
	b = binary.AppendVarint(b, o.Line-m.first.Line)
	b = binary.AppendVarint(b, int64(r.place.Repeat))
	for _, s := range r.storedTexts() {
		b = appendText(b, *s)
	}
	return b
}

// bits are those of all flags of m.
func (m *Message) bits() (all [17]*bool) {
	flags := m.flags()
	n := copy(all[:], flags[:])
	copy(all[n:], []*bool{&m.fromOther, &m.borrows, &m.spare})
	return all
}

// bits are those of all flags of r.
func (r *Recipient) bits() (all [10]*bool) {
	flags := r.flags()
	all[copy(all[:], flags[:])] = &r.event
	return all
}

// storedTexts are the strings of r but for Next, which stands before them.
func (r *Recipient) storedTexts() [4]*string {
	return [...]*string{&r.Address, &r.Orig, &r.DSN, &r.Relay}
}

// join returns truths as the bits of a number.
func join(bits []*bool) (v uint64) {
	for i, on := range bits {
		if *on {
			v |= 1 << i
		}
	}
	return v
}

// unpackNexts takes the ids under which next hops go on, "" where none does, as far as they are
// asked for.
func unpackNexts(u *carry.Unpacker) iter.Seq[string] {
	return func(yield func(string) bool) {
		for n := u.Uint(); n > 0 && yield(lines.Borrow(u.Bytes())); n-- {
		}
	}
}

// unpackPlace takes the number of the first line, and the time of the last one.
func unpackPlace(u *carry.Unpacker) (first int64, last stamp) {
	first = int64(u.Uint())
	return first, unpackStamp(u, stamp{})
}

// unpackStored makes m, which is empty, what appendStored packed. Its strings are borrowed from there.
func unpackStored(u *carry.Unpacker, m *Message) {
	for next := range unpackNexts(u) {
		m.add().Next = next
	}
	line, last := unpackPlace(u)
	m.last = last.time()
	bits := m.bits()
	u.Flags(bits[:]...)
	m.first = parsers.Origin{Source: int32(u.Uint()), Piece: int32(u.Uint()), Line: line}
	m.firstTime = unpackStamp(u, last).time()
	m.Bytes = u.Int()
	m.Direction = parsers.Direction(u.Uint())
	m.Expected = int(u.Uint())
	m.closed = parsers.Status(u.Uint())
	for _, s := range m.texts() {
		*s = lines.Borrow(u.Bytes())
	}
	m.client = lines.Borrow(u.Bytes())
	for _, r := range m.Recipients {
		unpackStoredRecipient(u, r, m, last)
	}
}

func unpackStoredRecipient(u *carry.Unpacker, r *Recipient, m *Message, last stamp) {
	r.by = u.Uint()
	r.Status = parsers.Status(u.Uint())
	r.Failure = parsers.Failure(u.Uint())
	bits := r.bits()
	u.Flags(bits[:]...)
	r.place.When = unpackStamp(u, last).time()
	o := &r.place.Origin
	o.Source = m.first.Source + int32(u.Int())
	o.Piece = m.first.Piece + int32(u.Int())
	o.Line = m.first.Line + u.Int()
	r.place.Repeat = int(u.Int())
	for _, s := range r.storedTexts() {
		*s = lines.Borrow(u.Bytes())
	}
}
