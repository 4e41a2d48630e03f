package parsers

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Bounce is the statement of a non-delivery report (RFC 3464, or prose), of a
// receipt (RFC 8098) or of a complaint (RFC 5965) on one recipient of a message.
// It is no delivery. Anybody can write one: it counts where a copy in a mailbox
// has the same MessageID and Recipient, and nowhere else; where the report does
// not name the MessageID, the subject and the time take its place.
type Bounce struct {
	Time      time.Time // of the report, zero if it has no date
	MessageID string    // of the message that it is about, without angle brackets
	Recipient string    // of that message
	// OrigRecipient is what Recipient was before an alias or a forwarding rule
	// replaced it, "" if nothing did: a copy may have either of them.
	OrigRecipient string
	// SubjectSum and Sent are of that message, where the report does not name its
	// MessageID. Sent is zero if it is not named either.
	SubjectSum uint32
	Sent       time.Time

	Status  Status
	Arrived Arrived
	Failure Failure
	DSN     string // enhanced status code (RFC 3463)
	Relay   string // the server that reported the failure, "" if not named

	Origin Origin // of the report
}

// Names says whether a bounce says which message it is about.
func (b *Bounce) Names() bool {
	return b.MessageID != "" || b.SubjectSum != 0 && !(b.Sent.IsZero() && b.Time.IsZero())
}

// A BounceKey is what a bounce and the copy that it is about have in common.
type BounceKey struct {
	messageID, recipient string

	// Without a messageID: the subject, and the second that the message was sent,
	// else the day of the bounce.
	subject     uint32
	second, day int64
}

// NewBounceKey returns the key of a message to a recipient. Recipients are
// compared without regard to case.
func NewBounceKey(messageID, recipient string) BounceKey {
	return BounceKey{messageID: messageID, recipient: strings.ToLower(recipient)}
}

// keys returns the keys of the copies that b may be about.
func (b *Bounce) keys() []BounceKey {
	k := b.keyOf(b.Recipient)
	if b.OrigRecipient == "" {
		return []BounceKey{k}
	}
	return []BounceKey{k, b.keyOf(b.OrigRecipient)}
}

func (b *Bounce) keyOf(recipient string) BounceKey {
	k := NewBounceKey(b.MessageID, recipient)
	switch {
	case b.MessageID != "":
	case !b.Sent.IsZero():
		k.subject, k.second = b.SubjectSum, b.Sent.Unix()
	default:
		k.subject, k.day = b.SubjectSum, dayOf(b.Time)
	}
	return k
}

func dayOf(t time.Time) int64 { return t.Unix() / (24 * 60 * 60) }

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

// Add adds a bounce, and keeps a copy of its strings. One that does not say which
// message it is about is left out.
func (m Bounces) Add(b *Bounce) {
	if !b.Names() {
		return
	}
	c := *b
	for _, s := range [...]*string{&c.MessageID, &c.Recipient, &c.OrigRecipient, &c.DSN, &c.Relay} {
		*s = strings.Clone(*s)
	}
	for _, key := range c.keys() {
		if old, ok := m[key]; !ok || c.overrules(&old) {
			m[key] = c
		}
	}
}

// Sorted returns the bounces in the order of their reports, each once.
func (m Bounces) Sorted() []Bounce {
	all := slices.SortedFunc(maps.Values(m), func(a, b Bounce) int {
		return cmp.Or(cmp.Compare(a.Origin.Source, b.Origin.Source), cmp.Compare(a.Origin.Piece, b.Origin.Piece), cmp.Compare(a.Origin.Line, b.Origin.Line),
			cmp.Compare(a.Origin.Offset, b.Origin.Offset), cmp.Compare(a.Recipient, b.Recipient), cmp.Compare(a.OrigRecipient, b.OrigRecipient), cmp.Compare(a.MessageID, b.MessageID))
	})
	return slices.CompactFunc(all, func(a, b Bounce) bool { return a == b })
}

// QueueLife is how long mail servers keep trying: Postfix and Sendmail for five days,
// Exim for four, qmail for seven. A bounce that does not name its message is about
// none that is older.
const QueueLife = 7 * 24 * time.Hour

// maxSkew is how much earlier than its message a bounce may be: clocks differ.
const maxSkew = time.Hour

// A Copied message is a copy in a mailbox, as far as a bounce may name it.
type Copied struct {
	MessageID, Recipient string
	SubjectSum           uint32
	Time                 time.Time
}

// CopiedOf returns what a bounce may name of d.
func CopiedOf(d *Delivery) Copied {
	return Copied{d.MessageID, d.Recipient, d.SubjectSum, d.Time}
}

// Of returns the last word on a copy, if there is one: of the bounces that name its
// identifier, else of those that name its subject and its time, else of those that
// name its subject and came within QueueLife after it. Several messages of one
// subject to one recipient within that time have the same last word.
func (m Bounces) Of(c Copied) (Bounce, bool) {
	if len(m) == 0 {
		return Bounce{}, false
	}
	k := NewBounceKey(c.MessageID, c.Recipient)
	if c.MessageID != "" {
		if b, ok := m[k]; ok {
			return b, true
		}
	}
	if c.SubjectSum == 0 || c.Time.IsZero() {
		return Bounce{}, false
	}
	k.messageID, k.subject, k.second = "", c.SubjectSum, c.Time.Unix()
	if b, ok := m[k]; ok {
		return b, true
	}
	k.second = 0
	for k.day = dayOf(c.Time.Add(-maxSkew)); k.day <= dayOf(c.Time.Add(QueueLife)); k.day++ {
		if b, ok := m[k]; ok && b.Time.After(c.Time.Add(-maxSkew)) && b.Time.Before(c.Time.Add(QueueLife)) {
			return b, true
		}
	}
	return Bounce{}, false
}

// SumOfSubject returns a hash (FNV-1a) of a decoded subject, without its white
// space, which mail servers fold; 0 if nothing is left.
func SumOfSubject(subject string) uint32 {
	const offset, prime = 2166136261, 16777619
	sum := uint32(offset)
	for i := range len(subject) {
		if c := subject[i]; c > ' ' {
			sum = (sum ^ uint32(c)) * prime
		}
	}
	if sum == offset {
		return 0
	}
	return max(sum, 1)
}
