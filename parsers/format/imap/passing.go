package imap

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers/format/imap/wire"
)

// A refusal for now is not a refusal of what was asked for: the server has too much to
// do, or we asked too often. It is waited for as long as the server says, else for
// longer each time.
const (
	// maxWaits is how often in a row it is waited for a server that does not say for
	// how long; with DefaultLimits that is 18 minutes in all.
	maxWaits = 10
	// maxBugWaits is how often for one that has a fault of its own: a minute in all.
	maxBugWaits = 5
	// maxToldWaits is how often for one that does.
	maxToldWaits = 100
	// maxBackoff is the longest wait that the server did not ask for.
	maxBackoff = 5 * time.Minute
)

// isPassing reports whether a status is a refusal for now: by its code (RFC 5530
// section 3, RFC 9208 section 4.3.2 as Gmail uses it), or by what servers write
// without one.
func isPassing(s wire.Status) bool {
	switch s.Code {
	case "UNAVAILABLE", "SERVERBUG", "LIMIT", "INUSE", "OVERQUOTA", "THROTTLED", "TRYAGAIN":
		return true
	case "", "ALERT":
		return containsAny(s.Text, "throttl", "backoff", "try again", "try later", "again later", "temporar", "too many", "rate limit", "bandwidth limit", "busy", "unavailable", "internal error", "server error", "not connected")
	}
	return false
}

// isPassingLogin is isPassing for a login, where a wrong password must not be tried
// again, however politely it is refused.
func isPassingLogin(s wire.Status) bool {
	return isPassing(s) && (s.Code != "" && s.Code != "ALERT" || !containsAny(s.Text, "password", "credential", "invalid", "incorrect", "wrong", "denied", "login fail", "authentication fail", "not authenticate", "unknown user"))
}

func containsAny(text string, words ...string) bool {
	text = strings.ToLower(text)
	for _, w := range words {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// toldWait returns how long a server asks to be left alone: "Suggested Backoff Time:
// 4500 milliseconds", "try again in 5 minutes". It is 0 if it does not say.
func toldWait(text string) time.Duration {
	words := strings.FieldsFunc(strings.ToLower(text), func(c rune) bool { return c == ' ' || strings.ContainsRune(",.;:()[]", c) })
	for i := range len(words) - 1 {
		n, err := strconv.ParseUint(words[i], 10, 40)
		if unit := unitOf(words[i+1]); err == nil && unit > 0 {
			const longest = 1000 * time.Hour // a larger number is none
			if n > uint64(longest/unit) {
				return longest
			}
			return time.Duration(n) * unit
		}
	}
	return 0
}

func unitOf(word string) time.Duration {
	switch word {
	case "milliseconds", "millisecond", "msec", "ms":
		return time.Millisecond
	case "seconds", "second", "secs", "sec", "s":
		return time.Second
	case "minutes", "minute", "mins", "min":
		return time.Minute
	case "hours", "hour":
		return time.Hour
	}
	return 0
}

// A hold is a refusal for now, or a goodbye for now.
type hold struct {
	err  error         // what it was
	wait time.Duration // as the server says; 0 if it does not
	bug  bool          // a fault of the server, which may stay
}

func (h *hold) Error() string { return h.err.Error() }

func (h *hold) Unwrap() error { return h.err }

// isHold reports whether the same may succeed later, and nothing is wrong with what
// was asked for.
func isHold(err error) bool {
	var h *hold
	return errors.As(err, &h)
}

// await waits after a hold, and reports whether to try again. It does not after too
// many of them in a row, and where Limits.Total is over before.
func (c *connection) await(ctx context.Context, err error) bool {
	var h *hold
	if !errors.As(err, &h) {
		return false
	}
	c.holds++
	wait := min(maxBackoff, c.limits.Backoff<<min(c.holds-1, 16))
	most := maxWaits
	switch {
	case h.wait > 0:
		wait, most = max(h.wait, c.limits.Pause), maxToldWaits
	case h.bug:
		most = maxBugWaits
	}
	if end, ok := ctx.Deadline(); c.holds > most || ok && time.Until(end) < wait {
		return false
	}
	defer c.progress.waiting(time.Now().Add(wait), h.Error())()
	return sleep(ctx, wait)
}

// sleep is false when ctx ended meanwhile.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// heldError says of a hold that was not waited for any longer.
func heldError(err error) error {
	var h *hold
	if errors.As(err, &h) && h.wait > 0 {
		return fmt.Errorf("%w (it asks to be left alone for %v)", err, h.wait)
	}
	return err
}
