// Package barracuda reads the mail syslog of the Barracuda Email Security Gateway,
// once Spam Firewall (firmware 3.4 to 9).
//
//	scan[5125]: pc7.corp.example[192.0.2.7] 1382041743-0f82-6AQV5q 1382041743 1382041744 SCAN - alice@corp.example jane@army.ml - 7 11 - SZ:18402 SUBJ:Plan
//	outbound/smtp[13266]: 127.0.0.1 1382041743-0f82-6AQV5q 0 0 SEND ENC 1 8B2052296C 250 2.6.0 Queued mail for delivery
//	inbound/pass1[3970]: unknown[192.0.2.99] 1382040948-0f82-LuzkN2 1382040948 1382040948 RECV eve@evil.example ann@corp.example 2 64 zen.example
//
// (Barracuda Campus, "Syslog and the Barracuda Email Security Gateway", which lists
// the numbers of actions.) Before the name of the service stand the client, which may
// be missing, the id of the message, and two times. SCAN says what the filter did,
// RECV what was refused or put off while it was received; SEND, which names no
// recipient, what the next server did: the outcome is that of all recipients under
// the id, of which the gateway gives each its own. A delay (action 3) leaves it
// unknown until the next SEND. Message-id and relay are not logged.
package barracuda

import (
	"bytes"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Body reads the lines of the gateway in a log that others may share.
type Body struct{ queue.Joins }

// Name implements syslog.Body.
func (Body) Name() string { return "barracuda-esg" }

// Title implements syslog.Body.
func (Body) Title() string { return "Barracuda Email Security Gateway, mail syslog" }

// Claims implements syslog.Body. A Postfix may be called "outbound" as well: there
// the text decides.
func (Body) Claims(program, text []byte) (claimed, always bool) {
	switch string(program) {
	case "scan", "inbound/pass1":
		return true, true
	case "", "outbound/smtp":
		_, _, _, ok := cut(text)
		return ok, false
	}
	return false, true
}

// Recognises implements syslog.Untagged.
func (Body) Recognises(text []byte) bool {
	_, _, _, ok := cut(text)
	return ok
}

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	t := queue.NewTable(p, sink)
	t.Late = true
	return &piece{Parser: queue.Parser{Table: t}}
}

type piece struct{ queue.Parser }

// cut splits "CLIENT ID START END SERVICE rest"; the client may be missing.
func cut(text []byte) (id, service, rest []byte, ok bool) {
	var words [5][]byte
	for i := range words {
		words[i], text, _ = bytes.Cut(text, []byte(" "))
		if n := i - 3; n >= 0 && isService(words[i]) && isNumber(words[i-1]) && isNumber(words[i-2]) && !isTagged(words[0]) {
			return words[n], words[i], text, true
		}
	}
	return nil, nil, nil, false
}

// isTagged reports a word that belongs to the header of a line.
func isTagged(word []byte) bool {
	return bytes.IndexByte(word, '\t') >= 0 || bytes.HasSuffix(word, []byte(":"))
}

func isService(word []byte) bool {
	return string(word) == "SCAN" || string(word) == "RECV" || string(word) == "SEND"
}

func isNumber(word []byte) bool {
	return len(word) > 0 && len(bytes.TrimLeft(word, "0123456789")) == 0
}

// Record implements syslog.BodyParser.
func (p *piece) Record(rec *syslog.Record) {
	id, service, rest, ok := cut(rec.Text)
	at := p.Table.Place(rec.Time, rec.Line, rec.Repeat)
	if !ok {
		if saysOutcome(rec.Text) {
			p.Table.Tally.Bad(at.Origin, "no service, or not after two times")
		}
		return
	}
	switch string(service) {
	case "SCAN":
		_, rest, _ = bytes.Cut(rest, []byte(" ")) // whether it is encrypted
		ok = p.scan(rec.Host, id, rest, at)
	case "RECV":
		ok = p.receive(rest, at)
	case "SEND":
		_, rest, _ = bytes.Cut(rest, []byte(" "))
		ok = p.send(rec.Host, id, rest, at)
	}
	if !ok {
		p.Table.Tally.Bad(at.Origin, "no recipient, or no action")
		return
	}
	p.Table.Tally.Records++
}

