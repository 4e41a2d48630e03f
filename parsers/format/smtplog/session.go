package smtplog

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
)

// A session is a conversation.
type session struct {
	peer    string
	client  side     // who sends the commands, nobody before the first MAIL
	login   bool     // the client has logged in
	waiting []waiter // commands whose answer is to come, in their order
	notes   message  // what the log says of the next message before its MAIL
	message message
}

// A waiter is a command that waits for its answer; of RCPT with the number of the recipient.
type waiter struct {
	verb      string
	recipient int
}

// endOfData stands for the command that ends DATA: few logs show it.
const endOfData = "."

// A message is what a session says of one.
type message struct {
	sender     string
	known      bool // its MAIL was read, else the log begins after that
	open       bool
	id         string
	bytes      int64
	sent       bool // its data were sent, and the answer is to come
	done       bool // that came
	recipients []recipient
}

// A recipient is one of a message, and the last word about it.
type recipient struct {
	address string
	status  parsers.Status // unknown before an answer, delivered if that was good
	reply   string
	when    time.Time
	line    int64
}

// A reader reads the lines of a source.
type reader struct {
	piece    parsers.Piece
	sink     parsers.Sink
	tally    parsers.Tally
	sessions map[string]*session
	order    []string                     // of sessions, as they began
	deferred map[attempt]parsers.Delivery // the last attempts, by whom they are of
	ours     map[string]bool              // senders who had logged in here
}

// An attempt is known by its sender and recipient.
type attempt struct{ sender, recipient string }

// Bounds of what a log may leave open: then the oldest sessions end, and deferred mail is
// given away as it is.
const (
	maxSessions = 10_000
	maxDeferred = 100_000
	maxWaiting  = 10_000 // commands of a session, and its recipients
	maxOurs     = 100_000
)

func newReader(p parsers.Piece, sink parsers.Sink) *reader {
	return &reader{piece: p, sink: sink, sessions: map[string]*session{}, deferred: map[attempt]parsers.Delivery{}, ours: map[string]bool{}}
}

func (r *reader) origin(number int64) parsers.Origin {
	return parsers.Origin{Source: r.piece.Source, Piece: r.piece.Number, Line: number}
}

// line reads a line of a conversation, or a remark.
func (r *reader) line(l *line) {
	r.tally.Known = true
	r.tally.Seen(l.time)
	s := r.sessionOf(l)
	switch {
	case l.closed:
		r.over(s, true)
		delete(r.sessions, string(l.session))
	case l.from == nobody:
		if s.note(l.text); r.tally.Records == 0 && syslog.ShowsMail(l.text) {
			r.passed()
		}
	case isAnswer(l.text) && l.from != s.client:
		r.answer(s, l)
	case s.client == nobody || l.from == s.client:
		r.command(s, l)
	}
	if s.client == us {
		r.tally.Records++
	}
	if len(l.answer) > 0 {
		answer := *l
		answer.text, answer.answer, answer.from = l.answer, nil, us
		r.line(&answer)
	}
}

// passed counts a mail that the server was given: what became of it conversations of its own say.
func (r *reader) passed() { r.tally.Passed.Add(Format{}.Name(), 1) }

// sessionOf returns the session of a line, a new one if there is none.
func (r *reader) sessionOf(l *line) *session {
	s := r.sessions[string(l.session)]
	if s == nil {
		for len(r.order) >= maxSessions {
			r.endOldest()
		}
		s = &session{}
		r.sessions[string(l.session)] = s
		r.order = append(r.order, string(l.session))
	}
	if len(l.peer) > 0 && s.peer != string(l.peer) {
		s.peer = string(l.peer)
	}
	return s
}

// endOldest ends the session that began first.
func (r *reader) endOldest() {
	name := r.order[0]
	r.order = r.order[1:]
	if s := r.sessions[name]; s != nil { // else it was closed
		r.over(s, false)
		delete(r.sessions, name)
	}
}

// note reads what a log says of a message in other words: MDaemon's and Exchange's id, the
// address that MDaemon connects to.
func (s *session) note(text []byte) {
	if _, id, ok := bytes.Cut(text, []byte("InternetMessageId <")); ok {
		id, _, _ := bytes.Cut(id, []byte(">"))
		s.notes.id = string(id)
	} else if id, ok := bytes.CutPrefix(text, []byte("*  Message-ID: ")); ok {
		s.notes.id = strings.Trim(string(id), "<> ")
	} else if _, to, ok := bytes.Cut(text, []byte("onnection established ")); ok {
		s.peer = hostOf(to[bytes.LastIndexByte(to, ' ')+1:])
	} else if to, ok := bytes.CutPrefix(text, []byte("Connecting to ")); ok {
		s.peer = hostOf(to)
	}
}

