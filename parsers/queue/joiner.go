package queue

import (
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// maxIdle is how long a message stays open without a line, in log time: servers
// give up after five days at the most by default (RFC 5321 section 4.5.4.1).
const maxIdle = 6 * 24 * time.Hour

// maxOpen bounds the messages that wait for more; past it those that were
// silent longest are told as they are.
const maxOpen = 100_000

// A Joiner settles what pieces could not. It implements parsers.Joiner.
type Joiner struct {
	out      teller
	tally    parsers.Tally
	byKey    map[uint64]*Message
	messages []*Message // those of byKey, and others of the same key that are over
	now      time.Time
}

// NewJoiner returns a joiner that tells deliveries to sink.
func NewJoiner(sink parsers.Sink) *Joiner {
	j := &Joiner{byKey: map[uint64]*Message{}}
	j.out = teller{sink: sink, tally: &j.tally}
	return j
}

// Join implements parsers.Joiner.
func (j *Joiner) Join(r parsers.Rest) {
	next := r.(*rest)
	if next.now.After(j.now) {
		j.now = next.now
	}
	for _, m := range next.messages {
		old := j.byKey[m.key]
		switch {
		case old != nil && !m.Began:
			old.absorb(m)
			continue
		case old != nil:
			old.Ended = true
		}
		j.byKey[m.key] = m
		j.messages = append(j.messages, m)
	}
	for _, m := range next.messages {
		j.follow(m)
	}
	j.release()
}

func (j *Joiner) follow(m *Message) {
	if known := j.byKey[m.key]; known != nil {
		m = known
	}
	for _, r := range m.Recipients {
		if r.Handed && r.Next != "" && !r.onward {
			handOver(m, r, j.byKey[keyOf(m.host, lentBytes(r.Next))])
		}
	}
}

// release tells what no later line can change, or was silent too long.
func (j *Joiner) release() {
	for _, m := range j.messages {
		j.follow(m)
	}
	done := func(m *Message) bool {
		idle := j.now.Sub(m.last)
		return m.over() && idle > linkWindow || idle > maxIdle
	}
	over := len(j.messages) - maxOpen
	if over > 0 {
		slices.SortStableFunc(j.messages, func(a, b *Message) int { return a.last.Compare(b.last) })
	}
	kept := j.messages[:0]
	for i, m := range j.messages {
		if i < over || done(m) {
			j.tell(m)
			continue
		}
		kept = append(kept, m)
	}
	clear(j.messages[len(kept):])
	j.messages = kept
}

func (j *Joiner) tell(m *Message) {
	j.out.tell(m)
	if j.byKey[m.key] == m {
		delete(j.byKey, m.key)
	}
}

// Close implements parsers.Joiner.
func (j *Joiner) Close() parsers.Tally {
	for _, m := range j.messages {
		j.follow(m)
	}
	for _, m := range j.messages {
		j.out.tell(m)
	}
	return j.tally
}
