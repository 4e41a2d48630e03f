package postfix

import (
	"bytes"
	"cmp"
	"slices"
	"time"
	"unsafe"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
)

// A piece reads the lines of one piece of a log. Sessions that lie within it
// are told as they end; what may belong to another piece is its rest.
type piece struct {
	number parsers.Piece
	correlator
	begun time.Time // of the first record
	now   time.Time
	over  keySet // keys of the sessions that ended
	rest  rest
}

// A rest is what a piece could not settle.
type rest struct {
	sessions []*session // in the order of their first line
	over     *keySet    // keys of the sessions that ended
	now      time.Time  // of the last record
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
	if text[0] == 'N' {
		if r, ok := bytes.CutPrefix(text, []byte("NOQUEUE: ")); ok {
			p.refuse(r, p.place(rec))
			return
		}
	}
	id, rest, ok := cutQueueID(text)
	if !ok {
		return
	}
	kind := kindOf(rest)
	if kind == otherLine {
		return
	}
	p.tally.Records++
	p.tick(rec.Time)
	p.line(rec, id, daemon, kind, rest)
}

func (p *piece) place(rec *syslog.Record) place {
	return place{rec.Time, parsers.Origin{Source: p.number.Source, Piece: p.number.Number, Line: rec.Line}, int32(rec.Repeat)}
}

// A daemon is one of Postfix's programs.
type daemon uint8

const (
	unknownDaemon daemon = iota
	otherDaemon
	silentDaemon // says nothing of a message
	postsuper
	discard
)

// daemonOf tells the daemon by "syslog_name/daemon".
func daemonOf(program []byte) daemon {
	name := program[bytes.LastIndexByte(program, '/')+1:]
	switch string(name) {
	case "anvil", "dnsblog", "tlsproxy", "scache", "master", "trivial-rewrite":
		return silentDaemon
	case "postsuper":
		return postsuper
	case "discard":
		return discard
	}
	return otherDaemon
}

// tick moves the log's time on.
func (p *piece) tick(now time.Time) {
	if p.begun.IsZero() {
		p.begun = now
	}
	if now != p.now && now.After(p.now) {
		p.now = now
		p.release(now, p.settled)
	}
}

// settled tells a session whose time in limbo is up. One that ended soon after
// the piece began may be joined by a line of the piece before.
func (p *piece) settled(s *session) {
	if s.last.Sub(p.begun) <= linkWindow {
		p.rest.sessions = append(p.rest.sessions, s)
		return
	}
	p.tell(s)
}

// refuse tells a message that never got a queue id.
func (p *piece) refuse(text []byte, at place) {
	if kindOf(text) != refusedLine {
		return
	}
	p.tally.Records++
	r, ok := cutRefusal(text)
	if !ok {
		p.tally.Bad(at.origin, "refusal without an end")
		return
	}
	if !r.hasTo || len(r.to) == 0 {
		return // refused before a recipient was named
	}
	d := &p.delivery
	*d = parsers.Delivery{
		Time: at.when, Origin: at.origin, Count: int(max(1, at.times)),
		Sender: lent(r.from), SenderKnown: true, Recipient: lent(r.to),
		Status: r.status(), Arrived: parsers.ArrivedNo, Failure: parsers.FailureOther, DSN: r.dsn(),
		Submitted: isPrivate(bracketed(r.client)),
	}
	if bytes.Contains(r.reply, []byte("Relay access denied")) && !d.Submitted {
		d.Direction = parsers.DirectionInbound // a stranger tried to use us
	}
	p.tally.Deliveries++
	p.sink.Add(d)
}

