// Package courier reads the syslog of the Courier mail server.
//
//	courieresmtp: id=0038C081.4D026173.000051A4,from=<root@corp.example>,addr=<someone@y.example>: 250 OK
//	courieresmtp: id=0038C081.4D026173.000051A4,from=<root@corp.example>,addr=<someone@y.example>,size=329,success: delivered: mx.y.example [192.0.2.9]
//	courieresmtp: id=0038C081.4D026173.000051A4,from=<root@corp.example>,addr=<someone@y.example>,size=329,status: success
//	courieresmtpd: error,relay=192.0.2.99,from=<eve@evil.example>,to=<ann@corp.example>: 550 User unknown.
//	courierlocal: id=…,from=<…>,addr=<bob@corp.example>,size=329,success: Message delivered.
//
// (courier(8), and a published log.) Each line names the sender and the
// recipient; that with "status:" is the last word of an attempt.
package courier

import (
	"bytes"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Body reads the lines of Courier in a log that others may share.
type Body struct{ queue.Joins }

// Name implements syslog.Body.
func (Body) Name() string { return "courier" }

// Title implements syslog.Body.
func (Body) Title() string { return "Courier mail server" }

// Claims implements syslog.Body.
func (Body) Claims(program, _ []byte) (claimed, always bool) {
	switch string(program) {
	case "courieresmtp", "courieresmtpd", "courierlocal", "courierd", "courieruucp", "courierfax", "courierdsn":
		return true, true
	}
	return false, true
}

// Recognises implements syslog.Untagged.
func (Body) Recognises(text []byte) bool {
	text, started := bytes.CutPrefix(text, []byte("started,"))
	text, ok := bytes.CutPrefix(text, []byte("id="))
	_, text, found := bytes.Cut(text, []byte(",from=<"))
	return ok && found && (started || bytes.Contains(text, []byte(">,addr=<")))
}

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	t := queue.NewTable(p, sink)
	t.Late = true
	return &piece{Parser: queue.Parser{Table: t}}
}

type piece struct{ queue.Parser }

// saysOutcome reports that a text that is not understood may be of a delivery.
func saysOutcome(text []byte) bool {
	for _, part := range [...]string{"@", "addr=", "delivered", "deferred", "success", "failure"} {
		if bytes.Contains(text, []byte(part)) {
			return true
		}
	}
	return bytes.HasPrefix(text, []byte("id=")) || len(text) > 0 && (text[0] == '4' || text[0] == '5') // an answer alone
}

// cut splits "id=id,from=<from>,addr=<to>rest".
func cut(text []byte) (id, from, to, rest []byte, ok bool) {
	text, ok1 := bytes.CutPrefix(text, []byte("id="))
	id, text, ok2 := bytes.Cut(text, []byte(",from=<"))
	from, text, ok3 := bytes.Cut(text, []byte(">,addr=<"))
	to, rest, ok4 := bytes.Cut(text, []byte(">"))
	return id, from, to, rest, ok1 && ok2 && ok3 && ok4 && len(to) > 0
}

// Record implements syslog.BodyParser.
func (p *piece) Record(rec *syslog.Record) {
	at := p.Table.Place(rec.Time, rec.Line, rec.Repeat)
	if bytes.HasPrefix(rec.Text, []byte("started,id=")) {
		p.Table.Tally.Records++ // of an attempt whose outcome has a line of its own
		return
	}
	if text, ok := bytes.CutPrefix(rec.Text, []byte("error,relay=")); ok && string(rec.Program) == "courieresmtpd" {
		p.refuse(text, at)
		return
	}
	id, from, to, text, ok := cut(rec.Text)
	if !ok {
		if saysOutcome(rec.Text) {
			p.Table.Tally.Bad(at.Origin, "not the line of a recipient")
		}
		return
	}
	p.Table.Tally.Records++
	m := p.Table.Message(rec.Host, id, at, false)
	if !m.SenderKnown {
		m.Sender, m.SenderKnown, m.Expected = string(from), true, 1
	}
	r := m.Recipient(lines.Borrow(to))
	if r.Status == parsers.StatusUnknown {
		r.Set(at, parsers.StatusDeferred) // until the attempt is over
	}
	r.Local = string(rec.Program) == "courierlocal" || string(rec.Program) == (Body{}).Name() && bytes.HasSuffix(text, []byte(",success: Message delivered."))
	if rest, ok := bytes.CutPrefix(text, []byte(",size=")); ok {
		size, rest, _ := bytes.Cut(rest, []byte(","))
		m.Bytes, text = records.Number(lines.Borrow(size)), append([]byte(","), rest...)
	}
	p.outcome(r, text, at)
}

// refuse reads "192.0.2.99,from=<s>,to=<r>: 550 User unknown." of the server that takes mail
// in; before a recipient was named there is none.
func (p *piece) refuse(text []byte, at *queue.Place) {
	client, fields, _ := bytes.Cut(text, []byte(","))
	from, rest, ok := bytes.Cut(bytes.TrimPrefix(fields, []byte("from=<")), []byte(">,to=<"))
	to, answer, ok2 := bytes.Cut(rest, []byte(">: "))
	switch {
	case !bytes.Contains(text, []byte("to=<")) && bytes.IndexByte(text, '@') < 0:
		p.Table.Tally.Records++
		return
	case !ok, !ok2, len(to) == 0, len(answer) == 0, answer[0] != '5' && answer[0] != '4', !bytes.HasPrefix(fields, []byte("from=<")):
		if bytes.Contains(text, []byte("to=")) {
			p.Table.Tally.Bad(at.Origin, "refusal without a recipient or an answer")
		}
		return
	}
	p.Table.Tally.Records++
	p.Table.Refuse(&parsers.Delivery{Sender: lines.Borrow(from), SenderKnown: true, Recipient: lines.Borrow(to), Submitted: queue.IsPrivate(bytes.Trim(client, "[]"))}, at)
}

// outcome reads ": reply", ",success: delivered: host [ip]" and ",status: word".
func (p *piece) outcome(r *queue.Recipient, text []byte, at *queue.Place) {
	switch {
	case bytes.HasPrefix(text, []byte(",success: ")):
		r.Set(at, parsers.StatusDelivered)
		if !r.Local {
			p.Table.Tally.MissBare(r.Address, at.Origin)
		}
		if host, ok := bytes.CutPrefix(text, []byte(",success: delivered: ")); ok {
			r.Relay = strings.Replace(string(host), " [", "[", 1)
			if _, address, ok := bytes.Cut(host, []byte("[")); ok {
				r.Handed = queue.IsPrivate(bytes.TrimSuffix(address, []byte("]")))
			}
		}
	case bytes.HasPrefix(text, []byte(",status: ")):
		switch string(text[len(",status: "):]) {
		case "success":
			r.Set(at, parsers.StatusDelivered)
		case "deferred":
			r.Set(at, parsers.StatusDeferred)
			r.Failure = parsers.FailureOther
		case "failure", "failed":
			r.Set(at, parsers.StatusBounced)
			r.Failure = parsers.FailureOther
		default:
			p.Table.Tally.Bad(at.Origin, "a status that is not known")
		}
	case bytes.HasPrefix(text, []byte(": ")):
		if code := queue.EnhancedCode(text[2:]); code != nil {
			r.DSN = string(code)
		}
	default:
		p.Table.Tally.Bad(at.Origin, "no outcome")
	}
}
