package queue

import "github.com/typoaudit/typoaudit/parsers"

// Where ids are reused, a message is found by its key alone as long as no other one
// refers to it, so that it may be stored until a line or another message names it.

// store stores the open message m, if nothing refers to it but by its key.
func (h *hops) store(m *Message) bool {
	s := h.open.at(m.key)
	if s == nil || h.open.message(s.value) != m || !m.isAlone() {
		return false
	}
	if m.PickedUp {
		if id := keyOf(m.host, m.MessageID); h.byMsgID[id] == m {
			delete(h.byMsgID, id)
			h.picked[id] = m.key
		}
	}
	h.open.leave(s.value)
	s.value = h.stored.put(m)
	return true
}

// isAlone reports an open message that no other one refers to, or waits for.
func (m *Message) isAlone() bool {
	if m.over || m.isParent || m.merged != nil || m.piped || len(m.Recipients) > manyRecipients {
		return false
	}
	for _, r := range m.Recipients {
		if r.onward || r.by != 0 || r.waits() {
			return false
		}
	}
	return true
}

// opened returns the open message of key, nil if there is none.
func (h *hops) opened(key uint64) *Message {
	s := h.open.at(key)
	if s == nil {
		return nil
	}
	if m := h.open.message(s.value); m != nil {
		return m
	}
	return h.unstore(s)
}

// isFound reports that m, which is not stored, is the message of its key.
func (h *hops) isFound(m *Message) bool {
	if s := h.open.at(m.key); s != nil {
		return h.open.message(s.value) == m
	}
	return h.ended.get(m.key) == m
}

// unstore takes an open message out of the store.
func (h *hops) unstore(s *slot[position]) *Message {
	m := h.newMessage()
	h.stored.take(s.value, m)
	s.value = h.open.enter(m)
	for _, r := range m.Recipients {
		if id := r.nextHash(); id != 0 && h.awaited.get(id) == m.key {
			h.awaited.end(id)
			addWaiter(&h.across, id, m)
		}
	}
	if m.PickedUp {
		if id := keyOf(m.host, m.MessageID); h.picked[id] == m.key {
			delete(h.picked, id)
			h.byMsgID[id] = m
		}
	}
	return m
}

// A lasting message is an open one, with the time of its last line.
type lasting struct {
	last stamp
	key  uint64
	reference
}

// lasting yields all open messages.
func (h *hops) lasting(yield func(lasting) bool) {
	for m := range h.open.inMemory {
		if !yield(lasting{stampOf(m.last), m.key, reference{m: m}}) {
			return
		}
	}
	for p := range h.stored.all {
		if !yield(lasting{p.last, p.key, reference{number: p.number}}) {
			return
		}
	}
}

// hostAt returns the host of an open message.
func (h *hops) hostAt(at position) uint64 {
	if m := h.open.message(at); m != nil {
		return m.host
	}
	c, i := h.stored.at(at)
	return c.hostOf(i)
}

// keyOf returns the key of a message.
func (h *hops) keyOf(r reference) uint64 {
	if r.m != nil {
		return r.m.key
	}
	return h.stored.head(r.number).key
}

// compact frees the memory of the messages that were taken out of the store, where they
// are a third of all.
func (h *hops) compact() {
	if h.stored.dead <= h.stored.live/2+4*chunkSize {
		return
	}
	chunks := h.stored.takeAll()
	var r chunkReader
	for _, c := range chunks {
		packed := r.load(c)
		for i := range c.heads {
			if key := c.heads[i].key; key != 0 {
				h.open.at(key).value = h.stored.copy(c, i, c.part(packed, i))
			}
		}
		h.stored.pour()
	}
}

// emitOpen emits all open messages, but for those of the store where that was shared.
func (j *Joiner) emitOpen() {
	for m := range j.open.inMemory {
		j.emit(m)
	}
	var r chunkReader
	for _, c := range j.stored.takeAll() {
		for m := range r.messages(c) {
			j.emit(m)
		}
	}
}

