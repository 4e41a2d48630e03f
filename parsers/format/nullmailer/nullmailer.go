// Package nullmailer reads what nullmailer-send (2.0 to 2.2), which gives all mail of a host
// to another server, writes to syslog or journald.
//
//	nullmailer-send[12]: Starting delivery, 1 message(s) in queue.
//	nullmailer-send[12]: Starting delivery: host: smtp.provider.example protocol: smtp file: 1559199706.31426
//	nullmailer-send[12]: From: <alice@corp.example> to: <jane@army.ml>, <kim@army.mil>
//	nullmailer-send[12]: Message-Id: <1559199706.945315.31427.nullmailer@corp.example>
//	nullmailer-send[12]: smtp: Succeeded: 250 2.0.0 Ok: queued as 3B664B0D
//	nullmailer-send[12]: Sent file.
//	nullmailer-send[12]: smtp: Failed: 553 Mail from must equal authorized user
//	nullmailer-send[12]: Sending failed: Permanent error in sending the message
//	nullmailer-send[12]: Delivery complete, 0 message(s) remain.
//
// (Its source, send.cc, and logs that were published.) One process sends one message after
// the other, so that its lines belong to the attempt that it began last; an attempt is a
// message. What the other server took may have arrived. Version 1 names no recipients: each
// of its deliveries is counted as not understood. Size, subject and login are not logged.
package nullmailer

import (
	"bytes"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Body reads the lines of nullmailer in a log that others may share.
type Body struct{}

// Name implements syslog.Body.
func (Body) Name() string { return "nullmailer" }

// Title implements syslog.Body.
func (Body) Title() string { return "nullmailer, by syslog or journald" }

// Claims implements syslog.Body. Older units of Debian pass its output on under its own name.
func (Body) Claims(program, _ []byte) (claimed, always bool) {
	return string(program) == "nullmailer-send" || string(program) == "nullmailer", true
}

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	t := queue.NewTable(p, sink)
	t.Nameless, t.Reused = true, true // the key is the process
	return &piece{Parser: queue.Parser{Table: t}}
}

// NewJoiner implements syslog.Body.
func (Body) NewJoiner(sink parsers.Sink) parsers.Joiner {
	j := queue.NewJoiner(sink)
	j.Reused = true
	return j
}

type piece struct{ queue.Parser }

// Record implements syslog.BodyParser.
func (p *piece) Record(rec *syslog.Record) {
	at := p.Table.Place(rec.Time, rec.Line, rec.Repeat)
	id, text := append([]byte("send "), rec.PID()...), rec.Text
	begins := bytes.HasPrefix(text, []byte("Starting delivery: "))
	if !begins && isAside(text) {
		p.Table.Tally.Known = true
		return
	}
	m := p.Table.Message(rec.Host, id, at, begins)
	m.Relayed, m.Submitted = true, true
	p.Table.Tally.Records++
	rest, isEnvelope := bytes.CutPrefix(text, []byte("From: <"))
	messageID, isID := bytes.CutPrefix(text, []byte("Message-Id: <"))
	why, failed := bytes.CutPrefix(text, []byte("Sending failed: "))
	switch {
	case begins:
	case isEnvelope:
		p.envelope(m, rest, at)
	case isID:
		m.MessageID = strings.TrimSuffix(string(messageID), ">")
	case string(text) == "Sent file.":
		p.end(m, parsers.StatusDelivered, at)
	case failed && bytes.HasPrefix(why, []byte("Permanent ")):
		p.end(m, parsers.StatusBounced, at)
	case failed, bytes.HasPrefix(text, []byte("Sending process crashed")):
		p.end(m, parsers.StatusDeferred, at)
	default:
		p.Table.Tally.Bad(at.Origin, "a line that is not known")
	}
}

// isAside reports a line that is of no message, or says nothing that counts of one.
func isAside(text []byte) bool {
	for _, begin := range [...]string{
		"Starting delivery, ", "Delivery complete, ", "Rescanning queue", "Trigger pulled", "smtp: ", "qmqp: ", "Moving message ", "Generating ", "Not generating ",
		"Can't ", "Cannot ", "Could not ", "No remote ", "Error ", "Fork failed",
	} {
		if bytes.HasPrefix(text, []byte(begin)) {
			return true
		}
	}
	return false
}

// envelope reads "a@x.example> to: <b@y.example>, <c@z.example>".
func (p *piece) envelope(m *queue.Message, text []byte, at *queue.Place) {
	from, list, ok := bytes.Cut(text, []byte("> to: <"))
	list, whole := bytes.CutSuffix(list, []byte(">"))
	if !ok || !whole {
		p.Table.Tally.Bad(at.Origin, "an envelope without recipients")
		return
	}
	m.Sender, m.SenderKnown = string(from), true
	for to := range bytes.SplitSeq(list, []byte(">, <")) {
		if bytes.ContainsAny(to, "<> ") {
			p.Table.Tally.Bad(at.Origin, "a recipient without an end")
		}
		p.Table.Tally.MissBare(lines.Borrow(to), at.Origin)
		m.Recipient(lines.Borrow(to)).Set(at, parsers.StatusUnknown)
	}
}

// end notes what became of all recipients of an attempt.
func (p *piece) end(m *queue.Message, status parsers.Status, at *queue.Place) {
	if m.Began && len(m.Recipients) == 0 {
		p.Table.Tally.Bad(at.Origin, "an attempt whose recipients are not in the log")
	}
	m.Close(status)
}
