// Package sendmail reads the syslog of Sendmail (8.x), also as Proofpoint's
// gateways write it.
//
//	sendmail[157]: 6AN9Q35i000157: from=<alice@corp.example>, size=239, class=0, nrcpts=1, msgid=<1@corp.example>, proto=ESMTP, daemon=MTA, relay=ws17 [192.0.2.7]
//	sendmail[157]: AUTH=server, relay=ws17 [192.0.2.7], authid=alice, mech=PLAIN, bits=0        (before, by the same process; the id may stand in front)
//	sendmail[160]: 6AN9Q35i000157: to=<a@army.ml>,<b@army.ml>, ctladdr=<alice@corp.example> (1000/1000), delay=00:00:01, xdelay=00:00:01, mailer=esmtp, pri=30239, relay=mx1.army.ml. [192.0.2.20], dsn=2.0.0, stat=Sent (Ok: queued as 07BA0F62)
//	sendmail[160]: 6AN9Q35i000157: to=<c@y.example>, …, dsn=5.1.1, reply=550 5.1.1 unknown, try again, stat=User unknown
//	sendmail[160]: 6AN9Q35i000157: 6AN9Q35i000160: DSN: User unknown
//	sendmail[160]: 6AN9Q35i000157: 6AN9Qo0q000561: sender notify: Cannot send message for 5 days
//	sendmail[305]: 6AN9Q3Oi000305: split: count=1, id=6AN9Q3Oj000305
//	sendmail[367]: 6AN9Q6pd000365: 6AN9Q6pd000367: clone: owner=owner-list
//	sendmail[369]: 6AN9Q6hr000368: to="|/bin/cat", ctladdr=<archive@corp.example> (8/0), delay=00:00:00, xdelay=00:00:00, mailer=prog, pri=60484, dsn=2.0.0, stat=Sent
//	sendmail[383]: 6AN9Q5Fc000383: ruleset=check_rcpt, arg1=<x@y.example>, relay=h [192.0.2.50], reject=550 5.7.1 <x@y.example>... Relaying denied
//
// (Sendmail Installation and Operation Guide, section 5.1.2; cf/README.) A mail
// that a program submits goes through two queues: mailer=relay, "Sent (ID
// Message accepted for delivery)" names the id of the second.
//
// The class of dsn= gives the status of a recipient, and where that is missing
// the first word of stat=, which is the last field and, like the reply before
// it, may hold anything. No line ends a message: it is over when
// as many recipients as nrcpts= says have their last word. A remote recipient
// without brackets is what an alias or a .forward here made of another one. Bytes that are not
// ASCII are written in octal, and a backslash twice.
package sendmail

import (
	"bytes"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
)

// Body reads the lines of Sendmail in a log that others may share.
type Body struct{ queue.Joins }

// Name implements syslog.Body.
func (Body) Name() string { return "sendmail" }

// Title implements syslog.Body.
func (Body) Title() string { return "Sendmail, and Proofpoint's" }

// Claims implements syslog.Body.
func (Body) Claims(program, _ []byte) (claimed, always bool) {
	return bytes.HasPrefix(program, []byte("sendmail")) || bytes.HasPrefix(program, []byte("sm-m")), true
}

// Recognises implements syslog.Untagged: Sendmail may have any title (-L tag).
func (Body) Recognises(text []byte) bool {
	if bytes.HasPrefix(text, []byte("AUTH=server, relay=")) {
		return true
	}
	_, rest, ok := cutID(text)
	switch {
	case !ok:
		return false
	case bytes.HasPrefix(rest, []byte("from=")):
		return bytes.Contains(rest, []byte(", nrcpts="))
	case bytes.HasPrefix(rest, []byte("to=")):
		return bytes.Contains(rest, []byte(", stat="))
	}
	if _, of, ok := cutID(rest); ok { // "ID: ID2: DSN: …", "ID: ID2: clone: …"
		return beginsWithAny(of, "DSN: ", "clone: ", "return to sender: ", "sender notify: ", "postmaster notify: ", "return receipt: ")
	}
	return bytes.HasPrefix(rest, []byte("AUTH=server, relay=")) || bytes.HasPrefix(rest, []byte("ruleset=check_rcpt, ")) ||
		bytes.HasPrefix(rest, []byte("Milter: to=")) || bytes.HasPrefix(rest, []byte("clone "))
}

func beginsWithAny(text []byte, prefixes ...string) bool {
	for _, prefix := range prefixes {
		if bytes.HasPrefix(text, []byte(prefix)) {
			return true
		}
	}
	return false
}

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	t := queue.NewTable(p, sink)
	t.Late = true // an alias may have more recipients than nrcpts
	return &piece{Parser: queue.Parser{Table: t}, logins: map[string]string{}}
}

