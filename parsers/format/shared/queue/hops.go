package queue

import (
	"encoding/binary"
	"math/bits"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// linkWindow is how long before or after the end of a message a line that joins
// it with another hop may come, or one that still names it: the reply of a
// content filter, which amavis's default child_timeout bounds at 8 minutes.
const linkWindow = 10 * time.Minute

// hopWindow is how long after the end of a message another host may say that it
// handed it over: its line comes with the answer, and a collector of logs may
// delay it.
const hopWindow = 30 * time.Second

// maxHosts bounds the hosts whose ids a message is looked for under; hosts that
// are seen after so many are not asked.
const maxHosts = 64

// maxIdle is how long a message stays open without a line, in log time: servers
// give up after five days at the most by default (RFC 5321 section 4.5.4.1,
// Postfix's maximal_queue_lifetime).
const maxIdle = 6 * 24 * time.Hour

// maxWaiting bounds the messages that wait for such lines; past it those that
// were silent longest are emitted as they are.
const maxWaiting = 200_000

// hops finds messages by host and id, and joins the hops of one by what they say
// of each other. The instance is not part of the key: a name of its own for one
// service (postfix-submission/smtpd) would part a message from its login, and
// two instances of a host never have the same microsecond and inode at the same
// time.
type hops struct {
	emitter
	open    openMessages
	stored  store               // of open messages
	free    []*Message          // memory of others
	hosts   []uint64            // hashes of those that log
	ended   keyTable[*Message]  // those that are over and may be joined still
	limbo   []*Message          // those that wait until their time is up, in order
	waiting keyTable[waiters]   // parents that wait for the message of a key
	across  keyTable[waiters]   // messages that wait for the message of an id on another host
	byMsgID map[uint64]*Message // messages that were picked up, by host and message-id
	byPipe  map[uint64]*Message // messages that a program took, by the same
	awaited keyTable[uint64]    // the same as across, for stored messages: their keys
	picked  map[uint64]uint64   // the same as byMsgID, for stored messages: their keys
	ids     idFilter            // of the open and the ended messages; empty unless a Joiner has several hosts
}

func newHops(sink parsers.Sink, tally *parsers.Tally) hops {
	return hops{
		emitter: emitter{sink: sink, tally: tally},
		byMsgID: map[uint64]*Message{},
		byPipe:  map[uint64]*Message{},
		picked:  map[uint64]uint64{},
	}
}

// waiters are messages that wait for another one: nearly always a single one.
type waiters struct {
	first *Message // nil if there is none
	more  []*Message
}

// each yields all of them.
func (w waiters) each(yield func(*Message) bool) {
	if w.first == nil || !yield(w.first) {
		return
	}
	for _, m := range w.more {
		if !yield(m) {
			return
		}
	}
}

// with returns w and m, which may be among them.
func (w waiters) with(m *Message) waiters {
	switch {
	case w.first == nil:
		w.first = m
	case w.first != m && !slices.Contains(w.more, m):
		w.more = append(w.more, m)
	}
	return w
}

// without returns w without the parts of m.
func (w waiters) without(m *Message) (left waiters) {
	for x := range w.each {
		if x.root() != m {
			left = left.with(x)
		}
	}
	return left
}

// addWaiter makes m wait for the message of a key.
func addWaiter(table *keyTable[waiters], key uint64, m *Message) {
	s := table.slot(key)
	s.value = s.value.with(m)
}

// dropWaiter undoes addWaiter.
func dropWaiter(table *keyTable[waiters], key uint64, m *Message) {
	s := table.at(key)
	if s == nil {
		return
	}
	if s.value = s.value.without(m); s.value.first == nil {
		table.end(key)
	}
}

// keyOf returns the key of an id, or of a message-id, on a host: the same in
// every run.
func keyOf(host uint64, id string) uint64 { return max(1, hashID(lines.BorrowBytes(id))^host) } // 0 is no key

// hashID hashes an id. Nearly all queue ids are of two words that overlap: those
// are folded in one multiplication, as wyhash does.
func hashID(id []byte) uint64 {
	n := len(id)
	if n < 8 || n > 16 {
		return xxhash.Sum64(id)
	}
	const k1, k2 = 0xa0761d6478bd642f, 0xe7037ed1a0b428db
	a, b := binary.LittleEndian.Uint64(id), binary.LittleEndian.Uint64(id[n-8:])
	hi, lo := bits.Mul64(a^k1, b^k2)
	return (hi ^ lo) * (k1 + 2*uint64(n))
}

// hostKey hashes the name of a host; 0 is no host.
func hostKey(host []byte) uint64 { return xxhash.Sum64(host) | 1 }

// find returns the message of key, open or just ended.
func (h *hops) find(key uint64) *Message {
	if m := h.opened(key); m != nil {
		return m
	}
	return h.ended.get(key)
}

// handOver joins the recipient r of m with the message that its next hop named,
// if that is there. A foreign server's reply may name anything: its word is only
// taken where the message-id agrees.
func (h *hops) handOver(m *Message, r *Recipient) {
	if r.Next == "" || r.onward {
		return
	}
	key := keyOf(m.host, r.Next)
	if next := h.find(key); next != nil && next != m {
		if m.goOn(r, next); r.onward {
			return
		}
	} else if r.isOurs() {
		addWaiter(&h.waiting, key, m)
	}
	h.handAcross(m, r)
}

// handAcross joins r with the message that its next hop named, on another host.
// Ids of two hosts may be the same: the message-id must agree.
func (h *hops) handAcross(m *Message, r *Recipient) {
	if len(h.hosts) < 2 || m.MessageID == "" {
		return
	}
	id := hashID(lines.BorrowBytes(r.Next))
	if !h.ids.mayHave(id) {
		return
	}
	for _, host := range h.hosts {
		if host == m.host {
			continue
		}
		if next := h.find(max(1, id^host)); next != nil && next.MessageID == m.MessageID {
			r.onward = true
			m.handsOver(next)
			return
		}
	}
}

// noteHost notes a host that logs, and says whether it is new.
func (h *hops) noteHost(host uint64) bool {
	if len(h.hosts) >= maxHosts || slices.Contains(h.hosts, host) {
		return false
	}
	h.hosts = append(h.hosts, host)
	return true
}

// idOf returns the hash of the id of m, whatever its host.
func (m *Message) idOf() uint64 { return m.key ^ m.host }

// waitAcross makes m wait for the messages that its next hops named: a collector
// of logs may have the lines of another host later.
func (h *hops) waitAcross(m *Message) {
	for _, r := range m.Recipients {
		if r.Next == "" || r.onward {
			continue
		}
		addWaiter(&h.across, r.nextHash(), m)
	}
}

// joinAcross joins next, whose message-id is known, with those that wait for it.
func (h *hops) joinAcross(next *Message) {
	if next.MessageID == "" {
		return
	}
	id := max(1, next.idOf())
	if s := h.awaited.at(id); s != nil {
		h.opened(s.value)
	}
	for m := range h.across.get(id).each {
		if m = m.root(); m == next || m.MessageID != next.MessageID {
			continue
		}
		for _, r := range m.Recipients {
			if r.Next != "" && !r.onward && r.nextHash() == id {
				r.onward = true
				m.handsOver(next)
			}
		}
	}
}

// goOn notes that r goes on as next, if the word of its hop counts.
func (m *Message) goOn(r *Recipient, next *Message) {
	if r.isOurs() || m.MessageID != "" && m.MessageID == next.MessageID {
		r.onward = true
		m.handsOver(next)
	}
}

// arrive joins a message that has just appeared with those that wait for it.
func (h *hops) arrive(next *Message) {
	parents := h.waiting.get(next.key)
	if parents.first == nil {
		return
	}
	h.waiting.end(next.key)
	for m := range parents.each {
		m = m.root()
		for _, r := range m.Recipients {
			if !r.onward && r.Next != "" && keyOf(m.host, r.Next) == next.key {
				m.goOn(r, next)
			}
		}
	}
}

// follow joins m with the hop before it that its own first line names.
func (h *hops) follow(m *Message) {
	if m.previous == "" || m.parent != nil {
		return
	}
	before := h.find(keyOf(m.host, m.previous))
	if before == nil || before == m {
		return
	}
	before.handsOver(m)
	if m.PickedUp { // postsuper -r: what was not delivered goes on as m
		before.continued = true
	}
}

// followPipe joins m, which a program took, with the message of the same
// message-id that was picked up: a filter submits it again.
func (h *hops) followPipe(m *Message) {
	if !m.piped || m.MessageID == "" {
		return
	}
	key := keyOf(m.host, m.MessageID)
	next := h.pickedUp(key)
	if next == nil {
		h.byPipe[key] = m // pickup(8) logs when it gets to it
		return
	}
	next = next.root()
	if next == m || next.firstTime.Before(m.firstTime) || next.MessageID != m.MessageID {
		return
	}
	for _, r := range m.Recipients {
		if r.Piped && r.Status == parsers.StatusDelivered {
			r.onward = true
		}
	}
	m.handsOver(next)
}

// pickedUp returns the message that was picked up last of those of a key, nil if there is
// none.
func (h *hops) pickedUp(key uint64) *Message {
	if m := h.byMsgID[key]; m != nil {
		return m
	}
	return h.opened(h.picked[key])
}

// noteMessageID makes m findable for followPipe.
func (h *hops) noteMessageID(m *Message) {
	if !m.PickedUp || m.MessageID == "" {
		return
	}
	key := keyOf(m.host, m.MessageID)
	h.byMsgID[key] = m
	delete(h.picked, key)
	if before := h.byPipe[key]; before != nil {
		h.followPipe(before.root())
	}
}

// hold keeps m, which is over, for the lines that may still join it.
func (h *hops) hold(m *Message) {
	h.ended.put(m.key, m)
	h.limbo = append(h.limbo, m)
}

// forget takes m out of the tables by which others find it.
func (h *hops) forget(m *Message) {
	if h.open.of(m.key) == m {
		h.open.remove(m.key)
	}
	if h.ended.get(m.key) == m {
		h.ended.end(m.key)
	}
	if (m.PickedUp || m.piped) && m.MessageID != "" {
		key := keyOf(m.host, m.MessageID)
		for _, table := range []map[uint64]*Message{h.byMsgID, h.byPipe} {
			if x := table[key]; x != nil && x.root() == m {
				delete(table, key)
			}
		}
	}
	for _, r := range m.Recipients {
		if r.Next != "" {
			dropWaiter(&h.across, r.nextHash(), m)
		}
		if r.Next != "" && !r.onward {
			dropWaiter(&h.waiting, keyOf(m.host, r.Next), m)
		}
	}
}
