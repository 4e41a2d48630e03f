package parserstest

import (
	"fmt"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

var failureNames = map[parsers.Failure]string{
	parsers.FailureNoDomain: "no-domain", parsers.FailureNullMX: "null-mx", parsers.FailureNoUser: "no-user", parsers.FailureOther: "failed",
}

// Describe writes a delivery in one line, with all of its fields but those that
// are zero. A sender that is not known is "?", and <> is the null reverse-path.
func Describe(d *parsers.Delivery) string {
	var w describer
	w.sender(d)
	fmt.Fprintf(&w, " -> <%s> %s %s", d.Recipient, d.Status, d.Arrived)
	w.text("login", d.AuthUser)
	w.text("orig", d.OrigRecipient)
	w.text("dsn", d.DSN)
	w.text("relay", d.Relay)
	w.text("id", d.MessageID)
	w.text("subject", d.Subject)
	if d.Subject == "" { // else it follows from it
		w.number("subject-sum", int64(d.SubjectSum))
	}
	w.text("references", d.References)
	w.text("queue", d.QueueID)
	w.number("bytes", d.Bytes)
	if d.Count > 1 { // 0 is read as 1
		w.number("count", int64(d.Count))
	}
	w.number("attachments", int64(d.Attachments.Number))
	w.number("attached", d.Attachments.Bytes)
	w.number("kinds", int64(d.Attachments.Kinds))
	if d.Direction != parsers.DirectionUnknown {
		w.word(d.Direction.String(), true)
	}
	w.word("local", d.Local)
	w.word("handed", d.Handed)
	w.word("submitted", d.Submitted)
	w.word("copy", d.Copy)
	w.word(failureNames[d.Failure], d.Failure != parsers.FailureNone)
	w.word("incomplete", d.Incomplete)
	if !d.Time.IsZero() {
		w.WriteString(" at " + d.Time.UTC().Format(time.RFC3339Nano))
	}
	w.number("source", int64(d.Origin.Source))
	w.number("piece", int64(d.Origin.Piece))
	w.number("line", d.Origin.Line)
	w.number("offset", d.Origin.Offset)
	w.text("place", d.Place.Source)
	w.number("file", int64(d.Place.Number))
	w.number("of", d.Place.Line)
	return w.String()
}

// A describer writes the fields of a delivery that are not zero.
type describer struct{ strings.Builder }

func (w *describer) sender(d *parsers.Delivery) {
	switch {
	case d.SenderKnown:
		w.WriteString("<" + d.Sender + ">")
	case d.Sender != "":
		w.WriteString("?" + d.Sender)
	default:
		w.WriteString("?")
	}
}

func (w *describer) text(name, value string) {
	if value != "" {
		fmt.Fprintf(w, " %s=%q", name, value)
	}
}

func (w *describer) number(name string, value int64) {
	if value != 0 {
		fmt.Fprintf(w, " %s=%d", name, value)
	}
}

func (w *describer) word(name string, on bool) {
	if on {
		w.WriteString(" " + name)
	}
}

// describeAll writes deliveries, a line each.
func describeAll(all []parsers.Delivery) (lines []string) {
	for i := range all {
		lines = append(lines, Describe(&all[i]))
	}
	return lines
}
