package table

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
	"github.com/typoaudit/typoaudit/parsers/format/shared/message"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

// A recorder makes deliveries of the records of a piece.
type recorder struct {
	piece   parsers.Piece
	columns columns
	sink    parsers.Sink
	tally   parsers.Tally
	dates   records.Dates
	list    header.List

	// Of the record that is read: the value of each field, those that are there and
	// not null, and those that are there. The recipients are those of an array.
	value      [fields]string
	has, seen  [fields]bool
	recipients []string
	delivery   parsers.Delivery
	emitted    int       // deliveries of it
	sum        uint32    // of a bounce's subject
	sent       time.Time // when the message was that a bounce is about
	bounced    time.Time // when a report said so
	word       []byte

	isOdd [fields]bool // the fields of which a word was not known
}

func newRecorder(p parsers.Piece, sink parsers.Sink) recorder {
	return recorder{piece: p, columns: columnsOf(p.Map), sink: sink, dates: records.Dates{Order: p.DateOrder}}
}

// clear makes r ready for the next record.
func (r *recorder) clear() {
	r.value, r.has, r.seen = [fields]string{}, [fields]bool{}, [fields]bool{}
	r.recipients = r.recipients[:0]
}

// maxCount bounds what one record may stand for.
const maxCount = 1 << 30

// record emits the deliveries of the record on a line, or counts it as malformed.
func (r *recorder) record(line int64) {
	d := &r.delivery
	*d = parsers.Delivery{Origin: r.origin(line)}
	read := r.readForeign
	exact := r.value[fieldSchema] == Schema
	if exact {
		read = r.readExact
	}
	if reason := read(); reason != "" {
		r.tally.Missed(d.Origin, "", reason)
		return
	}
	switch {
	case !exact:
		r.emitEach()
		return
	case isTrue(r.value[fieldBounce]):
		r.tally.Seen(d.Time)
		b := r.bounce(d.Time)
		b.SubjectSum, b.Sent, b.OrigRecipient = r.sum, r.sent, d.OrigRecipient
		r.sink.Bounce(&b)
	case isTrue(r.value[fieldBouncedByReport]):
		b := r.bounce(r.bounced)
		b.SubjectSum, b.Sent = d.SubjectSum, d.Time
		r.sink.Bounce(&b)
		d.Status, d.Arrived, d.Failure, d.DSN, d.Relay = parsers.StatusUnknown, parsers.ArrivedUnknown, parsers.FailureNone, "", ""
		r.emit()
	default:
		r.emit()
	}
	r.tally.Records++
}

// bounce returns what the record says of a delivery that it is not, or whose outcome
// it has from a report of a time.
func (r *recorder) bounce(at time.Time) parsers.Bounce {
	d := &r.delivery
	return parsers.Bounce{
		Time: at, MessageID: d.MessageID, Recipient: d.Recipient, Status: d.Status, Arrived: d.Arrived, Failure: d.Failure,
		DSN: d.DSN, Relay: d.Relay, Origin: d.Origin,
	}
}

func (r *recorder) origin(line int64) parsers.Origin {
	return parsers.Origin{Source: r.piece.Source, Piece: r.piece.Number, Line: line}
}

// emitTo emits the delivery to one of its recipients.
func (r *recorder) emitTo(address string) {
	r.delivery.Recipient = address
	r.emit()
	r.tally.MissUnread(&r.delivery)
}

// emit emits the delivery.
func (r *recorder) emit() {
	d := &r.delivery
	r.emitted++
	r.tally.Seen(d.Time)
	r.tally.Count(d)
	r.sink.Add(d)
}

// emitEach emits a delivery for each recipient of a record.
func (r *recorder) emitEach() {
	r.emitted = 0
	broken := r.emitRecipients()
	if r.emitted > 0 {
		r.tally.Records++
	}
	switch {
	case broken != "":
		r.tally.Missed(r.delivery.Origin, "", broken)
	case r.emitted == 0:
		r.tally.Missed(r.delivery.Origin, "", fmt.Sprintf("no recipient in column %q", r.columns.name[fieldRecipient]))
	}
}

// readForeign fills in the delivery, but for the recipient, from a record of
// whoever wrote it. The reason is "" if it could be read.
func (r *recorder) readForeign() (reason string) {
	for f := fieldQueueID + 1; f < fields; f++ {
		if r.has[f] && !r.columns.mapped[f] { // a column of that name may hold anything
			r.value[f], r.has[f] = "", false
		}
	}
	d := &r.delivery
	if r.has[fieldSender] {
		sender, ok := r.oneAddress(r.value[fieldSender])
		if !ok {
			return r.complain(fieldSender, "is no address")
		}
		d.Sender, d.SenderKnown = sender, true
	}
	if orig, ok := r.oneAddress(r.value[fieldOrigRecipient]); ok {
		d.OrigRecipient = orig
	}
	d.MessageID = strings.Trim(strings.TrimSpace(r.value[fieldMessageID]), "<>")
	return r.readValues()
}

// readExact fills in the delivery from a record of parse.
func (r *recorder) readExact() (reason string) {
	d := &r.delivery
	d.Sender, d.SenderKnown = r.value[fieldSender], r.has[fieldSender]
	d.OrigRecipient, d.MessageID = r.value[fieldOrigRecipient], r.value[fieldMessageID]
	if d.Recipient = r.value[fieldRecipient]; len(r.recipients) > 0 {
		d.Recipient = r.recipients[0]
	}
	if d.Recipient == "" {
		return "no recipient"
	}
	if reason := r.readValues(); reason != "" {
		return reason
	}
	if reason := cmp.Or(r.readReport(), r.readCoverage()); reason != "" {
		return reason
	}
	if d.Copy = isTrue(r.value[fieldCopy]); d.Copy {
		d.References, d.SubjectSum = r.value[fieldReferences], message.SumOfSubject([]byte(d.Subject))
	}
	return ""
}

// readReport reads what a record says of a report, besides the delivery.
func (r *recorder) readReport() (reason string) {
	var ok bool
	if r.sent, ok = r.dates.Read(r.value[fieldSent], time.UTC); !ok {
		return r.complain(fieldSent, noTime)
	}
	if r.bounced, ok = r.dates.Read(r.value[fieldBounceTime], time.UTC); !ok {
		return r.complain(fieldBounceTime, noTime)
	}
	if r.sum = 0; r.value[fieldSubjectSum] == "" {
		return ""
	}
	sum, err := strconv.ParseUint(r.value[fieldSubjectSum], 10, 32)
	if r.sum = uint32(sum); err != nil {
		return r.complain(fieldSubjectSum, "is no sum")
	}
	return ""
}
