// Package stalwart reads the log of Stalwart (0.10 and later), as it writes it itself,
// to the output of a container or to journald.
//
//	2026-11-20T08:40:57Z INFO Authentication successful (auth.success) listenerId = "submissions", localPort = 465, remoteIp = 192.0.2.7, remotePort = 46814, accountName = "alice", accountId = 6
//	2026-11-20T08:40:58Z INFO Queued message submission for delivery (queue.authenticated-message-queued) …, remoteIp = 192.0.2.7, remotePort = 46814, queueId = 2198, from = "alice@corp.example", to = ["jane@army.ml"], size = 3959
//	2026-11-20T08:40:58Z INFO Delivery attempt started (delivery.attempt-start) queueId = 2198, from = "alice@corp.example", to = ["jane@army.ml"], size = 3959, total = 1
//	2026-11-20T08:40:59Z INFO Message delivered (delivery.delivered) queueId = 2198, from = …, to = ["jane@army.ml"], …, hostname = "mx.army.ml", to = "jane@army.ml", code = 250, details = "2.0.0 Ok"
//	2026-11-20T08:40:59Z INFO SMTP RCPT TO rejected (delivery.rcpt-to-rejected) queueId = 2198, …, hostname = "mx.army.ml", to = "joe@army.ml", code = 550, details = "5.1.1 no such user"
//	2026-11-20T08:40:59Z INFO DSN permanent failure notification (delivery.dsn-perm-fail) queueId = 2198, …, to = "joe@army.ml", …
//	2026-11-20T08:41:00Z INFO Delivery completed (delivery.completed) queueId = 2198, …
//
// (Its documentation, "Events", which lists them.) A line has the keys of the message
// first, with all recipients that still wait, and then those of the event: of two keys
// of a name the last one counts. A login is that of the connection. Mail that is stored
// here has no event of its recipient: what became of it is unknown. Subject and
// message-id are not read.
package stalwart

import (
	"bytes"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Body reads the lines of Stalwart in a log that others may share.
type Body struct{ queue.Joins }

// Name implements syslog.Body.
func (Body) Name() string { return "stalwart" }

// Title implements syslog.Body.
func (Body) Title() string { return "Stalwart mail server" }

// Claims implements syslog.Body. A log of its own has no program: the level stands
// where the host does.
func (Body) Claims(program, text []byte) (claimed, always bool) {
	if len(program) > 0 {
		return string(program) == "stalwart" || string(program) == "stalwart-mail", true
	}
	return Body{}.Recognises(text), false
}

// Recognises implements syslog.Untagged.
func (Body) Recognises(text []byte) bool {
	event, fields, ok := cut(text)
	title, _, _ := bytes.Cut(text, []byte(" ("))
	return ok && isRead(event) && !bytes.ContainsAny(title, "\":=") && bytes.Contains(fields[:min(len(fields), maxTitle)], []byte(" = "))
}

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	t := queue.NewTable(p, sink)
	t.Late = true
	return &piece{Parser: queue.Parser{Table: t}}
}

type piece struct{ queue.Parser }

// maxTitle bounds the title of an event, in bytes: the longest has some 60.
const maxTitle = 120

// cut splits "Title of the event (group.event) key = value, …".
func cut(text []byte) (event, fields []byte, ok bool) {
	head := text[:min(len(text), maxTitle)]
	open := bytes.Index(head, []byte(" ("))
	if open < 0 {
		return nil, nil, false
	}
	event, fields, ok = bytes.Cut(text[open+2:], []byte(")"))
	return event, bytes.TrimLeft(fields, " "), ok && bytes.IndexByte(event, '.') > 0 && bytes.IndexByte(event, ' ') < 0
}

// isRead reports an event of mail, or of a login.
func isRead(event []byte) bool {
	group, _, _ := bytes.Cut(event, []byte("."))
	switch string(group) {
	case "delivery", "queue", "smtp", "message-ingest":
		return true
	}
	return string(event) == "auth.success"
}

// Record implements syslog.BodyParser.
func (p *piece) Record(rec *syslog.Record) {
	at := p.Table.Place(rec.Time, rec.Line, rec.Repeat)
	event, text, ok := cut(rec.Text)
	if !ok || len(bytes.Trim(event, "abcdefghijklmnopqrstuvwxyz-.")) > 0 {
		if bytes.Contains(rec.Text, []byte("queueId")) || bytes.IndexByte(rec.Text, '@') >= 0 {
			p.Table.Tally.Bad(at.Origin, "no event")
		}
		return
	}
	switch name := string(event); name {
	case "auth.success":
		p.Table.Tally.Records++
		if f := read(text); f.client != "" {
			c := p.Table.Message(nil, []byte(f.client), at, true)
			c.AuthUser, c.Ended = f.account, true
		}
	case "queue.authenticated-message-queued", "queue.message-queued", "queue.queue-message-authenticated", "queue.queue-message":
		p.queued(read(text), strings.Contains(name, "authenticated"), at)
	case "delivery.completed":
		if f := read(text); f.id != "" {
			p.Table.Tally.Records++
			p.message(f, at, false).Ended = true
		}
	case "delivery.delivered", "delivery.rcpt-to-rejected", "delivery.message-rejected", "delivery.rcpt-to-failed",
		"delivery.dsn-temp-fail", "delivery.dsn-perm-fail":
		p.event(name, read(text), at)
	default: // it says nothing of the end
		p.Table.Tally.Records++
	}
}

