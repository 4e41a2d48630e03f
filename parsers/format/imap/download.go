package imap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/emersion/go-imap/v2"

	"github.com/typoaudit/typoaudit/parsers/format/imap/wire"
)

// maxBad is how many messages of a folder may be unreadable before it is
// given up: a server that fails on each of them is not worth the wait.
const maxBad = 1000

// A download reads a folder over one connection, and over those of its helpers.
type download struct {
	folder     *folder
	connection *connection
	writer     *writer
	listing    *listing
	helpers    []*helper
	contain    func(func()) // calls the work of a helper, and survives its panic

	tries     int      // that brought nothing, in a row
	suspect   uint32   // UID of the message that failed alone once
	postponed []uint32 // refused for now again and again, while others may be sent
	inRow     int      // how many of these came after the last message that was sent
	served    bool     // a message was sent
}

func newDownload(f *folder, c *connection, w *writer, contain func(func())) *download {
	return &download{folder: f, connection: c, writer: w, listing: newListing(f, c), contain: contain}
}

// run reads all messages that are wanted.
func (d *download) run(ctx context.Context) error {
	for {
		uids, err := d.listing.window(ctx)
		if err != nil {
			return err
		}
		if len(uids) == 0 {
			break
		}
		if err := d.fetchAll(ctx, uids); err != nil {
			return err
		}
	}
	if err := d.listing.check(); err != nil {
		return err
	}
	return d.fetchReports(ctx)
}

// fetchReports fetches the reports of deliveries again, with their bodies.
func (d *download) fetchReports(ctx context.Context) error {
	slices.Sort(d.folder.reports)
	d.writer.phase = phaseReports
	if err := d.fetch(ctx, d.folder.reports); err != nil {
		return err
	}
	return d.fetchPostponed(ctx)
}

// fetchAll fetches messages, together with the helpers. What these could not
// fetch comes last.
func (d *download) fetchAll(ctx context.Context, uids []uint32) error {
	q := &queue{uids: uids}
	var busy sync.WaitGroup
	for _, h := range d.helpers {
		busy.Go(func() { d.contain(func() { h.work(ctx, q) }) })
	}
	err := error(nil)
	for err == nil && ctx.Err() == nil {
		b := q.take(d.batchSize())
		if len(b) == 0 {
			break
		}
		err = d.fetch(ctx, b)
	}
	busy.Wait()
	if err == nil && ctx.Err() == nil {
		slices.Sort(q.left)
		err = d.fetch(ctx, q.left)
	}
	if err == nil && ctx.Err() == nil {
		err = d.fetchPostponed(ctx)
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// batchSize returns how many messages one FETCH asks for, if nothing is wrong.
func (d *download) batchSize() int {
	if d.writer.phase == phaseReports {
		return max(1, d.connection.limits.Batch/20) // they are larger
	}
	return d.connection.limits.Batch
}

// fetch fetches messages, whatever it takes: after a failure it goes on with the
// first that did not come alone, and then with more and more.
func (d *download) fetch(ctx context.Context, pending []uint32) error {
	size := d.batchSize()
	for len(pending) > 0 {
		b := newBatch(pending[:min(size, len(pending), d.batchSize())])
		rest := pending[len(b.uids):]
		missing, asked, err := d.ask(ctx, b)
		_, tooMany := messageLimit(err)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case len(d.folder.bad) > maxBad:
			return fmt.Errorf("%w: %w", errGaveUp, cmp.Or(err, errMalformed))
		case err == nil:
			if err := d.checkMissing(ctx, missing); err != nil {
				return err
			}
			size = min(2*len(b.uids), d.batchSize())
			pending = rest
			continue
		case tooMany && b.n > 0:
			pending = append(missing, rest...)
			continue
		case isHold(err):
			if pending, size, err = d.hold(ctx, b, append(missing, rest...), size, err); err != nil {
				return fmt.Errorf("%d messages were not read: %w", len(pending), err)
			}
			continue
		case b.bad > 0 && d.connection.hasTime(): // they are the reason
			pending = append(missing, rest...)
			continue
		case asked && d.quarantine(b, err) && d.connection.hasTime():
			pending = rest
			continue
		}
		pending = append(b.missing(), rest...)
		size = 1
		if b.n == 0 && !d.mayTryAgain(ctx, err) {
			return fmt.Errorf("%d messages were not read: %w", len(pending), err)
		}
	}
	return nil
}

// ask asks for a batch once, and returns which of its messages did not come, and
// whether the server was asked at all.
func (d *download) ask(ctx context.Context, b *batch) (missing []uint32, asked bool, err error) {
	start := time.Now()
	var bad []wire.BadMessage
	err = d.connection.attempt(ctx, func(s *session) (err error) {
		if err := d.folder.enterFirst(ctx, s); err != nil {
			return err
		}
		asked, d.folder.begun = true, true
		bad, err = s.fetchBatch(ctx, b, d.writer)
		return err
	})
	d.quarantineBad(b, bad)
	if n, ok := messageLimit(err); ok {
		d.connection.allow(n)
	}
	if b.n > 0 {
		d.tries, d.suspect, d.connection.holds, d.inRow, d.served = 0, 0, 0, 0, true
		d.connection.refund(err, b.n, time.Since(start))
	}
	return b.missing(), asked, err
}

// quarantineBad gives up the messages of a batch whose answers cannot be read.
func (d *download) quarantineBad(b *batch, bad []wire.BadMessage) {
	for _, m := range bad {
		if b.drop(m.UID) {
			d.folder.quarantine(m.UID, "the server sent "+m.Reason)
		}
	}
}

// maxHeldAlone is how often a message is waited for that is refused for now when it is
// asked for alone.
const maxHeldAlone = 3

// hold waits for a server that refuses to send messages for now, and returns which are
// asked for next, and how many at once. No message is blamed, unless others are sent
// while it is refused alone: it comes last then.
func (d *download) hold(ctx context.Context, b *batch, pending []uint32, size int, err error) ([]uint32, int, error) {
	alone := len(b.uids) == 1 && b.n == 0 && d.connection.holds >= maxHeldAlone-1
	if alone && d.inRow < maxHeldAlone && (len(pending) > 1 || d.served) {
		d.postponed = append(d.postponed, b.uids...)
		d.inRow++
		pending, d.connection.holds = pending[1:], 0
	}
	if !d.connection.await(ctx, err) {
		return append(pending, d.postponed...), size, heldError(err)
	}
	if d.connection.holds > 1 {
		size = 1
	}
	return pending, size, nil
}

// fetchPostponed asks once more for the messages that were refused while others were
// sent, each alone.
func (d *download) fetchPostponed(ctx context.Context) error {
	uids := d.postponed
	d.postponed = nil
	for i, uid := range uids {
		b := newBatch([]uint32{uid})
		missing, _, err := d.ask(ctx, b)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil:
			if err := d.checkMissing(ctx, missing); err != nil {
				return err
			}
		case isHold(err):
			d.folder.quarantine(uid, "while others were sent, "+err.Error())
		default:
			if err := d.fetch(ctx, uids[i:]); err != nil {
				return err
			}
			return d.fetchPostponed(ctx)
		}
	}
	return nil
}

