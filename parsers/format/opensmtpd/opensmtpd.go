// Package opensmtpd reads the syslog of OpenSMTPD (5.x to 7.x).
//
//	smtpd[126]: 69f2114dacd81d0a smtp connected address=192.0.2.7 host=ws17
//	smtpd[126]: 69f2114dacd81d0a smtp authentication user=alice address=192.0.2.7 host=ws17 result=ok
//	smtpd[126]: 69f2114dacd81d0a smtp message msgid=4af32516 size=413 nrcpt=1 proto=ESMTP
//	smtpd[126]: 69f2114dacd81d0a smtp envelope evpid=4af32516bd2cb5b2 from=<alice@corp.example> to=<jane@army.ml>
//	smtpd[126]: 69f2114dacd81d0a smtp failed-command command="RCPT TO:<x@y.example>" result="550 Invalid recipient: <x@y.example>"
//	smtpd[126]: 69f21151dd279783 mta connecting address=smtp://192.0.2.20:25 host=mx1.army.ml
//	smtpd[126]: 69f21151dd279783 mta delivery evpid=4af32516bd2cb5b2 from=<alice@corp.example> to=<jane@army.ml> rcpt=<-> source="192.0.2.1" relay="192.0.2.20 (mx1.army.ml)" delay=0s result="Ok" stat="250 2.0.0 Ok"
//	smtpd[126]: 69f2115ef1b056a2 mda delivery evpid=c1fd6e483481993f from=<bob@corp.example> to=<team@corp.example> rcpt=<team@corp.example> user=bob delay=0s result=Ok stat=Delivered
//	smtpd[128]: relay: Expire for 09c99e72d5459537: from=<alice@corp.example>, to=<joe@y.example>, rcpt=<->, delay=4d, stat=Envelope expired
//
// The older layouts have the same fields: "smtp event=message address=… msgid=…",
// "mta event=delivery evpid=…" (5.7 to 6.0), and "relay: Ok for EVPID: session=…,
// from=<…>, to=<…>, relay=…, stat=…" (to 5.4), as the last line above still has.
//
// An envelope is one recipient; the first 8 digits of its id are those of the
// message. A session takes in many messages. Values in quotes are not escaped
// within: the last one goes to the end of the line, and a command to the next
// name. Bytes that are not ASCII are written as by vis(3).
package opensmtpd

import (
	"bytes"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Body reads the lines of OpenSMTPD in a log that others may share.
type Body struct{ queue.Joins }

// Name implements syslog.Body.
func (Body) Name() string { return "opensmtpd" }

// Title implements syslog.Body.
func (Body) Title() string { return "OpenSMTPD" }

// Claims implements syslog.Body. Another server has a program of the same name,
// and with "postfix/" before it lost.
func (Body) Claims(program, text []byte) (claimed, always bool) {
	if string(program) != "smtpd" {
		return false, true
	}
	return recognised(text), false // Postfix has a program of that name too
}

// Recognises implements syslog.Untagged.
func (Body) Recognises(text []byte) bool { return recognised(text) }

func recognised(text []byte) bool {
	if _, rest, ok := cutSession(text); ok {
		for _, prefix := range [...]string{"smtp ", "mta ", "mda "} {
			if bytes.HasPrefix(rest, []byte(prefix)) {
				return true
			}
		}
		return false
	}
	_, _, _, ok := cutReport(text)
	return ok
}

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	return &piece{Parser: queue.Parser{Table: queue.NewTable(p, sink)}, sessions: map[string]bool{}}
}

// A piece follows sessions, messages and envelopes, each under its own id:
// the client of a session is that of its messages, and of their envelopes.
type piece struct {
	queue.Parser
	// sessions with other servers that are open: true with one at a port where clients submit
	// mail, which delivers for all. Those are messages of the table as well, so that the next
	// piece knows them.
	sessions map[string]bool
}

// maxSessions bounds those that are known at a time: a server has a few hundred. Of a later
// one it is not known with whom it is.
const maxSessions = 10_000

// Ids are of 16 digits, those of messages of 8.
const sessionDigits, messageDigits = 16, 8

func isHex(b []byte) bool {
	for _, c := range b {
		if c-'0' >= 10 && c-'a' >= 6 {
			return false
		}
	}
	return true
}

// cutSession splits "69f2114dacd81d0a text".
func cutSession(text []byte) (id, rest []byte, ok bool) {
	if len(text) <= sessionDigits+1 || text[sessionDigits] != ' ' || !isHex(text[:sessionDigits]) {
		return nil, nil, false
	}
	return text[:sessionDigits], text[sessionDigits+1:], true
}