// message returns the message that a line is of, with what the line says of it.
func (p *piece) message(f fields, at *queue.Place, begins bool) *queue.Message {
	m := p.Table.Message(nil, []byte(f.id), at, begins)
	if !m.SenderKnown && f.hasSender {
		m.Sender, m.SenderKnown = f.from, true
	}
	if f.size > 0 {
		m.Bytes = f.size
	}
	return m
}

// queued reads that a message is in the queue. It joins it with its connection, which
// is the hop before it: a line of that one may have named a login.
func (p *piece) queued(f fields, submitted bool, at *queue.Place) {
	if f.id == "" || len(f.list) == 0 {
		p.Table.Tally.Bad(at.Origin, "no queueId, or no recipient")
		return
	}
	p.Table.Tally.Records++
	m := p.message(f, at, true)
	m.Submitted = submitted
	for _, to := range f.list {
		m.Recipient(to).Set(at, parsers.StatusUnknown)
	}
	if f.client != "" {
		c := p.Table.Message(nil, []byte(f.client), at, false)
		c.Began, c.Ended = c.Began || p.Table.IsFar(at), true
		hop := c.Recipient(m.ID)
		hop.Handed, hop.Next = true, m.ID
	}
}

// event notes what an event says of a recipient. A refusal has the server's code.
func (p *piece) event(name string, f fields, at *queue.Place) {
	refused := strings.HasSuffix(name, "-rejected") || strings.HasSuffix(name, "-failed")
	if f.id == "" || f.to == "" || refused && records.Number(f.code) < 100 {
		p.Table.Tally.Bad(at.Origin, "no queueId, recipient or code")
		return
	}
	p.Table.Tally.Records++
	r := p.message(f, at, false).Recipient(f.to)
	switch name {
	case "delivery.delivered":
		r.Set(at, parsers.StatusDelivered)
		r.Reply(f.host, queue.EnhancedCode([]byte(f.details)))
	case "delivery.rcpt-to-rejected", "delivery.message-rejected", "delivery.rcpt-to-failed":
		r.Set(at, parsers.StatusDeferred)
		if strings.HasPrefix(f.code, "5") {
			r.Status, r.Failure = parsers.StatusBounced, parsers.FailureOther
		}
		r.Reply(f.host, queue.EnhancedCode([]byte(f.details)))
	case "delivery.dsn-temp-fail":
		r.Set(at, parsers.StatusDeferred)
	case "delivery.dsn-perm-fail":
		r.Set(at, parsers.StatusBounced)
		r.Failure = parsers.FailureOther
	}
}

// fields are those of a line that are read.
type fields struct {
	id, from, to, host, code, details, account, client string
	list                                               []string
	size                                               int64
	hasSender                                          bool
}

func read(b []byte) (f fields) {
	port := ""
	for len(b) > 0 {
		key, value, rest, ok := next(b)
		if !ok {
			break
		}
		b = rest
		v := strings.Clone(lines.Borrow(value))
		switch string(key) {
		case "queueId":
			f.id = v
		case "from":
			f.from, f.hasSender = text(v), true
		case "to":
			if list, ok := strings.CutPrefix(v, "["); ok {
				f.list = listOf(strings.TrimSuffix(list, "]"))
			} else {
				f.to = text(v)
			}
		case "hostname":
			f.host = text(v)
		case "code":
			f.code = v
		case "details", "reason":
			f.details = text(v)
		case "accountName":
			f.account = text(v)
		case "remoteIp":
			f.client = v
		case "remotePort":
			port = v
		case "size":
			f.size = records.Number(v)
		}
	}
	if f.client != "" {
		f.client += ":" + port
	}
	return f
}

// next cuts "key = value, ".
func next(b []byte) (key, value, rest []byte, ok bool) {
	key, b, ok = bytes.Cut(b, []byte(" = "))
	value, rest = cutValue(b)
	return key, value, rest, ok
}

// cutValue cuts a value from the next one; it may be in quotes, in which a backslash
// escapes, or a list.
func cutValue(b []byte) (value, rest []byte) {
	quoted, depth := false, 0
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			depth++
		case c == ']':
			depth--
		case c == ',' && depth <= 0:
			return b[:i], bytes.TrimLeft(b[i+1:], " ")
		}
	}
	return b, nil
}

// unescape undoes what is escaped in a value. It is made once, of kilobytes.
var unescape = strings.NewReplacer(`\"`, `"`, `\\`, `\`)

// text undoes the quotes of a value.
func text(v string) string {
	if len(v) < 2 || v[0] != '"' || v[len(v)-1] != '"' {
		return v
	}
	if v = v[1 : len(v)-1]; !strings.Contains(v, `\`) {
		return v
	}
	return unescape.Replace(v)
}

func listOf(list string) (all []string) {
	for rest := []byte(list); len(rest) > 0; {
		var value []byte
		value, rest = cutValue(rest)
		if v := text(string(value)); v != "" {
			all = append(all, v)
		}
	}
	return all
}
