package exim

import (
	"bytes"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// A piece reads the text of one piece of a log.
type piece struct {
	queue.Parser
	last []byte // of the last refusal: syslog_duplication writes it twice
	long []byte // the parts of a split line so far
}

func newPiece(p parsers.Piece, sink parsers.Sink) *piece {
	return &piece{Parser: queue.Parser{Table: queue.NewTable(p, sink)}}
}

// text reads a line without its stamp.
func (p *piece) text(host, text []byte, at *queue.Place) {
	id, rest, ok := cutID(text)
	switch {
	case ok:
	case bytes.HasPrefix(text, []byte("SMTP ")): // how a client spoke, in any words: "SMTP syntax error in "RCPT TO:<x@y"
		p.count()
		return
	default:
		p.refuse(text, at)
		return
	}
	if len(rest) >= len("<= ") {
		p.message(host, id, rest, at)
	}
}

// message reads a line of a message after its id.
func (p *piece) message(host, id, rest []byte, at *queue.Place) {
	flag := string(rest[:2])
	body := rest[2:]
	if body[0] == ' ' {
		body = body[1:]
	}
	switch {
	case flag == "<=" || flag == "(=":
		p.count()
		p.arrival(p.Table.Message(host, id, at, true), body, at)
	case flag == "=>" && bytes.HasPrefix(body, []byte("blackhole (")):
		p.count()
		p.Table.Message(host, id, at, false).GiveUp(parsers.StatusDiscarded)
	case flag == "=>" || flag == "->" || flag == ">>":
		p.count()
		m := p.Table.Message(host, id, at, false)
		p.delivery(m, body, at)
	case flag == "**" || flag == "==":
		p.count()
		p.failure(p.Table.Message(host, id, at, false), flag == "**", body, at)
	case flag == "*>":
		p.count()
		p.Table.Message(host, id, at, false).GiveUp(parsers.StatusDiscarded) // a trial: the option -N keeps the delivery from being made
	case string(rest) == "Completed" || bytes.HasPrefix(rest, []byte("Completed ")):
		p.count()
		p.Table.Message(host, id, at, false).Complete()
	case bytes.HasPrefix(rest, []byte("removed by ")):
		p.count()
		p.Table.Message(host, id, at, false).Close(parsers.StatusRemoved)
	case bytes.HasPrefix(rest, []byte("cancelled by ")):
		p.count()
		p.Table.Message(host, id, at, false).GiveUp(parsers.StatusBounced)
	case bytes.HasPrefix(rest, []byte("address <")):
		p.marked(host, id, rest[len("address <"):], at)
	case isAnswer(rest):
		p.count()
	case bytes.Contains(rest, []byte(" rejected ")) || bytes.HasPrefix(rest, []byte("rejected ")):
		p.count()
		p.refuse(rest, at)
	case lostFlag(rest):
		p.Table.Tally.Bad(at.Origin, "address without a flag that is known")
	}
}

// isAnswer reports what a server answered in an attempt, whose outcome has a line of its own:
//
//	H=mx.army.ml [203.0.113.9]: SMTP error from remote mail server after RCPT TO:<jane@army.ml>: 451 4.7.1 Recipient address rejected: Greylisted
func isAnswer(rest []byte) bool {
	return (bytes.HasPrefix(rest, []byte("H=")) || bytes.HasPrefix(rest, []byte("SMTP error "))) && bytes.Contains(rest, []byte("SMTP error from remote mail server after "))
}

// lostFlag reports an address at the start of what follows the id, or after a flag that
// is none: no line of Exim has that, unless it is damaged, but that an error of a bounce
// was ignored.
func lostFlag(rest []byte) bool {
	if bytes.HasSuffix(rest, []byte(": error ignored")) {
		return false
	}
	w, rest := word(rest)
	if len(w) <= len("=>") {
		w, _ = word(rest)
	}
	return bytes.IndexByte(w, '@') > 0 && bytes.IndexByte(w, '=') < 0
}

func (p *piece) count() { p.Table.Tally.Records++ }

// marked reads "address <r> marked delivered by root": the administrator took the
// recipient out of the queue, and nobody got the message.
func (p *piece) marked(host, id, b []byte, at *queue.Place) {
	end := bytes.LastIndex(b, []byte("> marked delivered by "))
	if end < 0 {
		return
	}
	p.count()
	r := p.Table.Message(host, id, at, false).Recipient(lines.Borrow(b[:end]))
	if r.Status != parsers.StatusDelivered {
		r.Set(at, parsers.StatusRemoved)
	}
}

// arrival reads the rest of a line after "<=", or "(=" where the client was told
// that the message is refused, and it is kept all the same.
func (p *piece) arrival(m *queue.Message, b []byte, at *queue.Place) {
	sender, b := word(b)
	m.Sender, m.SenderKnown = strings.Clone(plain(sender)), true
	submitted := false
	for len(b) > 0 {
		var w []byte
		if bytes.HasPrefix(b, []byte(`T="`)) {
			w, b = quoted(b[2:])
			m.Subject = unescape(w)
			continue
		}
		if w, b = word(b); string(w) == "from" && len(b) > 0 && b[0] == '<' {
			name(m, b, at)
			return
		}
		key, value, ok := bytes.Cut(w, []byte("="))
		if !ok {
			if address := hostAddress(w); address != nil && queue.IsPrivate(address) {
				submitted = true
			}
			continue
		}
		switch string(key) {
		case "A":
			m.AuthUser = login(value)
		case "U":
			submitted = true
		case "P":
			submitted = submitted || bytes.HasPrefix(value, []byte("local"))
		case "S":
			m.Bytes = number(value)
		case "id", "id*":
			m.MessageID = string(value)
		}
	}
	m.Submitted = submitted || m.AuthUser != ""
}

// name reads the end of an arrival, "<s> for r1 r2": no other line names those
// that an ACL discards.
func name(m *queue.Message, b []byte, at *queue.Place) {
	_, list, ok := bytes.Cut(b, []byte("> for "))
	for ok && len(list) > 0 {
		var r []byte
		if r, list = cutListed(list); len(r) > 0 {
			m.Name(lines.Borrow(r), at)
		}
	}
}

// recipient returns the recipient of a line, and what was typed for it. A domain with
// a blank is none: the line is malformed.
func (p *piece) recipient(t *target, at *queue.Place) (to, orig string, ok bool) {
	to, orig = t.address()
	if hasBlank(to) || hasBlank(orig) {
		p.Table.Tally.Bad(at.Origin, "blank in the domain of a recipient")
		return "", "", false
	}
	return to, orig, true
}

// delivery reads the rest of a line after "=>".
func (p *piece) delivery(m *queue.Message, b []byte, at *queue.Place) {
	t, ok := cutTarget(b, false)
	isBlackhole := string(t.final) == ":blackhole:"
	if !ok || len(t.final) == 0 || t.final[0] == ':' && !isBlackhole {
		p.Table.Tally.Bad(at.Origin, "delivery without an address")
		return
	}
	f, _ := cutFields(t.rest)
	to, orig, ok := p.recipient(&t, at)
	if !ok {
		return
	}
	r := m.Recipient(to)
	r.Set(at, parsers.StatusDelivered)
	r.Reply(f.relay, queue.EnhancedCode(f.reply))
	if orig != "" {
		r.Orig = strings.Clone(orig)
	}
	switch {
	case isBlackhole, f.throwsAway(): // R= alone, and no transport
		r.Status = parsers.StatusDiscarded
	case !f.hasHost:
		r.Local = true
	case f.address == nil: // a transport that speaks to no host
		r.Handed = true
	case queue.IsPrivate(f.address):
		r.Handed, r.Next = true, nextID(f.reply)
	default: // whose word counts where the message-id agrees
		r.Smarthost, r.Next = f.relays, nextID(f.reply)
		p.Table.Tally.MissBare(lines.Borrow(t.final), at.Origin)
	}
}

// failure reads the rest of a line after "**" or "==".
func (p *piece) failure(m *queue.Message, final bool, b []byte, at *queue.Place) {
	t, ok := cutTarget(b, true)
	if !ok {
		p.Table.Tally.Bad(at.Origin, "failure without an address")
		return
	}
	f, reason := cutFields(t.rest)
	to, orig, ok := p.recipient(&t, at)
	if !ok {
		return
	}
	r := m.Recipient(to)
	if r.Status == parsers.StatusDelivered {
		return
	}
	if orig != "" {
		r.Orig = strings.Clone(orig)
	}
	r.Set(at, parsers.StatusDeferred)
	r.Reply(f.relay, queue.EnhancedCode(reason))
	r.Failure = parsers.FailureOther
	r.Broke = r.Broke || brokeAtEnd(reason)
	if !final {
		return
	}
	r.Status = parsers.StatusBounced
	switch {
	case bytes.HasPrefix(reason, []byte("retry timeout exceeded")), bytes.Contains(reason, []byte("have been failing for a long time")):
		r.Status = parsers.StatusExpired
	case bytes.HasPrefix(reason, []byte("Unrouteable address")), bytes.HasPrefix(reason, []byte("all relevant MX records point to non-existent hosts")):
		r.Failure = parsers.FailureNoDomain
	case bytes.HasPrefix(reason, []byte("an MX or SRV record indicated no SMTP service")):
		r.Failure = parsers.FailureNullMX
	case r.DSN == "5.1.1":
		r.Failure = parsers.FailureNoUser
	}
}

// refuse reads "H=… F=<s> rejected RCPT <r>: reason" and "H=… F=<s> RCPT <r>:
// discarded by RCPT ACL".
func (p *piece) refuse(b []byte, at *queue.Place) {
	head, tail, status, ok := cutRefusal(b)
	if !ok || bytes.Equal(b, p.last) {
		return
	}
	p.last = append(p.last[:0], b...)
	p.count()
	if len(tail) == 0 {
		p.Table.Tally.Bad(at.Origin, "refusal without a recipient")
		return
	}
	d := parsers.Delivery{Status: status}
	if tail[0] == '<' {
		end := closing(tail, '>')
		if end == 0 {
			p.Table.Tally.Bad(at.Origin, "refused recipient without an end")
			return
		}
		d.Recipient = lines.Borrow(tail[1:end])
	} else {
		w, _ := word(tail)
		d.Recipient = lines.Borrow(bytes.TrimSuffix(w, []byte(":")))
	}
	if d.Recipient == "" {
		return
	}
	if i := bytes.Index(head, []byte("F=<")); i >= 0 {
		if end := bytes.IndexByte(head[i:], '>'); end > 0 {
			d.Sender, d.SenderKnown = lines.Borrow(head[i+len("F=<"):i+end]), true
		}
	}
	for rest := head; len(rest) > 0; {
		var w []byte
		w, rest = word(rest)
		if a := hostAddress(w); a != nil {
			d.Submitted = queue.IsPrivate(a)
		} else if v, ok := bytes.CutPrefix(w, []byte("A=")); ok {
			d.AuthUser = login(v)
		}
	}
	d.Submitted = d.Submitted || d.AuthUser != ""
	if !d.Submitted && bytes.Contains(tail, []byte("relay not permitted")) {
		d.Direction = parsers.DirectionInbound
	}
	p.Table.Refuse(&d, at)
}

// join puts the parts of a line that syslog split together: "[1\2] text",
// "[2/2] text". It returns nil while parts are missing.
func (p *piece) join(text []byte) []byte {
	if len(text) < len(`[1\2] `) || text[0] != '[' || text[1]-'0' >= 10 {
		return text
	}
	end := bytes.IndexByte(text[:min(len(text), 12)], ']')
	slash := bytes.IndexAny(text[:max(end, 0)], `\/`)
	if end < 0 || slash < 0 || end+1 >= len(text) || text[end+1] != ' ' {
		return text
	}
	first := string(text[1:slash]) == "1"
	if first {
		p.long = p.long[:0]
	}
	const most = 64 << 10 // no line is that long
	if (first || len(p.long) > 0) && len(p.long) < most {
		p.long = append(p.long, text[end+2:]...)
	}
	if text[slash] != '/' {
		return nil
	}
	whole := p.long
	p.long = p.long[:0]
	return whole
}