// mayTryAgain counts an attempt that brought nothing, and waits before another
// one. It is false if that cannot do better: the folder is another one now, or
// too much time was wasted.
func (d *download) mayTryAgain(ctx context.Context, err error) bool {
	d.tries++
	return d.tries <= maxTries && d.connection.hasTime() && !errors.Is(err, errNoMechanism) && !errors.Is(err, errChanged) && d.connection.pause(ctx, d.tries)
}

// quarantine gives up the message of a batch that failed alone: at once if the
// server's answer was wrong, the second time if the connection broke.
func (d *download) quarantine(b *batch, err error) bool {
	if b.n+b.bad > 0 || len(b.uids) != 1 || errors.Is(err, errChanged) || errors.Is(err, wire.ErrStalled) || errors.Is(err, errWrong) {
		return false
	}
	uid := b.uids[0]
	if isRetryable(err) {
		d.connection.wrong++ // the message may be why
		if d.suspect != uid {
			d.suspect = uid
			return false
		}
	}
	d.suspect, d.tries = 0, 0
	d.folder.quarantine(uid, err.Error())
	return true
}

// checkMissing looks which of the messages that did not come the server still
// lists: those are bad, the others were removed.
func (d *download) checkMissing(ctx context.Context, uids []uint32) error {
	if len(uids) == 0 {
		return nil
	}
	var listed []uint32
	err := d.connection.retry(ctx, func(s *session) (err error) {
		if err := d.folder.enter(ctx, s); err != nil {
			return err
		}
		listed, err = s.search(ctx, &imap.SearchCriteria{UID: []imap.UIDSet{uidSet(uids)}}, uint32(len(uids)))
		return err
	})
	for _, uid := range listed {
		if slices.Contains(uids, uid) {
			d.folder.quarantine(uid, "the server lists it and does not send it")
		}
	}
	if err == nil && len(d.folder.bad) > maxBad {
		err = fmt.Errorf("%w: the server does not send what it lists", errGaveUp)
	}
	return err
}

// maxHelpers is how many connections more than one may read one account:
// servers allow few.
const maxHelpers = 3

// A helper fetches messages of a folder over a connection of its own.
type helper struct {
	folder     *folder
	connection *connection
	writer     *writer
	err        error // it has stopped
}

func (d *download) addHelper(w *writer) *helper {
	h := &helper{folder: d.folder, connection: d.connection.another(), writer: w}
	d.helpers = append(d.helpers, h)
	return h
}

// work fetches batches until there are none, or something is wrong: that is
// left to the folder's own connection.
func (h *helper) work(ctx context.Context, q *queue) {
	for h.err == nil {
		uids := q.take(h.connection.limits.Batch)
		if len(uids) == 0 {
			return
		}
		b := newBatch(uids)
		h.err = h.connection.attempt(ctx, func(s *session) error {
			if err := h.folder.enter(ctx, s); err != nil {
				return err
			}
			_, err := s.fetchBatch(ctx, b, h.writer) // what is bad is asked for once more, and named then
			return err
		})
		q.giveBack(b.missing())
	}
}
