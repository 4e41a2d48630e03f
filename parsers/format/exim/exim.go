// Package exim reads the main log of Exim (4.x), as it writes it itself or
// through syslog, with any log_selector, and cPanel's.
//
//	2026-11-23 09:18:27 1xVQBv-00002R-2R <= alice@corp.example H=(ws17) [192.0.2.7]:48794 P=esmtpsa A=plain:alice S=448 id=1@corp.example T="Plan" from <alice@corp.example> for jane@army.ml
//	2026-11-23 09:18:27 1xVQBv-00002R-2R => jane@army.ml F=<alice@corp.example> R=dnslookup T=remote_smtp H=mx1.army.ml [192.0.2.20]:25 C="250 Ok"
//	2026-11-23 09:18:27 1xVQBv-00002R-2R -> kim@army.ml R=dnslookup T=remote_smtp H=mx1.army.ml [192.0.2.20] C="250 Ok"
//	2026-11-23 09:18:27 1xVQBv-00002R-2R => bob <team@corp.example> R=localuser T=maildir
//	2026-11-23 09:18:28 1xVQBv-00002R-2R == joe@y.example R=dnslookup T=remote_smtp defer (111): Connection refused
//	2026-11-23 09:18:28 1xVQBv-00002R-2R ** joe@y.example R=dnslookup T=remote_smtp H=mx [192.0.2.9]: SMTP error from remote mail server after RCPT TO:<joe@y.example>: 550 5.1.1 unknown
//	2026-11-23 09:18:28 1xVQBv-00002R-2R Completed
//	2026-11-23 09:18:40 H=(h) [192.0.2.50] F=<a@b.example> rejected RCPT <x@y.example>: relay not permitted
//
// (The Exim specification, chapter 53.) The stamp may have milliseconds, a zone
// and the process id after it. Ids are of 16 characters, since 4.97 of 23, and
// never come again. "<=" is arrival, "=>" the first delivery of an address,
// "->" a further one on the same connection, ">>" one that was cut through, "**"
// a failure, "==" a delay; "(=" is an arrival that the client was told is
// refused; "*>" would have delivered (-N) and is no mail.
//
// An address is followed by the one that it was made of in angle brackets; of
// a local part that needs quotes only that one has them. The answer of another
// server stands after the fields, and a subject within quotes: neither is
// searched for fields.
package exim

import (
	"bytes"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Lengths of an id: 6-6-2 characters of base 62, since Exim 4.97 6-11-4.
const (
	shortID = 6 + 1 + 6 + 1 + 2
	longID  = 6 + 1 + 11 + 1 + 4
)

// cutID cuts an id and a blank from the rest of a line.
func cutID(b []byte) (id, rest []byte, ok bool) {
	for _, n := range [...]int{shortID, longID} {
		if len(b) > n && b[n] == ' ' && b[6] == '-' && (n == shortID && b[13] == '-' || n == longID && b[18] == '-') && base62(b[:6]) && base62(b[7:13]) {
			return b[:n], b[n+1:], true
		}
	}
	return nil, nil, false
}

func base62(b []byte) bool {
	for _, c := range b {
		if c-'0' >= 10 && c-'A' >= 26 && c-'a' >= 26 {
			return false
		}
	}
	return true
}

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
		p.count() // a trial: the option -N keeps the delivery from being made
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

// cutListed cuts the first address from a list with blanks between; quotes may
// hold more of them.
func cutListed(b []byte) (address, rest []byte) {
	if i := indexUnquoted(b, ' '); i >= 0 {
		return b[:i], b[i+1:]
	}
	return b, nil
}

// indexUnquoted returns where b has c outside quotes (RFC 5321 section 4.1.2), -1 if it
// has not.
func indexUnquoted(b []byte, c byte) int {
	inQuotes := false
	for i := 0; i < len(b); i++ {
		switch x := b[i]; {
		case x == '\\' && inQuotes:
			i++
		case x == '"':
			inQuotes = !inQuotes
		case x == c && !inQuotes:
			return i
		}
	}
	return -1
}

// login returns the bare login of "plain:alice" and "dovecot_login:bob@y:mailbox".
func login(value []byte) string {
	_, id, ok := bytes.Cut(value, []byte(":"))
	if !ok {
		return ""
	}
	id, _, _ = bytes.Cut(id, []byte(":"))
	return string(id)
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

// word cuts b at the first blank.
func word(b []byte) (w, rest []byte) {
	w, rest, _ = bytes.Cut(b, []byte(" "))
	return w, rest
}

// quoted reads a string in quotes, in which a backslash escapes.
func quoted(b []byte) (text, rest []byte) {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return b[1:i], bytes.TrimPrefix(b[i+1:], []byte(" "))
		}
	}
	return b[1:], nil
}

