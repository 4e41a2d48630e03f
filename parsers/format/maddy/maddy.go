// Package maddy reads the lines that maddy (0.4 to 0.9) writes to syslog or
// journald.
//
//	maddy[1]: submission: incoming message	{"msg_id":"2f6f32e9","sender":"ann@corp.example","src_host":"[192.0.2.20]","src_ip":"192.0.2.20:47740","username":"ann@corp.example"}
//	maddy[1]: submission: RCPT ok	{"msg_id":"2f6f32e9","rcpt":"jane@army.ml"}
//	maddy[1]: submission: RCPT error	{"msg_id":"2f6f32e9","rcpt":"kim@army.ml","reason":"reject directive used","smtp_code":550,"smtp_enchcode":"5.1.1","smtp_msg":"…"}
//	maddy[1]: submission: accepted	{"msg_id":"2f6f32e9"}
//	maddy[1]: queue: delivered	{"attempt":1,"msg_id":"2f6f32e9","rcpt":"jane@army.ml"}
//	maddy[1]: queue: delivery attempt failed	{"msg_id":"2f6f32e9","rcpt":"joe@void.example","reason":"Domain does not accept email (null MX)","smtp_code":556,"smtp_enchcode":"5.1.10","smtp_msg":"…"}
//	maddy[1]: queue: not delivered, permanent error	{"msg_id":"2f6f32e9","rcpt":"joe@void.example"}
//
// (Its source, framework/log and internal/target/queue, and logs in its issues
// 328, 327 and 842.) The name before the message is that of a module, which the
// configuration chooses: newer ones write target.queue, or none before what the queue says
// ("delivered	{…}", version 0.9.5). Between message and
// object stands a tab, that rsyslog writes as #011. Only mail that goes
// through a queue is logged: mail that is stored here has no line. Nor do lines
// say which mail an alias made, or whether a failure was the last of many tries:
// it is bounced.
package maddy

import (
	"bytes"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Body reads the lines of maddy in a log that others may share.
type Body struct{ queue.Joins }

// Name implements syslog.Body.
func (Body) Name() string { return "maddy" }

// Title implements syslog.Body.
func (Body) Title() string { return "maddy mail server, by syslog or journald" }

// Claims implements syslog.Body.
func (Body) Claims(program, _ []byte) (claimed, always bool) { return string(program) == "maddy", true }

// refused is the message about a recipient that was refused to the client.
const refused = "RCPT error"

// Recognises implements syslog.Untagged: the name of a module, and in every line
// of a message its id.
func (Body) Recognises(text []byte) bool {
	message, object, ok := cut(text)
	module, _, _ := bytes.Cut(text, []byte(": "))
	tagged := bytes.ContainsAny(module, " [") && !bytes.HasPrefix(text, message) || bytes.Contains(message, []byte(": "))
	return ok && !tagged && bytes.Contains(object, []byte(`"msg_id":"`))
}

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	t := queue.NewTable(p, sink)
	t.Late = true
	return &piece{Parser: queue.Parser{Table: t}}
}

type piece struct{ queue.Parser }

// isNameless reports a message of the queue that may stand without the name of a module.
func isNameless(message []byte) bool {
	switch string(message) {
	case "delivered", "delivery attempt failed", "not delivered, permanent error", "will retry":
		return true
	}
	return false
}

// cut splits "module: message<TAB>{…}", or "message<TAB>{…}" of the queue.
func cut(text []byte) (message, object []byte, ok bool) {
	for _, tab := range [...]string{"\t{", "#011{", " {"} {
		if i := bytes.Index(text, []byte(tab)); i >= 0 {
			message, object = bytes.TrimRight(text[:i], " \t"), bytes.TrimSpace(text[i+len(tab)-1:])
			if isNameless(message) {
				return message, object, true
			}
			_, message, ok = bytes.Cut(message, []byte(": "))
			return message, object, ok
		}
	}
	return nil, nil, false
}