// saysOutcome reports a part of a line of a delivery.
func saysOutcome(text []byte) bool {
	for _, part := range [...]string{"@", " SCAN ", " RECV ", " SEND "} {
		if bytes.Contains(text, []byte(part)) {
			return true
		}
	}
	return false
}

// scan reads "sender recipient score action reason extra SZ:n SUBJ:text".
func (p *piece) scan(host, id, b []byte, at *queue.Place) bool {
	var f [5]string
	for i := range f {
		var word []byte
		word, b, _ = bytes.Cut(b, []byte(" "))
		f[i] = lines.Borrow(word)
	}
	status, ok := filtered(f[3])
	if dash(f[1]) == "" || isNumber([]byte(f[1])) || !isNumber([]byte(f[4])) || !ok {
		return false
	}
	m := p.Table.Message(host, id, at, true)
	m.Sender, m.SenderKnown, m.Expected = strings.Clone(dash(f[0])), true, 1
	if _, size, ok := bytes.Cut(b, []byte("SZ:")); ok {
		size, _, _ = bytes.Cut(size, []byte(" "))
		m.Bytes = records.Number(lines.Borrow(size))
	}
	if _, subject, ok := bytes.Cut(b, []byte("SUBJ:")); ok {
		m.Subject = string(subject)
	}
	r := m.Recipient(f[1])
	r.Set(at, status)
	if status == parsers.StatusUnknown {
		p.Table.Tally.MissBare(f[1], at.Origin)
	}
	if r.Status != parsers.StatusUnknown && r.Status != parsers.StatusDeferred {
		r.Failure = parsers.FailureOther
	}
	return true
}

// filtered returns what the action of a filter means, StatusUnknown for a message
// that goes on; it is false for what is no action.
func filtered(action string) (status parsers.Status, ok bool) {
	switch action {
	case "1", "2": // aborted, blocked
		return parsers.StatusRejected, true
	case "3", "6": // quarantined, also for the recipient
		return parsers.StatusHeld, true
	case "5":
		return parsers.StatusDeferred, true
	}
	return parsers.StatusUnknown, isNumber([]byte(action))
}

// receive reads "sender recipient action reason extra"; before both were named a "-"
// stands for them.
func (p *piece) receive(b []byte, at *queue.Place) bool {
	from, b, _ := bytes.Cut(b, []byte(" "))
	to, b, _ := bytes.Cut(b, []byte(" "))
	action, b, _ := bytes.Cut(b, []byte(" "))
	reason, _, _ := bytes.Cut(b, []byte(" "))
	status, ok := filtered(string(action))
	if !ok || len(to) == 0 || isNumber(to) || !isNumber(reason) {
		return false
	}
	if status == parsers.StatusRejected && string(to) != "-" {
		p.Table.Refuse(&parsers.Delivery{Sender: dash(lines.Borrow(from)), SenderKnown: true, Recipient: lines.Borrow(to)}, at)
	}
	return true
}

// send reads "action id answer".
func (p *piece) send(host, id, b []byte, at *queue.Place) bool {
	status := parsers.StatusUnknown
	switch action, _, _ := bytes.Cut(b, []byte(" ")); string(action) {
	case "1":
		status = parsers.StatusDelivered
	case "2":
		status = parsers.StatusBounced
	case "3": // put off: until the next SEND nothing is known
	case "4":
		status = parsers.StatusExpired
	default:
		return false
	}
	m := p.Table.Message(host, id, at, false)
	if status != parsers.StatusUnknown {
		m.Close(status)
	}
	return true
}

// dash reads "-" for what is not there.
func dash(s string) string {
	if s == "-" {
		return ""
	}
	return s
}
