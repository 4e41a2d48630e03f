package table

import (
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// A Line is a delivery as parse prints it: a record that is read again without a
// loss. See "Records of parse" above.
type Line struct {
	Time          *time.Time        `json:"time"`
	Sender        *string           `json:"sender"` // null if not known, "" the null reverse-path
	AuthUser      *string           `json:"auth_user"`
	Recipient     string            `json:"recipient"`
	OrigRecipient *string           `json:"orig_recipient"`
	Status        parsers.Status    `json:"status"`
	Arrived       parsers.Arrived   `json:"arrived"`
	DSN           string            `json:"dsn"`
	Relay         string            `json:"relay"`
	Bytes         int64             `json:"bytes"`
	Subject       string            `json:"subject"`
	MessageID     string            `json:"message_id"`
	QueueID       string            `json:"queue_id"`
	Direction     parsers.Direction `json:"direction"` // as logged, else as inferred
	Count         int               `json:"count"`
	Source        string            `json:"source"`
	Line          int64             `json:"line"`
	Incomplete    bool              `json:"incomplete"`

	SourceNumber    int32              `json:"source_number,omitempty"`
	LogDirection    *parsers.Direction `json:"log_direction,omitempty"` // as logged, where Direction is inferred
	Submitted       bool               `json:"submitted,omitempty"`
	Local           bool               `json:"local,omitempty"`
	Handed          bool               `json:"handed,omitempty"`
	Failure         string             `json:"failure,omitempty"`
	Attachments     int                `json:"attachments,omitempty"`
	AttachmentBytes int64              `json:"attachment_bytes,omitempty"`
	AttachmentKinds []string           `json:"attachment_kinds,omitempty"`
	Copy            bool               `json:"copy,omitempty"`
	References      string             `json:"references,omitempty"`
	BouncedByReport bool               `json:"bounced_by_report,omitempty"` // set by whoever takes the outcome from a bounce
	BounceTime      *time.Time         `json:"bounce_time,omitempty"`       // of that bounce
	Bounce          bool               `json:"bounce,omitempty"`
	SubjectSum      uint32             `json:"subject_sum,omitempty"` // of a bounce that names no message_id
	Sent            *time.Time         `json:"sent,omitempty"`        // as well, the time of its message
	Schema          string             `json:"schema"`
}

// NewLine returns the line of a delivery with its direction, as logged or inferred,
// and the place where it was read. What the line points to is that of d.
func NewLine(d *parsers.Delivery, direction parsers.Direction, place parsers.Place) Line {
	if d.Place.Source != "" { // read from lines of parse
		place = d.Place
	}
	l := Line{
		Recipient: d.Recipient, Status: d.Status, Arrived: d.Arrived, DSN: d.DSN, Relay: d.Relay, Bytes: d.Bytes, Subject: d.Subject,
		MessageID: d.MessageID, QueueID: d.QueueID, Direction: direction, Count: max(1, d.Count), Source: place.Source, SourceNumber: place.Number, Line: place.Line,
		Incomplete: d.Incomplete, Submitted: d.Submitted, Local: d.Local, Handed: d.Handed, Failure: d.Failure.String(),
		Attachments: d.Attachments.Number, AttachmentBytes: d.Attachments.Bytes, AttachmentKinds: d.Attachments.Kinds.Words(),
		Copy: d.Copy, References: d.References, Schema: Schema,
	}
	if !d.Time.IsZero() {
		l.Time = &d.Time
	}
	if d.SenderKnown {
		l.Sender = &d.Sender
	}
	l.AuthUser, l.OrigRecipient = nonEmpty(&d.AuthUser), nonEmpty(&d.OrigRecipient)
	if direction != d.Direction {
		l.LogDirection = &d.Direction
	}
	return l
}

// NewBounceLine returns the line of a bounce that was read at a place. Its direction is
// that of the report.
func NewBounceLine(b *parsers.Bounce, place parsers.Place) Line {
	null := ""
	l := Line{
		Sender: &null, Recipient: b.Recipient, Status: b.Status, Arrived: b.Arrived, DSN: b.DSN, Relay: b.Relay, MessageID: b.MessageID,
		Direction: parsers.DirectionInbound, Count: 1, Source: place.Source, SourceNumber: place.Number, Line: place.Line,
		Failure: b.Failure.String(), Bounce: true, SubjectSum: b.SubjectSum, Schema: Schema,
	}
	l.OrigRecipient = nonEmpty(&b.OrigRecipient)
	if !b.Sent.IsZero() {
		l.Sent = &b.Sent
	}
	if !b.Time.IsZero() {
		l.Time = &b.Time
	}
	return l
}

func nonEmpty(s *string) *string {
	if *s == "" {
		return nil
	}
	return s
}