type piece struct {
	queue.Parser
	buf []byte // of unescaped text
	// logins are those of the sessions, by host, process and client: a message
	// that such a process takes in from there afterwards is theirs.
	logins map[string]string
}

// Ids have 12 to 15 letters and digits: of the time, and of the process.
const minID, maxID = 12, 16

func cutID(text []byte) (id, rest []byte, ok bool) {
	end := bytes.IndexByte(text[:min(len(text), maxID+1)], ':')
	if end < minID || end+2 > len(text) || text[end+1] != ' ' {
		return nil, nil, false
	}
	for _, c := range text[:end] {
		if c-'0' >= 10 && c-'A' >= 26 && c-'a' >= 26 {
			return nil, nil, false
		}
	}
	return text[:end], bytes.TrimLeft(text[end+2:], " "), true
}

// Record implements syslog.BodyParser.
func (p *piece) Record(rec *syslog.Record) {
	id, text, ok := cutID(rec.Text)
	if !ok {
		if bytes.HasPrefix(rec.Text, []byte("AUTH=server")) {
			p.Table.Tally.Records++
			p.login(rec, rec.Text)
		}
		return
	}
	at := p.Table.Place(rec.Time, rec.Line, rec.Repeat)
	switch {
	case bytes.HasPrefix(text, []byte("from=")):
		p.Table.Tally.Records++
		p.from(rec, p.Table.Message(rec.Host, id, at, true), text)
	case bytes.HasPrefix(text, []byte("to=")):
		p.Table.Tally.Records++
		p.to(p.Table.Message(rec.Host, id, at, false), text, at)
	case bytes.HasPrefix(text, []byte("AUTH=server")):
		p.Table.Tally.Records++
		p.login(rec, text)
	case bytes.HasPrefix(text, []byte("ruleset=check_rcpt, ")):
		p.Table.Tally.Records++
		p.ruleset(rec.Host, id, text, at)
	case bytes.HasPrefix(text, []byte("Milter: to=")):
		p.Table.Tally.Records++
		p.milter(p.Table.Message(rec.Host, id, at, false), text[len("Milter: "):], at)
	case beginsWithAny(text, "--- ", "<-- "): // the session, with LogLevel above 11: each outcome has a line of its own
		p.Table.Tally.Records++
	case len(text) > 0 && text[0] == '<' && bytes.Contains(text, []byte(">... ")):
		p.Table.Tally.Records++
		if to, _ := cutAddress(text); len(to) > 0 {
			p.refuse(p.Table.Message(rec.Host, id, at, false), to, at)
		}
	case len(text) > 0 && text[0] == '<':
		p.Table.Tally.Bad(at.Origin, "refused recipient without an end")
	default:
		p.notice(rec.Host, id, text, at)
	}
}

// from reads "from=<s>, size=, class=, nrcpts=, msgid=, …, relay=".
func (p *piece) from(rec *syslog.Record, m *queue.Message, text []byte) {
	sender, rest := cutAddress(text[len("from="):])
	m.Sender, m.SenderKnown = strings.Clone(p.unescape(sender)), true
	for len(rest) > 0 {
		var key, value []byte
		key, value, rest = field(rest)
		switch string(key) {
		case "size":
			m.Bytes = number(value)
		case "nrcpts":
			m.Expected = max(1, int(number(value)))
			if string(value) == "0" {
				m.GiveUp(parsers.StatusRejected) // the client asked for recipients that were all refused, or for none
			}
		case "msgid":
			m.MessageID = string(bytes.TrimSuffix(bytes.TrimPrefix(value, []byte("<")), []byte(">")))
		case "relay":
			m.AuthUser = p.logins[session(rec, value)]
			m.Submitted = m.AuthUser != "" || bytes.HasSuffix(value, []byte("@localhost")) || queue.IsPrivate(bracketed(value))
		}
	}
}

// maxLogins bounds the sessions that are remembered.
const maxLogins = 10_000

// session names a client's session with a process.
func session(rec *syslog.Record, relay []byte) string {
	return string(rec.Host) + " " + string(rec.PID()) + " " + string(relay)
}

// login reads "AUTH=server, relay=…, authid=alice, mech=PLAIN".
func (p *piece) login(rec *syslog.Record, text []byte) {
	var relay, user []byte
	for rest := text; len(rest) > 0; {
		var key, value []byte
		switch key, value, rest = field(rest); string(key) {
		case "relay":
			relay = value
		case "authid":
			user = value
		}
	}
	if len(user) == 0 {
		return
	}
	if len(p.logins) >= maxLogins {
		clear(p.logins)
	}
	p.logins[session(rec, relay)] = string(user)
}

// A delivery is the fields of a to= line.
type delivery struct {
	ctladdr, mailer, relay, dsn, reply, stat []byte
}

