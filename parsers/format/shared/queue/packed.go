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
//	number of its first line, time of its last one
//	recipients, their next hops
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

// appendStamp packs a time, which mostly is shortly before or after another one, and of whole seconds.
func appendStamp(b []byte, t time.Time, near stamp) []byte {
	s := stampOf(t)
	v := (s.seconds - near.seconds) << 1
	if s.nanoseconds == 0 {
		return binary.AppendVarint(b, v)
	}
	return appendUint(binary.AppendVarint(b, v|1), uint64(s.nanoseconds))
}

func unpackStamp(u *carry.Unpacker, near stamp) stamp {
	v := u.Int()
	s := stamp{seconds: near.seconds + v>>1}
	if v&1 != 0 {
		s.nanoseconds = int64(u.Uint())
	}
	return s
}

// appendUint packs v, which mostly takes one byte.
func appendUint(b []byte, v uint64) []byte {
	if v < 0x80 {
		return append(b, byte(v))
	}
	return binary.AppendUvarint(b, v)
}

func appendText(b []byte, s string) []byte { return append(appendUint(b, uint64(len(s))), s...) }

// Kinds are what messages that were packed, and their recipients, have in common with others.
type kinds struct {
	messages   []Facts
	recipients []recipientKind
}

type recipientKind struct {
	Outcome
	repeat int
}

// isFull reports that looking for one costs more than to begin anew.
func (k *kinds) isFull() bool {
	const most = 1 << 8
	return len(k.messages) >= most || len(k.recipients) >= most
}

// numberIn returns the place of v among all, which it is added to if it is not there. It mostly is
// that of one before.
func numberIn[T comparable](all *[]T, v T) uint64 {
	for i := len(*all) - 1; i >= 0; i-- {
		if (*all)[i] == v {
			return uint64(i)
		}
	}
	*all = append(*all, v)
	return uint64(len(*all) - 1)
}

// pack packs m, but for what its head has, and its parent.
func (k *kinds) pack(b []byte, m *Message) []byte {
	last := stampOf(m.last)
	b = appendUint(b, uint64(m.first.Line))
	b = appendStamp(b, m.last, stamp{})
	b = appendUint(b, uint64(len(m.Recipients)))
	for _, r := range m.Recipients {
		b = appendText(b, r.Next)
	}
	b = appendUint(b, numberIn(&k.messages, m.Facts))
	b = appendUint(b, uint64(m.first.Source))
	b = appendUint(b, uint64(m.first.Piece))
	b = appendStamp(b, m.firstTime, last)
	b = binary.AppendVarint(b, m.Bytes)
	b = appendUint(b, uint64(m.Expected))
	for _, s := range m.texts() {
		b = appendText(b, *s)
	}
	b = appendText(b, m.client)
	for _, r := range m.Recipients {
		o := r.place.Origin
		b = appendUint(b, numberIn(&k.recipients, recipientKind{r.Outcome, r.place.Repeat}))
		b = appendStamp(b, r.place.When, last)
		b = binary.AppendVarint(b, int64(o.Source)-int64(m.first.Source))
		b = binary.AppendVarint(b, int64(o.Piece)-int64(m.first.Piece))
		b = binary.AppendVarint(b, o.Line-m.first.Line)
		for _, s := range r.storedTexts() {
			b = appendText(b, *s)
		}
	}
	return b
}

// storedTexts are the strings of r but for Next, which stands before them.
func (r *Recipient) storedTexts() [4]*string {
	return [...]*string{&r.Address, &r.Orig, &r.DSN, &r.Relay}
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
func unpackPlace(u *carry.Unpacker) (line int64, last stamp) {
	line = int64(u.Uint())
	return line, unpackStamp(u, stamp{})
}

// unpack makes m, which is empty, what pack packed. Its strings are borrowed from there.
func (k *kinds) unpack(u *carry.Unpacker, m *Message) {
	line, last := unpackPlace(u)
	for next := range unpackNexts(u) {
		m.add().Next = next
	}
	m.last = last.time()
	m.Facts = k.messages[u.Uint()]
	m.first = parsers.Origin{Source: int32(u.Uint()), Piece: int32(u.Uint()), Line: line}
	m.firstTime = unpackStamp(u, last).time()
	m.Bytes = u.Int()
	m.Expected = int(u.Uint())
	for _, s := range m.texts() {
		*s = lines.Borrow(u.Bytes())
	}
	m.client = lines.Borrow(u.Bytes())
	for _, r := range m.Recipients {
		kind := &k.recipients[u.Uint()]
		r.Outcome, r.place.Repeat = kind.Outcome, kind.repeat
		r.place.When = unpackStamp(u, last).time()
		r.place.Origin = parsers.Origin{Source: m.first.Source + int32(u.Int()), Piece: m.first.Piece + int32(u.Int()), Line: line + u.Int()}
		for _, s := range r.storedTexts() {
			*s = lines.Borrow(u.Bytes())
		}
	}
}
