package audit

import (
	"encoding/binary"
	"math"
	"strings"
	"time"
	"unsafe"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/parsers"
)

// A Ledger is the summary that parsing fills and the verdict is taken from.
// It is a monoid: Merge adds one to another in any order and grouping, and an
// empty one changes nothing. Nothing is decided in it.
//
// A Ledger is a parsers.Sink. It is not safe for concurrent use: give each
// worker its own.
type Ledger struct {
	config Ledgering

	people    interner     // person keys: see personKey
	addresses interner     // recipients in canonical form, local@domain
	domains   interner     // domains in canonical form
	domainOf  list[uint32] // of each address
	stats     list[domainStats]
	writers   list[writers] // of the domains that wrote
	edges     edgeTable     // of persons and addresses

	details []detailPart
	log     *detailLog
	err     error // of reading details back

	deliveries int64
	copies     int64 // of the deliveries, those of mailboxes
	reports    int64 // what bounces say of deliveries: see addReport
	scratch    []byte
	recipient  []byte // the canonical address that Add works on
	touched    uint64 // see interner.touch
	person     lastPerson
}

// Ledgering says what a Ledger keeps. It must be the same for ledgers that are
// merged.
type Ledgering struct {
	// Since and Until bound the time of the deliveries that are kept, half
	// open; zero times are no bounds. A delivery without a time is kept.
	Since, Until time.Time
	// From is the begin of the window that is reported, where deliveries from
	// before it are kept as evidence; zero: all are of the window.
	From time.Time
	// Keep tells of a recipient domain, in canonical form, whether its
	// deliveries may be findings. It must depend on the domain alone.
	Keep func(canonical string) bool
	// Subjects are kept, which are nobody's business else.
	Subjects bool
	// Spill makes room outside memory for the deliveries that may be findings,
	// which a long log has very many of. Nil, or an error: there is none.
	Spill func() (Spill, error)
	// Strangers tells that mail which came into a mailbox is kept as if it had
	// been sent there: in the catch-all of a lookalike it is what is audited.
	Strangers bool
}

// domainStats is what the ledger knows of a domain beyond the edges to it.
type domainStats struct {
	keep     bool
	stored   uint32 // messages for it that were stored on own systems
	received uint32 // messages from it that were stored on own systems
	writers  uint32 // who wrote from it: a number in Ledger.writers and 1, 0 for nobody
	// relay is the hash of a host that took mail for it, the smallest of all:
	// where one host takes nearly all mail, it is nearly always that one's.
	relay uint32
	// all stands for every address of a domain that is never a finding: who
	// wrote to whom there is not asked, and is most of all mail.
	all uint32
}

func (s *domainStats) tookBy(host string) {
	if h := hashHost(host); s.relay == 0 || h < s.relay {
		s.relay = h
	}
}

// hashHost hashes the name of a host; 0 stands for none.
func hashHost(host string) uint32 {
	return uint32(xxhash.Sum64String(host)) | 1
}

// writers holds the hashes of the first few distinct local parts that wrote
// from a domain, the smallest ones: merging keeps the same whatever the order.
type writers [maxWriters]uint32

// maxWriters is how many writers of a domain are told apart: for "several
// people wrote from there" more are not needed.
const maxWriters = 8

func (w *writers) add(h uint32) {
	h |= 1 // 0 is free
	for i, x := range w {
		switch {
		case x == h:
			return
		case x == 0 || h < x:
			w[i], h = h, x
			if x == 0 {
				return
			}
		}
	}
}

func (w *writers) count() (n int64) {
	for _, x := range w {
		if x != 0 {
			n++
		}
	}
	return n
}

// writersOf returns the writers of a domain.
func (l *Ledger) writersOf(s *domainStats) *writers {
	if s.writers == 0 {
		s.writers = l.writers.add(writers{}) + 1
	}
	return l.writers.at(s.writers - 1)
}

// An edge sums the deliveries of one person to one address.
type edge struct {
	key                     uint64 // person and address
	sent, arrived, noDomain uint32
	first, last             uint32 // Unix seconds; 0 is none
	earlier                 uint32 // of sent, from before the window
}

func (e *edge) person() uint32  { return uint32(e.key >> 32) }
func (e *edge) address() uint32 { return uint32(e.key) }

