// Package kerio reads the mail log of Kerio Connect (6 to 10), as it writes it itself or
// through syslog.
//
//	[23/Nov/2026 09:18:30] Recv: Queue-ID: 4b9cf6be-00001d05, Service: SMTP, From: <alice@corp.example>, To: <jane@army.ml>, Size: 1329, Sender-Host: 192.0.2.7, User: alice@corp.example, SSL: yes, Subject: Plan, Msg-Id: <1@corp.example>
//	[23/Nov/2026 09:18:31] Sent: Queue-ID: 4b9cf6be-00001d05, Recipient: <jane@army.ml>, Result: delivered, Status: 2.0.0 , Remote-Host: 192.0.2.26, Msg-Id: <1@corp.example>
//	[23/Nov/2026 09:18:31] Sent: Queue-ID: 4b9cf6be-00001d05, Recipient: <joe@y.example>, Result: failed, Status: 5.1.1 no such user, Remote-Host: 192.0.2.27, Msg-Id: <1@corp.example>
//	[23/Nov/2026 09:18:31] Sent: Queue-ID: …, Recipient: <kim@y.example>, Result: delayed, Status: 4.4.1 …, Remote-Host: …
//
// (The lines are written after descriptions of its mail log; they were not compared with a
// genuine one.) A host of its own is 127.0.0.1: what goes there is stored
// here. What a host with a private address took is handed over. Of a subject all up to
// the last ", Msg-Id: " is text.
package kerio

import (
	"bytes"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Body reads the lines of Kerio Connect in a log that others may share.
type Body struct{ queue.Joins }

// Name implements syslog.Body.
func (Body) Name() string { return "kerio" }

// Title implements syslog.Body.
func (Body) Title() string { return "Kerio Connect mail log" }

// Claims implements syslog.Body. Through syslog "Recv" and "Sent" may stand where
// programs do.
func (Body) Claims(program, text []byte) (claimed, always bool) {
	switch string(program) {
	case "":
		_, _, ok := cut(text)
		return ok, false
	case "Recv", "Sent":
		return bytes.HasPrefix(text, []byte("Queue-ID: ")), false
	case "kerio", "kerio-connect", "mail", "mailserver":
		_, _, ok := cut(text)
		return ok, false
	}
	return false, true
}

// Recognises implements syslog.Untagged.
func (Body) Recognises(text []byte) bool {
	_, _, ok := cut(text)
	return ok
}

// cut splits "Recv: Queue-ID: …" and "Sent: Queue-ID: …".
func cut(text []byte) (kind string, fields []byte, ok bool) {
	for _, kind := range [...]string{"Recv", "Sent"} {
		if fields, ok := bytes.CutPrefix(text, []byte(kind+": ")); ok && bytes.HasPrefix(fields, []byte("Queue-ID: ")) {
			return kind, fields, true
		}
	}
	return "", nil, false
}

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	t := queue.NewTable(p, sink)
	t.Late = true
	return &piece{Parser: queue.Parser{Table: t}}
}

type piece struct{ queue.Parser }

// Record implements syslog.BodyParser.
func (p *piece) Record(rec *syslog.Record) {
	kind, text, ok := cut(rec.Text)
	if !ok {
		kind, text = string(rec.Program), rec.Text
	}
	f := read(text)
	at := p.Table.Place(rec.Time, rec.Line, rec.Repeat)
	if f.id == "" || kind == "Recv" && len(f.to) == 0 {
		p.Table.Tally.Bad(at.Origin, "no id, or no recipient")
		return
	}
	p.Table.Tally.Records++
	m := p.Table.Message(rec.Host, lines.BorrowBytes(f.id), at, kind == "Recv")
	m.Expected = 1 // and all that are sent with it
	if m.MessageID == "" {
		m.MessageID = strings.Clone(strings.Trim(f.messageID, "<>"))
	}
	if kind == "Recv" {
		m.Sender, m.SenderKnown = strings.Clone(f.from), true
		m.AuthUser, m.Subject, m.Bytes = strings.Clone(f.user), strings.Clone(f.subject), records.Number(f.size)
		m.Submitted = m.AuthUser != "" || queue.IsPrivate(lines.BorrowBytes(f.host))
		for _, to := range f.to {
			m.Recipient(to).Set(at, parsers.StatusUnknown)
		}
		return
	}
	if f.recipient == "" {
		p.Table.Tally.Bad(at.Origin, "no recipient")
		return
	}
	status, ok := statusOf(f.result)
	if !ok {
		p.Table.Tally.Bad(at.Origin, "a result that is not known")
		return
	}
	send(m.Recipient(f.recipient), status, f, at)
}

