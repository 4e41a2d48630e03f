package imap

import (
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

	tries   int    // that brought nothing, in a row
	suspect uint32 // UID of the message that failed alone once
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
	return d.fetch(ctx, d.folder.reports)
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
		b := newBatch(pending[:min(size, len(pending))])
		rest := pending[len(b.uids):]
		missing, asked, err := d.ask(ctx, b)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err == nil:
			if err := d.checkMissing(ctx, missing); err != nil {
				return err
			}
			size = min(2*len(b.uids), d.batchSize())
			pending = rest
			continue
		case asked && d.quarantine(b, err):
			if len(d.folder.bad) > maxBad {
				return fmt.Errorf("%w: %w", errGaveUp, err)
			}
			if d.connection.hasTime() {
				pending = rest
				continue
			}
		}
		pending = append(missing, rest...)
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
	err = d.connection.attempt(ctx, func(s *session) error {
		if err := d.folder.enterFirst(ctx, s); err != nil {
			return err
		}
		asked = true
		return s.fetchBatch(ctx, b, d.writer)
	})
	missing = b.missing()
	if b.n > 0 {
		d.tries, d.suspect = 0, 0
		d.connection.refund(err, b.n, time.Since(start))
	}
	return missing, asked, err
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
	if b.n > 0 || len(b.uids) != 1 || errors.Is(err, errChanged) || errors.Is(err, wire.ErrStalled) {
		return false
	}
	uid := b.uids[0]
	if isRetryable(err) && d.suspect != uid {
		d.suspect = uid
		return false
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
			return s.fetchBatch(ctx, b, h.writer)
		})
		q.giveBack(b.missing())
	}
}