// cutReport splits "relay: Expire for 09c99e72d5459537: fields".
func cutReport(text []byte) (result, evpid, rest []byte, ok bool) {
	daemon, text, ok := bytes.Cut(text, []byte(": "))
	if !ok || bytes.ContainsAny(daemon, " \"") {
		return nil, nil, nil, false
	}
	result, text, ok = bytes.Cut(text, []byte(" for "))
	if !ok || len(text) < sessionDigits+2 || text[sessionDigits] != ':' || !isHex(text[:sessionDigits]) || bytes.IndexByte(result, ' ') >= 0 {
		return nil, nil, nil, false
	}
	return result, text[:sessionDigits], text[sessionDigits+2:], true
}

// Record implements syslog.BodyParser.
func (p *piece) Record(rec *syslog.Record) {
	at := p.Table.Place(rec.Time, rec.Line, rec.Repeat)
	id, text, ok := cutSession(rec.Text)
	if !ok {
		if result, evpid, rest, ok := cutReport(rec.Text); ok {
			p.Table.Tally.Records++
			f := fields{evpid: evpid, result: result}
			f.read(rest)
			p.delivery(rec.Host, &f, bytes.HasPrefix(rec.Text, []byte("delivery:")) || bytes.HasPrefix(rec.Text, []byte("mda:")), at)
		}
		return
	}
	daemon, text, _ := bytes.Cut(text, []byte(" "))
	event, rest, _ := bytes.Cut(text, []byte(" "))
	event = bytes.TrimPrefix(event, []byte("event="))
	var f fields
	switch string(daemon) + " " + string(event) {
	case "smtp connected":
		f.read(rest)
		p.Table.Message(rec.Host, id, at, true).Submitted = string(f.address) == "local" || queue.IsPrivate(f.address)
	case "smtp authentication":
		f.read(rest)
		if string(f.result) == "ok" && len(f.user) > 0 {
			p.Table.Message(rec.Host, id, at, false).AuthUser = string(f.user)
		}
	case "smtp disconnected", "smtp closed":
		p.Table.Message(rec.Host, id, at, false).Ended = true
	case "smtp message":
		f.read(rest)
		p.message(rec.Host, id, &f, at)
	case "smtp envelope":
		f.read(rest)
		p.envelope(rec.Host, &f, at)
	case "smtp failed-command":
		p.refuse(p.Table.Message(rec.Host, id, at, false), rest, at)
	case "mta connecting":
		f.read(rest)
		p.connect(rec.Host, id, isSubmission(f.address), at)
	case "mta disconnected", "mta error":
		p.disconnect(rec.Host, id, at)
	case "mta delivery":
		p.Table.Tally.Records++
		f.read(rest)
		p.deliverBy(rec.Host, id, &f, at)
	case "mda delivery":
		p.Table.Tally.Records++
		f.read(rest)
		p.delivery(rec.Host, &f, true, at)
	}
}

// connect notes a session with another server.
func (p *piece) connect(host, id []byte, submits bool, at *queue.Place) {
	if len(p.sessions) < maxSessions {
		p.sessions[string(id)] = submits
	}
	if submits {
		p.Table.Message(host, id, at, true).Relayed = true
	}
}

// disconnect ends a session, be it one of the piece before.
func (p *piece) disconnect(host, id []byte, at *queue.Place) {
	if submits, known := p.sessions[string(id)]; submits || !known {
		p.Table.Message(host, id, at, false).Ended = true
	}
	delete(p.sessions, string(id))
}

// deliverBy reads the result of an envelope in a session.
func (p *piece) deliverBy(host, id []byte, f *fields, at *queue.Place) {
	submits, known := p.sessions[string(id)]
	f.submits = submits
	r := p.delivery(host, f, false, at)
	if known && !submits || r == nil {
		return
	}
	if session := p.Table.Message(host, id, at, false); !known {
		r.By(session)
	}
}

// isSubmission reports the address of a server, "smtp+tls://192.0.2.20:587", at a port of
// RFC 6409 or 8314.
func isSubmission(address []byte) bool {
	return bytes.HasSuffix(address, []byte(":587")) || bytes.HasSuffix(address, []byte(":465"))
}

// fields are the values of a line.
type fields struct {
	evpid, msgid, from, to, rcpt, relay, result, stat, size, user, address []byte

	submits bool // to a server that delivers for all
}