// send notes what a "Sent" line says of a recipient.
func send(r *queue.Recipient, status parsers.Status, f fields, at *queue.Place) {
	r.Set(at, status)
	r.Reply(strings.Clone(f.host), queue.EnhancedCode(lines.BorrowBytes(f.status)))
	host := lines.BorrowBytes(f.host)
	switch {
	case status == parsers.StatusBounced:
		r.Failure = parsers.FailureOther
	case strings.HasPrefix(f.host, "127."), f.host == "::1":
		r.Local = true
	default:
		r.Handed = len(host) > 0 && queue.IsPrivate(host)
	}
}

func statusOf(result string) (parsers.Status, bool) {
	switch strings.ToLower(result) {
	case "delivered", "relayed", "sent":
		return parsers.StatusDelivered, true
	case "failed", "bounced":
		return parsers.StatusBounced, true
	case "delayed", "deferred":
		return parsers.StatusDeferred, true
	case "discarded":
		return parsers.StatusDiscarded, true
	case "quarantined":
		return parsers.StatusHeld, true
	case "rejected":
		return parsers.StatusRejected, true
	}
	return parsers.StatusUnknown, false
}

// fields are those of a line.
type fields struct {
	id, from, recipient, result, status, host, user, size, subject, messageID string
	to                                                                        []string
}

// read reads "Key: value, Key: value"; of a key the first value counts.
func read(b []byte) (f fields) {
	for len(b) > 0 {
		key, rest, ok := bytes.Cut(b, []byte(": "))
		if !ok {
			return f
		}
		end := len(rest)
		if string(key) == "Subject" {
			if i := bytes.LastIndex(rest, []byte(", Msg-Id: ")); i >= 0 {
				end = i
			}
		} else if i := nextKey(rest); i >= 0 {
			end = i
		}
		value := strings.TrimSpace(lines.Borrow(rest[:end]))
		b = bytes.TrimLeft(rest[min(len(rest), end+len(",")):], " ")
		f.set(string(key), value)
	}
	return f
}

// maxKey bounds a key and its colon, in bytes.
const maxKey = 24

// nextKey returns where ", Key: " begins, -1 if no key follows; its manual has lines
// without the blank too.
func nextKey(b []byte) int {
	for at := 0; ; at++ {
		i := bytes.IndexByte(b[at:], ',')
		if i < 0 {
			return -1
		}
		at += i
		key, _, ok := bytes.Cut(bytes.TrimPrefix(b[at+1:min(len(b), at+2+maxKey)], []byte(" ")), []byte(": "))
		if ok && len(key) > 1 && key[0]-'A' < 26 && !bytes.ContainsAny(key, " ,<\"") {
			return at
		}
	}
}

func (f *fields) set(key, value string) {
	switch key {
	case "Queue-ID":
		f.id = value
	case "From":
		f.from = strings.Trim(value, "<>")
	case "To":
		for _, to := range records.SplitList(value, ", ") {
			f.to = append(f.to, strings.Trim(to, "<>"))
		}
	case "Recipient":
		f.recipient = strings.Trim(value, "<>")
	case "Result":
		f.result = value
	case "Status":
		f.status = value
	case "Remote-Host", "Sender-Host":
		f.host = value
	case "User":
		f.user = value
	case "Size":
		f.size = value
	case "Subject":
		f.subject = value
	case "Msg-Id":
		f.messageID = value
	}
}
