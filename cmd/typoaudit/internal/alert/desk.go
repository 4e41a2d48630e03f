package alert

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// A Destination is where alerts are sent to.
type Destination struct {
	Name          string // for complaints: it has no secret
	Tenant        string // whose mail it is sent alerts of, "" for none
	MinConfidence float64
	Maybe         bool // also of what may have arrived alone
	Names         bool // of people
	// Send sends it a message once. An error that is ErrPermanent is not tried again.
	Send func(context.Context, *Message) error
}

// ErrPermanent is part of the error of a message that another try does not help.
var ErrPermanent = errors.New("not tried again")

// A Desk takes findings, and sends alerts of them to its destinations: of each lookalike once an hour.
// Take is for one goroutine.
type Desk struct {
	tool     result.Tool
	complain func(error)
	queues   []*queue
	stop     context.CancelFunc
}

// Counts are what became of the messages.
type Counts struct{ Sent, Failed, LeftOut int64 }

// A queue is what waits for one destination.
type queue struct {
	Destination
	waiting               chan *Message
	done                  chan struct{}
	of                    map[string]*lookalike
	sent, failed, leftOut atomic.Int64
	gaps                  []time.Duration
}

// A lookalike is when a message about it was put into the queue last, and what was found since.
type lookalike struct {
	queued time.Time
	found  []Finding
	more   int64 // beyond those of found
}

// Bounds: a destination is sent one message about a lookalike in each quiet; maxWaiting messages may
// wait for it, maxLookalikes are known to it, and it may take maxSending for one.
const (
	quiet         = time.Hour
	maxWaiting    = 64
	maxLookalikes = 4096
	maxSending    = 10 * time.Second
)

// NewDesk returns a Desk, which must be closed. complain is safe for concurrent use. gaps
// are what lies before each try to send a message.
func NewDesk(ctx context.Context, all []Destination, tool result.Tool, gaps []time.Duration, complain func(error)) *Desk {
	ctx, stop := context.WithCancel(ctx)
	d := &Desk{tool: tool, complain: complain, stop: stop}
	for _, to := range all {
		q := &queue{Destination: to, waiting: make(chan *Message, maxWaiting), done: make(chan struct{}), of: map[string]*lookalike{}, gaps: gaps}
		d.queues = append(d.queues, q)
		go d.serve(ctx, q)
	}
	return d
}

// Gaps are those before the tries of a watch.
func Gaps() []time.Duration {
	return []time.Duration{0, time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute}
}

// Take takes findings, and gives what is due to the queues. It never waits.
func (d *Desk) Take(findings []Finding, now time.Time) {
	for _, q := range d.queues {
		for i := range findings {
			q.take(&findings[i])
		}
		d.turnIn(q, now)
	}
}

// wants reports whether a delivery is to be sent to the destination.
func (q *queue) wants(d *result.Delivery) bool {
	return d.Confidence >= q.MinConfidence && (d.Arrived == parsers.ArrivedYes || q.Maybe && d.Arrived == parsers.ArrivedMaybe)
}

// take notes a finding.
func (q *queue) take(f *Finding) {
	if !q.wants(&f.Delivery) {
		return
	}
	l := q.of[f.Delivery.Lookalike]
	switch {
	case l != nil:
	case len(q.of) >= maxLookalikes:
		q.leftOut.Add(1)
		return
	default:
		l = &lookalike{}
		q.of[f.Delivery.Lookalike] = l
	}
	if len(l.found) < maxListed {
		l.found = append(l.found, *f)
	} else {
		l.more += max(1, f.Delivery.Count)
	}
}

// turnIn gives the messages that are due to a queue, and forgets the lookalikes of which
// nothing is to be sent.
func (d *Desk) turnIn(q *queue, now time.Time) {
	for name, l := range q.of {
		switch {
		case !l.queued.IsZero() && now.Sub(l.queued) < quiet:
		case len(l.found) == 0:
			delete(q.of, name)
		default:
			m := q.message(l.found, d.tool, now)
			m.Messages += l.more
			m.New = m.New && l.queued.IsZero()
			l.queued, l.found, l.more = now, nil, 0
			d.add(q, m)
		}
	}
}

// add adds a message to a queue, unless that is full.
func (d *Desk) add(q *queue, m *Message) {
	select {
	case q.waiting <- m:
	default:
		if q.leftOut.Add(1) == 1 {
			d.complain(fmt.Errorf("%s: %d alerts are waiting already: others are left out", q.Name, maxWaiting))
		}
	}
}

// serve sends a destination what is in its queue.
func (d *Desk) serve(ctx context.Context, q *queue) {
	defer close(q.done)
	for m := range q.waiting {
		if ctx.Err() != nil {
			q.leftOut.Add(1)
			continue
		}
		if err := q.send(ctx, m); err != nil {
			q.failed.Add(1)
			d.complain(fmt.Errorf("%s: an alert of %s was not sent: %w", q.Name, defanged(m.Lookalike), err))
			continue
		}
		q.sent.Add(1)
	}
}

// send sends a message, in a few tries.
func (q *queue) send(ctx context.Context, m *Message) (err error) {
	for _, gap := range q.gaps {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(gap):
		}
		if err = q.Try(ctx, m); err == nil || errors.Is(err, ErrPermanent) {
			return err
		}
	}
	return err
}

// Try sends a message once, within ten seconds.
func (t *Destination) Try(ctx context.Context, m *Message) error {
	ctx, stop := context.WithTimeoutCause(ctx, maxSending, fmt.Errorf("no answer in %v", maxSending))
	defer stop()
	var err error
	if crashed := read.Contain(t.Name, func() { err = t.Send(ctx, m) }); crashed != nil {
		return fmt.Errorf("%w: %w", crashed, ErrPermanent)
	}
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// Counts returns what became of the messages so far.
func (d *Desk) Counts() (c Counts) {
	for _, q := range d.queues {
		c.Sent += q.sent.Load()
		c.Failed += q.failed.Load()
		c.LeftOut += q.leftOut.Load()
	}
	return c
}

// Close waits a while until all is sent, and says how many alerts were not.
func (d *Desk) Close(wait time.Duration) {
	for _, q := range d.queues {
		close(q.waiting)
	}
	late := time.AfterFunc(wait, d.stop)
	defer late.Stop()
	for _, q := range d.queues {
		<-q.done
		if n := q.leftOut.Load(); n > 0 {
			d.complain(fmt.Errorf("%s: %d alerts were left out", q.Name, n))
		}
	}
	d.stop()
}

// Test returns the message of a finding that is made up, as the destination would get it.
func (t *Destination) Test(f Finding, tool result.Tool, now time.Time) *Message {
	m := t.message([]Finding{f}, tool, now)
	m.Test = true
	return m
}

// message makes the message of findings that the destination may have.
func (t *Destination) message(found []Finding, tool result.Tool, now time.Time) *Message {
	m := newMessage(found, tool, now)
	m.Tenant = t.Tenant
	if !t.Names {
		m = m.without()
	}
	return m
}