// read reads "key=value key=<a> key="v" …", in the older layout with commas
// between. An address or a value in quotes ends where another name follows, and
// the last value with the line.
func (f *fields) read(b []byte) {
	for len(b) > 0 {
		eq := bytes.IndexByte(b, '=')
		if eq < 0 {
			return
		}
		key := string(b[:eq])
		value := b[eq+1:]
		if key == "stat" {
			f.stat = unquoted(value)
			return
		}
		end := valueEnd(value)
		f.set(key, unquoted(bytes.TrimSuffix(value[:end], []byte(","))))
		b = bytes.TrimLeft(value[end:], " ,")
	}
}

// valueEnd returns where a value ends: at a blank before "name=", which the
// quotes or brackets that the value began with must have closed.
func valueEnd(b []byte) int {
	closes := byte(0)
	if len(b) > 0 {
		switch b[0] {
		case '<':
			closes = '>'
		case '"':
			closes = '"'
		}
	}
	for i := 1; i < len(b); i++ {
		if b[i] != ' ' || !startsName(b[i+1:]) {
			continue
		}
		last := b[i-1]
		if last == ',' && i > 1 {
			last = b[i-2]
		}
		if closes == 0 || last == closes && (i > 1 || closes != '"') {
			return i
		}
	}
	return len(b)
}

// startsName reports whether b begins with "name=".
func startsName(b []byte) bool {
	i := 0
	for i < len(b) && (b[i]-'a' < 26 || b[i] == '-') {
		i++
	}
	return i > 0 && i < len(b) && b[i] == '='
}

func unquoted(b []byte) []byte {
	if n := len(b); n >= 2 && (b[0] == '"' && b[n-1] == '"' || b[0] == '<' && b[n-1] == '>') {
		return b[1 : n-1]
	}
	return b
}

func (f *fields) set(key string, value []byte) {
	switch key {
	case "evpid":
		f.evpid = value
	case "msgid":
		f.msgid = value
	case "from":
		f.from = value
	case "to":
		f.to = value
	case "rcpt":
		f.rcpt = value
	case "relay":
		f.relay = value
	case "result":
		f.result = value
	case "size":
		f.size = value
	case "user":
		f.user = value
	case "address":
		f.address = value
	}
}

// message notes who sent a message, and its size: its envelopes take that from
// it.
func (p *piece) message(host, session []byte, f *fields, at *queue.Place) {
	if len(f.msgid) != messageDigits || !isHex(f.msgid) {
		return
	}
	p.Table.Tally.Records++
	m := p.Table.Message(host, f.msgid, at, true)
	m.Submitted = queue.IsPrivate(f.address) // in the layout of 5.7 the line names it
	m.Bytes, m.Ended = number(f.size), true
	p.Table.Message(host, session, at, false).Precede(m)
}

// of returns the message of an envelope.
func (p *piece) of(host []byte, f *fields, at *queue.Place, begins bool) *queue.Message {
	e := p.Table.Message(host, f.evpid, at, begins)
	if !e.SenderKnown {
		e.Sender, e.SenderKnown = unvis(f.from), true
	}
	p.Table.Message(host, f.evpid[:messageDigits], at, false).Precede(e)
	return e
}

func (p *piece) envelope(host []byte, f *fields, at *queue.Place) {
	if len(f.evpid) != sessionDigits || !isHex(f.evpid) {
		return
	}
	p.Table.Tally.Records++
	p.of(host, f, at, true)
}

// delivery reads the result of an envelope, and returns its recipient; nil if it makes no
// sense.
func (p *piece) delivery(host []byte, f *fields, mda bool, at *queue.Place) *queue.Recipient {
	if len(f.evpid) != sessionDigits || !isHex(f.evpid) || len(f.to) == 0 {
		p.Table.Tally.Bad(at.Origin, "delivery without an envelope or a recipient")
		return nil
	}
	switch string(f.result) {
	case "Ok", "PermFail", "Loop", "TempFail", "Expire", "Remove":
	default:
		p.Table.Tally.Bad(at.Origin, "delivery without a result")
		return nil
	}
	m := p.of(host, f, at, false)
	r := m.Recipient(unvis(f.to))
	if orig := unvis(f.rcpt); orig != "" && orig != "-" && orig != r.Address {
		r.Orig = orig
	}
	relay := relayName(f.relay)
	if relay == "-" {
		relay = ""
	}
	r.Reply(relay, queue.EnhancedCode(f.stat))
	switch string(f.result) {
	case "Ok":
		r.Set(at, parsers.StatusDelivered)
		r.Local = mda
		if r.Handed = !mda && queue.IsPrivate(addressOf(f.relay)); r.Handed {
			r.Next = nextID(f.stat)
			p.Table.HandOver(m, r)
		}
		r.Smarthost = !r.Handed && f.submits
		m.Ended = true
	case "PermFail", "Loop":
		r.Set(at, parsers.StatusBounced)
		r.Failure = failureOf(f.stat, r.DSN)
		m.Ended = true
	case "TempFail":
		r.Set(at, parsers.StatusDeferred)
		r.Failure = failureOf(f.stat, r.DSN)
		r.Broke = r.Broke || string(f.stat) == "Connection closed unexpectedly" // the log does not say at which point
	case "Expire":
		r.Set(at, parsers.StatusExpired)
		r.Failure = parsers.FailureOther
		m.Ended = true
	case "Remove":
		r.Set(at, parsers.StatusRemoved)
		m.Ended = true
	}
	return r
}