// unescape undoes the backslashes of a quoted string: of quotes, of themselves
// and of octal numbers.
func unescape(b []byte) string {
	if bytes.IndexByte(b, '\\') < 0 {
		return string(b)
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 == len(b) {
			out = append(out, b[i])
			continue
		}
		i++
		switch c := b[i]; {
		case c == 'n':
			out = append(out, '\n')
		case c == 't':
			out = append(out, '\t')
		case c-'0' < 4 && i+2 < len(b) && b[i+1]-'0' < 8 && b[i+2]-'0' < 8:
			out = append(out, (c-'0')<<6|(b[i+1]-'0')<<3|(b[i+2]-'0'))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// plain takes off the brackets of an address.
func plain(b []byte) string {
	b = bytes.TrimSuffix(bytes.TrimPrefix(b, []byte("<")), []byte(">"))
	return lines.Borrow(b)
}

// hostAddress returns the address of "[192.0.2.9]", "[192.0.2.9]:25", nil for
// another word.
func hostAddress(w []byte) []byte {
	if len(w) == 0 || w[0] != '[' {
		return nil
	}
	end := bytes.IndexByte(w, ']')
	if end < 0 {
		return nil
	}
	return w[1:end]
}

// A target is the addresses of a delivery line, and its fields.
type target struct {
	final, original []byte // original: in angle brackets, nil if there was none
	rest            []byte // the fields
}

// cutTarget reads "final [(parent)] [<original>]" before the fields.
func cutTarget(b []byte, failed bool) (t target, ok bool) {
	end := fieldsAt(b, failed)
	address := bytes.TrimRight(b[:end], " ")
	t.rest = bytes.TrimLeft(b[end:], " ")
	if n := len(address); n > 0 && address[n-1] == '>' {
		open := openBracket(address)
		if open < 0 {
			return t, false
		}
		t.original = address[open+1 : n-1]
		address = bytes.TrimRight(address[:open], " ")
	}
	if n := len(address); n > 0 && address[n-1] == ')' { // all_parents
		if open := bytes.LastIndex(address, []byte(" (")); open > 0 {
			address = address[:open]
		}
	}
	t.final = address
	return t, len(address) > 0 || len(t.original) > 0
}

// openBracket returns where the angle bracket opens that the last character
// closes: the first one whose quotes are balanced until there.
func openBracket(b []byte) int {
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '<')
		if i < 0 {
			return -1
		}
		from += i + 1
		if closesAtEnd(b[from:]) {
			return from - 1
		}
	}
}

func closesAtEnd(b []byte) bool {
	i := indexUnquoted(b, '>')
	return i >= 0 && i == len(b)-1
}

// fieldsAt returns where the fields begin after an address: at the first " KEY="
// outside quotes and brackets, whatever the key, for each version of Exim adds
// some; or at the colon of a failure without them.
func fieldsAt(b []byte, failed bool) int {
	inQuotes := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c >= '@' && c != '\\': // nearly all
		case c == '\\' && inQuotes:
			i++
		case c == '"':
			inQuotes = !inQuotes
		case inQuotes:
		case c == '<' && (i == 0 || b[i-1] == ' '):
			i += closing(b[i:], '>')
		case c == '(' && i > 0 && b[i-1] == ' ':
			i += closing(b[i:], ')')
		case c == ' ' && (isField(b[i+1:]) || isDefer(b[i+1:])):
			return i
		case failed && c == ':' && i+1 < len(b) && b[i+1] == ' ' && i > 0:
			return i
		}
	}
	return len(b)
}

// closing returns where the bracket closes that b begins with, outside quotes;
// 0 if it does not.
func closing(b []byte, bracket byte) int { return 1 + indexUnquoted(b[1:], bracket) }

// isField reports whether b begins with a field: capitals and digits, and "=".
func isField(b []byte) bool {
	for i, c := range b {
		switch {
		case c-'A' < 26, i > 0 && c-'0' < 10:
		default:
			return c == '=' && i > 0
		}
	}
	return false
}

func isDefer(b []byte) bool {
	return bytes.HasPrefix(b, []byte("routing defer (")) || bytes.HasPrefix(b, []byte("defer ("))
}

// hasBlank reports whether the domain of an address has a blank: what was read is
// no address then.
func hasBlank(address string) bool {
	if strings.IndexByte(address, ' ') < 0 {
		return false
	}
	at := strings.LastIndexByte(address, '@')
	return at >= 0 && strings.IndexByte(address[at:], ' ') >= 0
}