// Share implements parsers.SharedJoiner: the messages that are stored are alone, and may be
// emitted in any order.
func (j *Joiner) Share(n int) []func(parsers.Sink) {
	if j.stored.live < maxUnstored {
		return nil
	}
	all := j.stored.takeAll()
	j.open.keyTable, j.awaited = keyTable[position]{}, keyTable[uint64]{} // nothing is looked for any more
	chunks := make(chan *chunk, len(all))
	for _, c := range all {
		chunks <- c
	}
	close(chunks)
	parts := make([]func(parsers.Sink), n)
	for i := range parts {
		parts[i] = func(sink parsers.Sink) {
			e := emitter{sink: sink, tally: &parsers.Tally{}, Checked: j.Checked}
			var r chunkReader
			for c := range chunks {
				for m := range r.messages(c) {
					e.emit(m)
				}
			}
		}
	}
	return parts
}

// newMessage returns an empty message.
func (h *hops) newMessage() *Message {
	n := len(h.free)
	if n == 0 {
		return &Message{}
	}
	m := h.free[n-1]
	h.free = h.free[:n-1]
	return m
}

// recycle makes the memory of m free for another message. Only messages that no
// other refers to may be given.
func (h *hops) recycle(m *Message) {
	const (
		keep = 4096 // do not hold on to the text of a rare huge message
		most = 1 << 11
	)
	if len(h.free) >= most || cap(m.text) > keep || cap(m.Recipients) > manyRecipients {
		return
	}
	m.reset()
	h.free = append(h.free, m)
}

// reset empties m, and keeps its memory.
func (m *Message) reset() {
	text, recipients, block := m.text[:0], m.Recipients[:0], m.block
	*m = Message{}
	m.text, m.Recipients, m.block = text, recipients, block
}

// store stores m, unless a hop before it is still to come from another source.
func (j *Joiner) store(m *Message) bool {
	if !j.Reused || j.before[m] != 0 || !j.mayAwait(m) || !j.hops.store(m) {
		return false
	}
	m.isStored = true
	for _, r := range m.Recipients {
		if id := r.nextHash(); id != 0 {
			dropWaiter(&j.across, id, m)
			j.awaited.put(id, m.key)
		}
	}
	return true
}

// mayAwait reports that no other message that is stored waits for the same ones as m.
func (j *Joiner) mayAwait(m *Message) bool {
	for _, r := range m.Recipients {
		if id := r.nextHash(); id != 0 && !j.mayBeAwaitedBy(id, m.key) {
			return false
		}
	}
	return true
}

// mayBeAwaitedBy reports that no stored message but that of key waits for an id.
func (j *Joiner) mayBeAwaitedBy(id, key uint64) bool {
	s := j.awaited.at(id)
	return s == nil || s.value == key
}

// adopt makes a stored message one of the open ones as it is, if it is no part of another.
func (j *Joiner) adopt(number position) bool {
	c, i := j.stored.at(number)
	h := &c.heads[i]
	if !h.is(signBegan|signSender) || !j.open.putNew(h.key, number) {
		return false // see take
	}
	j.note(c.hostOf(i), h.key)
	return true
}

// reconnectStored looks for the hops before and after an adopted message. If there may be
// some, it is taken out of the store.
func (j *Joiner) reconnectStored(key uint64, number position) {
	c, i := j.stored.at(number)
	if c.heads[i].key == key && j.isUnrelated(number) {
		for next := range c.nexts(i) {
			j.awaited.put(next, key)
		}
		return
	}
	if m := j.opened(key); m != nil {
		j.reconnect(m)
	}
}

// isUnrelated reports a stored message of which no hop before or after it is known.
func (j *Joiner) isUnrelated(number position) bool {
	c, i := j.stored.at(number)
	h := &c.heads[i]
	if h.is(signPickedUp|signFollows) || j.waiting.at(h.key) != nil {
		return false
	}
	if id := h.key ^ c.hostOf(i); h.is(signNamed) && (j.awaited.at(max(1, id)) != nil || j.across.at(max(1, id)) != nil) {
		return false
	}
	for next := range c.nexts(i) {
		if !j.mayBeAwaitedBy(next, h.key) || j.hasHop(next) {
			return false
		}
	}
	return true
}

// hasHop reports that there is a message of an id on any host.
func (j *Joiner) hasHop(id uint64) bool {
	if !j.ids.mayHave(id) {
		return false
	}
	for _, host := range j.hosts {
		key := max(1, id^host)
		if j.open.at(key) != nil || j.ended.at(key) != nil {
			return true
		}
	}
	return false
}
