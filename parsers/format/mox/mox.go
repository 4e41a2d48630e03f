// Package mox reads the lines that the queue of mox (0.0.1 on) writes to syslog
// or journald.
//
//	mox[763]: l=info m="delivered from queue" pkg=queue cid=19a6f457b3a from=ann@corp.example attempts=1 cid=19a6f457b3b msgid=3 recipient=jane@army.ml
//	mox[763]: l=error m="temporary failure delivering from queue" err="… 450 4.2.0 later" pkg=queue cid=1 from=ann@corp.example attempts=1 msgid=4 recipient=joe@y.example backoff=7m30s nextattempt=…
//	mox[763]: l=error m="permanent failure delivering from queue" err="… 550 5.1.1 no such user" pkg=queue cid=1 from=ann@corp.example attempts=1 msgid=5 recipient=kim@y.example
//
// After the last attempt it gives up with the words of a permanent failure: newer
// versions write permanent=false if that attempt failed for now.
//
// (Its source, queue/direct.go and queue/queue.go, and a log in its issue 397.)
// The queue holds the mail that leaves: mail of its accounts, reports and bounces; each
// recipient has a msgid of its own, and each line names both addresses. Logins,
// subjects and message ids are not logged, nor mail that is stored here.
package mox

import (
	"bytes"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Body reads the lines of mox in a log that others may share.
type Body struct{ queue.Joins }

// Name implements syslog.Body.
func (Body) Name() string { return "mox" }

// Title implements syslog.Body.
func (Body) Title() string { return "mox mail server, by syslog or journald" }

// Claims implements syslog.Body.
func (Body) Claims(program, _ []byte) (claimed, always bool) { return string(program) == "mox", true }

// Recognises implements syslog.Untagged.
func (Body) Recognises(text []byte) bool {
	return bytes.HasPrefix(text, []byte("l=")) && bytes.Contains(text, []byte(" m=")) && bytes.Contains(text, []byte(" pkg="))
}

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	return &piece{Parser: queue.Parser{Table: queue.NewTable(p, sink)}}
}

type piece struct{ queue.Parser }

// fields of a line. Of keys that come twice the first counts: none of them can
// be written by another host, whose words are in quotes after "err".
type fields struct{ message, reason, permanent, from, id, recipient []byte }

func read(text []byte) (f fields) {
	for {
		key, value, rest, ok := records.NextPair(text)
		if !ok {
			return f
		}
		text = rest
		var to *[]byte
		switch string(key) {
		case "m":
			to = &f.message
		case "err":
			to = &f.reason
		case "permanent":
			to = &f.permanent
		case "from":
			to = &f.from
		case "msgid":
			to = &f.id
		case "recipient":
			to = &f.recipient
		default:
			continue
		}
		if *to == nil {
			*to = value
		}
	}
}

// isKnown reports a line that names a recipient and says nothing of its end: what the
// server for incoming mail logs, and an attempt that begins.
func isKnown(text []byte) bool {
	return bytes.Contains(text, []byte(" pkg=smtpserver ")) || bytes.Contains(text, []byte(` m="scheduling delivery" `))
}

// Record implements syslog.BodyParser.
func (p *piece) Record(rec *syslog.Record) {
	if bytes.HasPrefix(rec.Text, []byte("l=")) && isKnown(rec.Text) {
		p.Table.Tally.Records++
		return
	}
	if !bytes.HasPrefix(rec.Text, []byte("l=")) || !bytes.Contains(rec.Text, []byte(" pkg=queue ")) {
		return
	}
	f := read(bytes.Clone(rec.Text)) // text in quotes is changed in place
	var status parsers.Status
	switch {
	case string(f.message) == "delivered from queue":
		status = parsers.StatusDelivered
	case string(f.message) == "permanent failure delivering from queue":
		status = parsers.StatusBounced
	case bytes.HasPrefix(f.message, []byte("temporary failure delivering from queue")):
		status = parsers.StatusDeferred
	default:
		return
	}
	p.Table.Tally.Records++
	at := p.Table.Place(rec.Time, rec.Line, rec.Repeat)
	if len(f.id) == 0 || len(f.recipient) == 0 {
		p.Table.Tally.Bad(at.Origin, "no recipient")
		return
	}
	if status == parsers.StatusDelivered {
		p.Table.Tally.MissBare(lines.Borrow(f.recipient), at.Origin)
	}
	m := p.Table.Message(rec.Host, f.id, at, false)
	m.Expected = 1
	if !m.SenderKnown && f.from != nil {
		m.Sender, m.SenderKnown = strings.Trim(string(f.from), "<>"), true
		m.Submitted = m.Sender != ""
	}
	r := m.Recipient(lines.Borrow(f.recipient))
	r.Set(at, status)
	if status == parsers.StatusDelivered {
		return
	}
	r.Reply("", queue.EnhancedCode(f.reason))
	r.Failure = parsers.FailureOther
	switch {
	case r.DSN == "5.1.1":
		r.Failure = parsers.FailureNoUser
	case status == parsers.StatusBounced && string(f.permanent) == "false":
		r.Status = parsers.StatusExpired // the last of its attempts failed for now
	}
}
