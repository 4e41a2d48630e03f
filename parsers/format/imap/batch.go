package imap

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/typoaudit/typoaudit/parsers"
)

// A batch is a number of messages that are asked for at once.
type batch struct {
	uids []uint32 // ascending
	got  []bool
	next int // in uids: the one that comes next if the server keeps to the order
	n    int // how many were received
}

func newBatch(uids []uint32) *batch { return &batch{uids: uids, got: make([]bool, len(uids))} }

// take notes that a message came, and tells whether it is wanted still.
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

// left returns the messages that did not come.
func (b *batch) left() []uint32 {
	if b.n == len(b.uids) {
		return nil
	}
	var left []uint32
	for i, uid := range b.uids {
		if !b.got[i] {
			left = append(left, uid)
		}
	}
	return left
}

// A queue hands out batches to those who fetch at the same time.
type queue struct {
	mu   sync.Mutex
	uids []uint32
	left []uint32 // what a helper could not fetch
}

func (q *queue) take(n int) []uint32 {
	q.mu.Lock()
	defer q.mu.Unlock()
	n = min(n, len(q.uids))
	batch := q.uids[:n:n]
	q.uids = q.uids[n:]
	return batch
}

func (q *queue) giveBack(uids []uint32) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.left = append(q.left, uids...)
}

// fetchAll fetches messages, together with the helpers.
func (f *folder) fetchAll(ctx context.Context, uids []uint32, helpers []*helper) error {
	q := &queue{uids: uids}
	var busy sync.WaitGroup
	for _, h := range helpers {
		busy.Go(func() { f.guarded(f.account.Name, func() { h.work(ctx, q) }) })
	}
	err := error(nil)
	for err == nil && ctx.Err() == nil {
		b := q.take(f.o.Limits.Batch)
		if len(b) == 0 {
			break
		}
		err = f.fetch(ctx, b)
	}
	busy.Wait()
	if err == nil && ctx.Err() == nil {
		slices.Sort(q.left)
		err = f.fetch(ctx, q.left)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// fetch fetches messages, whatever it takes: when it fails, it goes on with
// the first that did not come alone, and then with more and more.
func (f *folder) fetch(ctx context.Context, pending []uint32) error {
	for len(pending) > 0 {
		f.size = min(f.size, len(pending))
		b := newBatch(pending[:f.size])
		start, asked := time.Now(), false
		err := f.inFolder(ctx, func(s *session) error {
			asked = true
			return f.fetchBatch(ctx, s, b, f.writer)
		})
		left := b.left()
		rest := pending[len(b.uids):]
		if b.n > 0 {
			f.tries, f.suspect = 0, 0
			f.forgive(err, b.n, time.Since(start))
		}
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil:
			if err := f.missing(ctx, left); err != nil {
				return err
			}
			f.size = min(2*f.size, f.batch())
			pending = rest
			continue
		case asked && b.n == 0 && len(b.uids) == 1 && f.condemn(b.uids[0], err):
			if len(f.bad) > maxBad {
				return fmt.Errorf("%w: %w", errGaveUp, err)
			}
			if f.hasTime(f.person) {
				pending = rest
				continue
			}
		}
		pending = append(left, rest...)
		f.size = 1
		if b.n > 0 {
			continue
		}
		if f.tries++; f.tries > maxTries || !f.mayGoOn(err) || !f.pause(ctx, f.tries) {
			return fmt.Errorf("%d messages were not read: %w", len(pending), err)
		}
	}
	f.size = f.batch()
	return nil
}

// forgive takes back the time that an attempt which failed counts as wasted, if
// it brought a message a second.
func (f *folder) forgive(err error, received int, took time.Duration) {
	if isLost(err) && time.Duration(received)*time.Second >= took {
		f.person.mu.Lock()
		f.wasted = max(0, f.wasted-took)
		f.person.mu.Unlock()
	}
}

// mayGoOn tells whether another attempt may go better: not if the folder is
// another one now, or too much time was lost.
func (f *folder) mayGoOn(err error) bool {
	return f.hasTime(f.person) && !errors.Is(err, errNoMechanism) && !errors.Is(err, errChanged)
}

// condemn gives up a message that failed alone: at once if the server's answer
// was wrong, the second time if the connection broke.
func (f *folder) condemn(uid uint32, err error) bool {
	if errors.Is(err, errChanged) || errors.Is(err, errStalled) {
		return false
	}
	if lost(err) && f.suspect != uid {
		f.suspect = uid
		return false
	}
	f.suspect, f.tries = 0, 0
	f.bad = append(f.bad, badMessage{uid, err.Error()})
	return true
}

// fetchBatch fetches a batch in a session.
func (f *folder) fetchBatch(ctx context.Context, s *session, b *batch, w *writer) error {
	defer w.flush()
	return s.fetch(ctx, b.uids, f.fetchOptions(), f.share(), func(m *fetched) {
		if b.take(m.uid) {
			w.add(m)
		}
	})
}

// missing holds messages that did not come against what the server lists:
// those that it still does are bad, the others were removed.
func (f *folder) missing(ctx context.Context, uids []uint32) error {
	if len(uids) == 0 {
		return nil
	}
	var still []uint32
	err := f.retry(ctx, f.person, func(s *session) error {
		return f.openIn(ctx, s, func(s *session) (err error) {
			still, err = s.search(ctx, &imap.SearchCriteria{UID: []imap.UIDSet{uidSet(uids)}}, uint32(len(uids)))
			return err
		})
	})
	for _, uid := range still {
		if slices.Contains(uids, uid) {
			f.bad = append(f.bad, badMessage{uid, "the server lists it and does not send it"})
		}
	}
	if err == nil && len(f.bad) > maxBad {
		err = fmt.Errorf("%w: the server does not send what it lists", errGaveUp)
	}
	return err
}

// A helper fetches messages of a folder over a connection of its own.
type helper struct {
	*folder
	person *person
	sink   parsers.Sink
	writer *writer
}

// maxHelpers is how many connections more than one may read one account:
// servers allow few.
const maxHelpers = 3

// hire returns the helpers of a folder: as many as there are connections which
// no account needs.
func (f *folder) hire() (helpers []*helper) {
	n := min(maxHelpers, cap(f.sinks)/len(f.people)-1, int(f.expected())/(2*f.o.Limits.Batch))
	for range n {
		sink := <-f.sinks
		helpers = append(helpers, &helper{folder: f, person: &person{account: account{Account: f.account.Account}}, sink: sink, writer: newWriter(f, sink)})
	}
	return helpers
}

// work fetches batches until there are none, or something is wrong: that is
// left to the folder's own connection.
func (h *helper) work(ctx context.Context, q *queue) {
	for h.person.err == nil {
		uids := q.take(h.o.Limits.Batch)
		if len(uids) == 0 {
			return
		}
		b := newBatch(uids)
		h.person.err = h.attempt(ctx, h.person, func(s *session) error {
			return h.openIn(ctx, s, func(s *session) error { return h.fetchBatch(ctx, s, b, h.writer) })
		})
		q.giveBack(b.left())
	}
}

func (h *helper) dismiss(ctx context.Context) {
	h.person.leave(ctx)
	h.sinks <- h.sink
}
