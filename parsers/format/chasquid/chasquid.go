// Package chasquid reads the mail log of chasquid (1.x), as it writes it itself
// or through syslog.
//
//	2026-11-20 09:00:00.604821 192.0.2.7:49542 auth succeeded for alice@corp.example
//	2026-11-20 09:00:00.606123 dQXNe_MS0lI from=alice@corp.example queued ip=192.0.2.7:49542 to=[jane@army.ml team@corp.example]
//	2026-11-20 09:00:00.618480 dQXNe_MS0lI from=alice@corp.example to=jane@army.ml sent
//	2026-11-20 09:00:00.620598 dQXNe_MS0lI from=alice@corp.example to=joe@y.example failed (permanent): MAIL+RCPT 550 5.1.1 no such user
//	2026-11-20 09:00:00.631064 dQXNe_MS0lI from=alice@corp.example to=kim@y.example failed (temporary): all MXs returned transient failures (last: DATA closing EOF)
//	2026-11-20 09:00:00.632121 dQXNe_MS0lI from=alice@corp.example completed loop, next in 1m10s
//	2026-11-20 09:00:00.641868 dQXNe_MS0lI from=alice@corp.example all done
//	2026-11-20 09:00:01.605744 192.0.2.9:49554 rejected from=a@b.example to=[x@y.example] - relay not allowed
//	Nov 20 09:00:00 mail chasquid[7]: dQXNe_MS0lI from=<> to=alice@corp.example sent
//
// (Its source, internal/maillog, and runs of Debian's 1.11.) Every line names
// the sender. A login names its connection, before the message is queued. No line
// says which of the queued addresses an alias replaced, or whether a mailbox is
// local. Addresses have no blanks: chasquid takes none with quotes. A recipient
// that is still waiting when all is done was given up.
package chasquid

import (
	"bytes"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Body reads the lines of chasquid in a log that others may share.
type Body struct{ queue.Joins }

// Name implements syslog.Body.
func (Body) Name() string { return "chasquid" }

// Title implements syslog.Body.
func (Body) Title() string { return "chasquid mail log" }

// Claims implements syslog.Body. A log of its own has no program: in place of
// the host it has an id.
func (Body) Claims(program, text []byte) (claimed, always bool) {
	if len(program) > 0 {
		return string(program) == "chasquid", true
	}
	return recognised(text), false
}

// Recognises implements syslog.Untagged: an id stands before the text.
func (Body) Recognises(text []byte) bool {
	id, rest, ok := bytes.Cut(text, []byte(" "))
	return ok && isID(id) && recognised(rest)
}

// isID reports a word that may be the id of a message, or a client's address and port.
func isID(word []byte) bool {
	_, port, bracketed := bytes.Cut(word, []byte("]"))
	return len(word) >= len("1.2.3.4") && bytes.IndexByte(word, '=') < 0 && (!bracketed || word[0] == '[' && bytes.HasPrefix(port, []byte(":")))
}

// recognised reports whether a line without a program's name is of chasquid.
func recognised(text []byte) bool {
	if rest, ok := bytes.CutPrefix(text, []byte("from=")); ok {
		_, rest, _ = bytes.Cut(rest, []byte(" "))
		return bytes.HasPrefix(rest, []byte("queued ip=")) || string(rest) == "all done" ||
			bytes.HasSuffix(rest, []byte("sent")) || bytes.Contains(rest, []byte("failed (")) || // their recipient is damaged
			bytes.HasPrefix(rest, []byte("completed loop, next in "))
	}
	return bytes.HasPrefix(text, []byte("auth succeeded for ")) || bytes.HasPrefix(text, []byte("auth failed for ")) ||
		bytes.HasPrefix(text, []byte("rejected from=")) || bytes.HasPrefix(text, []byte("listening on "))
}

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	return &piece{Parser: queue.Parser{Table: queue.NewTable(p, sink)}}
}

type piece struct{ queue.Parser }

// Record implements syslog.BodyParser.
func (p *piece) Record(rec *syslog.Record) {
	host, id, text := []byte(nil), rec.Host, rec.Text
	if len(rec.Program) > 0 {
		host = rec.Host
		id, text, _ = bytes.Cut(rec.Text, []byte(" "))
	}
	at := p.Table.Place(rec.Time, rec.Line, rec.Repeat)
	switch {
	case bytes.HasPrefix(text, []byte("from=")):
		p.message(host, id, text[len("from="):], at)
	case bytes.HasPrefix(text, []byte("auth succeeded for ")):
		p.Table.Tally.Records++
		c := p.Table.Message(host, id, at, true)
		c.AuthUser, c.Ended = string(text[len("auth succeeded for "):]), true
	case bytes.HasPrefix(text, []byte("rejected from=")):
		p.refuse(text[len("rejected from="):], at)
	case bytes.HasPrefix(text, []byte("listening on ")), bytes.HasPrefix(text, []byte("auth failed for ")):
		p.Table.Tally.Records++
	case bytes.Contains(text, []byte(" to=")):
		p.Table.Tally.Bad(at.Origin, "recipient without a sender")
	}
}

