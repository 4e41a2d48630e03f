// Package queue follows the messages of mail servers that log several lines
// for one: each line names the message by its queue id and host, and tells a
// part of its life. A Table holds those of one piece of a log; what a piece
// could not settle, a Joiner joins with what comes before and after.
package queue

import (
	"bytes"
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// linkWindow is how long after the end of a message a line may come that still
// tells of it, or joins it with its next hop.
const linkWindow = 10 * time.Minute

// maxIdle is how long a message stays open without a line, in log time: servers
// give up after five days at the most by default (RFC 5321 section 4.5.4.1).
const maxIdle = 6 * 24 * time.Hour

// maxOpen bounds the messages that wait for more; past it those that were
// silent longest are told as they are.
const maxOpen = 100_000

// A Place is when and where a line was read.
type Place struct {
	When   time.Time
	Origin parsers.Origin
	Repeat int // how often the line stands for itself
}

// A Message is the life of a message under one id, or the part of it that one
// piece tells.
type Message struct {
	ID           string
	Sender       string
	SenderKnown  bool
	AuthUser     string
	MessageID    string
	Subject      string
	Bytes        int64
	Submitted    bool // it entered by a login, by a local user or from a private address
	Direction    parsers.Direction
	Began, Ended bool // its first, and its last line is there
	Recipients   []*Recipient
	// Expected is how many recipients m has, where no line tells its end: it is
	// over when so many of them have their last word.
	Expected int

	key, host uint64
	closed    parsers.Status // of those that still waited; StatusUnknown if none
	parent    *Message
	merged    *Message // the message that this part of it was joined to
	index     map[string]*Recipient
	first     parsers.Origin
	last      time.Time
}

// A Recipient is what became of a message for one recipient.
type Recipient struct {
	Address, Orig string
	Status        parsers.Status
	Failure       parsers.Failure
	DSN, Relay    string
	Local         bool   // stored or piped here
	Handed        bool   // given to a host of the organisation: its next hop tells more
	Broke         bool   // an attempt broke at the end of DATA
	Next          string // id under which that host goes on with it

	place  Place
	onward bool
	told   bool // by an event
}

// Set notes what a line says of r.
func (r *Recipient) Set(at Place, status parsers.Status) {
	r.place, r.Status, r.Failure = at, status, parsers.FailureNone
}

// GoesOn notes that r is told under the id of a later hop.
func (r *Recipient) GoesOn() { r.onward = true }

// Event notes what an event says of r, where a source tells of events in any
// order: a last word stands against a delay, a delay against a hand-over within
// the organisation, and of two of a kind the later one counts, as a bounce after
// a delivery.
func (r *Recipient) Event(at Place, status parsers.Status, handed bool) bool {
	old, now := weight(r.Status, r.Handed), weight(status, handed)
	if r.told && (now < old || now == old && at.When.Before(r.place.When)) {
		return false
	}
	r.Set(at, status)
	r.Handed, r.told = handed, true
	return true
}

// weight orders the words of events: how little is left to come after them.
func weight(s parsers.Status, handed bool) int {
	switch {
	case s == parsers.StatusUnknown:
		return 0
	case handed:
		return 1
	case s == parsers.StatusDeferred:
		return 2
	}
	return 3
}

// Reply notes the host of an attempt and the code of its answer; what an attempt
// does not tell stays as the one before told it.
func (r *Recipient) Reply(relay string, code []byte) {
	r.Relay = cmp.Or(relay, r.Relay)
	if len(code) > 0 && string(code) != r.DSN {
		r.DSN = string(code)
	}
}

// Recipient returns the record of an address, a new one if it is not there.
func (m *Message) Recipient(address string) *Recipient {
	if r := m.find(address); r != nil {
		return r
	}
	r := &Recipient{Address: strings.Clone(address)}
	m.Recipients = append(m.Recipients, r)
	const many = 16
	switch {
	case m.index != nil:
		m.index[r.Address] = r
	case len(m.Recipients) > many:
		m.index = make(map[string]*Recipient, 2*many)
		for _, r := range m.Recipients {
			m.index[r.Address] = r
		}
	}
	return r
}

func (m *Message) find(address string) *Recipient {
	if m.index != nil {
		return m.index[address]
	}
	for _, r := range m.Recipients {
		if r.Address == address {
			return r
		}
	}
	return nil
}

// over tells that no more is to come of m.
func (m *Message) over() bool {
	if m.Ended || m.Expected == 0 {
		return m.Ended
	}
	final := 0
	for _, r := range m.Recipients {
		if r.Status == parsers.StatusDeferred || r.Status == parsers.StatusUnknown {
			return m.closed != parsers.StatusUnknown
		}
		final++
	}
	return final >= m.Expected
}

// Close ends m: status is what became of the recipients that still waited.
func (m *Message) Close(status parsers.Status) { m.closed, m.Ended = status, true }

// absorb takes in n, the later part of the same message.
func (m *Message) absorb(n *Message) {
	take := func(p *string, q string) {
		if *p == "" {
			*p = q
		}
	}
	take(&m.AuthUser, n.AuthUser)
	take(&m.MessageID, n.MessageID)
	take(&m.Subject, n.Subject)
	if !m.SenderKnown && n.SenderKnown {
		m.Sender, m.SenderKnown = n.Sender, true
	}
	if m.Bytes == 0 {
		m.Bytes = n.Bytes
	}
	if m.Direction == parsers.DirectionUnknown {
		m.Direction = n.Direction
	}
	if m.closed == parsers.StatusUnknown {
		m.closed = n.closed
	}
	m.Submitted = m.Submitted || n.Submitted
	m.Expected = max(m.Expected, n.Expected)
	m.Began, m.Ended = m.Began || n.Began, m.Ended || n.Ended
	for _, r := range n.Recipients {
		old := m.find(r.Address)
		switch {
		case old == nil:
			m.Recipients = append(m.Recipients, r)
			if m.index != nil {
				m.index[r.Address] = r
			}
		case old.Status == parsers.StatusDelivered && r.Status != parsers.StatusDelivered:
		default:
			r.Broke = r.Broke || old.Broke
			if r.Status == parsers.StatusBounced && r.Failure == parsers.FailureNone { // the attempt before told why
				r.Failure = old.Failure
			}
			r.Orig, r.DSN, r.Relay = cmp.Or(r.Orig, old.Orig), cmp.Or(r.DSN, old.DSN), cmp.Or(r.Relay, old.Relay)
			*old = *r
		}
	}
	if n.last.After(m.last) {
		m.last = n.last
	}
	if m.parent == nil {
		m.parent = n.parent
	}
	n.merged = m
}

// before returns the hop before m, nil if none is known.
func (m *Message) before() *Message {
	p := m.parent
	for p != nil && p.merged != nil {
		p = p.merged
	}
	if p == m {
		return nil
	}
	return p
}

// A Table follows the messages of one piece.
type Table struct {
	Tally parsers.Tally
	// Late tells that lines may come soon after the end of a message.
	Late bool
	// Nameless tells that ids serve to find messages, and are not told.
	Nameless bool

	piece    parsers.Piece
	sink     parsers.Sink
	byKey    map[uint64]*Message
	messages []*Message
	hostName []byte
	hostHash uint64
	begun    time.Time
	now      time.Time
}

// NewTable returns the table of a piece.
func NewTable(p parsers.Piece, sink parsers.Sink) *Table {
	return &Table{piece: p, sink: sink, byKey: map[uint64]*Message{}}
}

// Place returns the place of a line of the piece.
func (t *Table) Place(when time.Time, line int64, repeat int) Place {
	return Place{when, parsers.Origin{Source: t.piece.Source, Piece: t.piece.Number, Line: line}, repeat}
}

// Message returns the message of an id on a host, which a line at a place
// tells of. begins tells that the line is the first of a message: another one
// under the same id is over.
func (t *Table) Message(host, id []byte, at Place, begins bool) *Message {
	if t.begun.IsZero() {
		t.begun = at.When
	}
	if at.When.After(t.now) {
		t.now = at.When
	}
	if t.hostHash == 0 || !bytes.Equal(host, t.hostName) {
		t.hostName = append(t.hostName[:0], host...)
		t.hostHash = xxhash.Sum64(host) | 1
	}
	key := keyOf(t.hostHash, id)
	m := t.byKey[key]
	if m != nil && begins && m.Began {
		m.Ended = true
		m = nil
	}
	if m == nil {
		m = &Message{key: key, host: t.hostHash, first: at.Origin, Began: begins}
		if !t.Nameless {
			m.ID = string(id)
		}
		t.byKey[key] = m
		t.messages = append(t.messages, m)
	}
	m.last = at.When
	m.Began = m.Began || begins
	return m
}

// Far tells a place of which all that came shortly before it is in the piece.
func (t *Table) Far(at Place) bool { return at.When.Sub(t.begun) > linkWindow }

func keyOf(host uint64, id []byte) uint64 { return xxhash.Sum64(id) ^ host }

// Refuse tells a message that was refused before it got an id. Strings of d
// may be lent.
func (t *Table) Refuse(d *parsers.Delivery, at Place) {
	d.Time, d.Origin, d.Count = at.When, at.Origin, max(1, at.Repeat)
	d.Status, d.Arrived, d.Failure = parsers.StatusRejected, parsers.ArrivedNo, parsers.FailureOther
	t.Tally.Deliveries += int64(d.Count)
	if !d.SenderKnown {
		t.Tally.NoSender += int64(d.Count)
	}
	t.sink.Add(d)
}

// A rest is what a piece could not settle.
type rest struct {
	messages []*Message
	now      time.Time
}

// Close ends the piece: it tells the messages that lie within it.
func (t *Table) Close() (parsers.Tally, parsers.Rest) {
	out := teller{sink: t.sink, tally: &t.Tally}
	for _, m := range t.messages {
		t.follow(m)
	}
	left := &rest{now: t.now}
	for _, m := range t.messages {
		if m.settled(t.begun, t.now, t.Late) {
			out.tell(m)
		} else {
			left.messages = append(left.messages, m)
		}
	}
	return t.Tally, left
}

// maxEvents bounds the messages of a stream of events that may get more of them:
// those of one message mostly follow each other within minutes.
const maxEvents = 50_000

// Bound tells the messages that began first, if there are too many: a source
// that is read from one end to the other has no pieces.
func (t *Table) Bound() {
	if len(t.messages) <= maxEvents {
		return
	}
	out := teller{sink: t.sink, tally: &t.Tally}
	half := len(t.messages) / 2
	for _, m := range t.messages[:half] {
		out.tell(m)
		if t.byKey[m.key] == m {
			delete(t.byKey, m.key)
		}
	}
	n := copy(t.messages, t.messages[half:])
	clear(t.messages[n:])
	t.messages = t.messages[:n]
}

// Finish tells all messages that are left.
func (t *Table) Finish() parsers.Tally {
	for _, m := range t.messages {
		t.follow(m)
	}
	out := teller{sink: t.sink, tally: &t.Tally}
	for _, m := range t.messages {
		out.tell(m)
	}
	t.messages, t.byKey = nil, nil
	return t.Tally
}

// follow joins m with the hops that its recipients were handed to.
func (t *Table) follow(m *Message) {
	for _, r := range m.Recipients {
		if r.Handed && r.Next != "" {
			handOver(m, r, t.byKey[keyOf(m.host, lines.BorrowBytes(r.Next))])
		}
	}
}

// Precede notes that next is a part of m that went on under an id of its own:
// what it does not know itself, m does.
func (m *Message) Precede(next *Message) {
	if next.parent == nil && next != m && m.firstHop() != next {
		next.parent = m
	}
}

// handOver notes that r goes on as next.
func handOver(m *Message, r *Recipient, next *Message) {
	if next == nil || next == m {
		return
	}
	r.onward = true
	m.Precede(next)
}

// maxHops bounds the ids that a message is followed through.
const maxHops = 8

func (m *Message) firstHop() *Message {
	for range maxHops {
		p := m.before()
		if p == nil {
			break
		}
		m = p
	}
	return m
}

// settled tells a message of which no other piece can say more: its end is
// there, and it lies far enough from the borders for a hop of it to lie beyond.
func (m *Message) settled(begun, now time.Time, late bool) bool {
	if !m.Began || !m.over() || late && now.Sub(m.last) <= linkWindow {
		return false
	}
	if m.parent == nil && m.Submitted && m.AuthUser == "" && m.last.Sub(begun) <= linkWindow {
		return false // the hop before may name it
	}
	if len(m.Recipients) == 0 && now.Sub(m.last) <= linkWindow {
		return false // it is there for what comes after it
	}
	for p, n := m.parent, 0; p != nil && n < maxHops; p, n = p.parent, n+1 {
		if !p.Began {
			return false // that hop's beginning is another piece's
		}
	}
	for _, r := range m.Recipients {
		if r.Handed && !r.onward && r.Next != "" && now.Sub(m.last) <= linkWindow {
			return false
		}
	}
	return true
}

// A teller gives deliveries to a sink.
type teller struct {
	sink  parsers.Sink
	tally *parsers.Tally
	d     parsers.Delivery
}

func (t *teller) tell(m *Message) {
	d := &t.d
	*d = parsers.Delivery{
		Sender: m.Sender, SenderKnown: m.SenderKnown, AuthUser: m.AuthUser, Submitted: m.Submitted, Direction: m.Direction,
		Bytes: m.Bytes, Subject: m.Subject, MessageID: m.MessageID, QueueID: m.ID,
	}
	for h, n := m.before(), 0; h != nil && n < maxHops; h, n = h.before(), n+1 { // the first hop's word counts
		d.AuthUser, d.Bytes, d.Subject = cmp.Or(h.AuthUser, d.AuthUser), cmp.Or(h.Bytes, d.Bytes), cmp.Or(h.Subject, d.Subject)
		d.MessageID = cmp.Or(d.MessageID, h.MessageID)
		d.Submitted = d.Submitted || h.Submitted
		if !d.SenderKnown && h.SenderKnown {
			d.Sender, d.SenderKnown = h.Sender, true
		}
	}
	d.Submitted = d.Submitted || d.AuthUser != ""
	for _, r := range m.Recipients {
		if r.onward {
			continue
		}
		if m.closed != parsers.StatusUnknown && (r.Status == parsers.StatusDeferred || r.Status == parsers.StatusUnknown) {
			r.Status = m.closed
		}
		d.Time, d.Origin, d.Count = r.place.When, r.place.Origin, max(1, r.place.Repeat)
		d.Recipient, d.OrigRecipient, d.DSN, d.Relay = r.Address, r.Orig, r.DSN, r.Relay
		if d.OrigRecipient == "" {
			d.OrigRecipient = m.typed(r.Address)
		}
		if r.Status == parsers.StatusDelivered && d.DSN != "" && d.DSN[0] != '2' {
			d.DSN = "" // of an attempt before
		}
		d.Status, d.Failure, d.Local = r.Status, r.Failure, r.Local
		d.Handed = r.Handed && r.Status == parsers.StatusDelivered
		d.Arrived = r.arrived()
		d.Incomplete = d.Status != parsers.StatusRejected && (!m.SenderKnown || !m.over())
		t.tally.Deliveries += int64(d.Count)
		if !d.SenderKnown {
			t.tally.NoSender += int64(d.Count)
		}
		if d.Incomplete {
			t.tally.Incomplete += int64(d.Count)
		}
		t.sink.Add(d)
	}
}

// typed returns what an earlier hop says was typed for an address.
func (m *Message) typed(address string) string {
	for at, n := m.before(), 0; at != nil && n < maxHops; at, n = at.before(), n+1 {
		if r := at.find(address); r != nil && r.Orig != "" {
			return r.Orig
		}
	}
	return ""
}

func (r *Recipient) arrived() parsers.Arrived {
	switch {
	case r.Status == parsers.StatusDelivered && r.Handed:
		return parsers.ArrivedMaybe
	case r.Status == parsers.StatusDelivered:
		return parsers.ArrivedYes
	case r.Broke:
		return parsers.ArrivedMaybe
	case r.Status == parsers.StatusUnknown:
		return parsers.ArrivedUnknown
	}
	return parsers.ArrivedNo
}

// A Joiner settles what pieces could not. It implements parsers.Joiner.
type Joiner struct {
	out      teller
	tally    parsers.Tally
	byKey    map[uint64]*Message
	messages []*Message // those of byKey, and others of the same key that are over
	now      time.Time
	resumed  map[uint64]*Message // what an earlier run carried over, by its number there
	before   map[*Message]uint64 // the number of the hop before, where that was not resumed yet
}

// NewJoiner returns a joiner that tells deliveries to sink.
func NewJoiner(sink parsers.Sink) *Joiner {
	j := &Joiner{byKey: map[uint64]*Message{}}
	j.out = teller{sink: sink, tally: &j.tally}
	return j
}

// Join implements parsers.Joiner.
func (j *Joiner) Join(r parsers.Rest) {
	next := r.(*rest)
	if next.now.After(j.now) {
		j.now = next.now
	}
	for _, m := range next.messages {
		old := j.byKey[m.key]
		switch {
		case old != nil && !m.Began:
			old.absorb(m)
			continue
		case old != nil:
			old.Ended = true
		}
		j.byKey[m.key] = m
		j.messages = append(j.messages, m)
	}
	for _, m := range next.messages {
		j.follow(m)
	}
	j.release()
}

func (j *Joiner) follow(m *Message) {
	if known := j.byKey[m.key]; known != nil {
		m = known
	}
	for _, r := range m.Recipients {
		if r.Handed && r.Next != "" && !r.onward {
			handOver(m, r, j.byKey[keyOf(m.host, lines.BorrowBytes(r.Next))])
		}
	}
}

// release tells what no later line can change, or was silent too long.
func (j *Joiner) release() {
	for _, m := range j.messages {
		j.follow(m)
	}
	done := func(m *Message) bool {
		idle := j.now.Sub(m.last)
		return m.over() && idle > linkWindow || idle > maxIdle
	}
	over := len(j.messages) - maxOpen
	if over > 0 {
		slices.SortStableFunc(j.messages, func(a, b *Message) int { return a.last.Compare(b.last) })
	}
	kept := j.messages[:0]
	for i, m := range j.messages {
		if i < over || done(m) {
			j.tell(m)
			continue
		}
		kept = append(kept, m)
	}
	clear(j.messages[len(kept):])
	j.messages = kept
}

func (j *Joiner) tell(m *Message) {
	j.out.tell(m)
	if j.byKey[m.key] == m {
		delete(j.byKey, m.key)
	}
}

// Close implements parsers.Joiner.
func (j *Joiner) Close() parsers.Tally {
	for _, m := range j.messages {
		j.follow(m)
	}
	for _, m := range j.messages {
		j.out.tell(m)
	}
	return j.tally
}

// IsPrivate tells loopback, private, link-local and shared addresses (RFC 1918,
// 4193, 6598): hosts of the organisation itself.
func IsPrivate(address []byte) bool {
	if len(address) == 0 {
		return false
	}
	switch address[0] {
	case '1', ':', 'f', 'F', 'I', 'i': // as all of them begin
	default:
		return false
	}
	text := strings.TrimPrefix(lines.Borrow(address), "IPv6:")
	ip, err := netip.ParseAddr(text)
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

// EnhancedCode returns the first enhanced status code (RFC 3463) in what a
// server answered: "550-5.1.1 text", "550 5.7.1 text"; "" if there is none.
func EnhancedCode(reply []byte) []byte {
	for i := 0; i+5 <= len(reply); i++ {
		c := reply[i]
		if c != '2' && c != '4' && c != '5' || reply[i+1] != '.' || i > 0 && reply[i-1] != ' ' && reply[i-1] != '-' {
			continue
		}
		j, dots := i+2, 1
		for j < len(reply) && (reply[j]-'0' < 10 || reply[j] == '.' && dots < 2 && reply[j-1] != '.') {
			if reply[j] == '.' {
				dots++
			}
			j++
		}
		if dots == 2 && reply[j-1] != '.' && j-i <= len("5.999.999") && (j == len(reply) || reply[j] == ' ' || reply[j] == '\\') {
			return reply[i:j]
		}
	}
	return nil
}
