// Package msmtp reads what msmtp (1.6 to 1.8) logs of each mail, in its log file or
// by syslog.
//
//	Nov 23 09:18:30 host=smtp.corp.example tls=on auth=on user=alice from=alice@corp.example recipients=jane@army.ml,kim@army.ml mailsize=1234 smtpstatus=250 smtpmsg='250 2.0.0 Ok: queued as 1' exitcode=EX_OK
//	Nov 23 09:18:31 host=smtp.corp.example tls=on auth=on user=alice from=alice@corp.example recipients=joe@y.example mailsize=0 smtpstatus=550 smtpmsg='550 5.1.1 no such user' errormsg='the server did not accept the mail' exitcode=EX_DATAERR
//	Nov 23 09:18:32 mail msmtp[7]: host=… from=… recipients=… exitcode=EX_OK
//
// (Written after descriptions of its log file, and not compared with a genuine one.) A line has all recipients,
// and one outcome for them. The server that msmtp gives its mail to sends it on: what
// it took may have arrived, and its log says what became of it. Subject and
// message-id are not logged.
package msmtp

import (
	"bytes"
	"strconv"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Body reads the lines of msmtp in a log that others may share.
type Body struct{ queue.Joins }

// Name implements syslog.Body.
func (Body) Name() string { return "msmtp" }

// Title implements syslog.Body.
func (Body) Title() string { return "msmtp, by its log file or syslog" }

// Claims implements syslog.Body. In a log file there is no program, and "host=" stands
// where the host does.
func (Body) Claims(program, text []byte) (claimed, always bool) {
	if len(program) > 0 {
		return string(program) == "msmtp", true
	}
	return bytes.HasPrefix(text, []byte("tls=")) && bytes.Contains(text, []byte(" from=")) && bytes.Contains(text, []byte("exitcode=")), false
}

// Recognises implements syslog.Untagged.
func (Body) Recognises(text []byte) bool {
	return bytes.HasPrefix(text, []byte("host=")) && bytes.Contains(text, []byte(" tls=")) && bytes.Contains(text, []byte(" recipients="))
}

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	t := queue.NewTable(p, sink)
	t.Nameless = true
	return &piece{Parser: queue.Parser{Table: t}}
}

type piece struct{ queue.Parser }

// Record implements syslog.BodyParser.
func (p *piece) Record(rec *syslog.Record) {
	f := read(rec.Text)
	if len(rec.Program) == 0 {
		f.host = string(bytes.TrimPrefix(rec.Host, []byte("host=")))
	}
	if f.recipients == "" {
		if bytes.IndexByte(rec.Text, '@') >= 0 {
			p.Table.Tally.Bad(p.Table.Place(rec.Time, rec.Line, 1).Origin, "no recipients")
		}
		return
	}
	at := p.Table.Place(rec.Time, rec.Line, rec.Repeat)
	status, ok := f.status()
	if !ok {
		p.Table.Tally.Bad(at.Origin, "no exit code")
		return
	}
	p.Table.Tally.Records++
	// Each line is a mail of its own, which has no id: its time and text are that.
	m := p.Table.Message(rec.Host, strconv.AppendInt(bytes.Clone(rec.Text), rec.Time.UnixNano(), 10), at, true)
	m.Sender, m.SenderKnown, m.AuthUser, m.Bytes = f.from, true, f.user, f.size
	m.Submitted, m.Relayed, m.Ended = true, true, true
	for _, to := range records.SplitList(f.recipients, ",") {
		r := m.Recipient(to)
		r.Set(at, status)
		r.Relay, r.DSN = f.host, records.EnhancedCode(f.answer)
		if r.Status == parsers.StatusBounced {
			r.Failure = parsers.FailureOther
		}
	}
}

// fields are those of a line.
type fields struct {
	host, user, from, recipients, code, answer, exit string
	size                                             int64
}

// read reads them. The exit code stands last, after text that may hold anything.
func read(text []byte) (f fields) {
	if i := bytes.LastIndex(text, []byte(" exitcode=")); i >= 0 {
		f.exit = string(text[i+len(" exitcode="):])
	}
	for {
		key, value, rest, ok := next(text)
		if !ok {
			return f
		}
		text = rest
		v := strings.Clone(lines.Borrow(value))
		switch string(key) {
		case "host":
			f.host = v
		case "user":
			f.user = v
		case "from":
			f.from = v
		case "recipients":
			f.recipients = v
		case "mailsize":
			f.size = records.Number(v)
		case "smtpstatus":
			f.code = v
		case "smtpmsg":
			f.answer = v
		}
	}
}

// next cuts key=value and key='value'. What is in quotes is the server's own text,
// which ends where a known key or the line does.
func next(b []byte) (key, value, rest []byte, ok bool) {
	key, b, ok = bytes.Cut(bytes.TrimLeft(b, " "), []byte("="))
	if !ok {
		return nil, nil, nil, false
	}
	if !bytes.HasPrefix(b, []byte("'")) {
		value, rest, _ = bytes.Cut(b, []byte(" "))
		return key, value, rest, true
	}
	for _, end := range [...]string{"' errormsg=", "' exitcode="} {
		if i := bytes.LastIndex(b, []byte(end)); i > 0 {
			return key, b[1:i], b[i+2:], true
		}
	}
	return key, bytes.Trim(b, "'"), nil, true
}

// status returns the outcome: the exit code is that of sysexits.h. It is false for another.
func (f *fields) status() (status parsers.Status, ok bool) {
	switch f.exit {
	case "EX_OK":
		return parsers.StatusDelivered, true
	case "EX_TEMPFAIL":
		return parsers.StatusDeferred, true
	case "EX_USAGE", "EX_DATAERR", "EX_NOINPUT", "EX_NOUSER", "EX_NOHOST", "EX_UNAVAILABLE", "EX_SOFTWARE",
		"EX_OSERR", "EX_OSFILE", "EX_CANTCREAT", "EX_IOERR", "EX_PROTOCOL", "EX_NOPERM", "EX_CONFIG":
		if strings.HasPrefix(f.code, "4") {
			return parsers.StatusDeferred, true
		}
		return parsers.StatusBounced, true
	}
	return parsers.StatusUnknown, false
}
