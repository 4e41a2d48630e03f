package imap

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// errGaveUp tells of a server that fails again and again.
var errGaveUp = errors.New("given up after failing again and again")

// errNoTime tells that a server was waited for long enough.
var errNoTime = fmt.Errorf("%w, again and again", errStalled)

// isLost tells whether err ends the session.
func isLost(err error) bool {
	var refused *refusal
	return err != nil && !errors.As(err, &refused)
}

// ensure returns the session of a person, and connects if there is none. What
// is left of the time that may be lost in vain bounds each wait.
func (r *reader) ensure(ctx context.Context, p *person) (*session, error) {
	if p.session != nil && p.session.guard.fault() == nil {
		return p.session, nil
	}
	l, err := p.limits(r.o.Limits)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	p.session, err = connect(ctx, &r.o.Server, &p.account, l)
	p.noteWaste(err, time.Since(start))
	return p.session, err
}

// limits returns those that are left to a person.
func (p *person) limits(l Limits) (Limits, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := l.Wasted - p.wasted
	if left <= 0 {
		return l, errNoTime
	}
	l.Greeting, l.Read, l.Answer = min(l.Greeting, left), min(l.Read, left), min(l.Answer, left)
	return l, nil
}

// hasTime tells whether a person's server may be waited for once more.
func (r *reader) hasTime(p *person) bool {
	_, err := p.limits(r.o.Limits)
	return err == nil
}

// noteWaste adds to the time that was spent in vain.
func (p *person) noteWaste(err error, took time.Duration) {
	if isLost(err) {
		p.mu.Lock()
		p.wasted += took
		p.mu.Unlock()
	}
}

// attempt lets f work with a session, and gives the session up if it is lost.
func (r *reader) attempt(ctx context.Context, p *person, f func(*session) error) error {
	s, err := r.ensure(ctx, p)
	if err != nil {
		return err
	}
	start := time.Now()
	err = f(s)
	p.noteWaste(err, time.Since(start))
	if isLost(err) {
		s.close()
		p.session = nil
	}
	return err
}

// retry attempts f until it does not fail by the loss of the connection.
func (r *reader) retry(ctx context.Context, p *person, f func(*session) error) error {
	for try := 0; ; try++ {
		err := r.attempt(ctx, p, f)
		if err == nil || ctx.Err() != nil || !lost(err) {
			return err
		}
		if try == maxTries-1 {
			return fmt.Errorf("%w: %w", errGaveUp, err)
		}
		if !r.hasTime(p) || !r.pause(ctx, try) {
			return err
		}
	}
}

// maxPause is the longest pause between two attempts.
const maxPause = 3 * time.Second

// pause waits before another attempt, longer each time, and tells whether to
// go on.
func (r *reader) pause(ctx context.Context, try int) bool {
	t := time.NewTimer(min(maxPause, r.o.Limits.Pause<<min(try, 16)))
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