// lent returns b as a string that lasts as long as b stays as it is.
func lent(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

func (r *refusal) status() parsers.Status {
	if bytes.HasSuffix(r.action, []byte("discard")) {
		return parsers.StatusDiscarded
	}
	return parsers.StatusRejected
}

// dsn returns the enhanced status code of "550 5.7.1 text" or "5.7.1 text".
func (r *refusal) dsn() string {
	text := r.reply
	for range 2 {
		word, rest, _ := bytes.Cut(text, []byte(" "))
		if bytes.Count(word, []byte(".")) == 2 && len(word) <= len("5.999.999") {
			return string(word)
		}
		text = rest
	}
	return ""
}

// line notes one line of the session of a queue id.
func (p *piece) line(rec *syslog.Record, id []byte, by daemon, kind lineKind, text []byte) {
	key := p.key(rec.Host, id)
	s := p.open.get(key)
	begins := kind == clientLine || kind == uidLine
	if s != nil && begins {
		p.retire(s) // its end was not logged, and the id is another's now
		s = nil
	}
	if s == nil {
		another := !begins && p.over.has(key) // what comes behind the end of a message is another one
		if kind == removedLine && another {
			return
		}
		s = p.newSession(key, rec.Host, id)
		s.first, s.line, s.source = rec.Time, rec.Line, p.number.Source
		s.began = begins || another
		p.open.put(s)
		p.arrive(s)
	}
	s.last = rec.Time
	switch kind {
	case clientLine:
		p.client(s, text)
	case uidLine:
		p.pickup(s, text)
	case messageID:
		if m := s.messageID(text); m {
			p.noteMessageID(s)
		}
	case fromLine:
		p.from(s, text)
	case toLine:
		p.to(s, by, text, p.place(rec))
	case subjectLine:
		s.set(&s.subject, subjectOf(text))
	case refusedLine:
		p.refuseQueued(s, text, p.place(rec))
	case removedLine:
		s.deleted = by == postsuper
		s.closed = true
		p.retire(s)
	}
}

// retire ends s. It is told at once where nothing can change it any more.
func (p *piece) retire(s *session) {
	s.over = true
	p.open.end(s.key)
	p.over.add(s.key)
	switch {
	case !s.began:
		p.ended[s.key] = s
		p.rest.sessions = append(p.rest.sessions, s)
	case s.linkable() || s.parent != nil || s.waits():
		p.hold(s)
	default:
		p.tell(s)
		if !s.isParent {
			p.recycle(s)
		}
	}
}

func (p *piece) client(s *session, text []byte) {
	c := cutClient(text[len("client="):])
	s.set(&s.client, c.host)
	s.set(&s.login, c.login)
	if len(c.origHost) > 0 {
		c.host = c.origHost
	}
	s.trusted = isPrivate(bracketed(c.host))
	if len(c.origID) > 0 {
		s.set(&s.origID, c.origID)
		p.follow(s)
	}
}

func (p *piece) pickup(s *session, text []byte) {
	s.pickedUp = true
	_, rest, ok := bytes.Cut(text, []byte(" from=<"))
	if !ok {
		return
	}
	if _, rest, ok = cutAddress(rest, " orig_id=", ""); !ok {
		return
	}
	if id, ok := bytes.CutPrefix(rest, []byte(" orig_id=")); ok {
		s.set(&s.origID, id)
		p.follow(s)
	}
}

// messageID notes "message-id=<x@y>"; the brackets may be missing, or cut.
func (s *session) messageID(text []byte) bool {
	_, id, _ := bytes.Cut(text, []byte("="))
	id = bytes.TrimSuffix(bytes.TrimPrefix(id, []byte("<")), []byte(">"))
	s.set(&s.msgid, id)
	return len(id) > 0
}

// from reads qmgr's "from=<s>, size=N, nrcpt=N (queue active)" and
// "from=<s>, status=expired, returned to sender" (force-expired since 3.5).
func (p *piece) from(s *session, text []byte) {
	sender, rest, ok := cutAddress(text[len("from=<"):], ", size=", ", status=")
	if !ok {
		p.tally.Bad(parsers.Origin{Source: p.number.Source, Piece: p.number.Number, Line: s.line}, "from= without size or status")
		return
	}
	if !s.senderKnown {
		s.sender, s.senderKnown = s.put(sender), true
	}
	if size, ok := bytes.CutPrefix(rest, []byte(", size=")); ok {
		if s.size == 0 {
			s.size = number(size)
		}
		return
	}
	status := rest[len(", status="):]
	if bytes.HasPrefix(status, []byte("expired")) || bytes.HasPrefix(status, []byte("force-expired")) {
		s.expired = true
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

func (p *piece) to(s *session, by daemon, text []byte, at place) {
	var r *recipient
	if d, ok := cutDelivery(text); ok {
		r = s.deliver(d, by == discard, at)
	}
	if r == nil {
		p.tally.Bad(at.origin, "delivery line without a status")
		return
	}
	p.handOver(s, r)
	if r.class == piped {
		p.followPipe(s)
	}
	if len(s.recipients) >= maxRecipients {
		p.tell(s)
		s.recipients, s.index = s.recipients[:0], nil
	}
}

// refuseQueued notes a recipient that was refused when the message had its
// queue id already.
func (p *piece) refuseQueued(s *session, text []byte, at place) {
	c, ok := cutRefusal(text)
	if !ok {
		p.tally.Bad(at.origin, "refusal without an end")
		return
	}
	if !c.hasTo || len(c.to) == 0 {
		return
	}
	if !s.senderKnown {
		s.sender, s.senderKnown = s.put(c.from), true
	}
	r := s.recipient(c.to)
	r.when, r.origin, r.times = at.when, at.origin, at.times
	r.status, r.failure = c.status(), parsers.FailureOther
	s.renew(&r.dsn, []byte(c.dsn()))
}

// Close implements syslog.BodyParser.
func (p *piece) Close() (parsers.Tally, parsers.Rest) {
	all := append(p.rest.sessions, p.limbo...)
	all = append(all, p.open.all()...)
	slices.SortFunc(all, func(a, b *session) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.key, b.key))
	})
	return p.tally, &rest{sessions: all, over: &p.over, now: p.now}
}