// to reads a line about one or several recipients.
func (p *piece) to(m *queue.Message, text []byte, at *queue.Place) {
	list := text[len("to="):]
	end := listEnd(list)
	var d delivery
	for rest := bytes.TrimPrefix(list[end:], []byte(", ")); len(rest) > 0; {
		var key, value []byte
		key, value, rest = field(rest)
		switch string(key) {
		case "ctladdr":
			d.ctladdr = value
		case "mailer":
			d.mailer = value
		case "relay":
			d.relay = value
		case "dsn":
			d.dsn = value
		case "reply":
			d.reply = value
		case "stat":
			d.stat = value
		}
	}
	if len(d.stat) == 0 {
		p.Table.Tally.Bad(at.Origin, "delivery line without stat=")
		return
	}
	var controller []byte
	if len(d.ctladdr) > 0 && (!m.SenderKnown || d.isProgram()) {
		user, _, _ := bytes.Cut(d.ctladdr, []byte(" ("))
		controller, _ = cutAddress(user)
	}
	if m.Sender == "" && !m.SenderKnown && len(controller) > 0 {
		m.Sender = strings.Clone(p.unescape(controller))
	}
	for list = list[:end]; len(list) > 0; {
		expanded := list[0] != '<'
		var to []byte
		if to, list = cutAddress(list); len(to) == 0 {
			continue
		}
		if len(controller) > 0 && d.isProgram() && bytes.IndexByte(controller, '@') >= 0 {
			to = controller // the alias that names the program or file
		}
		r := m.Recipient(p.unescape(to))
		p.recipient(r, &d, at)
		r.SentOn = expanded && !r.Local && bytes.IndexByte(to, '@') >= 0 && !queue.IsPrivate(bracketed(d.relay))
	}
}

// isProgram reports whether a program or a file here takes the message.
func (d *delivery) isProgram() bool {
	return string(d.mailer) == "prog" || string(d.mailer) == "*file*"
}

func (p *piece) recipient(r *queue.Recipient, d *delivery, at *queue.Place) {
	status := statusOf(d)
	if r.Status == parsers.StatusDelivered && status != parsers.StatusDelivered {
		return
	}
	r.Set(at, status)
	r.Reply(relayName(d.relay), d.dsn)
	switch string(d.mailer) {
	case "local", "prog", "*file*", "*include*", "procmail", "cyrus", "cyrusv2", "lmtp":
		r.Local = true
	case "discard":
		r.Status = parsers.StatusDiscarded
	}
	switch {
	case status == parsers.StatusDelivered && !r.Local && queue.IsPrivate(bracketed(d.relay)):
		r.Handed, r.Next = true, nextID(d.stat)
	case status == parsers.StatusDelivered && !r.Local: // whose word counts where the message-id agrees
		r.Smarthost, r.Next = string(d.mailer) == "relay", nextID(d.stat)
	case status == parsers.StatusDeferred && string(d.dsn) == "4.4.2" && len(d.reply) == 0 && bytes.Contains(d.relay, []byte(" [")):
		// The log does not say when the connection was lost. Without an
		// address after the host there was none: it failed for another mail.
		r.Broke = true
	case status == parsers.StatusBounced:
		r.Failure = failureOf(d)
	}
}

func statusOf(d *delivery) parsers.Status {
	switch {
	case bytes.HasPrefix(d.stat, []byte("Sent")):
		return parsers.StatusDelivered
	case bytes.HasPrefix(d.stat, []byte("quarantined")):
		return parsers.StatusHeld
	case len(d.dsn) > 1 && d.dsn[1] == '.' && d.dsn[0] == '4', bytes.HasPrefix(d.stat, []byte("Deferred")), bytes.HasPrefix(d.stat, []byte("queued")):
		return parsers.StatusDeferred
	case len(d.dsn) > 1 && d.dsn[1] == '.' && d.dsn[0] == '2':
		return parsers.StatusDelivered
	}
	return parsers.StatusBounced
}

func failureOf(d *delivery) parsers.Failure {
	switch {
	case bytes.HasPrefix(d.stat, []byte("Host unknown (Name server: ")):
		return parsers.FailureNoDomain
	case string(d.dsn) == "5.1.10":
		return parsers.FailureNullMX
	case string(d.dsn) == "5.1.1":
		return parsers.FailureNoUser
	}
	return parsers.FailureOther
}

// nextID returns the id of "Sent (ID Message accepted for delivery)".
func nextID(stat []byte) string {
	rest, ok := bytes.CutPrefix(stat, []byte("Sent ("))
	if !ok {
		return ""
	}
	id, rest, ok := bytes.Cut(rest, []byte(" "))
	if !ok || !bytes.HasPrefix(rest, []byte("Message accepted for delivery")) {
		return ""
	}
	return string(id)
}

