// Package symantec reads the audit log of Symantec Messaging Gateway, once Brightmail
// (9 to 10), by syslog.
//
//	ecelerity: 1795425510|c0a80001-b7c8ae0000001e0a-01-4ce68f00|ACCEPT|192.0.2.7:40000
//	ecelerity: 1795425510|c0a8…-4ce68f00|SENDER|alice@corp.example
//	bmserver: 1795425510|c0a8…-4ce68f00|ORCPTS|jane@army.ml|kim@army.ml
//	bmserver: 1795425510|c0a8…-4ce68f00|SUBJECT|Plan
//	bmserver: 1795425510|c0a8…-4ce68f00|MSGID|<1@corp.example>
//	bmserver: 1795425510|c0a8…-4ce68f00|MSG_SIZE|1329
//	bmserver: 1795425510|c0a8…-4ce68f00|SOURCE|internal
//	ecelerity: 1795425511|c0a8…-4ce68f00|DELIVER|192.0.2.26:25|jane@army.ml
//	ecelerity: 1795425511|c0a8…-4ce68f00|DELIVERY_FAILURE|192.0.2.27:25|550 5.1.1 no such user|kim@army.ml
//
// (Its documentation, "Message audit logs", which lists the events.) The first field is
// the time in Unix seconds, the second the message. What the filter made of a recipient
// (VERDICT, FIRED and others) is not read: what has no DELIVER is unknown. The recipient
// is the last field that is an address.
package symantec

import (
	"bytes"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Body reads the lines of the gateway in a log that others may share.
type Body struct{ queue.Joins }

// Name implements syslog.Body.
func (Body) Name() string { return "symantec" }

// Title implements syslog.Body.
func (Body) Title() string { return "Symantec Messaging Gateway audit log" }

// Claims implements syslog.Body.
func (Body) Claims(program, text []byte) (claimed, always bool) {
	switch string(program) {
	case "ecelerity", "bmserver", "conduit":
		return true, true
	case "", "mta": // containers have that name as well
		_, _, ok := cut(text)
		return ok, false
	}
	return false, true
}

// Recognises implements syslog.Untagged.
func (Body) Recognises(text []byte) bool {
	_, l, ok := cut(text)
	return ok && isRead(l.event)
}

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	t := queue.NewTable(p, sink)
	t.Late = true
	return &piece{Parser: queue.Parser{Table: t}}
}

type piece struct{ queue.Parser }

// A line is one event.
type line struct {
	id     []byte
	event  string
	fields []byte // with "|" between them
}

// cut splits "1795425510|id|EVENT|fields".
func cut(text []byte) (when time.Time, l line, ok bool) {
	const digits = len("1795425510")
	if len(text) <= digits || text[digits] != '|' || len(bytes.TrimLeft(text[:digits], "0123456789")) > 0 {
		return when, l, false
	}
	id, rest, ok := bytes.Cut(text[digits+1:], []byte("|"))
	event, fields, _ := bytes.Cut(rest, []byte("|"))
	return time.Unix(records.Number(lines.Borrow(text[:digits])), 0).UTC(), line{id, string(event), fields}, ok && len(id) > 0
}

// Record implements syslog.BodyParser.
func (p *piece) Record(rec *syslog.Record) {
	when, l, ok := cut(rec.Text)
	at := p.Table.Place(when, rec.Line, rec.Repeat)
	if !ok || isDamaged(l) {
		if len(rec.Text) == 0 || bytes.IndexByte(rec.Text, '|') >= 0 {
			p.Table.Tally.Bad(at.Origin, "no event")
		}
		return
	}
	if !isRead(l.event) {
		return
	}
	p.Table.Tally.Records++
	m := p.Table.Message(rec.Host, l.id, at, false)
	m.Expected = 1 // and all that are delivered with it
	if l.event == "DELIVER" || l.event == "DELIVERY_FAILURE" {
		p.delivery(m, l, at)
		return
	}
	first, _, _ := bytes.Cut(l.fields, []byte("|"))
	switch l.event {
	case "SENDER":
		m.Sender, m.SenderKnown = strings.Trim(string(first), "<>"), true
	case "ORCPTS":
		for to := range bytes.SplitSeq(l.fields, []byte("|")) {
			if isAddress(to) {
				m.Recipient(lines.Borrow(to)).Set(at, parsers.StatusUnknown)
			}
		}
	case "SUBJECT":
		m.Subject = string(l.fields)
	case "MSGID":
		m.MessageID = strings.Trim(string(first), "<> ")
	case "MSG_SIZE":
		m.Bytes = records.Number(lines.Borrow(first))
	case "SOURCE":
		m.Submitted = m.Submitted || string(first) == "internal"
	}
}

// isDamaged reports a line whose event is none, or breaks off.
func isDamaged(l line) bool {
	return strings.Trim(l.event, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" || len(l.fields) == 0 && strings.HasPrefix("DELIVERY_FAILURE", l.event)
}

// isRead reports the events that say something of a delivery.
func isRead(event string) bool {
	switch event {
	case "SENDER", "ORCPTS", "SUBJECT", "MSGID", "MSG_SIZE", "SOURCE", "DELIVER", "DELIVERY_FAILURE":
		return true
	}
	return false
}

// isWord reports an answer that is a reason of the gateway's own, and no server's.
func isWord(answer []byte) bool { return len(answer) > 0 && answer[0]|0x20-'a' < 26 }

func isAddress(field []byte) bool {
	return bytes.IndexByte(field, '@') > 0 && bytes.IndexByte(field, ' ') < 0
}

// delivery reads "host:port|recipient" and "host:port|answer|recipient".
func (p *piece) delivery(m *queue.Message, l line, at *queue.Place) {
	host, rest, _ := bytes.Cut(l.fields, []byte("|"))
	answer, to := []byte(nil), rest
	if i := bytes.LastIndexByte(rest, '|'); i >= 0 {
		answer, to = rest[:i], rest[i+1:]
	}
	refused := l.event == "DELIVERY_FAILURE"
	if !isAddress(to) || refused && len(bytes.TrimLeft(answer[:min(1, len(answer))], "45")) > 0 && !isWord(answer) {
		p.Table.Tally.Bad(at.Origin, "no recipient, or an answer without a code")
		return
	}
	r := m.Recipient(lines.Borrow(to))
	switch {
	case !refused:
		r.Set(at, parsers.StatusDelivered)
		if i := bytes.LastIndexByte(host, ':'); i > 0 {
			r.Handed = queue.IsPrivate(host[:i])
		}
	case bytes.HasPrefix(answer, []byte("4")):
		r.Set(at, parsers.StatusDeferred)
	default:
		r.Set(at, parsers.StatusBounced)
		r.Failure = parsers.FailureOther
	}
	r.Reply(string(host), queue.EnhancedCode(answer))
}
