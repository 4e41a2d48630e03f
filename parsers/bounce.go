package parsers

import (
	"strings"
	"time"
)

// A Bounce is the statement of a non-delivery report (RFC 3464, or prose) on one
// recipient of a message. It is no delivery. Anybody can write one: it counts
// where a copy in a mailbox has the same MessageID and Recipient, and nowhere
// else.
type Bounce struct {
	Time      time.Time // of the report, zero if it has no date
	MessageID string    // of the message that it is about, without angle brackets
	Recipient string    // of that message

	Status  Status
	Arrived Arrived
	Failure Failure
	DSN     string // enhanced status code (RFC 3463)
	Relay   string // the server that reported the failure, "" if not named

	Origin Origin // of the report
}

// A BounceKey is what a bounce and the copy that it is about have in common.
type BounceKey struct{ messageID, recipient string }

// NewBounceKey returns the key of a message to a recipient. Recipients are
// compared without regard to case.
func NewBounceKey(messageID, recipient string) BounceKey {
	return BounceKey{messageID, strings.ToLower(recipient)}
}

// overrules reports which of two bounces on one delivery counts: that it is
// delayed is never the last word; else the later one, and of those of the same
// time the one by which less went wrong, so that the order of reading does not
// matter.
func (b *Bounce) overrules(old *Bounce) bool {
	if x, y := b.Status == StatusDeferred, old.Status == StatusDeferred; x != y {
		return y
	}
	if c := b.Time.Compare(old.Time); c != 0 {
		return c > 0
	}
	return b.Arrived > old.Arrived || b.Arrived == old.Arrived && b.DSN < old.DSN
}

// Bounces hold the last word of the bounces on each delivery, whatever the order
// in which they are added.
type Bounces map[BounceKey]Bounce

// Add adds a bounce, and keeps a copy of its strings. One without a MessageID is
// left out: nobody knows which delivery it is about.
func (m Bounces) Add(b *Bounce) {
	if b.MessageID == "" {
		return
	}
	key := NewBounceKey(b.MessageID, b.Recipient)
	if old, ok := m[key]; ok && !b.overrules(&old) {
		return
	}
	c := *b
	for _, s := range [...]*string{&c.MessageID, &c.Recipient, &c.DSN, &c.Relay} {
		*s = strings.Clone(*s)
	}
	m[NewBounceKey(c.MessageID, c.Recipient)] = c
}

// Of returns the last word on a message to a recipient, if there is one.
func (m Bounces) Of(messageID, recipient string) (Bounce, bool) {
	if messageID == "" || len(m) == 0 {
		return Bounce{}, false
	}
	b, ok := m[NewBounceKey(messageID, recipient)]
	return b, ok
}