// message reads the rest of a line after "ID from=".
func (p *piece) message(host, id, text []byte, at *queue.Place) {
	from, text, _ := bytes.Cut(text, []byte(" "))
	p.Table.Tally.Records++
	queued := bytes.HasPrefix(text, []byte("queued ip="))
	m := p.Table.Message(host, id, at, queued)
	if !m.SenderKnown {
		m.Sender, m.SenderKnown = strings.Trim(string(from), "<>"), true
	}
	switch {
	case queued:
		client, _, _ := bytes.Cut(text[len("queued ip="):], []byte(" "))
		p.connection(m, host, client, at)
	case bytes.HasPrefix(text, []byte("to=")):
		p.attempt(m, text[len("to="):], at)
	case string(text) == "all done":
		m.Close(parsers.StatusExpired)
	case !bytes.HasPrefix(text, []byte("completed loop, ")):
		p.Table.Tally.Bad(at.Origin, "neither a recipient nor the end of a message")
	}
}

// connection joins a message with the connection that it came by, which is the
// hop before it: a line of that one may have named a login.
func (p *piece) connection(m *queue.Message, host, client []byte, at *queue.Place) {
	c := p.Table.Message(host, client, at, false)
	c.Began, c.Ended = c.Began || p.Table.IsFar(at), true // a login would have come just before
	hop := c.Recipient(m.ID)
	hop.Handed, hop.Next = true, m.ID
	if i := bytes.LastIndexByte(client, ':'); i > 0 {
		c.Submitted = queue.IsPrivate(bytes.Trim(client[:i], "[]"))
	}
}

// attempt reads "r sent" and "r failed (temporary): reason".
func (p *piece) attempt(m *queue.Message, text []byte, at *queue.Place) {
	to, text, _ := bytes.Cut(text, []byte(" "))
	if len(to) == 0 {
		p.Table.Tally.Bad(at.Origin, "no recipient")
		return
	}
	var status parsers.Status
	switch {
	case string(text) == "sent":
		status = parsers.StatusDelivered
	case bytes.HasPrefix(text, []byte("failed (permanent): ")):
		status = parsers.StatusBounced
	case bytes.HasPrefix(text, []byte("failed (temporary): ")):
		status = parsers.StatusDeferred
	default:
		p.Table.Tally.Bad(at.Origin, "attempt without an outcome")
		return
	}
	r := m.Recipient(lines.Borrow(to))
	if r.Status == parsers.StatusDelivered {
		return // an alias made it a second time
	}
	r.Set(at, status)
	if status == parsers.StatusDelivered {
		return
	}
	reason := last(text[len("failed (permanent): "):])
	r.Failure = failure(reason)
	r.Reply("", queue.EnhancedCode(reason))
	r.Broke = r.Broke || brokeAtEnd(reason)
}

// last returns the reason of the last host that was tried.
func last(reason []byte) []byte {
	if inner, ok := bytes.CutPrefix(reason, []byte("all MXs returned transient failures (last: ")); ok {
		return bytes.TrimSuffix(inner, []byte(")"))
	}
	return reason
}

// failure returns the reason: a domain or a recipient that does not exist, or
// another.
func failure(reason []byte) parsers.Failure {
	switch {
	case bytes.HasPrefix(reason, []byte("Could not dial: ")) && bytes.HasSuffix(reason, []byte(": no such host")):
		return parsers.FailureNoDomain
	case string(queue.EnhancedCode(reason)) == "5.1.1":
		return parsers.FailureNoUser
	}
	return parsers.FailureOther
}

// brokeAtEnd reports whether a connection broke when the message had been sent:
// if the server answered, its code follows.
func brokeAtEnd(reason []byte) bool {
	rest, ok := bytes.CutPrefix(reason, []byte("DATA closing "))
	return ok && len(rest) > 0 && rest[0]-'0' >= 10
}

// refuse reads "s to=[a b] - reason".
func (p *piece) refuse(text []byte, at *queue.Place) {
	p.Table.Tally.Records++
	from, text, ok := bytes.Cut(text, []byte(" to=["))
	list, _, ok2 := bytes.Cut(text, []byte("] - "))
	if !ok || !ok2 || bytes.IndexByte(from, ' ') >= 0 {
		p.Table.Tally.Bad(at.Origin, "a refusal without its recipients")
		return
	}
	for to := range bytes.SplitSeq(list, []byte(" ")) {
		if len(to) > 0 {
			p.Table.Refuse(&parsers.Delivery{Sender: strings.Trim(lines.Borrow(from), "<>"), SenderKnown: true, Recipient: lines.Borrow(to)}, at)
		}
	}
}
