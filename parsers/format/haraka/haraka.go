// Package haraka reads the log of Haraka (3.x), in its default format with time
// stamps, from the level NOTICE on.
//
//	2026-11-20T09:00:00.685Z [NOTICE] [EF5847ED-4D9D-47F6-8AA8-459468D00AD7.1] [core] sender <ann@corp.example> code=CONT msg=""
//	… [NOTICE] [EF58….1] [core] recipient <jane@army.ml> code=OK msg="" sender=ann@corp.example
//	… [NOTICE] [EF58….1] [core] message mid=<1@corp.example> size=70 rcpts=2/0/0 delay=0 code=CONT msg=""
//	… [NOTICE] [EF58….1] [core] queue code=OK msg="Message Queued (EF58….1)"
//	… [NOTICE] [EF58….1] [core] disconnect ip=192.0.2.7 … relay=Y …
//	… [NOTICE] [EF58….1.1] [outbound] recipient <joe@army.ml> rejected: 550 5.1.1 no such user
//	… [NOTICE] [EF58….1.1] [outbound] recipient <kim@army.ml> deferred: 450 4.2.0 greylisted
//	… [NOTICE] [EF58….1.1] [outbound]  delivered file=… domain=army.ml host=mx ip=203.0.113.9 … response="Ok" … rcpts=1/1/1
//	… [NOTICE] [-] [server] Listening on 127.0.0.1:25
//
// (Its source, outbound/hmail.js and connection.js, and a run of 3.3.4.) A message
// is a connection's id and a number; mail that leaves has a line for each domain,
// and rcpts counts those that were taken, wait, and were refused. Mail that a
// plugin queued elsewhere is handed over. Lines without stamps, and the formats logfmt and JSON,
// are not read.
package haraka

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Format reads such a log.
type Format struct{}

// Name implements parsers.Format.
func (Format) Name() string { return "haraka" }

// Title implements parsers.Format.
func (Format) Title() string { return "Haraka, with log_timestamps" }

const (
	sniffLines = 200
	surely     = 95
	likely     = 90 // lines of the server, none of a message
	idLength   = len("EF5847ED-4D9D-47F6-8AA8-459468D00AD7")
)

// Recognises implements syslog.Untagged.
func (Format) Recognises(text []byte) bool {
	_, _, _, ok := cut(text)
	return ok
}

// Sniff implements parsers.Format.
func (Format) Sniff(head []byte) int {
	d := syslog.NewDecoder(parsers.Piece{Location: time.UTC})
	var rec syslog.Record
	found := 0
	for n := 0; n < sniffLines && len(head) > 0; n++ {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte("\n"))
		if !d.Decode(lines.WithoutCR(line), &rec) {
			continue
		}
		if _, _, _, ok := cut(rec.Text); ok {
			return surely
		}
		if isOfServer(rec.Text) {
			found = likely
		}
	}
	return found
}

// isOfServer reports a line of the server itself, such as "[-] [server] Listening on 0.0.0.0:25": a log of
// them alone is one in which nothing happened.
func isOfServer(text []byte) bool {
	rest, ok := bytes.CutPrefix(text, []byte("[-] ["))
	plugin, _, closed := bytes.Cut(rest, []byte("] "))
	return ok && closed && len(plugin) > 0 && bytes.IndexByte(plugin, ' ') < 0
}

// cut splits "[UUID.1.2] [origin] text" into the message's id "UUID.1" and the
// rest. The level before it is where a host stands in other logs.
func cut(b []byte) (id, origin, text []byte, ok bool) {
	if len(b) < idLength+2 || b[0] != '[' || b[9] != '-' || b[14] != '-' || b[19] != '-' || b[24] != '-' || b[idLength+1] != '.' {
		return nil, nil, nil, false
	}
	id, text, ok = bytes.Cut(b[1:], []byte("] ["))
	origin, text, ok2 := bytes.Cut(text, []byte("] "))
	if i := bytes.IndexByte(id[min(idLength+1, len(id)):], '.'); i >= 0 {
		id = id[:idLength+1+i]
	}
	return id, origin, bytes.TrimLeft(text, " "), ok && ok2 && bytes.IndexByte(id, ' ') < 0 && bytes.IndexByte(origin, ' ') < 0
}

type reader struct{ table *queue.Table }

// Read implements parsers.StreamFormat.
func (Format) Read(ctx context.Context, p parsers.Piece, in io.Reader, sink parsers.Sink) (parsers.Tally, error) {
	d := syslog.NewDecoder(p)
	r := reader{table: queue.NewTable(p, sink)}
	var rec syslog.Record
	err := records.Lines(ctx, in, func(line []byte, number int64) {
		r.table.Tally.Lines = number
		r.table.Tally.Longest.Note(line)
		line = lines.WithoutCR(line)
		decoded := d.Decode(line, &rec)
		if id, origin, text, ok := cut(rec.Text); decoded && ok {
			r.table.Tally.Records++
			r.table.Tally.Seen(rec.Time)
			r.line(id, string(origin), text, r.table.Place(rec.Time, number, rec.Repeat))
			r.table.Bound()
		} else if decoded && isOfServer(rec.Text) && !syslog.ShowsMail(rec.Text) {
			r.table.Tally.Known = true
		} else if bytes.Contains(line, []byte("recipient <")) {
			r.table.Tally.Bad(r.table.Place(rec.Time, number, 1).Origin, "a recipient without its connection")
		} else {
			syslog.NoteStranger(d, line, r.table.Place(rec.Time, number, 1).Origin, &r.table.Tally)
		}
	})
	tally := r.table.Finish()
	tally.MissMalformed()
	return tally, err
}

