package postfix

import (
	"bytes"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// A piece reads the lines of one piece of a log.
type piece struct {
	queue.Parser
	refused parsers.Delivery  // memory of refuse
	logins  map[string]string // who logged in to a process whose messages have no queue id
}

// Record implements syslog.BodyParser.
func (p *piece) Record(rec *syslog.Record) {
	daemon := daemon(rec.Note())
	if daemon == unknownDaemon {
		daemon = daemonOf(rec.Program)
		rec.SetNote(uint8(daemon))
	}
	text := rec.Text
	if daemon == silentDaemon || len(text) == 0 {
		return
	}
	if daemon == dovecot {
		p.dovecotRelayed(rec)
		return
	}
	if text[0] == 'N' {
		if r, ok := bytes.CutPrefix(text, []byte("NOQUEUE: ")); ok {
			p.noQueue(rec, r)
			return
		}
	}
	if begins(text, "proxy-") {
		p.noQueue(rec, text)
		return
	}
	id, rest, ok := cutQueueID(text)
	if !ok {
		if begins(text, "postfix-local: ") { // Plesk's, to which a delivery agent gives the mail
			p.Table.Tally.Records++
		}
		return
	}
	if daemon == proxmox {
		p.filtered(rec, id, rest)
		return
	}
	kind := kindOf(rest)
	if kind == otherLine {
		if isRemark(rest) {
			p.Table.Tally.Records++
		}
		return
	}
	p.Table.Tally.Records++
	p.line(rec, id, daemon, kind, rest)
}

func (p *piece) place(rec *syslog.Record) *queue.Place {
	return p.Table.Place(rec.Time, rec.Line, rec.Repeat)
}

// A daemon is one of Postfix's programs.
type daemon uint8

const (
	unknownDaemon daemon = iota
	otherDaemon
	silentDaemon // says nothing of a message
	postsuper
	discard
	dovecot // its submission service
	proxmox // the filter of its mail gateway
)

// daemonOf returns the daemon by "syslog_name/daemon".
func daemonOf(program []byte) daemon {
	name := program[bytes.LastIndexByte(program, '/')+1:]
	switch string(name) {
	case "anvil", "dnsblog", "tlsproxy", "scache", "master", "trivial-rewrite":
		return silentDaemon
	case "postsuper":
		return postsuper
	case "discard":
		return discard
	case "dovecot":
		return dovecot
	case "pmg-smtp-filter":
		return proxmox
	}
	return otherDaemon
}

// refuse emits a message that never got a queue id.
func (p *piece) refuse(text []byte, at *queue.Place, login string) {
	if kindOf(text) != refusedLine {
		return
	}
	p.Table.Tally.Records++
	if isEarly(text) {
		return // refused before a recipient was named
	}
	r, ok := cutRefusal(text)
	if !ok {
		p.Table.Tally.Bad(at.Origin, "refusal without an end")
		return
	}
	if !r.hasTo {
		if !isLate(r.stage) {
			p.Table.Tally.Bad(at.Origin, "refusal without a recipient")
		}
		return
	}
	if len(r.to) == 0 {
		return
	}
	d := &p.refused
	*d = parsers.Delivery{
		Sender: lines.Borrow(r.from), SenderKnown: true, Recipient: lines.Borrow(r.to),
		Status: r.status(), DSN: lines.Borrow(r.dsn()), Submitted: queue.IsPrivate(bracketed(r.client)), AuthUser: login,
	}
	if len(r.login) > 0 {
		d.AuthUser = lines.Borrow(r.login)
	}
	d.Submitted = d.Submitted || d.AuthUser != ""
	if bytes.Contains(r.reply, []byte("Relay access denied")) && !d.Submitted {
		d.Direction = parsers.DirectionInbound // a stranger tried to use us
	}
	p.Table.Refuse(d, at)
}

// isEarly reports a refusal of a client before it named a sender or a recipient, in
// "action: STAGE from client: …": there is no delivery.
func isEarly(text []byte) bool {
	_, rest, _ := bytes.Cut(text, []byte(": "))
	stage, _, _ := bytes.Cut(rest, []byte(" "))
	switch string(bytes.TrimSuffix(stage, []byte(":"))) {
	case "CONNECT", "HELO", "EHLO", "LHLO", "AUTH", "STARTTLS", "XCLIENT", "XFORWARD", "NOOP", "RSET", "VRFY", "ETRN", "MAIL":
		return true
	}
	return false
}

// isLate reports a stage at which Postfix may leave out the recipient of a refused
// message: it had several, or none. At RCPT there is always one.
func isLate(stage []byte) bool {
	switch string(bytes.TrimSuffix(stage, []byte(":"))) {
	case "DATA", "BDAT", "END-OF-MESSAGE", "header", "body", "mime-error", "UNKNOWN":
		return true
	}
	return false
}

func (r *refusal) status() parsers.Status {
	switch {
	case bytes.HasSuffix(r.action, []byte("discard")):
		return parsers.StatusDiscarded
	case bytes.HasSuffix(r.action, []byte("hold")):
		return parsers.StatusHeld
	}
	return parsers.StatusRejected
}

// dsn returns the enhanced status code of "550 5.7.1 text" or "5.7.1 text".
func (r *refusal) dsn() []byte {
	text := r.reply
	for range 2 {
		word, rest, _ := bytes.Cut(text, []byte(" "))
		if bytes.Count(word, []byte(".")) == 2 && len(word) <= len("5.999.999") {
			return word
		}
		text = rest
	}
	return nil
}

// line notes one line of the message of a queue id.
func (p *piece) line(rec *syslog.Record, id []byte, by daemon, kind lineKind, text []byte) {
	at := p.place(rec)
	if kind == removedLine {
		p.removed(p.Table.Last(rec.Host, id, at), by)
		return
	}
	m := p.Table.Message(rec.Host, id, at, kind == clientLine || kind == uidLine)
	switch kind {
	case clientLine:
		p.client(m, text)
	case uidLine:
		p.pickup(m, text)
	case messageID:
		p.messageID(m, text)
	case fromLine:
		p.from(m, text, at)
	case toLine:
		p.to(m, by, text, at)
	case subjectLine:
		set(&m.Subject, subjectOf(text))
	case refusedLine:
		p.refuseQueued(m, text, at)
	}
}

// set keeps b as *s, unless that is known: the first line's word counts.
func set(s *string, b []byte) {
	if *s == "" {
		*s = lines.Borrow(b)
	}
}

// renew keeps b as *s, which stays as it is where it is the same: a message that
// is tried for days has the same relay each time.
func renew(s *string, b []byte) {
	if *s != string(b) {
		*s = lines.Borrow(b)
	}
}

func (p *piece) removed(m *queue.Message, by daemon) {
	if m == nil {
		return
	}
	if by == postsuper {
		m.GiveUp(parsers.StatusRemoved)
	} else {
		m.Complete()
	}
	p.Table.End(m)
}

func (p *piece) client(m *queue.Message, text []byte) {
	c := cutClient(text[len("client="):])
	set(&m.AuthUser, c.login)
	p.Table.From(m, c.host)
	if len(c.origHost) > 0 {
		c.host = c.origHost
	}
	m.Submitted = queue.IsPrivate(bracketed(c.host))
	p.Table.Follow(m, c.origID)
}

func (p *piece) pickup(m *queue.Message, text []byte) {
	m.PickedUp, m.Submitted = true, true
	_, rest, ok := bytes.Cut(text, []byte(" from=<"))
	if !ok {
		return
	}
	if _, rest, ok = cutAddress(rest, " orig_id=", ""); !ok {
		return
	}
	if id, ok := bytes.CutPrefix(rest, []byte(" orig_id=")); ok {
		p.Table.Follow(m, id)
	}
}

// messageID notes "message-id=<x@y>"; the brackets may be missing, or cut.
func (p *piece) messageID(m *queue.Message, text []byte) {
	_, id, _ := bytes.Cut(text, []byte("="))
	id = bytes.TrimSuffix(id, []byte("#012")) // a line feed, by the filter of Proxmox
	id = bytes.TrimSuffix(bytes.TrimPrefix(id, []byte("<")), []byte(">"))
	set(&m.MessageID, id)
	p.Table.NoteMessageID(m)
}

// from reads qmgr's "from=<s>, size=N, nrcpt=N (queue active)" and
// "from=<s>, status=expired, returned to sender" (force-expired since 3.5).
func (p *piece) from(m *queue.Message, text []byte, at *queue.Place) {
	sender, rest, ok := cutBracketed(text[len("from="):], ", size=", ", status=")
	if !ok {
		p.Table.Tally.Bad(at.Origin, "from= without size or status")
		return
	}
	if !m.SenderKnown {
		m.Sender, m.SenderKnown = lines.Borrow(sender), true
	}
	if size, ok := bytes.CutPrefix(rest, []byte(", size=")); ok {
		if m.Bytes == 0 {
			m.Bytes = number(size)
		}
		return
	}
	status := rest[len(", status="):]
	if bytes.HasPrefix(status, []byte("expired")) || bytes.HasPrefix(status, []byte("force-expired")) {
		m.GiveUp(parsers.StatusExpired)
	}
}

// number reads the digits that b begins with; more than an int64 holds are not
// logged.
func number(b []byte) (n int64) {
	for i := 0; i < len(b) && i < maxDigits && b[i]-'0' < 10; i++ {
		n = 10*n + int64(b[i]-'0')
	}
	return n
}

const maxDigits = 18

// to reads the line of a delivery agent.
func (p *piece) to(m *queue.Message, by daemon, text []byte, at *queue.Place) {
	d, ok := cutDelivery(text)
	status, probe, known := statusOf(d.status)
	if !ok || !known {
		p.Table.Tally.Bad(at.Origin, "delivery line without a status")
		return
	}
	r := m.Recipient(lines.Borrow(d.to))
	if r.Status == parsers.StatusDelivered && status != parsers.StatusDelivered {
		return // a resent copy that failed does not undo what arrived
	}
	r.Set(at, status)
	r.Probe = probe
	c := classOf(d.relay)
	r.Local, r.Piped, r.Handed, r.Smarthost = c == local, c == piped, c == near, c == submission
	switch {
	case status == parsers.StatusDelivered && (by == discard || c == nowhere):
		r.Status = parsers.StatusDiscarded
	case status == parsers.StatusDelivered && c == near && verdictOf(d.reply) != parsers.StatusUnknown:
		r.Status, r.Next = verdictOf(d.reply), lines.Borrow(nextID(d.reply))
	case status == parsers.StatusDelivered:
		r.Next = lines.Borrow(nextID(d.reply))
	default:
		r.Failure = failureOf(d, c)
		r.Broke = r.Broke || brokeAtEnd(d.reply)
	}
	if r.Orig == "" && !bytes.Equal(bytes.TrimSuffix(d.origTo, []byte(".")), d.to) {
		r.Orig = lines.Borrow(d.origTo)
	}
	renew(&r.Relay, d.relay)
	renew(&r.DSN, d.dsn)
	p.Table.HandOver(m, r)
}

// refuseQueued notes a recipient that was refused when the message had its
// queue id already.
func (p *piece) refuseQueued(m *queue.Message, text []byte, at *queue.Place) {
	c, ok := cutRefusal(text)
	if !ok {
		p.Table.Tally.Bad(at.Origin, "refusal without an end")
		return
	}
	if _, ok := cutSubject(text); ok {
		set(&m.Subject, subjectOf(text))
	}
	if !c.hasTo || len(c.to) == 0 {
		return
	}
	if !m.SenderKnown {
		m.Sender, m.SenderKnown = lines.Borrow(c.from), true
	}
	r := m.Recipient(lines.Borrow(c.to))
	r.Set(at, c.status())
	if r.Status != parsers.StatusHeld {
		r.Failure = parsers.FailureOther
	}
	renew(&r.DSN, c.dsn())
}