func (e *edge) merge(f *edge) {
	e.sent = plus(e.sent, f.sent)
	e.arrived = plus(e.arrived, f.arrived)
	e.noDomain = plus(e.noDomain, f.noDomain)
	e.earlier = plus(e.earlier, f.earlier)
	if e.first == 0 || f.first != 0 && f.first < e.first {
		e.first = f.first
	}
	e.last = max(e.last, f.last)
}

// plus adds, and stays at the largest number: an export may claim any count.
func plus(a, b uint32) uint32 {
	if a+b < a {
		return math.MaxUint32
	}
	return a + b
}

// NewLedger returns an empty ledger.
func NewLedger(c Ledgering) *Ledger {
	a := &arena{} // the details have one of their own: they outlive the tables when they are merged
	return &Ledger{
		config: c, people: newInterner(a), addresses: newInterner(a), domains: newInterner(a),
		domainOf: list[uint32]{arena: a}, stats: list[domainStats]{arena: a}, writers: list[writers]{arena: a},
		edges: newEdgeTable(a), log: &detailLog{arena: &arena{}, subjects: c.Subjects, newSpill: c.Spill},
	}
}

// Flags of a person key.
const (
	personSubmitted  = 1 << iota // it entered by login, local submission or trusted client
	personKnown                  // the sender is told
	personInbound                // the log says inbound
	personOutbound               // the log says outbound
	personInternal               // the log says internal
	personRefused                // refused before it was taken: says nothing of the sender
	personForwarding             // the person is an alias that sent the mail on
)

// lastPerson remembers the person of the last delivery: a message to many has
// the same one each time.
type lastPerson struct {
	key   []byte // as logged
	id    uint32
	plain bool // the sender is in the person's key as it was logged
}

// Add implements parsers.Sink.
func (l *Ledger) Add(d *parsers.Delivery) {
	if d.Report {
		l.addReport(d)
		return
	}
	if !l.within(d.Time) {
		return
	}
	count := uint32(max(1, d.Count))
	l.deliveries += int64(count)
	if d.Copy {
		l.copies += int64(count)
	}
	flags := personFlags(d)
	if d.Local && d.Copy && l.config.Strangers {
		arrived := *d
		arrived.Local = false
		d = &arrived
	}
	if d.Local {
		l.addStored(d, count)
		if flags&personSubmitted != 0 {
			l.personID(d, flags) // whose login is a sign of whose domain is ours
		}
		return
	}
	if flags&(personRefused|personSubmitted) == personRefused {
		l.addRefused(d, flags)
		return
	}
	a, ok := l.canonical(d.Recipient)
	if !ok {
		return
	}
	l.recipient, l.scratch = a, l.recipient // to keep it while scratch is used
	h, dh := l.addresses.hash(a), l.domains.hash(domainPart(a))
	l.touched = l.addresses.touch(h) + l.domains.touch(dh)
	person := l.personID(d, flags)
	address := l.addressOf(a, h, dh)
	dom := *l.domainOf.at(address)
	to := address
	stats := l.stats.at(dom)
	if !stats.keep {
		to = stats.all
	}
	e := edgeOf(d, count)
	if l.config.isEarlier(d.Time) {
		e.earlier, e.first, e.last = count, 0, 0
	}
	l.edges.addLater(person, to, e)
	if d.Arrived == parsers.ArrivedYes {
		stats.tookBy(relayHost(d.Relay))
	}
	l.keep(detail{domain: dom, person: person, address: address, d: d})
}

// addRefused notes what was refused before anybody was known to be ours: it
// tells nothing of what people mean to write to, and strangers try a million
// senders. Who it was is read from the delivery itself, if it matters.
func (l *Ledger) addRefused(d *parsers.Delivery, flags byte) {
	if d.Direction == parsers.DirectionInbound {
		return
	}
	a, ok := l.canonical(d.Recipient)
	if !ok {
		return
	}
	dom := l.domain(domainPart(a))
	person, _ := l.people.add(appendPersonKey(l.scratch[:0], flags, "", "", ""))
	l.keep(detail{domain: dom, person: person, address: noAddress, d: d})
}

