package queue

import "github.com/typoaudit/typoaudit/parsers"

// Where ids are reused, a message is found by its key alone as long as no other one
// refers to it, so that it may be stored until a line or another message names it.

// store stores the open message m, if nothing refers to it but by its key.
func (h *hops) store(m *Message) bool {
	s := h.open.at(m.key)
	if s == nil || s.value.m != m || !m.isAlone() {
		return false
	}
	if m.PickedUp {
		if id := keyOf(m.host, m.MessageID); h.byMsgID[id] == m {
			delete(h.byMsgID, id)
			h.picked[id] = m.key
		}
	}
	s.value = reference{number: h.stored.put(m)}
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
	if s.value.m == nil {
		h.unstore(s)
	}
	return s.value.m
}

// isFound reports that m, which is not stored, is the message of its key.
func (h *hops) isFound(m *Message) bool {
	if s := h.open.at(m.key); s != nil {
		return s.value.m == m
	}
	return h.ended.get(m.key) == m
}

// unstore takes an open message out of the store.
func (h *hops) unstore(s *slot[reference]) {
	m := h.newMessage()
	h.stored.take(s.value.number, m)
	s.value = reference{m: m}
	for _, r := range m.Recipients {
		if id := r.nextHash(); id != 0 && h.awaited.get(id) == m.key {
			h.awaited.end(id)
			h.across[id] = append(h.across[id], m)
		}
	}
	if m.PickedUp {
		if id := keyOf(m.host, m.MessageID); h.picked[id] == m.key {
			delete(h.picked, id)
			h.byMsgID[id] = m
		}
	}
}

// inMemory returns the open messages that are not stored.
func (h *hops) inMemory() []*Message {
	var all []*Message
	for i := range h.open.slots {
		if m := h.open.slots[i].value.m; m != nil {
			all = append(all, m)
		}
	}
	return all
}

// lastOf returns the time of the last line of a message.
func (h *hops) lastOf(r reference) stamp {
	if r.m != nil {
		return stampOf(r.m.last)
	}
	_, last := h.stored.placeOf(r.number)
	return last
}

// idOf returns the hash of the id of a message, whatever its host.
func (h *hops) idOf(r reference) uint64 {
	if r.m != nil {
		return r.m.idOf()
	}
	c, i := h.stored.at(r.number)
	return c.heads[i].key ^ c.hostOf(i)
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
	old := h.stored
	h.stored = store{}
	for number, head := range old.numbers {
		c, i := old.at(number)
		h.open.at(head.key).value.number = h.stored.copy(c, i)
	}
}

// emitOpen emits all open messages, but for those of the store where that was shared.
func (j *Joiner) emitOpen() {
	stored := &Message{}
	for i := range j.open.slots {
		switch s := &j.open.slots[i]; {
		case s.key == 0:
		case s.value.m != nil:
			j.emit(s.value.m)
		case !j.shared:
			c, i := j.stored.at(s.value.number)
			j.emitStored(c, i, stored)
		}
	}
}

// Share implements parsers.SharedJoiner: the messages that are stored are alone, and may be
// emitted in any order.
func (j *Joiner) Share(n int) []func(parsers.Sink) {
	if j.stored.live < maxUnstored {
		return nil
	}
	j.shared = true
	all := j.stored.takeAll()
	chunks := make(chan *chunk, len(all))
	for _, c := range all {
		chunks <- c
	}
	close(chunks)
	parts := make([]func(parsers.Sink), n)
	for i := range parts {
		parts[i] = func(sink parsers.Sink) {
			e := emitter{sink: sink, tally: &parsers.Tally{}, Checked: j.Checked}
			for c := range chunks {
				e.emitChunk(c)
			}
		}
	}
	return parts
}

// emitChunk emits the messages of a chunk.
func (e *emitter) emitChunk(c *chunk) {
	m := &Message{}
	for i := range c.heads {
		if c.heads[i].key != 0 {
			e.emitStored(c, i, m)
		}
	}
}

// emitStored emits the message i of a chunk, for which m is memory.
func (e *emitter) emitStored(c *chunk, i int, m *Message) {
	m.reset()
	c.fill(i, m, c.packedAt(i))
	e.emit(m)
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
			j.stopWaitingAcross(id, m)
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
func (j *Joiner) adopt(number uint32) bool {
	c, i := j.stored.at(number)
	h := &c.heads[i]
	if !h.is(signBegan|signSender) || j.open.at(h.key) != nil {
		return false // see take
	}
	j.note(c.hostOf(i), h.key)
	j.open.put(h.key, reference{number: number})
	return true
}

// reconnectStored looks for the hops before and after an adopted message. If there may be
// some, it is taken out of the store.
func (j *Joiner) reconnectStored(key uint64) {
	s := j.open.at(key)
	if s.value.m == nil && j.isUnrelated(s.value.number) {
		c, i := j.stored.at(s.value.number)
		for next := range c.nexts(i) {
			j.awaited.put(next, key)
		}
		return
	}
	j.reconnect(j.opened(key))
}

// isUnrelated reports a stored message of which no hop before or after it is known.
func (j *Joiner) isUnrelated(number uint32) bool {
	c, i := j.stored.at(number)
	h := &c.heads[i]
	if h.is(signPickedUp|signFollows) || j.waiting.at(h.key) != nil {
		return false
	}
	if id := h.key ^ c.hostOf(i); h.is(signNamed) && (j.awaited.at(max(1, id)) != nil || j.across[id] != nil) {
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