// refuse notes that a recipient was refused in the session of m. The line that names
// the sender comes after it.
func (p *piece) refuse(m *queue.Message, to []byte, at *queue.Place) {
	if r := m.Recipient(p.unescape(to)); r.Status == parsers.StatusUnknown {
		r.Set(at, parsers.StatusRejected)
		r.Failure = parsers.FailureOther
	}
}

// ruleset reads "ruleset=check_rcpt, arg1=<r>, relay=h [ip], reject=550 …".
func (p *piece) ruleset(host, id, text []byte, at *queue.Place) {
	rest, ok := bytes.CutPrefix(text, []byte("ruleset=check_rcpt, arg1="))
	if !ok || !bytes.Contains(rest, []byte(", reject=")) && !bytes.Contains(rest, []byte(", discard")) {
		if !bytes.Contains(text, []byte(", quarantine=")) {
			p.Table.Tally.Bad(at.Origin, "refusal without a recipient or a reason")
		}
		return
	}
	to, rest := cutAddress(rest)
	submitted := false
	for len(rest) > 0 {
		var key, value []byte
		if key, value, rest = field(rest); string(key) == "relay" {
			submitted = queue.IsPrivate(bracketed(value))
		}
	}
	switch {
	case len(to) == 0:
	case !submitted && bytes.Contains(text, []byte("Relaying denied")):
		p.Table.Refuse(&parsers.Delivery{Recipient: p.unescape(to), Direction: parsers.DirectionInbound}, at)
	default:
		m := p.Table.Message(host, id, at, false)
		m.Submitted = m.Submitted || submitted
		p.refuse(m, to, at)
	}
}

// milter reads "to=<r>, reject=550 …".
func (p *piece) milter(m *queue.Message, text []byte, at *queue.Place) {
	to, rest := cutAddress(text[len("to="):])
	if len(to) > 0 && bytes.HasPrefix(rest, []byte("reject=")) {
		p.refuse(m, to, at)
	} else if len(to) == 0 || bytes.IndexByte(rest, '=') < 0 {
		p.Table.Tally.Bad(at.Origin, "refusal without a recipient or a reason")
	}
}

// clone notes that m goes on for the recipients of a list as another one, whose
// sender is the list's owner.
func (p *piece) clone(host, id, clone, owner []byte, at *queue.Place) {
	p.Table.Tally.Records++
	c := p.Table.Message(host, clone, at, true)
	c.Sender, c.SenderKnown, c.Expected = string(bytes.Trim(owner, "<>")), true, 1
	p.Table.Message(host, id, at, false).Precede(c)
}

// split reads "split: count=2, id=ID2, ID3": some recipients go on under ids of
// their own, of which no line says where the message came from.
func (p *piece) split(host, id, text []byte, at *queue.Place) {
	_, list, ok := bytes.Cut(text, []byte(" id"))
	if !ok {
		return
	}
	_, list, ok = bytes.Cut(list, []byte("="))
	if !ok {
		return
	}
	p.Table.Tally.Records++
	for part := range bytes.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ';' || r == ' ' }) {
		if len(part) >= minID && len(part) <= maxID {
			c := p.Table.Message(host, part, at, true)
			c.Expected = 1
			p.Table.Message(host, id, at, false).Split(c)
		}
	}
}

// notice reads "ID2: DSN: …", "ID2: sender notify: Cannot send message for …",
// "split: …", "ID2: clone: owner=o", and "clone ID2, owner=o" of old versions.
func (p *piece) notice(host, id, text []byte, at *queue.Place) {
	if rest, ok := bytes.CutPrefix(text, []byte("clone ")); ok {
		if clone, owner, ok := bytes.Cut(rest, []byte(", owner=")); ok && len(clone) >= minID && len(clone) < maxID {
			p.clone(host, id, clone, owner, at)
		}
		return
	}
	if bytes.HasPrefix(text, []byte("split: ")) {
		p.split(host, id, text, at)
		return
	}
	report, what, ok := cutID(text)
	if !ok {
		return
	}
	kind, what, ok := bytes.Cut(what, []byte(": "))
	if !ok {
		return
	}
	switch string(kind) {
	case "clone":
		if owner, ok := bytes.CutPrefix(what, []byte("owner=")); ok {
			p.clone(host, id, report, owner, at)
		}
		return
	case "DSN", "sender notify", "postmaster notify", "return to sender":
	default:
		return
	}
	p.Table.Tally.Records++
	m := p.Table.Message(host, report, at, true)
	m.Sender, m.SenderKnown, m.Expected = "", true, 1
	if bytes.HasPrefix(what, []byte("Cannot send message for ")) {
		p.Table.Message(host, id, at, false).Close(parsers.StatusExpired)
	}
}