// keep holds x for the report, if its domain may be a finding.
func (l *Ledger) keep(x detail) {
	d := x.d
	if !l.stats.at(x.domain).keep || d.Direction == parsers.DirectionInbound || d.Direction == parsers.DirectionInternal {
		return
	}
	knownRecipient := x.address != noAddress && d.Recipient == lent(l.addresses.get(x.address))
	l.log.add(&x, l.domains.get(x.domain), x.address != noAddress && l.person.plain, knownRecipient)
}

// lent returns b as a string for as long as b stays as it is.
func lent(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

// relayHost returns the name of "name[address]:port".
func relayHost(relay string) string {
	host, _, _ := strings.Cut(relay, "[")
	return host
}

// isEarlier tells a delivery from before the window.
func (c *Ledgering) isEarlier(t time.Time) bool { return !t.IsZero() && t.Before(c.From) }

func (l *Ledger) within(t time.Time) bool {
	if t.IsZero() {
		return true
	}
	return !t.Before(l.config.Since) && (l.config.Until.IsZero() || t.Before(l.config.Until))
}

func edgeOf(d *parsers.Delivery, count uint32) edge {
	e := edge{sent: count}
	switch {
	case d.Status == parsers.StatusRejected:
	case d.Arrived == parsers.ArrivedYes || d.Status == parsers.StatusDelivered:
		e.arrived = count
	case d.Failure == parsers.FailureNoDomain || d.Failure == parsers.FailureNullMX:
		e.noDomain = count
	}
	if !d.Time.IsZero() {
		e.first = uint32(max(1, d.Time.Unix()))
		e.last = e.first
	}
	return e
}

func personFlags(d *parsers.Delivery) (f byte) {
	if d.Submitted || d.AuthUser != "" {
		f |= personSubmitted
	}
	if d.SenderKnown {
		f |= personKnown
	}
	if d.Status == parsers.StatusRejected {
		f |= personRefused
	}
	switch d.Direction {
	case parsers.DirectionInbound:
		f |= personInbound
	case parsers.DirectionOutbound:
		f |= personOutbound
	case parsers.DirectionInternal:
		f |= personInternal
	}
	if f&personSubmitted == 0 && d.OrigRecipient != "" && !d.Local {
		f |= personForwarding
	}
	return f
}

// addStored notes a message that was stored on own systems: its recipient's
// domain is ours, and its sender's, if it came from outside, wrote to us.
func (l *Ledger) addStored(d *parsers.Delivery, count uint32) {
	if d.Status != parsers.StatusDelivered {
		return
	}
	if a, ok := l.canonical(d.Recipient); ok {
		l.stats.at(l.domain(domainPart(a))).stored += count
	}
	if d.Sender == "" {
		return
	}
	if a, ok := l.canonical(plainSender(d.Sender)); ok {
		dom := domainPart(a)
		if d.Submitted {
			return
		}
		h := hashLocal(a[:len(a)-len(dom)-1])
		s := l.stats.at(l.domain(dom))
		s.received += count
		l.writersOf(s).add(h)
	}
}

// address returns the number of an address, a new one if it was not there.
func (l *Ledger) address(raw string) (id uint32, ok bool) {
	a, ok := l.canonical(raw)
	if !ok {
		return 0, false
	}
	return l.addressOf(a, l.addresses.hash(a), l.domains.hash(domainPart(a))), true
}

// addressOf is address for one in canonical form whose hash, and whose
// domain's, is known.
func (l *Ledger) addressOf(a []byte, h, domainHash uint64) uint32 {
	id, ok := l.addresses.findHashed(a, h)
	if !ok {
		dom := l.domainHashed(domainPart(a), domainHash) // it may add an address of its own
		id, _ = l.addresses.addHashed(a, h)
		l.domainOf.add(dom)
	}
	return id
}

func (l *Ledger) domain(canonical []byte) uint32 {
	return l.domainHashed(canonical, l.domains.hash(canonical))
}

func (l *Ledger) domainHashed(canonical []byte, h uint64) uint32 {
	id, added := l.domains.addHashed(canonical, h)
	if added {
		s := domainStats{keep: l.config.Keep == nil || l.config.Keep(string(canonical))}
		l.stats.add(s)
		if !s.keep {
			all, _ := l.addresses.add(append([]byte{'@'}, canonical...))
			l.domainOf.add(id)
			l.stats.at(id).all = all
		}
	}
	return id
}

// canonical returns address with its local part in lower case, unquoted, and
// its domain in canonical form, in l.scratch. Address literals and local names
// have no domain that could be mistyped.
func (l *Ledger) canonical(address string) ([]byte, bool) {
	if len(address) > maxField {
		return nil, false
	}
	b := l.scratch[:0]
	at := -1
	for i := 0; i < len(address); i++ {
		c := address[i]
		switch {
		case c-'A' < 26:
			c += 'a' - 'A'
		case c == '@' && at < 0:
			at = i
		case c >= 0x80 || c == '"' || c == '@' || c == '\\' || c == '[' || c <= ' ':
			return l.canonicalSlow(address)
		}
		b = append(b, c)
	}
	l.scratch = b
	if at <= 0 || !plainDomain(b[at+1:]) {
		return l.canonicalSlow(address)
	}
	return b, true
}

// plainDomain tells the domains that are in canonical form already.
func plainDomain(d []byte) bool {
	n := len(d)
	if n == 0 || n > 253 || d[0] == '.' || d[n-1] == '.' {
		return false
	}
	dot, digits := false, false // digits: the label so far is a number
	for i, c := range d {
		switch {
		case c-'0' < 10:
		case c-'a' < 26 || c == '-':
			digits = false
		case c == '.':
			if d[i-1] == '.' {
				return false
			}
			dot, digits = true, true
		default:
			return false
		}
	}
	return dot && !digits
}

func (l *Ledger) canonicalSlow(address string) ([]byte, bool) {
	local, dom, ok := domain.SplitAddress(address)
	if !ok {
		return nil, false
	}
	name, err := domain.Parse(dom)
	if err != nil {
		return nil, false
	}
	b := append(l.scratch[:0], strings.ToLower(unquote(local))...)
	b = append(b, '@')
	b = append(b, name.String()...)
	l.scratch = b
	return b, true
}

// unquote undoes a quoted local part (RFC 5321 section 4.1.2).
func unquote(local string) string {
	n := len(local)
	if n < 2 || local[0] != '"' || local[n-1] != '"' {
		return local
	}
	var b strings.Builder
	for i := 1; i < n-1; i++ {
		if local[i] == '\\' && i+1 < n-1 {
			i++
		}
		b.WriteByte(local[i])
	}
	return b.String()
}

// domainPart returns what stands behind the last "@" of a canonical address.
func domainPart(address []byte) []byte {
	for i := len(address) - 1; i >= 0; i-- {
		if address[i] == '@' {
			return address[i+1:]
		}
	}
	return nil
}

// personID returns the number of who sent d.
func (l *Ledger) personID(d *parsers.Delivery, flags byte) uint32 {
	orig := ""
	if flags&personForwarding != 0 {
		orig = d.OrigRecipient
	}
	p := &l.person
	key := appendPersonKey(l.scratch[:0], flags, d.AuthUser, d.Sender, orig)
	l.scratch = key
	if string(key) == string(p.key) {
		return p.id
	}
	p.key = append(p.key[:0], key...)
	sender := plainSender(d.Sender)
	p.plain = sender == d.Sender && isLower(sender) && len(sender) <= maxField
	if !p.plain || !isLower(orig) {
		key = appendPersonKey(key[:0], flags, d.AuthUser, strings.ToLower(sender), strings.ToLower(orig))
		l.scratch = key
	}
	id, added := l.people.add(key)
	p.id = id
	if added && flags&personSubmitted != 0 {
		if a, ok := l.canonical(sender); ok {
			l.domain(domainPart(a)) // it may be ours
		}
	}
	return id
}

func isLower(s string) bool {
	for i := range len(s) {
		if s[i]-'A' < 26 || s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// maxField bounds an address or login, in bytes; RFC 5321 section 4.5.3.1
// allows 254. Of a longer one the beginning is kept to name a person by, and as
// a recipient it is left out.
const maxField = 1024

// appendPersonKey packs who sent a message: flags, login, sender and the alias
// that forwarded it, each behind its length.
func appendPersonKey(key []byte, flags byte, login, sender, alias string) []byte {
	key = append(key, flags)
	for _, f := range [...]string{login, sender, alias} {
		f = f[:min(len(f), maxField)]
		key = binary.AppendUvarint(key, uint64(len(f)))
		key = append(key, f...)
	}
	return key
}

// A person is an unpacked person key.
type person struct {
	flags                byte
	login, sender, alias string
}

// unpackPerson undoes appendPersonKey; the strings are lent from key.
func unpackPerson(key []byte) person {
	next := func() string {
		n, used := binary.Uvarint(key)
		s := lent(key[used : used+int(n)])
		key = key[used+int(n):]
		return s
	}
	p := person{flags: key[0]}
	key = key[1:]
	p.login, p.sender, p.alias = next(), next(), next()
	return p
}

func hashLocal(local []byte) uint32 {
	return uint32(xxhash.Sum64(local)) // the same in every process
}

// Merge adds m to l. m must not be used any more.
func (l *Ledger) Merge(m *Ledger) {
	l.edges.settle()
	m.edges.settle()
	if m.isEmpty() {
		return
	}
	if l.isEmpty() {
		*l = *m
		return
	}
	l.deliveries += m.deliveries
	l.copies += m.copies
	l.reports += m.reports
	domains := make([]uint32, m.domains.len())
	for id := range domains {
		to := l.domain(m.domains.get(uint32(id)))
		domains[id] = to
		s, t := l.stats.at(to), m.stats.at(uint32(id))
		s.stored += t.stored
		s.received += t.received
		if t.relay != 0 && (s.relay == 0 || t.relay < s.relay) {
			s.relay = t.relay
		}
		if t.writers == 0 {
			continue
		}
		for _, h := range m.writersOf(t) {
			if h != 0 {
				l.writersOf(s).add(h)
			}
		}
	}
	addresses := l.mergeAddresses(m, domains)
	people := make([]uint32, m.people.len())
	for id := range people {
		people[id], _ = l.people.add(m.people.get(uint32(id)))
	}
	l.mergeEdges(m, people, addresses)
	to := renumbered{domains, people, addresses}
	for _, p := range m.details {
		l.details = append(l.details, detailPart{p.log, p.then(to)})
	}
	if !m.log.isEmpty() {
		l.details = append(l.details, detailPart{m.log, to})
	}
}

// mergeBatch is how many look-ups of a merge are begun at once, so that their
// misses overlap.
const mergeBatch = 32

// mergeAddresses adds the addresses of m, and tells their numbers in l.
func (l *Ledger) mergeAddresses(m *Ledger, domains []uint32) []uint32 {
	ids := make([]uint32, m.addresses.len())
	var hashes [mergeBatch]uint64
	for from := 0; from < len(ids); from += mergeBatch {
		batch := ids[from:min(len(ids), from+mergeBatch)]
		for i := range batch {
			hashes[i] = l.addresses.hash(m.addresses.get(uint32(from + i)))
			l.touched += l.addresses.touch(hashes[i])
		}
		for i := range batch {
			id := uint32(from + i)
			to, added := l.addresses.addHashed(m.addresses.get(id), hashes[i])
			if added {
				l.domainOf.add(domains[*m.domainOf.at(id)])
			}
			batch[i] = to
		}
	}
	return ids
}

// mergeEdges adds the edges of m, whose people and addresses became those.
func (l *Ledger) mergeEdges(m *Ledger, people, addresses []uint32) {
	var keys [mergeBatch]uint64
	for from := 0; from < m.edges.len(); from += mergeBatch {
		n := min(mergeBatch, m.edges.len()-from)
		for i := range n {
			e := m.edges.get(uint32(from + i))
			keys[i] = uint64(people[e.person()])<<32 | uint64(addresses[e.address()])
			l.touched += l.edges.touch(mix(keys[i]))
		}
		for i := range n {
			l.edges.add(uint32(keys[i]>>32), uint32(keys[i])).merge(m.edges.get(uint32(from + i)))
		}
	}
}

// isEmpty tells a ledger that knows nothing.
func (l *Ledger) isEmpty() bool {
	return l.deliveries == 0 && l.reports == 0 && l.domains.len() == 0 && l.people.len() == 0
}

// Size tells how much a ledger knows, to choose which of several is merged into
// which.
func (l *Ledger) Size() int { return l.edges.len() + l.domains.len() }
