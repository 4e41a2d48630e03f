package queue

import (
	"cmp"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// A Joiner settles what pieces could not. It implements parsers.Joiner.
//
// Where ids are reused, open holds the messages whose end is still to come, and
// limbo those that are over. Elsewhere lines may come after an end: all messages
// wait in limbo, and stay in open until they are emitted.
type Joiner struct {
	// Reused says the same as that of the tables of the pieces.
	Reused bool

	hops
	tally      parsers.Tally
	maxWaiting int
	now        time.Time
	// scattered says that the sources have hosts of their own: what is over waits until all
	// are read, as far as maxWaiting goes.
	scattered bool
	idleAt    time.Time           // before it no open message is silent for too long
	resumed   map[uint64]*Message // what an earlier run carried over, by its number there
	before    map[*Message]uint64 // the number of the hop before, where that was not resumed yet
	taken     []taken             // memory of Join
}

// NewJoiner returns a joiner that emits deliveries to sink.
func NewJoiner(sink parsers.Sink) *Joiner {
	j := &Joiner{maxWaiting: maxWaiting}
	j.hops = newHops(sink, &j.tally)
	return j
}

// Join implements parsers.Joiner.
func (j *Joiner) Join(r parsers.Rest) {
	next := r.(*rest)
	if !next.now.IsZero() {
		j.now = next.now // an older log may come after a newer one
	}
	j.scattered = j.scattered || next.scattered
	next.moveTo(&j.stored)
	if next.over != nil {
		j.closeReplaced(next)
	}
	if !next.earliest.IsZero() {
		j.noteIdle(next.earliest)
	}
	j.taken = j.takeAll(next, j.taken[:0])
	joined := j.taken
	for _, r := range joined {
		switch {
		case r.m == nil:
			j.reconnectStored(r.key, r.number)
		case !r.m.root().isStored:
			j.reconnect(r.m.root())
		}
	}
	for _, r := range joined {
		if r.m != nil && r.m.isStored {
			j.recycle(r.m)
		}
	}
	clear(j.taken)
	j.release()
	j.compact()
	j.stored.pour() // what is left is not looked at before a line names it
}

// closeReplaced ends the messages whose end was not logged: the next piece has
// another one under the same id, and no line that goes on with this one.
func (j *Joiner) closeReplaced(next *rest) {
	goesOn := map[uint64]bool{}
	for _, key := range next.later {
		goesOn[key] = true
	}
	var ended []*Message
	next.over.among(&j.hops, func(m *Message) {
		if !goesOn[m.key] {
			ended = append(ended, m)
		}
	})
	slices.SortFunc(ended, inOrder) // not that of the keys, which is lost where they are packed
	for _, m := range slices.Compact(ended) {
		j.retire(m)
	}
}

// A taken message is one that a rest had: m is nil where it is stored as it was.
type taken struct {
	reference
	key uint64
}

// takeAll adds the messages of a rest, but for those that are settled, and appends them to all.
func (j *Joiner) takeAll(next *rest, all []taken) []taken {
	for _, r := range next.messages {
		m, key := r.m, j.keyOf(r)
		switch {
		case m == nil && j.adopt(r.number):
		case m == nil:
			m = j.newMessage()
			j.stored.take(r.number, m)
			j.take(m)
		case m.isSpared(next.others):
			j.emit(m)
			continue
		default:
			j.take(m)
		}
		all = append(all, taken{reference{m, r.number}, key})
	}
	return all
}

// take adds a message, or the next part of one that is open.
func (j *Joiner) take(m *Message) {
	j.note(m.host, m.key)
	old := j.opened(m.key)
	switch {
	case old == nil && m.isAfterwards() && j.ended.at(m.key) != nil:
		j.ended.get(m.key).absorb(m)
		return
	case old == nil:
	case !m.Began, !old.Began && !j.Reused: // a refusal may come before the line that begins it
		if old.absorb(m); old.over {
			j.retire(old)
		}
		return
	default:
		j.replace(old)
	}
	j.add(m)
}

// note notes the host and the key of a message that is about to be open.
func (j *Joiner) note(host, key uint64) {
	isNew := j.noteHost(host)
	if len(j.hosts) < 2 {
		return
	}
	if isNew && len(j.hosts) == 2 || j.ids.isFull() {
		j.renewIDs()
	}
	j.ids.add(key ^ host)
}

// renewIDs notes the ids of the messages that are there.
func (j *Joiner) renewIDs() {
	j.ids = newIDFilter(j.open.used + j.ended.used)
	for i := range j.open.slots {
		if s := &j.open.slots[i]; s.key != 0 {
			j.ids.add(s.key ^ j.hostAt(s.value))
		}
	}
	for i := range j.ended.slots {
		if m := j.ended.slots[i].value; m != nil {
			j.ids.add(m.idOf())
		}
	}
}

// isAfterwards reports a part of a message of lines that come after its end: one that names
// who logged in, or the end once more. Any other line is of the next message of its id, whose
// first one is lost.
func (m *Message) isAfterwards() bool {
	return !m.Began && len(m.Recipients) == 0 && m.MessageID == "" && !m.SenderKnown
}

func (j *Joiner) add(m *Message) {
	switch {
	case j.Reused && m.over:
		j.hold(m)
	case j.Reused:
		j.open.add(m)
		j.noteIdle(m.last)
	default:
		j.open.add(m)
		j.limbo = append(j.limbo, m)
	}
}

// replace ends m, whose id is another message's now.
func (j *Joiner) replace(m *Message) {
	if j.Reused {
		j.retire(m)
		return
	}
	m.Ended = true
}

// retire ends m, where ids are reused; it is held until no line can join it with
// another.
func (j *Joiner) retire(m *Message) {
	m.over = true
	j.open.remove(m.key)
	j.hold(m)
}

// reconnect looks for the hops before and after m.
func (j *Joiner) reconnect(m *Message) {
	j.arrive(m)
	j.joinAcross(m)
	j.noteMessageID(m)
	j.follow(m)
	for _, r := range m.Recipients {
		j.findSession(r)
		j.handOver(m, r)
	}
	if !j.store(m) {
		j.waitAcross(m)
		j.followPipe(m)
	}
}

// findSession notes whether the session that took r is with a server that sends for others.
func (j *Joiner) findSession(r *Recipient) {
	if r.by == 0 {
		return
	}
	if s := j.find(r.by); s != nil && s.Relayed {
		r.Smarthost = !r.Handed && r.Status == parsers.StatusDelivered
	}
	r.by = 0
}

// release emits what no later line can change, or was silent too long.
func (j *Joiner) release() {
	if j.Reused {
		j.releaseFirst()
		j.evict()
		return
	}
	many := len(j.limbo) - j.maxWaiting
	if many > 0 {
		slices.SortStableFunc(j.limbo, func(a, b *Message) int { return a.last.Compare(b.last) })
	}
	kept := j.limbo[:0]
	for i, m := range j.limbo {
		if i >= many && !j.isDone(m) {
			kept = append(kept, m)
			continue
		}
		j.forget(m)
		j.emit(m)
	}
	clear(j.limbo[len(kept):])
	j.limbo = kept
}

// releaseFirst does so where ids are reused: the messages in limbo are in the order in which
// they ended, and those after one that waits are not looked at.
func (j *Joiner) releaseFirst() {
	many, n := len(j.limbo)-j.maxWaiting, 0
	for n < len(j.limbo) && (n < many || j.isDone(j.limbo[n])) {
		j.forget(j.limbo[n])
		j.emit(j.limbo[n])
		n++
	}
	clear(j.limbo[:n])
	j.limbo = j.limbo[n:]
}

func (j *Joiner) isDone(m *Message) bool {
	if j.scattered {
		return false
	}
	idle := j.now.Sub(m.last)
	return (j.Reused || m.isOver()) && idle > linkWindow || idle > maxIdle
}

// evict ends the messages that were silent for longer than servers keep mail.
// They are only looked through when one of them may be: a queue may be long.
func (j *Joiner) evict() {
	if !j.now.After(j.idleAt) {
		return
	}
	j.idleAt = j.now.Add(maxIdle)
	var idle []uint64
	for m := range j.lasting {
		if last := m.last.time(); j.now.Sub(last) > maxIdle {
			idle = append(idle, m.key)
		} else {
			j.noteIdle(last)
		}
	}
	for _, key := range idle {
		j.retire(j.opened(key))
	}
}

// noteIdle notes when a message, which is open, will have been silent for too long.
func (j *Joiner) noteIdle(last time.Time) {
	if at := last.Add(maxIdle); at.Before(j.idleAt) {
		j.idleAt = at
	}
}

// left returns the messages that were not emitted, in the order of their ends. Those that are open
// where ids are reused come last, in the order of their last lines.
func (j *Joiner) left() []reference {
	all := references(j.limbo)
	if !j.Reused {
		return all
	}
	open := slices.Collect(j.lasting)
	slices.SortFunc(open, func(a, b lasting) int { return cmp.Or(a.last.compare(b.last), cmp.Compare(a.key, b.key)) })
	for _, o := range open {
		all = append(all, o.reference)
	}
	return all
}

// Close implements parsers.Joiner.
func (j *Joiner) Close() parsers.Tally {
	for _, m := range j.limbo {
		j.emit(m)
	}
	if j.Reused {
		j.emitOpen()
	}
	return j.tally
}

// inOrder sorts messages by their last line.
func inOrder(a, b *Message) int {
	return cmp.Or(a.last.Compare(b.last), cmp.Compare(a.key, b.key))
}