func failureOf(stat []byte, dsn string) parsers.Failure {
	switch {
	case string(stat) == "Domain does not exist":
		return parsers.FailureNoDomain
	case string(stat) == "No MX found for domain":
		return parsers.FailureNullMX
	case dsn == "5.1.1":
		return parsers.FailureNoUser
	}
	return parsers.FailureOther
}

// nextID returns the id of a message that another OpenSMTPD took: "250 2.0.0 1a2b3c4d
// Message accepted for delivery", with a colon after the code since 6.6.
func nextID(stat []byte) string {
	before, _, ok := bytes.Cut(stat, []byte(" Message accepted for delivery"))
	if !ok {
		return ""
	}
	if id := before[bytes.LastIndexByte(before, ' ')+1:]; len(id) == messageDigits && isHex(id) {
		return string(id)
	}
	return ""
}

// addressOf returns the address of "192.0.2.20 (mx1.army.ml)".
func addressOf(relay []byte) []byte {
	address, _, _ := bytes.Cut(relay, []byte(" "))
	return address
}

// relayName writes "192.0.2.20 (mx1.army.ml)" as "mx1.army.ml[192.0.2.20]".
func relayName(relay []byte) string {
	address, name, ok := bytes.Cut(relay, []byte(" ("))
	if !ok {
		return string(relay)
	}
	return string(bytes.TrimSuffix(name, []byte(")"))) + "[" + string(address) + "]"
}

// refuse reads `command="RCPT TO:<x@y.example>" result="550 …"`. The recipient
// is the client's, and its quotes are not escaped.
func (p *piece) refuse(session *queue.Message, text []byte, at *queue.Place) {
	const begins = `command="RCPT TO:` // in upper or lower case, as the client wrote it
	if len(text) < len(begins) || !bytes.EqualFold(text[:len(begins)], []byte(begins)) {
		if bytes.HasPrefix(text, []byte(`command="RCPT `)) && bytes.IndexByte(text, '@') >= 0 {
			p.Table.Tally.Bad(at.Origin, "refused recipient without its command")
		}
		return
	}
	command := text[len(begins):]
	end := bytes.LastIndex(command, []byte(`" result="`))
	if end < 0 {
		p.Table.Tally.Bad(at.Origin, "failed command without a result")
		return
	}
	to := bytes.TrimSpace(command[:end])
	if len(to) < 2 || to[0] != '<' {
		if bytes.IndexByte(to, '@') >= 0 {
			p.Table.Tally.Bad(at.Origin, "refused recipient without a beginning")
		}
		return
	}
	closing := bytes.LastIndexByte(to, '>')
	if closing < 1 {
		return
	}
	p.Table.Tally.Records++
	if address := unvis(to[1:closing]); address != "" {
		r := session.Recipient(address)
		r.Set(at, parsers.StatusRejected)
		r.Failure = parsers.FailureOther
	}
}

// unvis undoes vis(3) for bytes that are not ASCII: "\M-C" is C with the eighth bit
// set, "\M^C" a control character with it, "\^C" one without; a backslash is
// written twice.
func unvis(b []byte) string {
	if bytes.IndexByte(b, '\\') < 0 {
		return strings.Clone(lines.Borrow(b))
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		rest := b[i:]
		switch {
		case bytes.HasPrefix(rest, []byte(`\M-`)) && len(rest) > 3:
			out = append(out, rest[3]|0x80)
			i += 3
		case bytes.HasPrefix(rest, []byte(`\M^`)) && len(rest) > 3:
			out = append(out, rest[3]&0x1f|0x80)
			i += 3
		case bytes.HasPrefix(rest, []byte(`\\`)):
			out = append(out, '\\')
			i++
		default:
			out = append(out, b[i])
		}
	}
	return string(out)
}

func number(b []byte) (n int64) {
	for _, c := range b {
		if c-'0' >= 10 || n > 1<<50 {
			return n
		}
		n = 10*n + int64(c-'0')
	}
	return n
}
