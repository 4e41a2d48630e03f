package imap

import (
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"
)

// A batch is a number of messages that are asked for at once.
type batch struct {
	uids []uint32 // ascending
	got  []bool
	next int // in uids: the one that comes next if the server keeps to the order
	n    int // how many were received
	bad  int // how many came and cannot be read
}

func newBatch(uids []uint32) *batch { return &batch{uids: uids, got: make([]bool, len(uids))} }

// take notes that a message came, and reports whether it is wanted still.
func (b *batch) take(uid uint32) bool {
	i := b.next
	if i >= len(b.uids) || b.uids[i] != uid {
		var ok bool
		if i, ok = slices.BinarySearch(b.uids, uid); !ok {
			return false
		}
	}
	if b.got[i] {
		return false
	}
	b.got[i] = true
	b.next = i + 1
	b.n++
	return true
}

// drop notes that a message came which cannot be read, and reports whether it was
// wanted still.
func (b *batch) drop(uid uint32) bool {
	i, ok := slices.BinarySearch(b.uids, uid)
	if !ok || b.got[i] {
		return false
	}
	b.got[i] = true
	b.bad++
	return true
}

// missing returns the messages that did not come.
func (b *batch) missing() []uint32 {
	if b.n+b.bad == len(b.uids) {
		return nil
	}
	var missing []uint32
	for i, uid := range b.uids {
		if !b.got[i] {
			missing = append(missing, uid)
		}
	}
	return missing
}

// A queue gives batches to those who fetch at the same time.
type queue struct {
	mu   sync.Mutex
	uids []uint32
	left []uint32 // not fetched by a helper
}

// take returns the next n messages, or as many as there are.
func (q *queue) take(n int) []uint32 {
	q.mu.Lock()
	defer q.mu.Unlock()
	n = min(n, len(q.uids))
	batch := q.uids[:n:n]
	q.uids = q.uids[n:]
	return batch
}

// giveBack returns messages that could not be fetched.
func (q *queue) giveBack(uids []uint32) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.left = append(q.left, uids...)
}

// A span says which messages of a folder are wanted: new ones, those that an
// earlier run could not read, and those that it left out as too old.
type span struct {
	previous Position  // where an earlier run ended; zero if that means nothing
	known    bool      // there was such a run
	replaced bool      // there was one, and its end means nothing now
	first    time.Time // the day from which on messages are wanted, zero for all
	wider    bool      // that is before the previous one's
}

// newSpan returns the span of a folder that an earlier run read up to previous,
// if ran. A run that found nothing left no place to resume from.
func newSpan(previous Position, ran bool, validity uint32, context bool, since time.Time) span {
	var s span
	s.known = ran && previous.UIDValidity == validity && validity != 0 && previous.Context == context && previous.LastUID > 0
	s.replaced = ran && !s.known
	if s.known {
		s.previous = previous
	}
	s.first = s.firstDay(since)
	s.wider = s.known && !previous.Since.IsZero() && s.first.Before(previous.Since)
	return s
}

// firstDay returns the day from which on messages are asked for, zero for all.
// Days are those of the server's zone, so that one more is asked for. What was
// read once goes on being read: so a position speaks for all messages that were
// read.
func (s *span) firstDay(since time.Time) time.Time {
	if since.IsZero() || s.known && s.previous.Since.IsZero() {
		return time.Time{}
	}
	day := since.UTC().AddDate(0, 0, -1).Truncate(24 * time.Hour)
	if s.known && s.previous.Since.Before(day) {
		return s.previous.Since
	}
	return day
}

// hasRead reports whether an earlier run read a message. Of a wider span that is
// left to the server.
func (s *span) hasRead(uid uint32) bool {
	return s.known && uid <= s.previous.LastUID && !s.wider && !slices.Contains(s.previous.Missing, uid)
}

// criteria ask for the messages of the span. SINCE and BEFORE of the same day
// leave out none and name none twice (RFC 9051 section 6.4.4).
func (s *span) criteria() *imap.SearchCriteria {
	c := &imap.SearchCriteria{Since: s.first}
	if !s.known {
		return c
	}
	last := imap.UID(s.previous.LastUID)
	later := []imap.UIDSet{append(uidSet(s.previous.Missing), imap.UIDRange{Start: last + 1, Stop: 0})} // 0 is "*"
	if !s.wider {
		c.UID = later
		return c
	}
	before := []imap.UIDSet{{{Start: 1, Stop: last}}}
	c.Or = [][2]imap.SearchCriteria{{{UID: before, Before: s.previous.Since}, {UID: later}}}
	return c
}