func (r *reader) line(id []byte, origin string, text []byte, at *queue.Place) {
	word, rest, _ := bytes.Cut(text, []byte(" "))
	switch origin + " " + string(word) {
	case "core sender":
		m := r.message(id, at, true)
		from, _, ok := address(rest)
		if !ok {
			r.table.Tally.Bad(at.Origin, "sender without an end")
			return
		}
		m.Sender, m.SenderKnown = string(from), true
	case "core recipient":
		r.recipient(r.message(id, at, false), rest, at)
	case "core message":
		m := r.message(id, at, false)
		m.MessageID = strings.Trim(value(rest, "mid"), "<>")
		m.Bytes = records.Number(value(rest, "size"))
	case "core queue":
		r.queued(r.message(id, at, false), rest, at)
	case "core disconnect":
		m := r.message(id, at, false)
		m.Submitted = m.Submitted || value(rest, "relay") == "Y"
	case "outbound recipient":
		r.failed(r.message(id, at, false), rest, at)
	case "outbound delivered":
		r.delivered(r.message(id, at, false), rest, at)
	}
}

func (r *reader) message(id []byte, at *queue.Place, begins bool) *queue.Message {
	m := r.table.Message(nil, id, at, begins)
	m.Expected = 1 // and all that there are
	return m
}

// address reads "<a@x.example> rest".
func address(b []byte) (a, rest []byte, ok bool) {
	if len(b) == 0 || b[0] != '<' {
		return nil, nil, false
	}
	if i := bytes.Index(b, []byte("> ")); i > 0 {
		return b[1:i], b[i+2:], true
	}
	return nil, nil, false
}

// value returns the value of a key, the first one of its name.
func value(b []byte, key string) string {
	for {
		k, v, rest, ok := records.NextPair(b)
		if !ok {
			return ""
		}
		if string(k) == key {
			return string(v)
		}
		b = rest
	}
}

// recipient reads `<r> code=OK msg="" sender=s`.
func (r *reader) recipient(m *queue.Message, b []byte, at *queue.Place) {
	to, rest, ok := address(b)
	if !ok || len(to) == 0 {
		r.table.Tally.Bad(at.Origin, "recipient without an end")
		return
	}
	rcpt := m.Recipient(lines.Borrow(to))
	if value(rest, "code") == "OK" {
		rcpt.Set(at, parsers.StatusUnknown)
		return
	}
	rcpt.Set(at, parsers.StatusRejected)
	rcpt.Failure = parsers.FailureOther
}

// queued reads `code=OK msg="…"`: a message that Haraka's own queue did not
// take, another server took, or nobody.
func (r *reader) queued(m *queue.Message, b []byte, at *queue.Place) {
	code, msg := value(b, "code"), value(b, "msg")
	if strings.HasPrefix(msg, "Message Queued (") || code == "CONT" {
		return
	}
	for _, rcpt := range m.Recipients {
		if rcpt.Status != parsers.StatusUnknown {
			continue
		}
		if code == "OK" {
			rcpt.Set(at, parsers.StatusDelivered)
			rcpt.Handed = true
		} else {
			rcpt.Set(at, parsers.StatusRejected)
			rcpt.Failure = parsers.FailureOther
		}
	}
}

// failed reads "<r> rejected: reason" and "<r> deferred: reason".
func (r *reader) failed(m *queue.Message, b []byte, at *queue.Place) {
	to, rest, ok := address(b)
	if !ok || len(to) == 0 {
		r.table.Tally.Bad(at.Origin, "recipient without an end")
		return
	}
	what, reason, _ := bytes.Cut(rest, []byte(": "))
	status := parsers.StatusBounced
	switch string(what) {
	case "rejected":
	case "deferred":
		status = parsers.StatusDeferred
	default:
		r.table.Tally.Bad(at.Origin, "recipient without its fate")
		return
	}
	rcpt := m.Recipient(lines.Borrow(to))
	rcpt.Set(at, status)
	rcpt.Failure = parsers.FailureOther
	rcpt.Reply("", queue.EnhancedCode(reason))
	if rcpt.DSN == "5.1.1" {
		rcpt.Failure = parsers.FailureNoUser
	}
}

// delivered reads "… domain=d host=h ip=i … rcpts=1/0/0": it is of all recipients
// of the domain but those that were refused, and the last that have to wait.
func (r *reader) delivered(m *queue.Message, b []byte, at *queue.Place) {
	domain := value(b, "domain")
	waiting := 0
	if counts := strings.Split(value(b, "rcpts"), "/"); len(counts) == 3 {
		waiting, _ = strconv.Atoi(counts[1])
	}
	host, ip := value(b, "host"), value(b, "ip")
	handed := queue.IsPrivate([]byte(ip))
	known := false
	for _, rcpt := range slices.Backward(m.Recipients) {
		of := rcpt.Address[strings.LastIndexByte(rcpt.Address, '@')+1:] // a quoted local part may hold one
		known = known || strings.EqualFold(of, domain)
		switch {
		case !strings.EqualFold(of, domain), rcpt.Status != parsers.StatusDeferred && rcpt.Status != parsers.StatusUnknown:
		case rcpt.Status == parsers.StatusDeferred && waiting > 0:
			waiting--
		default:
			rcpt.Set(at, parsers.StatusDelivered)
			rcpt.Handed = handed
			rcpt.Reply(host+"["+ip+"]", nil)
		}
	}
	if !known {
		r.table.Tally.Bad(at.Origin, "a delivery whose recipients are not in the log")
	}
}