// Record implements syslog.BodyParser.
func (p *piece) Record(rec *syslog.Record) {
	if bytes.HasPrefix(rec.Text, []byte("[debug] ")) {
		p.Table.Tally.Records++ // its end comes in a line of its own
		return
	}
	at := p.Table.Place(rec.Time, rec.Line, rec.Repeat)
	message, object, ok := cut(rec.Text)
	if !ok {
		if isDamaged(rec.Text) {
			p.Table.Tally.Bad(at.Origin, "the queue's line has no object")
		}
		return
	}
	switch string(message) {
	case "incoming message", "delivered", "delivery attempt failed", "not delivered, permanent error", refused:
	case "will retry", "accepted", "RCPT ok":
		p.Table.Tally.Records++
		return
	default:
		return
	}
	if !gjson.ValidBytes(object) {
		p.Table.Tally.Bad(at.Origin, "not a JSON object")
		return
	}
	v := read(object)
	begins := string(message) == "incoming message"
	if v.id == "" || v.recipient == "" && !begins {
		p.Table.Tally.Bad(at.Origin, "no message, or no recipient")
		return
	}
	p.Table.Tally.Records++
	m := p.Table.Message(rec.Host, lines.BorrowBytes(v.id), at, begins)
	m.Expected = 1 // and all that are tried with it
	if begins {
		m.Sender, m.SenderKnown, m.AuthUser = strings.Clone(v.sender), true, strings.Clone(v.login)
		m.Submitted = m.AuthUser != "" || isPrivate(v.client)
		return
	}
	attempt(m.Recipient(v.recipient), string(message), v.code, at)
}

// isDamaged reports a text without an object that may be of a delivery: there is a part of
// one in it, or it is of the queue and breaks off.
func isDamaged(text []byte) bool {
	if bytes.IndexByte(text, '"') >= 0 {
		return true
	}
	_, message, ok := bytes.Cut(text, []byte("queue:"))
	message = bytes.TrimSpace(message)
	return ok && (len(message) == 0 || bytes.HasPrefix(message, []byte("del")) || bytes.HasPrefix(message, []byte("not ")))
}

// fields of a line's object.
type fields struct{ id, sender, login, recipient, code, client string }

func read(object []byte) (f fields) {
	gjson.Parse(lines.Borrow(object)).ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "msg_id":
			f.id = value.Str
		case "sender":
			f.sender = value.Str
		case "username":
			f.login = value.Str
		case "rcpt":
			f.recipient = value.Str
		case "smtp_enchcode":
			f.code = value.Str
		case "src_ip":
			f.client = value.Str
		}
		return true
	})
	return f
}

// attempt sets the status of a recipient from a line of the queue.
func attempt(r *queue.Recipient, message, enhanced string, at *queue.Place) {
	switch message {
	case "delivered":
		r.Set(at, parsers.StatusDelivered)
	case refused:
		r.Set(at, parsers.StatusRejected)
		r.Reply("", lines.BorrowBytes(enhanced))
		r.Failure = failure(enhanced)
	case "delivery attempt failed":
		r.Set(at, parsers.StatusDeferred)
		r.Reply("", lines.BorrowBytes(enhanced))
		r.Failure = failure(enhanced)
	default: // the attempt before was the last
		why := r.Failure
		r.Set(at, parsers.StatusBounced)
		r.Failure = why
	}
}

// failure returns the reason that an enhanced status code (RFC 3463, RFC 7505)
// gives. Those of look-ups are maddy's own.
func failure(enhanced string) parsers.Failure {
	switch enhanced {
	case "5.1.1":
		return parsers.FailureNoUser
	case "5.1.2":
		return parsers.FailureNoDomain
	case "5.1.10":
		return parsers.FailureNullMX
	}
	return parsers.FailureOther
}

// isPrivate reports whether an address such as "10.0.0.7:47740" or "[::1]:25" is
// of a private network.
func isPrivate(address string) bool {
	i := strings.LastIndexByte(address, ':')
	if i < 0 {
		return false
	}
	host := strings.Trim(address[:i], "[]")
	return queue.IsPrivate(lines.BorrowBytes(host))
}
