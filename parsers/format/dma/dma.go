// Package dma reads what the DragonFly Mail Agent (0.9 to 0.14) writes to syslog, as
// it is the mailer of FreeBSD since 14 and of small Debian hosts.
//
//	dma[5d3f1][2201]: new mail from user=alice uid=1001 envelope_from=<alice@corp.example>
//	dma[5d3f1][2201]: mail to=<jane@army.ml> queued as 5d3f1.1801e10
//	dma[5d3f1.1801e10][2202]: <jane@army.ml> trying delivery
//	dma[5d3f1.1801e10][2202]: using smarthost (smtp.provider.example:587)
//	dma[5d3f1.1801e10][2202]: trying remote delivery to mx.army.ml [192.0.2.26] pref 10
//	dma[5d3f1.1801e10][2202]: <jane@army.ml> delivery successful
//	dma[5d3f1.1801e10][2202]: remote delivery deferred: mx.army.ml [192.0.2.26] failed after RCPT TO: 450 4.2.0 later
//	dma[5d3f1.1801e10][2202]: remote delivery to mx.army.ml [192.0.2.26] failed after RCPT TO: 550 5.1.1 unknown
//	dma[5d3f1.1801e10][2202]: delivery failed, bouncing as 5d3f2
//
// (Its source, mail.c, net.c, dma.c and local.c.) The id stands where others have
// their PID; a recipient has one of its own, which is the next hop of the message.
// Only "trying" and "successful" name the recipient. A recipient without a domain is
// local. What a smarthost took may have arrived. Size, subject and message-id are not
// logged, and the relay of an attempt is not read: its line names no recipient.
package dma

import (
	"bytes"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Body reads the lines of dma in a log that others may share.
type Body struct{ queue.Joins }

// Name implements syslog.Body.
func (Body) Name() string { return "dma" }

// Title implements syslog.Body.
func (Body) Title() string { return "dma, the DragonFly Mail Agent" }

// Claims implements syslog.Body.
func (Body) Claims(program, _ []byte) (claimed, always bool) { return string(program) == "dma", true }

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	t := queue.NewTable(p, sink)
	t.Late = true
	return &piece{Parser: queue.Parser{Table: t}}
}

type piece struct{ queue.Parser }

// Record implements syslog.BodyParser.
func (p *piece) Record(rec *syslog.Record) {
	id, text := rec.Ident(), rec.Text
	at := p.Table.Place(rec.Time, rec.Line, rec.Repeat)
	switch {
	case len(id) == 0:
		if bytes.IndexByte(text, '@') >= 0 || bytes.Contains(text, []byte("deliver")) {
			p.Table.Tally.Bad(at.Origin, "the tag has no id")
		}
	case bytes.HasPrefix(text, []byte("new mail from ")):
		p.begin(p.message(rec.Host, id, at, true), text)
	case bytes.HasPrefix(text, []byte("mail to=<")):
		p.queued(p.message(rec.Host, id, at, false), text[len("mail to=<"):], at)
	case len(text) > 0 && text[0] == '<':
		if !p.attempt(p.message(rec.Host, id, at, false), text[1:], at) {
			p.Table.Tally.Bad(at.Origin, "neither an attempt nor its end")
		}
	case bytes.HasPrefix(text, []byte("trying delivery")), bytes.HasPrefix(text, []byte("delivery successful")):
		p.Table.Tally.Bad(at.Origin, "no recipient")
	case bytes.HasPrefix(text, []byte("using smarthost ")):
		p.message(rec.Host, id, at, false).Relayed = true
	case bytes.HasPrefix(text, []byte("delivery failed, bouncing as ")):
		p.message(rec.Host, id, at, false).Close(parsers.StatusBounced)
	}
}

func (p *piece) message(host, id []byte, at *queue.Place, begins bool) *queue.Message {
	p.Table.Tally.Records++
	return p.Table.Message(host, id, at, begins)
}

// begin reads "new mail from user=alice uid=1001 envelope_from=<s>".
func (p *piece) begin(m *queue.Message, text []byte) {
	m.Submitted, m.Ended = true, true // no line says that all are queued
	if _, from, ok := bytes.Cut(text, []byte(" envelope_from=<")); ok {
		m.Sender, m.SenderKnown = strings.TrimSuffix(string(from), ">"), true
	}
}

// queued reads "r> queued as 5d3f1.1801e10".
func (p *piece) queued(m *queue.Message, text []byte, at *queue.Place) {
	i := bytes.LastIndex(text, []byte("> queued as "))
	if i < 0 {
		p.Table.Tally.Bad(at.Origin, "recipient without an id")
		return
	}
	r := m.Recipient(lines.Borrow(text[:i]))
	r.Set(at, parsers.StatusUnknown)
	r.Handed, r.Next = true, string(text[i+len("> queued as "):])
}

// attempt reads "r> trying delivery" and "r> delivery successful"; it is false for
// another text.
func (p *piece) attempt(m *queue.Message, text []byte, at *queue.Place) bool {
	m.Expected = 1
	if to, ok := bytes.CutSuffix(text, []byte("> trying delivery")); ok {
		m.Recipient(lines.Borrow(to)).Set(at, parsers.StatusDeferred)
		return true
	}
	to, ok := bytes.CutSuffix(text, []byte("> delivery successful"))
	if ok {
		r := m.Recipient(lines.Borrow(to))
		r.Set(at, parsers.StatusDelivered)
		r.Local = bytes.IndexByte(to, '@') < 0 && parsers.HasDomain(r.Address) // else what masks one
	}
	return ok
}
