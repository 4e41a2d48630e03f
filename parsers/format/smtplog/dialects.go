package smtplog

import (
	"bytes"
	"cmp"
	"path/filepath"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

// A side is who said something in a conversation.
type side uint8

const (
	nobody side = iota // a remark of the server that wrote the log
	us
	them
)

// A line is one of a log, without what a server wrote around it. What it points to is valid
// until the next one.
type line struct {
	time    time.Time // zero if it has none
	number  int64
	session []byte // within the log
	peer    []byte // the address of the other side, where it is there
	from    side
	text    []byte
	answer  []byte // of ours, where it stands in the same line as a command of theirs
	closed  bool   // the conversation is over
}

// said takes off the word before a text that says who said it.
func (l *line) said(text []byte, ours, theirs string) {
	l.from, l.text = nobody, text
	if rest, ok := bytes.CutPrefix(text, []byte(ours)); ok {
		l.from, l.text = us, rest
	} else if rest, ok := bytes.CutPrefix(text, []byte(theirs)); ok {
		l.from, l.text = them, rest
	}
}

// dialects reads the lines of all servers.
type dialects struct {
	location *time.Location
	day      string         // of lines that have a time of day alone, as 2006-01-02; "" if it is not known
	columns  map[string]int // of IIS, as its last header names them; nil before one
}

// dayInName returns the day that the name of a log of SmarterMail begins with, as in
// 2026.11.20-delivery.log; "" if it begins otherwise.
func dayInName(path string) string {
	const form = "2006.01.02"
	name := filepath.Base(path)
	if len(name) < len(form) {
		return ""
	}
	day, err := time.Parse(form, name[:len(form)])
	if err != nil {
		return ""
	}
	return day.Format(time.DateOnly)
}

// read reads a line; it is false for one of no server.
func (d *dialects) read(b []byte) (line, bool) {
	if len(b) < len("10:00:01 [1] ") {
		return line{}, false
	}
	switch c := b[0]; {
	case c == '#':
		return line{}, d.header(b)
	case d.columns != nil:
		return d.iis(b)
	case c == '"':
		return d.hMailServer(b)
	case c-'A' < 26:
		return d.mdaemon(b)
	case b[4] == '-' && c-'0' < 10:
		return d.exchange(b)
	case b[2] == ':' && c-'0' < 10 || c == '[':
		return d.smarterMail(b)
	case c-'0' < 10:
		return d.iceWarp(b)
	}
	return line{}, false
}

// hMailServer reads fields in quotes between tabs. Those of a conversation have its number and the
// address of the other side; others have neither.
func (d *dialects) hMailServer(b []byte) (l line, ok bool) {
	fields := bytes.Split(b, []byte("\t"))
	for i, f := range fields {
		fields[i] = bytes.Trim(f, `"`)
	}
	switch kind := string(fields[0]); {
	case (kind == "SMTPC" || kind == "SMTPD") && len(fields) >= 6:
		l.session, l.peer = fields[2], fields[4]
		l.said(bytes.Trim(bytes.Join(fields[5:], []byte("\t")), `"`), "SENT: ", "RECEIVED: ")
		l.text = lastLine(l.text)
		return l, d.at(&l, "2006-01-02 15:04:05", fields[3])
	case kind == "APPLICATION" && len(fields) >= 4:
		l.text = fields[3]
		return l, d.at(&l, "2006-01-02 15:04:05", fields[2])
	}
	return l, len(fields) >= 4 // of IMAP, of errors
}

// lastLine returns the last of the lines that hMailServer joined.
func lastLine(text []byte) []byte {
	const joint = "[nl]"
	text = bytes.TrimSuffix(text, []byte(joint))
	if i := bytes.LastIndex(text, []byte(joint)); i >= 0 {
		return text[i+len(joint):]
	}
	return text
}

// mdaemon reads "Fri 2026-11-20 10:00:01.000: [12345] --> text", also with a code before the
// number of the session, and without a number, as in a transcript.
func (d *dialects) mdaemon(b []byte) (l line, ok bool) {
	stamp, text, ok := bytes.Cut(b, []byte(": "))
	if !ok || !d.at(&l, "Mon 2006-01-02 15:04:05", stamp) {
		return l, false
	}
	if len(text) > 4 && text[2] == ':' && text[3] == ' ' {
		text = text[4:]
	}
	if len(text) > 0 && text[0] == '[' {
		l.session, text, _ = bytes.Cut(text[1:], []byte("] "))
	}
	l.said(text, "--> ", "<-- ")
	return l, true
}

// exchange reads a row: date-time, connector, session, number, local and remote endpoint, event,
// data, context.
func (d *dialects) exchange(b []byte) (l line, ok bool) {
	const columns = 9
	fields := records.Fields(b, ',')
	if len(fields) != columns || len(fields[6]) != 1 || !d.at(&l, time.RFC3339, fields[0]) {
		return l, false
	}
	l.session, l.peer, l.text = fields[2], fields[5], fields[7]
	if i := bytes.LastIndexByte(l.peer, ':'); i > 0 {
		l.peer = l.peer[:i]
	}
	switch fields[6][0] {
	case '>':
		l.from = us
	case '<':
		l.from = them
	case '-':
		l.closed = true
	case '*':
		l.text = fields[8]
	case '+':
	default:
		return l, false
	}
	return l, true
}

// smarterMail reads "10:00:01.000 [12345] CMD: text", and with the day in brackets before. What
// its server is told has the address of a client before the session.
func (d *dialects) smarterMail(b []byte) (l line, ok bool) {
	day := d.day
	if rest, ok := bytes.CutPrefix(b, []byte("[")); ok {
		stamp, after, ok := bytes.Cut(rest, []byte("] "))
		if !ok || len(stamp) != len("2026.11.20") {
			return l, false
		}
		day, b = strings.ReplaceAll(string(stamp), ".", "-"), after
	}
	clock, text, ok := bytes.Cut(b, []byte(" ["))
	if _, err := time.Parse("15:04:05", string(clock)); !ok || err != nil {
		return l, false
	}
	if l.session, text, ok = bytes.Cut(text, []byte("] ")); !ok {
		return l, false
	}
	l.said(text, "CMD: ", "RSP: ")
	if bytes.Contains(l.session, []byte("][")) {
		l.said(text, "rsp: ", "cmd: ")
	}
	return l, day == "" || d.at(&l, "2006-01-02 15:04:05", append([]byte(day+" "), clock...))
}

// iceWarp reads "192.0.2.20 [00000B20] Fri, 20 Nov 2026 10:00:01 +0000 >>> text". A client's
// conversation begins with a word for it.
func (d *dialects) iceWarp(b []byte) (l line, ok bool) {
	peer, rest, _ := bytes.Cut(b, []byte(" "))
	rest = bytes.TrimLeft(rest, " ")
	if len(rest) == 0 || rest[0] != '[' {
		return l, false
	}
	const stamp = len("Fri, 20 Nov 2026 10:00:01 +0000")
	session, rest, _ := bytes.Cut(rest[1:], []byte("] "))
	if len(rest) <= stamp || !d.at(&l, time.RFC1123Z, rest[:stamp]) {
		return l, false
	}
	l.peer, l.session = peer, session
	l.said(bytes.TrimPrefix(rest[stamp+1:], []byte("Client session: ")), ">>> ", "<<< ")
	return l, true
}

// header reads a line that begins a log of Exchange or IIS. The latter names its columns.
func (d *dialects) header(b []byte) bool {
	if names, ok := bytes.CutPrefix(b, []byte("#Fields: ")); ok {
		d.columns = nil
		columns := map[string]int{}
		for i, name := range strings.Fields(string(names)) {
			columns[name] = i
		}
		if _, ok := columns["cs-uri-query"]; ok {
			d.columns = columns
		}
	}
	return true
}

// iis reads a row: a command of ours or its answer, or a command of a client with the code of the
// answer. Blanks are plus signs. Conversations have no number: those with one server are told
// apart by their beginnings.
func (d *dialects) iis(b []byte) (l line, ok bool) {
	words := bytes.Split(b, []byte(" "))
	column := func(name string) []byte {
		if i, ok := d.columns[name]; ok && i < len(words) {
			return words[i]
		}
		return nil
	}
	stamp := append(append(bytes.Clone(column("date")), ' '), column("time")...)
	if len(words) < len(d.columns) || !l.at(time.DateTime, stamp, time.UTC) {
		return l, false
	}
	l.peer = column("c-ip")
	method, query := column("cs-method"), withBlanks(column("cs-uri-query"))
	switch user := string(column("cs-username")); user {
	case "OutboundConnectionResponse":
		l.from, l.text = them, query
	case "OutboundConnectionCommand":
		l.from, l.text = us, append(append(bytes.Clone(method), ' '), query...)
	default:
		l.from, l.text, l.answer = them, append(append(bytes.Clone(method), ' '), bytes.TrimLeft(query, " ")...), column("sc-status")
	}
	l.session = append([]byte("to "), l.peer...)
	if len(l.answer) > 0 {
		l.session = append([]byte("from "), l.peer...)
	}
	return l, true
}

// withBlanks puts blanks in the place of plus signs, but for those of addresses.
func withBlanks(text []byte) []byte {
	text = bytes.Clone(text)
	within := false
	for i, c := range text {
		within = c == '<' || within && c != '>'
		if c == '+' && !within {
			text[i] = ' '
		}
	}
	return text
}

// at reads a stamp, with a fraction of the second or without.
func (d *dialects) at(l *line, layout string, stamp []byte) bool {
	return l.at(layout, stamp, cmp.Or(d.location, time.UTC))
}

func (l *line) at(layout string, stamp []byte, location *time.Location) bool {
	t, err := time.ParseInLocation(layout, string(stamp), location)
	l.time = t
	return err == nil
}
