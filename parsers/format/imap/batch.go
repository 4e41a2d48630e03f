package imap

import (
	"slices"
	"sync"
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
