package queue

import (
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// A rest is what a piece could not settle.
type rest struct {
	messages []reference // in the order of their first line
	stored   *store      // nil if none of them is in one
	over     endedKeys   // those of the messages that ended, nil where ids are not reused
	later    []uint64    // keys of messages whose first line is not there, where ids are reused
	now      time.Time   // of the last record
	earliest time.Time   // when the last line of a stored message was read, the first one of all
	// scattered says that rests of other sources have hops of the same messages.
	scattered bool
	others    []string // the hosts that these are of
}

// note notes one of the messages.
func (r *rest) note(key uint64, began bool) {
	if !began {
		r.later = append(r.later, key)
	}
}

// EndedKeys are the keys of the messages that ended in a piece.
type endedKeys interface {
	// among yields those of the open messages whose keys are among them.
	among(h *hops, yield func(*Message))
	packed() []uint64
}

// Among implements endedKeys.
func (t *keySet) among(h *hops, yield func(*Message)) {
	for _, key := range t.keys {
		if m := h.opened(key); m != nil {
			yield(m)
		}
	}
}

// keyBits is how much of a key is packed: a piece has some ten thousand, so that one of
// 40 bits is another message's in one case of ten million. It then ends one whose last
// line was lost before the log does, which changes nothing unless the first line of
// another one of its id is lost as well.
const (
	keyBits = 40
	keyMask = 1<<keyBits - 1
)

// Packed implements endedKeys.
func (t *keySet) packed() []uint64 {
	short := make([]uint64, len(t.keys))
	for i, key := range t.keys {
		short[i] = key & keyMask
	}
	slices.Sort(short)
	return slices.Compact(short)
}

// ShortKeys are the last bits of keys, ascending.
type shortKeys []uint64

// Among implements endedKeys.
func (s shortKeys) among(h *hops, yield func(*Message)) {
	for _, short := range s {
		for key := range h.open.ending(short, keyMask) {
			yield(h.opened(key))
		}
	}
}

// Packed implements endedKeys.
func (s shortKeys) packed() []uint64 { return s }

// A reference is to a message in memory, or to one that is stored.
type reference struct {
	m      *Message // nil if it is stored
	number position
}

// references are to messages in memory.
func references(messages []*Message) []reference {
	all := make([]reference, len(messages))
	for i, m := range messages {
		all[i].m = m
	}
	return all
}

// moveTo moves the stored messages to another store.
func (r *rest) moveTo(s *store) {
	if r.stored == nil {
		return
	}
	first := numberOf(s.adopt(r.stored), 0)
	for i := range r.messages {
		if x := &r.messages[i]; x.m == nil {
			x.number += first
		}
	}
}

// PackRest implements carry.Rest. Messages are numbered in their order; those before them
// that were emitted follow, for what their later hops take from them.
func (r *rest) PackRest(p *carry.Packer, subjects bool) error {
	w := restPacker{Packer: p, subjects: subjects, numbers: map[*Message]uint64{}, count: uint64(len(r.messages))}
	p.Time(r.now)
	p.Flags(r.over != nil)
	if r.over != nil {
		p.Sorted(r.over.packed())
	}
	for i, x := range r.messages {
		if x.m != nil { // no other refers to a stored one
			w.numbers[x.m] = uint64(i + 1)
		}
	}
	for m := range r.stored.each(r.messages) {
		for h := range m.earlier {
			w.number(h)
		}
	}
	p.Uint(uint64(len(r.messages)))
	p.Uint(w.count)
	for m := range r.stored.each(r.messages) {
		w.message(m)
	}
	for _, m := range w.before {
		w.message(m)
	}
	return nil
}

// A restPacker packs the messages of one piece.
type restPacker struct {
	*carry.Packer
	subjects bool
	numbers  map[*Message]uint64 // from 1 on
	count    uint64
	before   []*Message // those that are packed for the hops after them alone
}

func (w *restPacker) number(m *Message) {
	if w.numbers[m] == 0 {
		w.count++
		w.numbers[m] = w.count
		w.before = append(w.before, m)
	}
}

func (w *restPacker) message(m *Message) {
	w.Uint(m.key)
	w.Uint(m.host)
	packFlags(w.Packer, flagsOf(m))
	w.Flags(m.spare)
	for _, s := range carriedTexts(m) {
		w.Text(*s)
	}
	subject := ""
	if w.subjects {
		subject = m.Subject
	}
	w.Text(subject)
	w.Text(m.client)
	w.Int(m.Bytes)
	w.Uint(uint64(m.Direction))
	w.Uint(uint64(m.Expected))
	w.Uint(uint64(m.closed))
	w.Time(m.firstTime)
	w.Time(m.last)
	w.Uint(uint64(m.first.Line))
	before := uint64(0)
	if h := m.before(); h != nil {
		before = w.numbers[h] // 0 beyond maxHops
	}
	w.Uint(before)
	w.Uint(uint64(len(m.Recipients)))
	for _, r := range m.Recipients {
		w.recipient(r)
	}
}

func (w *restPacker) recipient(r *Recipient) {
	for _, s := range r.texts() {
		w.Text(*s)
	}
	packOutcome(w.Packer, r)
	w.Uint(r.by)
	w.Uint(uint64(r.place.Origin.Line))
	w.Uint(uint64(max(0, r.place.Repeat)))
}

// maxLine bounds the number of a line in its piece.
const maxLine = 1 << 56

// UnpackRest implements carry.RestJoiner.
func (j *Joiner) UnpackRest(u *carry.Unpacker, of parsers.Piece) parsers.Rest {
	r := &rest{scattered: len(of.OtherHosts) > 0, others: of.OtherHosts}
	var reused bool
	r.now = u.Time()
	u.Flags(&reused)
	if reused {
		r.over = shortKeys(u.Sorted())
	}
	if u.Err == nil && reused != j.Reused {
		u.Fail()
	}
	n, all := u.Count(), u.Count()
	w := restUnpacker{Unpacker: u, origin: parsers.Origin{Source: of.Source, Piece: of.Number}}
	for range all {
		if u.Err != nil {
			return r
		}
		w.message(all)
	}
	if n > len(w.all) {
		u.Fail()
		return r
	}
	for m, before := range w.before {
		if h := w.all[before-1]; h != m {
			m.parent = h
		}
	}
	r.messages = references(w.all[:n])
	for _, m := range w.all[:n] {
		r.note(m.key, m.Began)
	}
	return r
}

// A restUnpacker takes the messages of one piece.
type restUnpacker struct {
	*carry.Unpacker
	origin parsers.Origin
	all    []*Message
	before map[*Message]int // the number of the hop before
}

// at returns the origin of a line that is packed.
func (w *restUnpacker) at() parsers.Origin {
	o := w.origin
	o.Line = int64(w.Below(maxLine))
	return o
}

// message takes one of so many messages.
func (w *restUnpacker) message(of int) {
	m := &Message{}
	m.borrows = true // until it has its own copy of its texts
	m.key, m.host = w.Uint(), w.Uint()
	if m.key == 0 {
		w.Fail() // it is no key
	}
	w.Flags(flagsOf(m)...)
	w.Flags(&m.spare)
	for _, s := range carriedTexts(m) {
		*s = w.text()
	}
	m.Subject, m.client = w.text(), w.Text()
	m.Bytes = w.Int()
	m.Direction = parsers.Direction(w.Below(uint64(parsers.DirectionInternal) + 1))
	m.Expected = int(w.Below(1 << 31))
	m.closed = parsers.Status(w.Below(parsers.Statuses))
	m.firstTime, m.last = w.Time(), w.Time()
	m.first = w.at()
	if before := int(w.Below(uint64(of) + 1)); before > 0 {
		if w.before == nil {
			w.before = map[*Message]int{}
		}
		w.before[m] = before
	}
	for n := w.Count(); n > 0 && w.Err == nil; n-- {
		w.recipient(m)
	}
	m.touched = append(m.touched[:0], m.Recipients...)
	m.keepText()
	m.borrows = false
	w.all = append(w.all, m)
}

// text takes a text that is borrowed from the pack.
func (w *restUnpacker) text() string { return lines.Borrow(w.Bytes()) }

func (w *restUnpacker) recipient(m *Message) {
	var r Recipient
	for _, s := range r.texts() {
		*s = w.text()
	}
	unpackOutcome(w.Unpacker, &r)
	r.by = w.Uint()
	r.place.Origin = w.at()
	r.place.Repeat = int(w.Below(1 << 31))
	if m.find(r.Address) == nil {
		own := m.Recipient(r.Address)
		r.Address = own.Address // which is a copy where they are many
		*own = r
	}
}
