// Package parsers holds the nouns that every reader of mail logs shares: the
// record Delivery, and the interfaces that a format implements.
//
// The formats stand in parsers/format, one package each. A format emits
// deliveries; it knows nothing of verdicts, reports or terminals. The machinery
// that drives them stands beside: parsers/source (inputs), parsers/lines (cutting
// text), parsers/carry (what one run hands to the next) and parsers/read (the
// driver).
package parsers

import (
	"strconv"
	"strings"
	"time"
)

// A Delivery is what became of one message for one recipient, over all hops
// and attempts that its log holds.
type Delivery struct {
	// Time is when the last hop said what became of it; zero if not logged.
	Time time.Time

	// Sender is the envelope sender (RFC 5321 section 4.1.1.2) as logged,
	// without angle brackets: BATV, VERP and SRS are not undone here. With
	// SenderKnown, "" is the null reverse-path; without, nothing is known.
	Sender      string
	SenderKnown bool
	// AuthUser is the bare login that submitted the message, "" if none is logged.
	AuthUser string
	// Submitted means that the message entered here by a login, by local
	// submission, or from a trusted client: somebody of ours sent it,
	// whatever its sender says.
	Submitted bool

	// Recipient is the final envelope recipient as logged, quotes and Unicode
	// kept. OrigRecipient is what was typed before an alias or a forwarding
	// rule replaced it, "" if nothing did.
	Recipient     string
	OrigRecipient string

	Status    Status
	Arrived   Arrived
	Direction Direction // as the log itself says; else DirectionUnknown
	Failure   Failure   // why Status is not StatusDelivered

	// Local means that the last hop stored the message on the organisation's
	// own systems: no stranger got it.
	Local bool
	// Handed means that the last hop that is logged was a smarthost, gateway
	// or filter of the organisation, and not the recipient's server.
	Handed bool

	DSN       string // enhanced status code (RFC 3463), such as "2.0.0"
	Relay     string // host that the last hop spoke to, as logged
	Bytes     int64  // size of the message at its first hop, 0 if not logged
	Subject   string // as logged, not decoded (RFC 2047)
	MessageID string // without angle brackets
	QueueID   string // of the last hop

	// References are the identifiers of the messages that a copy answers or goes on
	// from (RFC 5322 section 3.6.4), without angle brackets and separated by blanks,
	// the one that it answers last; "" if there are none. Logs do not have them.
	References string
	// SubjectSum is SumOfSubject of a copy, 0 if it has no subject: it stays where
	// subjects are not kept.
	SubjectSum uint32

	// Attachments are those that the source lists beside the delivery.
	Attachments Attachments

	// Count is the number of equal deliveries that this record stands for;
	// 0 is read as 1.
	Count int

	// Copy means that the record is of a copy that somebody keeps in a
	// mailbox, and not of a log: several copies are one delivery.
	Copy bool

	Origin Origin
	// Place is where the source of an export had the record that the delivery was
	// read from, as parse prints it; zero if the delivery is from its own source.
	Place Place
	// Incomplete means that the log began or ended within the life of the
	// message, so that a field may be missing or not final.
	Incomplete bool
}

// Clone returns a copy of d whose strings are its own.
func (d *Delivery) Clone() Delivery {
	c := *d
	for _, s := range [...]*string{&c.Sender, &c.AuthUser, &c.Recipient, &c.OrigRecipient, &c.DSN, &c.Relay, &c.Subject, &c.MessageID, &c.QueueID, &c.References, &c.Place.Source} {
		*s = strings.Clone(*s)
	}
	return c
}

// An Origin is the place in the input that a record was read from.
type Origin struct {
	Source int32 // index of the source in Reading.Sources
	Piece  int32 // number of the piece of that source
	Line   int64 // line within the piece, from 1; Reading.Line makes it absolute
	// Offset is where a message begins in its source, in bytes of the decoded
	// text, for sources whose messages can be opened again; else 0.
	Offset int64
}

// A Place is a line of a file, as parsers/read names it.
type Place struct {
	Source string // name of the file, "" for no place
	Number int32  // of the file among those that were read together
	Line   int64  // from 1
}

// Status is what the last hop said of a delivery.
type Status uint8

// The statuses. The zero value means that the log does not say.
const (
	StatusUnknown Status = iota
	StatusDelivered
	StatusDeferred
	StatusExpired
	StatusBounced
	StatusRejected
	StatusDiscarded
	StatusRemoved
	StatusHeld // in quarantine or on hold: it may be released
)

// Statuses is the number of statuses.
const Statuses = uint64(len(statusNames))

var statusNames = [...]string{"unknown", "delivered", "deferred", "expired", "bounced", "rejected", "discarded", "removed", "held"}

func (s Status) String() string { return statusNames[s] }

// MarshalText writes the name of s, as in JSON.
func (s Status) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the name of a status.
func (s *Status) UnmarshalText(b []byte) error { return byName(s, statusNames[:], b, "status") }

// Arrived says whether a stranger got the message.
type Arrived uint8

// The zero value means that the log cannot say, as with a Sent copy.
const (
	ArrivedUnknown Arrived = iota
	ArrivedNo
	ArrivedMaybe // broken at the end of DATA, or handed to a gateway whose log is not there
	ArrivedYes   // a foreign server accepted it
)

var arrivedNames = [...]string{"unknown", "no", "maybe", "yes"}

func (a Arrived) String() string { return arrivedNames[a] }

// MarshalText writes the name of a, as in JSON.
func (a Arrived) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// UnmarshalText reads the name of an arrival.
func (a *Arrived) UnmarshalText(b []byte) error { return byName(a, arrivedNames[:], b, "arrived") }

// Direction says between whom a message went.
type Direction uint8

// The zero value means that it is not known.
const (
	DirectionUnknown Direction = iota
	DirectionOutbound
	DirectionInbound
	DirectionInternal
)

var directionNames = [...]string{"unknown", "outbound", "inbound", "internal"}

func (d Direction) String() string { return directionNames[d] }

// MarshalText writes the name of d, as in JSON.
func (d Direction) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads the name of a direction.
func (d *Direction) UnmarshalText(b []byte) error {
	return byName(d, directionNames[:], b, "direction")
}

// Failure is the reason of a delivery that failed, as far as it says
// something about the recipient's domain.
type Failure uint8

const (
	FailureNone     Failure = iota
	FailureNoDomain         // the domain has no mail server: NXDOMAIN, or no MX and no address
	FailureNullMX           // the domain says that it takes no mail (RFC 7505)
	FailureNoUser           // the domain takes mail, but has no such recipient (5.1.1)
	FailureOther
)

var failureNames = [...]string{"", "no_domain", "null_mx", "no_user", "other"}

func (f Failure) String() string { return failureNames[f] }

// MarshalText writes the name of f, as in JSON; that of FailureNone is "".
func (f Failure) MarshalText() ([]byte, error) { return []byte(f.String()), nil }

// UnmarshalText reads the name of a failure.
func (f *Failure) UnmarshalText(b []byte) error { return byName(f, failureNames[:], b, "failure") }

type named interface {
	Status | Arrived | Direction | Failure
}

func byName[T named](v *T, names []string, b []byte, what string) error {
	for i, n := range names {
		if n == string(b) {
			*v = T(i)
			return nil
		}
	}
	return &ValueError{What: what, Value: string(b)}
}

// A ValueError is the error of a word that is none of those that a field may hold.
type ValueError struct{ What, Value string }

func (e *ValueError) Error() string { return "unknown " + e.What + " " + strconv.QuoteToASCII(e.Value) }
