package queue

import "github.com/typoaudit/typoaudit/parsers/lines"

// Where ids are reused, a message is found by its key alone as long as no other one
// refers to it, so that it may be stored until a line or another message names it.

// store stores the open message m, if nothing refers to it but by its key.
func (h *hops) store(m *Message) bool {
	if !m.isAlone() || h.open.get(m.key) != m {
		return false
	}
	if m.PickedUp {
		if key := keyOf(m.host, m.MessageID); h.byMsgID[key] == m {
			delete(h.byMsgID, key)
			h.stored.picked[key] = m.key
		}
	}
	h.open.end(m.key)
	h.stored.put(m)
	return true
}

// isAlone reports an open message that no other one refers to, or waits for.
func (m *Message) isAlone() bool {
	if m.over || m.isParent || m.parent != nil || m.merged != nil || m.piped || len(m.Recipients) > manyRecipients {
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
	if m := h.open.get(key); m != nil {
		return m
	}
	return h.unstore(key)
}

// unstore makes the stored message of a key one of the open ones; nil if there is none.
func (h *hops) unstore(key uint64) *Message {
	if !h.stored.has(key) {
		return nil
	}
	m := h.newMessage()
	h.stored.take(key, m)
	h.open.put(m)
	for _, r := range m.Recipients {
		if id := hashID(lines.BorrowBytes(r.Next)); h.stored.awaited[id] == key {
			delete(h.stored.awaited, id)
			h.across[id] = append(h.across[id], m)
		}
	}
	if m.PickedUp {
		if id := keyOf(m.host, m.MessageID); h.stored.picked[id] == key {
			delete(h.stored.picked, id)
			h.byMsgID[id] = m
		}
	}
	return m
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
	const keep = 4096 // do not hold on to the text of a rare huge message
	if cap(m.text) > keep || cap(m.Recipients) > manyRecipients {
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
		if r.Next != "" {
			id := hashID(lines.BorrowBytes(r.Next))
			j.stopWaitingAcross(id, m)
			j.stored.awaited[id] = m.key
		}
	}
	return true
}

// mayAwait reports that no other message that is stored waits for the same ones as m.
func (j *Joiner) mayAwait(m *Message) bool {
	for _, r := range m.Recipients {
		if r.Next == "" {
			continue
		}
		if key, ok := j.stored.awaited[hashID(lines.BorrowBytes(r.Next))]; ok && key != m.key {
			return false
		}
	}
	return true
}

// idleBlocks is how many blocks a message is without a line before a table stores it:
// most end before.
const idleBlocks = 4

// storeIdle stores the messages that had no line for some blocks.
func (t *Table) storeIdle() {
	oldest := &t.recent[t.block%idleBlocks]
	for _, m := range *oldest {
		if m.block == t.block-idleBlocks && t.store(m) {
			t.recycle(m)
		}
	}
	*oldest = append((*oldest)[:0], t.touched...)
}
