package imap

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/typoaudit/typoaudit/parsers/format/imap/wire"
)

// The policy of another attempt. An attempt is repeated when its error is
// retryable, at most maxTries times in a row, after a pause that doubles, and
// while the time that an account may waste is not used up.
const (
	// maxTries is how often in a row an attempt may fail without a single
	// message before the folder is given up.
	maxTries = 8
	// maxPause is the longest pause between two attempts.
	maxPause = 3 * time.Second
	// maxWrong is how many sessions of an account may end with answers that cannot be
	// read: servers lock out who logs in again and again.
	maxWrong = 8
)

// errGaveUp means that the server failed again and again.
var errGaveUp = errors.New("given up after failing again and again")

// errNoTime means that the time an account may waste is used up.
var errNoTime = fmt.Errorf("%w, again and again", wire.ErrStalled)

// errWrong means that there were too many answers that cannot be read.
var errWrong = fmt.Errorf("%w with answers that cannot be read", errGaveUp)

// endsSession reports whether nothing more can be asked for in the session that
// err came from: after all but a refusal, which is an answer.
func endsSession(err error) bool {
	var refused *refusal
	var missing *noFolderError
	return err != nil && !errors.As(err, &refused) && !errors.As(err, &missing)
}

// isRetryable reports whether the same may succeed in a new session: the old one
// broke off or was silent, but no answer was wrong.
func isRetryable(err error) bool {
	return errors.Is(err, errClosed) || errors.Is(err, wire.ErrStalled)
}

// isWrong reports whether an error is of an answer that cannot be read or that is beyond
// the limits.
func isWrong(err error) bool {
	var limit *wire.LimitError
	return errors.Is(err, errMalformed) || errors.As(err, &limit)
}

// retry attempts f until it succeeds or its error is not retryable.
func (c *connection) retry(ctx context.Context, f func(*session) error) error {
	for try := 0; ; {
		err := c.attempt(ctx, f)
		switch {
		case err == nil || ctx.Err() != nil:
			return err
		case isHold(err):
			if !c.await(ctx, err) {
				return heldError(err)
			}
			continue
		case !isRetryable(err):
			return err
		case try == maxTries-1:
			return fmt.Errorf("%w: %w", errGaveUp, err)
		case !c.hasTime() || !c.pause(ctx, try):
			return err
		}
		try++
	}
}

// pause waits before another attempt, longer each time. It is false when ctx
// ended meanwhile.
func (c *connection) pause(ctx context.Context, try int) bool {
	return sleep(ctx, min(maxPause, c.limits.Pause<<min(try, 16)))
}

// limitsLeft returns the limits of a session: no wait is longer than the time
// that may still be wasted.
func (c *connection) limitsLeft() (Limits, error) {
	l, left := c.limits, c.limits.Wasted-c.wasted
	switch {
	case left <= 0:
		return l, errNoTime
	case c.wrong >= maxWrong:
		return l, errWrong
	}
	l.Greeting, l.Read, l.Answer = min(l.Greeting, left), min(l.Read, left), min(l.Answer, left)
	return l, nil
}

// hasTime reports whether the server may be waited for once more.
func (c *connection) hasTime() bool { return c.wasted < c.limits.Wasted && c.wrong < maxWrong }

// noteWaste counts the time of an attempt whose error ended the session.
func (c *connection) noteWaste(err error, took time.Duration) {
	if endsSession(err) {
		c.wasted += took
	}
	if isWrong(err) {
		c.wrong++
	}
}

// refund takes back the time of an attempt that broke off and was counted as
// wasted, if it brought a message a second.
func (c *connection) refund(err error, received int, took time.Duration) {
	if endsSession(err) && !isWrong(err) && time.Duration(received)*time.Second >= took {
		c.wasted = max(0, c.wasted-took)
	}
}