// A joiner settles what the pieces of a log could not.
type joiner struct{ correlator }

// Join implements parsers.Joiner.
func (j *joiner) Join(r parsers.Rest) {
	next := r.(*rest)
	j.lose(next)
	for _, s := range next.sessions {
		j.take(s)
	}
	for _, s := range next.sessions {
		j.reconnect(s.root())
	}
	j.release(next.now, func(s *session) { j.tell(s) })
	j.evict(next.now)
}

// lose ends the sessions whose end was not logged: the next piece has another
// message under the same id, and no line that goes on with this one.
func (j *joiner) lose(next *rest) {
	goesOn := map[uint64]bool{}
	for _, s := range next.sessions {
		if !s.began {
			goesOn[s.key] = true
		}
	}
	for _, key := range next.over.keys {
		if s := j.open.get(key); s != nil && !goesOn[key] {
			j.retire(s)
		}
	}
}

// take adds a session, or the next part of one that is open.
func (j *joiner) take(s *session) {
	p := j.open.get(s.key)
	switch {
	case p == nil:
	case s.began:
		j.retire(p)
	default:
		p.absorb(s)
		s = p
	}
	if !s.over {
		j.open.put(s)
	} else {
		j.retire(s)
	}
}

// retire ends s; it is held until no line can join it with another.
func (j *joiner) retire(s *session) {
	s.over = true
	j.open.end(s.key)
	j.hold(s)
}

// reconnect looks for the hops before and after s.
func (j *joiner) reconnect(s *session) {
	j.arrive(s)
	j.noteMessageID(s)
	j.follow(s)
	for i := range s.recipients {
		j.handOver(s, &s.recipients[i])
	}
	j.followPipe(s)
}

// evict ends the sessions that were silent for longer than Postfix keeps mail.
func (j *joiner) evict(now time.Time) {
	for _, s := range j.open.all() {
		if now.Sub(s.last) > maxIdle {
			j.retire(s)
		}
	}
}

// Close implements parsers.Joiner.
func (j *joiner) Close() parsers.Tally {
	for _, s := range j.limbo {
		j.tell(s)
	}
	for _, s := range j.open.all() {
		j.tell(s)
	}
	return j.tally
}