// address returns the recipient of a line, and the address that was typed if it
// is another. Of the two the one in brackets has the quotes that the local part needs.
func (t *target) address() (to, orig string) {
	final, original := lines.Borrow(t.final), lines.Borrow(t.original)
	switch {
	case original == "":
		return strings.TrimLeft(final, " "), ""
	case final == "" || !strings.Contains(final, "@") || final[0] == '|' || final[0] == '/' || final[0] == ':' || sameAddress(final, original):
		return original, ""
	}
	return strings.TrimLeft(final, " "), original
}

// sameAddress reports whether original is final but for its quotes and case.
func sameAddress(final, original string) bool {
	if strings.EqualFold(final, original) {
		return true
	}
	at := strings.LastIndexByte(original, '@')
	if at < 2 || original[0] != '"' || original[at-1] != '"' {
		return false
	}
	var b strings.Builder
	for i := 1; i < at-1; i++ {
		if original[i] == '\\' && i+1 < at-1 {
			i++
		}
		b.WriteByte(original[i])
	}
	return strings.EqualFold(final, b.String()+original[at:])
}

// A transport is the host and the answer in the fields.
type transport struct {
	name    []byte // H=
	address []byte // the address after it, without port
	relay   string
	reply   []byte // C=
	hasHost bool
	driver  []byte // T=, as the configuration names it
	// relays says that the host delivers for all: the router or the transport is
	// named so (Debian's "smarthost", "remote_smtp_smarthost"), or Exim logged in to it.
	relays bool
	looked bool // the router looked the host up in the DNS: it is the recipient's own
}

// throwsAway reports whether a transport has a name that says so, and spoke to no
// host: a file transport to /dev/null logs no more than that.
func (t *transport) throwsAway() bool {
	if t.address != nil {
		return false
	}
	switch string(bytes.ToLower(t.driver)) {
	case "nul", "null", "devnull", "dev_null", "null_transport", "blackhole", "discard", "bitbucket":
		return true
	}
	return false
}

// cutFields reads the fields up to the reason of a failure.
func cutFields(b []byte) (t transport, reason []byte) {
	for len(b) > 0 {
		if b[0] == ':' {
			return t, bytes.TrimLeft(b[1:], " ")
		}
		var w []byte
		if len(b) > 3 && b[1] == '=' && b[2] == '"' {
			key := b[0]
			if w, b = quoted(b[2:]); key == 'C' {
				t.reply = w
			}
			continue
		}
		w, b = word(b)
		ends := len(w) > 0 && w[len(w)-1] == ':' // the last field of a failure
		w = bytes.TrimSuffix(w, []byte(":"))
		switch {
		case bytes.HasPrefix(w, []byte("A=")) && t.hasHost:
			t.relays = t.relays || !t.looked
		case bytes.HasPrefix(w, []byte("R=")), bytes.HasPrefix(w, []byte("T=")):
			t.relays = t.relays || namesRelay(w)
			if w[0] == 'T' {
				t.driver = w[2:]
			}
			t.looked = t.looked || bytes.Contains(w, []byte("lookup"))
		case bytes.HasPrefix(w, []byte("H=")):
			t.name, t.hasHost = w[2:], true
		case len(w) > 0 && w[0] == '[' && t.hasHost && t.address == nil:
			if t.address = hostAddress(w); t.address != nil {
				t.relay = lines.Borrow(t.name) + string(bytes.TrimRight(w, "*"))
			}
		}
		if ends {
			return t, b
		}
	}
	return t, nil
}

// namesRelay reports that the name of a router or a transport is one that people
// give to those that hand mail to a smarthost.
func namesRelay(name []byte) bool {
	for _, word := range [...]string{"smarthost", "smart_host", "smart_route", "relay"} {
		if bytes.Contains(name, []byte(word)) {
			return true
		}
	}
	return false
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
	}
}

