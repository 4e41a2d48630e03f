package postfix

import (
	"bytes"
	"net/netip"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// A span is a piece of a session's text.
type span struct{ from, to uint32 }

func (s span) empty() bool { return s.from == s.to }

// A session is the life of a message under one queue id, or the part of it
// that one piece of the log tells.
type session struct {
	key  uint64 // of host and queue id
	text []byte // what the spans are of

	host, id                       span
	sender, login, msgid, subject  span
	origID                         span // queue id of the hop before: requeued, or XFORWARD
	client                         span
	size                           int64
	recipients                     []recipient
	index                          map[string]int32 // recipient to its place, once they are many
	first, last                    time.Time
	line                           int64 // of its first line, within the piece
	source                         int32 // of its first line
	began                          bool  // its first line is there
	over                           bool  // no line of it can come any more
	closed                         bool  // its last line is there
	senderKnown, trusted, pickedUp bool
	expired, deleted               bool
	continued                      bool // a later hop took over what was not settled
	viaPipe                        bool // a pipe(8) transport took it
	parent                         *session
	merged                         *session // the session that took this part in
	isParent                       bool     // others refer to it
}

// maxRecipients bounds the recipients of one session that are kept until it
// ends; past it, those with a final status are told at once.
const maxRecipients = 100_000

// A recipient is what is known of one recipient of a session.
type recipient struct {
	to, orig, relay, dsn span
	link                 span // queue id that the next hop named
	when                 time.Time
	origin               parsers.Origin
	status               parsers.Status
	failure              parsers.Failure
	times                int32
	class                class
	probe                bool
	maybe                bool // an attempt broke at the end of DATA
	onward               bool // handed to a hop that the log tells of
}

// class is where the relay of a delivery is.
type class uint8

const (
	remote class = iota
	local        // stored here
	piped        // given to a program here
	near         // a filter or gateway on a loopback or private address
	nowhere
)

// put keeps b in the text of s.
func (s *session) put(b []byte) span {
	from := uint32(len(s.text))
	s.text = append(s.text, b...)
	return span{from, uint32(len(s.text))}
}

func (s *session) bytes(p span) []byte { return s.text[p.from:p.to] }

// set keeps b as *p, unless that is known: the first hop's word counts.
func (s *session) set(p *span, b []byte) {
	if p.empty() && len(b) > 0 {
		*p = s.put(b)
	}
}

// manyRecipients is where looking for a recipient one by one would cost more
// than a map.
const manyRecipients = 16

// recipient returns the record of to, a new one if it is not there.
func (s *session) recipient(to []byte) *recipient {
	if s.index != nil {
		if i, ok := s.index[string(to)]; ok {
			return &s.recipients[i]
		}
	} else {
		for i := range s.recipients {
			if bytes.Equal(s.bytes(s.recipients[i].to), to) {
				return &s.recipients[i]
			}
		}
	}
	s.recipients = append(s.recipients, recipient{})
	n := len(s.recipients)
	r := &s.recipients[n-1]
	r.to = s.put(to)
	if s.index != nil {
		s.index[string(to)] = int32(n - 1)
	} else if n > manyRecipients {
		s.index = make(map[string]int32, 2*n)
		for i, r := range s.recipients {
			s.index[string(s.bytes(r.to))] = int32(i)
		}
	}
	return r
}

// deliver notes a delivery line, and returns whose it is: nil if it tells no
// status.
func (s *session) deliver(d deliveryText, discarder bool, rec place) *recipient {
	status, probe, ok := statusOf(d.status)
	if !ok {
		return nil
	}
	r := s.recipient(d.to)
	if r.status == parsers.StatusDelivered && status != parsers.StatusDelivered {
		return r // a resent copy that failed does not undo what arrived
	}
	r.when, r.origin, r.times, r.probe = rec.when, rec.origin, rec.times, probe
	r.class = classOf(d)
	r.status, r.failure = status, parsers.FailureNone
	switch {
	case status == parsers.StatusDelivered && (discarder || r.class == nowhere || r.class == near && isDiscard(d)):
		r.status = parsers.StatusDiscarded
	case status == parsers.StatusDelivered:
		r.link = span{}
		if r.class != remote || s.isOwn(d.relay) { // a foreign server may say anything
			r.link = s.put(nextID(d.reply))
		}
		s.viaPipe = s.viaPipe || r.class == piped
	default:
		r.failure = failureOf(d, r.class)
		r.maybe = r.maybe || brokeAtEnd(d.reply)
	}
	if len(d.origTo) > 0 && !bytes.Equal(bytes.TrimSuffix(d.origTo, []byte(".")), d.to) {
		s.set(&r.orig, d.origTo)
	}
	s.renew(&r.relay, d.relay)
	s.renew(&r.dsn, d.dsn)
	return r
}

// renew keeps b as *p, and reuses what p holds when it is the same: a message
// that is tried for days has the same relay each time.
func (s *session) renew(p *span, b []byte) {
	if !bytes.Equal(s.bytes(*p), b) {
		*p = s.put(b)
	}
}

func statusOf(word []byte) (s parsers.Status, probe, ok bool) {
	switch string(word) {
	case "sent":
		return parsers.StatusDelivered, false, true
	case "deferred", "SOFTBOUNCE": // soft_bounce=yes: it bounced, and is tried again
		return parsers.StatusDeferred, false, true
	case "bounced":
		return parsers.StatusBounced, false, true
	case "expired":
		return parsers.StatusExpired, false, true
	case "deliverable", "undeliverable", "undeliverable-but-not-cached":
		return parsers.StatusUnknown, true, true
	}
	return 0, false, false
}

func classOf(d deliveryText) class {
	switch string(d.relay) {
	case "none":
		return nowhere
	case "local", "virtual":
		return local
	}
	open := bytes.IndexByte(d.relay, '[')
	if open < 0 {
		return piped // pipe(8) logs the name of its transport
	}
	address := bracketed(d.relay)
	if len(address) > 0 && (address[0] == '/' || bytes.HasPrefix(address, []byte("private/")) || bytes.HasPrefix(address, []byte("public/"))) {
		return local // LMTP over a socket
	}
	if isPrivate(address) {
		return near
	}
	return remote
}

// isDiscard tells that the organisation's own filter took the message and
// threw it away, as amavis does: "250 2.7.0 Ok, discarded, id=…".
func isDiscard(d deliveryText) bool {
	return bytes.HasPrefix(d.reply, []byte("(250 2.7.")) && bytes.Contains(d.reply, []byte(" discarded"))
}

// brokeAtEnd tells that the connection was lost when the message was already
// there and only the answer missing (Postfix's own words; what a server says
// begins with "host … said:").
func brokeAtEnd(reply []byte) bool {
	return (bytes.HasPrefix(reply, []byte("(lost connection with ")) || bytes.HasPrefix(reply, []byte("(conversation with "))) &&
		bytes.Contains(reply, []byte(" while sending end of data"))
}

// nextID returns the queue id under which the next hop goes on: "queued as ID"
// at the end of a server's reply, "forwarded as ID" of local(8).
func nextID(reply []byte) []byte {
	reply = bytes.TrimSuffix(reply, []byte(")"))
	i := bytes.LastIndexByte(reply, ' ')
	if i < 0 || !bytes.HasSuffix(reply[:i], []byte("queued as")) && string(reply[:i]) != "(forwarded as" {
		return nil
	}
	id := reply[i+1:]
	if len(id) < minShortID || len(id) > maxID {
		return nil
	}
	for _, c := range id {
		if c-'0' >= 10 && c-'A' >= 26 && c-'a' >= 26 {
			return nil
		}
	}
	return id
}

// failureOf reads why a delivery failed, as far as it tells of the domain.
// Only with relay=none are the words Postfix's own.
func failureOf(d deliveryText, c class) parsers.Failure {
	switch {
	case c == nowhere && bytes.HasPrefix(d.reply, []byte("(Host or domain name not found.")) && !bytes.HasSuffix(d.reply, []byte("try again)")),
		c == nowhere && bytes.HasPrefix(d.reply, []byte("(Host found but no data record of requested type")):
		return parsers.FailureNoDomain
	case c == nowhere && bytes.HasSuffix(d.reply, []byte("does not accept mail (nullMX))")):
		return parsers.FailureNullMX
	case string(d.dsn) == "5.1.1":
		return parsers.FailureNoUser
	}
	return parsers.FailureOther
}

// isPrivate tells loopback, private, link-local and shared addresses: hosts of
// the organisation itself (RFC 1918, 4193, 6598).
func isPrivate(address []byte) bool {
	if len(address) == 0 {
		return false
	}
	switch address[0] { // as all of them begin
	case ':', 'f', 'F', 'I', 'i':
	case '1':
		if !beginsPrivate(address) {
			return false
		}
	default:
		return false
	}
	ip, err := netip.ParseAddr(strings.TrimPrefix(lent(address), "IPv6:"))
	if err != nil {
		return false
	}
	ip = ip.Unmap()
	if ip.Is4() {
		if b := ip.As4(); b[0] == 100 && b[1]&0xc0 == 64 {
			return true
		}
	}
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
}

// beginsPrivate tells the IPv4 addresses that may be private: most are not, and
// need not be parsed.
func beginsPrivate(address []byte) bool {
	return begins(address, "10.") || begins(address, "127.") || begins(address, "192.168.") || begins(address, "172.") ||
		begins(address, "100.") || begins(address, "169.254.")
}

// root follows the merging of parts to the session that holds them.
func (s *session) root() *session {
	for s.merged != nil {
		s = s.merged
	}
	return s
}

// maxHops bounds the chain of queue ids that a message is followed through.
const maxHops = 16

// firstHop returns the earliest known hop of s, itself if there is none before.
func (s *session) firstHop() *session {
	for range maxHops {
		if s.parent == nil || s.parent.root() == s {
			break
		}
		s = s.parent.root()
	}
	return s
}

// inherited returns the first value that get finds from the first hop on.
func (s *session) inherited(get func(*session) span) (*session, span) {
	at := s
	found, p := s, get(s)
	for range maxHops {
		if at.parent == nil || at.parent.root() == at {
			break
		}
		at = at.parent.root()
		if q := get(at); !q.empty() {
			found, p = at, q
		}
	}
	return found, p
}

// linkable tells that s may be a later hop of a message, so that the line that
// says so can still come after s has ended.
func (s *session) linkable() bool {
	return s.parent == nil && s.login.empty() && (s.pickedUp || s.trusted || s.client.empty() || !s.origID.empty())
}

// waits tells that s gave a recipient to a hop that was not seen yet.
func (s *session) waits() bool {
	for i := range s.recipients {
		r := &s.recipients[i]
		if r.class == piped && !r.onward && r.status == parsers.StatusDelivered {
			return true
		}
		if !r.link.empty() && !r.onward && (r.class == near || r.class == local) {
			return true
		}
	}
	return false
}

// absorb takes in t, the later part of the same session.
func (s *session) absorb(t *session) {
	take := func(p *span, q span) {
		if p.empty() && !q.empty() {
			*p = s.put(t.bytes(q))
		}
	}
	take(&s.login, t.login)
	take(&s.msgid, t.msgid)
	take(&s.subject, t.subject)
	take(&s.origID, t.origID)
	take(&s.client, t.client)
	if !s.senderKnown && t.senderKnown {
		s.sender, s.senderKnown = s.put(t.bytes(t.sender)), true
	}
	if s.size == 0 {
		s.size = t.size
	}
	for i := range t.recipients {
		s.takeRecipient(t, &t.recipients[i])
	}
	s.last = t.last
	s.over, s.closed = t.over, t.closed
	s.trusted, s.pickedUp = s.trusted || t.trusted, s.pickedUp || t.pickedUp
	s.expired, s.deleted = s.expired || t.expired, s.deleted || t.deleted
	s.continued, s.viaPipe = s.continued || t.continued, s.viaPipe || t.viaPipe
	if s.parent == nil {
		s.parent = t.parent
	}
	t.merged = s
}

func (s *session) takeRecipient(t *session, q *recipient) {
	r := s.recipient(t.bytes(q.to))
	if r.status == parsers.StatusDelivered && q.status != parsers.StatusDelivered {
		return
	}
	kept := *r
	*r = *q
	r.to, r.orig = kept.to, kept.orig
	if r.orig.empty() && !q.orig.empty() {
		r.orig = s.put(t.bytes(q.orig))
	}
	r.relay, r.dsn, r.link = s.put(t.bytes(q.relay)), s.put(t.bytes(q.dsn)), s.put(t.bytes(q.link))
	r.maybe = kept.maybe || q.maybe
}

// settle tells the last word on a recipient of s.
func (s *session) settle(r *recipient) (parsers.Status, parsers.Arrived) {
	status := r.status
	if status == parsers.StatusDeferred {
		switch {
		case s.expired:
			status = parsers.StatusExpired
		case s.deleted:
			status = parsers.StatusRemoved
		}
	}
	switch {
	case status == parsers.StatusDelivered && (r.class == near || r.class == piped):
		return status, parsers.ArrivedMaybe
	case status == parsers.StatusDelivered:
		return status, parsers.ArrivedYes
	case r.maybe:
		return status, parsers.ArrivedMaybe
	}
	return status, parsers.ArrivedNo
}

// tell gives the deliveries of s to sink. d is memory for them; its strings are
// those of s, and last as long as it does.
func (s *session) tell(d *parsers.Delivery, sink parsers.Sink, tally *parsers.Tally) {
	if len(s.recipients) == 0 {
		return
	}
	text := lent(s.text) // Add keeps no string
	str := func(p span) string { return text[p.from:p.to] }
	*d = parsers.Delivery{
		Sender: str(s.sender), SenderKnown: s.senderKnown,
		AuthUser: str(s.login), Submitted: s.trusted || s.pickedUp || !s.login.empty(),
		MessageID: str(s.msgid), Subject: str(s.subject), QueueID: str(s.id), Bytes: s.size,
	}
	if s.parent != nil {
		s.inherit(d)
	}
	for i := range s.recipients {
		r := &s.recipients[i]
		if r.probe || r.onward || s.continued && r.status == parsers.StatusDeferred {
			continue
		}
		d.Time, d.Origin = r.when, r.origin
		d.Recipient, d.OrigRecipient = str(r.to), str(r.orig)
		if d.OrigRecipient == "" && s.parent != nil {
			d.OrigRecipient = s.typed(d.Recipient)
		}
		d.Status, d.Arrived = s.settle(r)
		d.Failure = r.failure
		d.Local = r.class == local || r.class == piped
		d.Handed = r.class == near && r.status == parsers.StatusDelivered
		d.DSN, d.Relay = str(r.dsn), str(r.relay)
		d.Count = int(max(1, r.times))
		d.Incomplete = !s.senderKnown || !s.closed && !(r.status == parsers.StatusRejected)
		tally.Deliveries++
		if !d.SenderKnown {
			tally.NoSender++
		}
		if d.Incomplete {
			tally.Incomplete++
		}
		sink.Add(d)
	}
}

// inherit fills in what only an earlier hop knew.
func (s *session) inherit(d *parsers.Delivery) {
	of := func(get func(*session) span) string {
		at, p := s.inherited(get)
		return string(at.bytes(p))
	}
	d.AuthUser = of(func(s *session) span { return s.login })
	d.Subject = of(func(s *session) span { return s.subject })
	first := s.firstHop()
	if first.size > 0 {
		d.Bytes = first.size
	}
	d.Submitted = first.trusted || first.pickedUp || d.AuthUser != ""
	if !d.SenderKnown && first.senderKnown {
		d.Sender, d.SenderKnown = string(first.bytes(first.sender)), true
	}
}

// typed returns what an earlier hop says was typed for the recipient to.
func (s *session) typed(to string) string {
	for at, n := s, 0; at.parent != nil && n < maxHops; n++ {
		at = at.parent.root()
		for i := range at.recipients {
			if r := &at.recipients[i]; !r.orig.empty() && string(at.bytes(r.to)) == to {
				return string(at.bytes(r.orig))
			}
		}
	}
	return ""
}