// hostOf returns the address that "192.0.2.20:25 (Id: 1)" begins with.
func hostOf(text []byte) string {
	word, _, _ := bytes.Cut(text, []byte(" "))
	if i := bytes.LastIndexByte(word, ':'); i >= 0 {
		word = word[:i]
	}
	return string(word)
}

// isAnswer reports "250 text" and "250-text".
func isAnswer(text []byte) bool {
	return len(text) >= 3 && text[0]-'2' < 4 && text[1]-'0' < 10 && text[2]-'0' < 10 && (len(text) == 3 || text[3] == ' ' || text[3] == '-')
}

// command reads a command of the client.
func (r *reader) command(s *session, l *line) {
	verb, rest, _ := bytes.Cut(l.text, []byte(" "))
	w := waiter{verb: strings.ToUpper(string(verb))}
	switch w.verb {
	case "MAIL":
		r.over(s, false)
		s.waiting = slices.DeleteFunc(s.waiting, isAnsweredFirst)
		s.client = l.from
		s.message = message{open: true, known: true, id: s.notes.id, sender: addressOf(rest), bytes: sizeOf(rest)}
		s.notes = message{}
		if s.client == them && s.login && len(r.ours) < maxOurs {
			r.ours[s.message.sender] = true
		}
	case "RCPT":
		if !s.message.open { // the log begins after its MAIL
			s.client, s.message = l.from, message{open: true}
		}
		w.recipient = len(s.message.recipients)
		if w.recipient < maxWaiting {
			s.message.recipients = append(s.message.recipients, recipient{address: addressOf(rest), when: l.time, line: l.number})
		} else if s.client == us {
			r.tally.Missed(r.origin(l.number), "", "more recipients of one mail than are read")
		}
	case "BDAT":
		if bytes.HasSuffix(bytes.ToUpper(rest), []byte(" LAST")) {
			w.verb, s.message.sent = endOfData, true
		}
	case "RSET", "QUIT":
		r.over(s, true)
	case "EHLO", "HELO":
		s.login, s.waiting = false, nil // it is the first of a conversation, or of its part that is encrypted
	default:
		if !isVerb(verb) || len(s.waiting) > 0 && s.waiting[0].verb == "AUTH" {
			return // what AUTH asked for, or the end of a message
		}
	}
	if len(s.waiting) < maxWaiting {
		s.waiting = append(s.waiting, w)
	}
}

// isAnsweredFirst reports a command whose answer a client has before it goes on: if it still waits for
// one, the log lacks that.
func isAnsweredFirst(w waiter) bool {
	switch w.verb {
	case "EHLO", "HELO", "STARTTLS", "AUTH":
		return true
	}
	return false
}

// isVerb reports what may be the name of a command.
func isVerb(word []byte) bool {
	const longest = 20
	for _, c := range word {
		if c-'A' >= 26 && c-'0' >= 10 && c != '-' {
			return false
		}
	}
	return len(word) >= len("DATA") && len(word) <= longest
}

// answer reads an answer of the server, to the first command that waits.
func (r *reader) answer(s *session, l *line) {
	if len(s.waiting) == 0 || len(l.text) > 3 && l.text[3] == '-' || bytes.HasPrefix(l.text, []byte("334")) {
		return
	}
	w, m := s.waiting[0], &s.message
	s.waiting = s.waiting[1:]
	status := statusOf(l.text)
	switch {
	case w.verb == "AUTH":
		s.login = status == parsers.StatusDelivered
	case w.verb == "RCPT" && w.recipient < len(m.recipients):
		m.recipients[w.recipient].say(status, l)
		if s.client == them && status == parsers.StatusDelivered && r.tally.Records == 0 {
			r.passed()
		}
	case w.verb == "DATA" && bytes.HasPrefix(l.text, []byte("354")):
		s.waiting = slices.Insert(s.waiting, 0, waiter{verb: endOfData})
		m.sent = true
	case w.verb == endOfData, w.verb == "DATA" && status == parsers.StatusDelivered: // of which the log lacks the first answer
		m.sent, m.done = false, true
		m.sayAll(status, l)
		r.over(s, true)
	case (w.verb == "MAIL" || w.verb == "DATA") && status != parsers.StatusDelivered:
		m.sayAll(status, l)
	}
}

// statusOf returns what an answer means for a recipient.
func statusOf(text []byte) parsers.Status {
	switch text[0] {
	case '4':
		return parsers.StatusDeferred
	case '5':
		return parsers.StatusBounced
	}
	return parsers.StatusDelivered
}

// say notes an answer about a recipient.
func (rcpt *recipient) say(status parsers.Status, l *line) {
	rcpt.status, rcpt.reply, rcpt.when, rcpt.line = status, string(l.text), l.time, l.number
}