// nextID returns the id under which another Exim goes on: "250 OK id=…".
func nextID(reply []byte) string {
	_, id, ok := bytes.Cut(reply, []byte("OK id="))
	if !ok {
		return ""
	}
	id, _ = word(id)
	return string(id)
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

// brokeAtEnd reports whether the connection was lost when the message was there
// and only the answer missing. If the server answered, it was not.
func brokeAtEnd(reason []byte) bool {
	return (bytes.Contains(reason, []byte("in response to end of data")) || bytes.Contains(reason, []byte("after end of data"))) &&
		!bytes.Contains(reason, []byte("SMTP error from remote mail server"))
}

// cutRefusal cuts a line that refuses a recipient, or takes it and throws it away,
// before and after the words that say so.
func cutRefusal(b []byte) (head, tail []byte, status parsers.Status, ok bool) {
	const command = " RCPT "
	for i := 0; ; {
		n := bytes.Index(b[i:], []byte(command))
		if n < 0 {
			return nil, nil, 0, false
		}
		i += n
		head, tail = b[:i], b[i+len(command):]
		switch {
		case bytes.HasSuffix(head, []byte(" rejected")):
			return head, tail, parsers.StatusRejected, true
		case bytes.Contains(tail, []byte(": discarded by ")):
			return head, tail, parsers.StatusDiscarded, true
		}
		i += len(command) - 1
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

// cutStamp reads "2026-11-23 09:18:27[.123][ +0000] [[pid] ]".
func cutStamp(b []byte, c *clock) (t time.Time, text []byte, ok bool) {
	const stamp = len("2026-11-23 09:18:27")
	if len(b) <= stamp || b[4] != '-' || b[7] != '-' || b[10] != ' ' || b[13] != ':' || b[16] != ':' {
		return t, nil, false
	}
	if t, ok = c.read(b[:stamp]); !ok {
		return t, nil, false
	}
	text = b[stamp:]
	if text[0] == '.' {
		n := 1
		for n < len(text) && text[n]-'0' < 10 {
			n++
		}
		for i, unit := 1, 100*time.Millisecond; i < n; i, unit = i+1, unit/10 {
			t = t.Add(time.Duration(text[i]-'0') * unit)
		}
		text = text[n:]
	}
	if len(text) > 6 && text[0] == ' ' && (text[1] == '+' || text[1] == '-') && base62(text[2:6]) && text[6] == ' ' {
		if zone, err := time.Parse("-0700", string(text[1:6])); err == nil {
			_, offset := zone.Zone()
			_, local := t.Zone()
			t = t.Add(time.Duration(local-offset) * time.Second).UTC()
			text = text[6:]
		}
	}
	if len(text) == 0 || text[0] != ' ' {
		return t, nil, false
	}
	text = text[1:]
	if len(text) > 2 && text[0] == '[' && text[1]-'0' < 10 {
		if end := bytes.Index(text[:min(len(text), 14)], []byte("] ")); end > 0 {
			text = text[end+2:]
		}
	}
	return t, text, true
}

// A clock reads stamps; it remembers the last one, because a log has many
// lines in each second.
type clock struct {
	location *time.Location
	text     [19]byte
	time     time.Time
}

func (c *clock) read(b []byte) (time.Time, bool) {
	if string(b) == string(c.text[:]) {
		return c.time, true
	}
	t, err := time.ParseInLocation(time.DateTime, lines.Borrow(b), c.location)
	if err != nil {
		return t, false
	}
	copy(c.text[:], b)
	c.time = t
	return t, true
}

// Body reads Exim's lines in a syslog.
type Body struct{ queue.Joins }

// Name implements syslog.Body.
func (Body) Name() string { return "exim" }

// Title implements syslog.Body.
func (Body) Title() string { return "Exim main log" }

// Claims implements syslog.Body.
func (Body) Claims(program, _ []byte) (claimed, always bool) {
	return bytes.HasPrefix(program, []byte("exim")), true
}

// Recognises implements syslog.Untagged: a line with Exim's own stamp.
func (Body) Recognises(text []byte) bool {
	c := clock{location: time.UTC}
	_, rest, ok := cutStamp(text, &c)
	return ok && isOwn(rest)
}

// isOwn reports a text after a stamp that only Exim writes.
func isOwn(text []byte) bool {
	if _, _, ok := cutID(text); ok {
		return true
	}
	for _, prefix := range [...]string{"exim ", "Start queue run: pid=", "End queue run: pid=", "cwd="} {
		if bytes.HasPrefix(text, []byte(prefix)) {
			return true
		}
	}
	return bytes.Contains(text, []byte(" rejected RCPT <"))
}

// NewPiece implements syslog.Body.
func (Body) NewPiece(p parsers.Piece, sink parsers.Sink) syslog.BodyParser {
	return &bodyPiece{piece: newPiece(p, sink), clock: clock{location: p.Location}}
}

type bodyPiece struct {
	*piece
	clock clock
}

// Record implements syslog.BodyParser. Exim puts its own stamp into the text
// unless syslog_timestamp is off.
func (p *bodyPiece) Record(rec *syslog.Record) {
	text := p.join(rec.Text)
	if text == nil {
		return
	}
	when := rec.Time
	if t, rest, ok := cutStamp(text, &p.clock); ok {
		text = rest
		if when.IsZero() {
			when = t
		}
	}
	p.text(rec.Host, text, p.Table.Place(when, rec.Line, rec.Repeat))
}

// Format reads the main log as Exim writes it.
type Format struct{ queue.Joins }

// Name implements parsers.Format.
func (Format) Name() string { return "exim" }

// Title implements parsers.Format.
func (Format) Title() string { return "Exim main log" }

// Sniff implements parsers.Format.
func (Format) Sniff(head []byte) int {
	c := clock{location: time.UTC}
	stamped, lines := 0, 0
	for n := 0; n < sniffLines && len(head) > 0; n++ {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte("\n"))
		lines++
		_, text, ok := cutStamp(bytes.TrimRight(line, "\r"), &c)
		if !ok {
			if stamped == 0 && isLogName(bytes.TrimRight(line, "\r")) {
				return surely
			}
			continue
		}
		stamped++
		if _, rest, ok := cutID(text); ok && len(rest) > 2 {
			switch string(rest[:2]) {
			case "<=", "=>", "->", "**", "==", ">>", "Co":
				return surely
			}
		}
		if isNotice(text) || bytes.Contains(text, []byte(" rejected RCPT <")) {
			return surely
		}
	}
	return 0
}

// isNotice reports a line that Exim alone writes and that says nothing of a message.
func isNotice(text []byte) bool {
	for _, prefix := range [...]string{"exim ", "Start queue run: pid=", "End queue run: pid=", "cwd="} {
		if bytes.HasPrefix(text, []byte(prefix)) {
			return true
		}
	}
	return false
}

const (
	sniffLines = 200
	surely     = 95
)

// FirstTime implements parsers.LineFormat.
func (Format) FirstTime(head []byte, loc *time.Location) (t time.Time, yearless, ok bool) {
	c := clock{location: loc}
	for len(head) > 0 && !ok {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte("\n"))
		t, _, ok = cutStamp(line, &c)
	}
	return t, false, ok
}

// NewPiece implements parsers.LineFormat.
func (Format) NewPiece(p parsers.Piece, sink parsers.Sink) parsers.LineParser {
	return &lineParser{piece: newPiece(p, sink), clock: clock{location: p.Location}, joined: clock{location: p.Location}}
}

type lineParser struct {
	*piece
	cutter lines.Cutter
	clock  clock
	joined clock // of lines that stand in another one
	lines  int64
	seen   time.Time
}

// Parse implements parsers.LineParser.
func (p *lineParser) Parse(block []byte) { p.cutter.Each(block, p.line) }

func (p *lineParser) line(line []byte) {
	p.lines++
	t, text, ok := cutStamp(line, &p.clock)
	at := p.Table.Place(t, p.lines, 1)
	if !ok {
		records := p.Table.Tally.Records
		if p.foreground(line); p.Table.Tally.Records == records && syslog.ShowsOutcome(line) {
			p.Table.Tally.Missed(at.Origin, "exim", "not a line of a log")
		}
		return
	}
	if t != p.seen {
		p.seen = t
		p.Table.Tally.Seen(t)
	}
	if end := p.joint(text); end >= 0 {
		p.Table.Tally.Missed(at.Origin, "exim", syslog.ReasonJoint)
		text = text[:end]
	}
	p.read(text, at)
}

// joint returns where the stamp and the id of another line begin in text, as where a file
// without a newline at its end was put before another one; -1 if none do. A subject may
// quote a line.
func (p *lineParser) joint(text []byte) int {
	const year = len("2026-")
	for from := 0; ; {
		i := bytes.Index(text[from:], p.clock.text[:year])
		if i < 0 {
			return -1
		}
		from += i
		if _, rest, ok := cutStamp(text[from:], &p.joined); ok && !syslog.Quotes(text, from) {
			if _, _, ok := cutID(rest); ok {
				return from
			}
		}
		from += year
	}
}

// read reads a line without its stamp. One of which nothing is understood is searched
// for a delivery.
func (p *lineParser) read(text []byte, at *queue.Place) {
	tally := &p.Table.Tally
	records, malformed := tally.Records, tally.Malformed
	p.text(nil, text, at)
	switch {
	case tally.Malformed != malformed:
		tally.NotUnderstood.Add("exim", tally.Malformed-malformed)
	case tally.Records != records:
	case syslog.ShowsOutcome(text):
		tally.Missed(at.Origin, "exim", "looks like a delivery, and was not understood")
	case !tally.Known:
		tally.Known = isNotice(text)
	}
}

// Close implements parsers.LineParser.
func (p *lineParser) Close() (parsers.Tally, parsers.Rest) {
	p.Table.Tally.Lines += p.lines
	return p.Table.Close()
}