// sayAll notes an answer about the recipients that were not refused.
func (m *message) sayAll(status parsers.Status, l *line) {
	for i := range m.recipients {
		if rcpt := &m.recipients[i]; rcpt.status == parsers.StatusDelivered || rcpt.status == parsers.StatusUnknown {
			rcpt.say(status, l)
		}
	}
}

// over gives away what a session says of its message, after which nothing more comes: it is at
// its end, or the log does not show that.
func (r *reader) over(s *session, ended bool) {
	m := s.message
	s.message = message{}
	if s.client != us {
		return
	}
	for i := range m.recipients {
		d := m.delivery(&m.recipients[i], ended)
		d.Origin, d.Relay, d.Submitted = r.origin(m.recipients[i].line), s.peer, r.ours[m.sender]
		if d.Status == parsers.StatusDelivered && queue.IsPrivate([]byte(s.peer)) {
			d.Handed, d.Arrived = true, parsers.ArrivedMaybe
		}
		r.settle(&d)
	}
}

// delivery returns what is known of a recipient.
func (m *message) delivery(rcpt *recipient, ended bool) parsers.Delivery {
	d := parsers.Delivery{
		Time: rcpt.when, Sender: m.sender, SenderKnown: m.known, Recipient: rcpt.address, Count: 1, Incomplete: !m.known,
		Status: rcpt.status, Arrived: parsers.ArrivedNo, DSN: records.EnhancedCode(rcpt.reply), Bytes: m.bytes, MessageID: m.id,
	}
	switch {
	case d.Status == parsers.StatusDelivered && m.done:
		d.Arrived = parsers.ArrivedYes
	case d.Status == parsers.StatusBounced && d.DSN == "5.1.1":
		d.Failure = parsers.FailureNoUser
	case d.Status == parsers.StatusBounced:
		d.Failure = parsers.FailureOther
	case d.Status == parsers.StatusDelivered || d.Status == parsers.StatusUnknown:
		d.Status, d.DSN = parsers.StatusDeferred, "" // the conversation broke
		if !ended {
			d.Status, d.Arrived, d.Incomplete = parsers.StatusUnknown, parsers.ArrivedUnknown, true
		}
		if m.sent {
			d.Arrived = parsers.ArrivedMaybe
		}
	}
	return d
}

// settle emits a delivery, but for one that is tried again: the last attempt counts.
func (r *reader) settle(d *parsers.Delivery) {
	of := attempt{d.Sender, d.Recipient}
	if d.Status != parsers.StatusDeferred {
		delete(r.deferred, of)
		r.emit(d)
		return
	}
	if was, ok := r.deferred[of]; ok && was.Arrived == parsers.ArrivedMaybe {
		d.Arrived = was.Arrived
	}
	if r.deferred[of] = *d; len(r.deferred) > maxDeferred {
		r.emitDeferred()
	}
}

func (r *reader) emit(d *parsers.Delivery) {
	r.tally.Count(d)
	r.tally.MissUnread(d)
	if d.Arrived != parsers.ArrivedNo {
		r.tally.MissBare(d.Recipient, d.Origin)
	}
	r.sink.Add(d)
}

// emitDeferred emits what waits, in the order of the log.
func (r *reader) emitDeferred() {
	all := slices.SortedFunc(maps.Values(r.deferred), func(a, b parsers.Delivery) int {
		return cmp.Or(cmp.Compare(a.Origin.Line, b.Origin.Line), cmp.Compare(a.Recipient, b.Recipient))
	})
	clear(r.deferred)
	for i := range all {
		r.emit(&all[i])
	}
}

// close ends all sessions.
func (r *reader) close() {
	for len(r.order) > 0 {
		r.endOldest()
	}
	r.emitDeferred()
}

// addressOf returns the address of "FROM:<a@b.example> SIZE=1".
func addressOf(rest []byte) string {
	_, after, _ := bytes.Cut(rest, []byte(":"))
	after = bytes.TrimSpace(after)
	if within, ok := bytes.CutPrefix(after, []byte("<")); ok {
		if end := bytes.LastIndexByte(within, '>'); end >= 0 {
			return string(within[:end])
		}
		return string(within)
	}
	address, _, _ := bytes.Cut(after, []byte(" "))
	return string(address)
}

// sizeOf returns the size in bytes that MAIL declares (RFC 1870), 0 if it does not.
func sizeOf(rest []byte) int64 {
	_, after, _ := bytes.Cut(bytes.ToUpper(rest), []byte(" SIZE="))
	size, _, _ := bytes.Cut(after, []byte(" "))
	return records.Number(string(size))
}
