package audit

import (
	"cmp"
	"iter"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/audit/internal/addresses"
	"github.com/typoaudit/typoaudit/audit/internal/compact"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/audit/internal/threads"
	"github.com/typoaudit/typoaudit/audit/internal/workers"
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

	people    compact.Interner // person keys: see appendPersonKey
	addresses addresses.Table  // recipients
	domains   compact.Interner // domains in canonical form
	stats     compact.List[domainStats]
	writers   compact.List[writers] // of the domains that wrote
	edges     edgeLog               // of people and addresses
	batch     batch

	details []detailPart
	log     *detailLog

	deliveries int64
	copies     int64           // of the deliveries, those of mailboxes
	earlier    int64           // of the deliveries, those from before the window
	bounces    parsers.Bounces // nil if there are none
	threads    threads.Threads // of the copies
	scratch    []byte
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
	// Keep says of a recipient domain, in canonical form, whether its
	// deliveries may be findings. It must depend on the domain alone.
	Keep func(canonical string) bool
	// Subjects are kept, which are nobody's business else.
	Subjects bool
	// Spill makes room outside memory for the deliveries that may be findings,
	// which a long log has very many of. Nil, or an error: there is none.
	Spill func() (parsers.Spill, error)
	// Strangers keeps mail that came into a mailbox as if it had been sent
	// there: in the catch-all of a lookalike that is the mail to audit.
	Strangers bool
}

// keeps says whether deliveries to a domain may be findings.
func (c *Ledgering) keeps(canonical []byte) bool { return c.Keep == nil || c.Keep(string(canonical)) }

// domainStats holds the facts about a domain beyond the edges to it.
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

// tookBy notes the hash of a host, 0 for none.
func (s *domainStats) tookBy(host uint32) {
	if host != 0 && (s.relay == 0 || host < s.relay) {
		s.relay = host
	}
}

// writersOf returns the writers of a domain.
func (l *Ledger) writersOf(s *domainStats) *writers {
	if s.writers == 0 {
		s.writers = l.writers.Add(writers{}) + 1
	}
	return l.writers.At(s.writers - 1)
}

// NewLedger returns an empty ledger.
func NewLedger(c Ledgering) *Ledger {
	return &Ledger{
		config: c, people: compact.NewInterner(), addresses: addresses.NewTable(), domains: compact.NewInterner(),
		log: &detailLog{subjects: c.Subjects, newSpill: c.Spill}, edges: edgeLog{newSpill: c.Spill},
	}
}

// Add implements parsers.Sink.
func (l *Ledger) Add(d *parsers.Delivery) {
	if !l.within(d.Time) {
		return
	}
	b := l.prepare()
	notes, text := len(b.noted), len(b.text)
	p := l.takeApart(d)
	l.count(&p)
	switch {
	case p.isUnknown():
		l.addRefused(&p)
	case p.isStored:
		l.addStored(&p)
	default:
		l.addSent(&p)
	}
	if len(b.noted) == notes {
		b.text = b.text[:text]
	}
}

// count counts a delivery.
func (l *Ledger) count(p *posting) {
	n := int64(p.count)
	l.deliveries += n
	if p.Copy {
		l.copies += n
	}
	if p.earlier {
		l.earlier += n
	}
	if p.Copy && !p.Submitted && len(p.from.Domain) > 0 {
		l.threads.Note(p.MessageID, p.References, p.from.Domain)
	}
}

// A posting is a delivery taken apart for a ledger. Its texts lie in the
// batch.
type posting struct {
	*parsers.Delivery
	count    uint32 // how many mails it stands for
	earlier  bool   // it is from before the window
	isStored bool   // on own systems
	at       uint32 // Unix seconds, 0 for none
	flags    byte   // of the person
	person   []byte // key of who sent it; none of what is stored and was not submitted
	asLogged bool   // the key has the sender as it was logged
	// to is the recipient, and from who sent what came in. Of what is no address, the domain
	// is empty.
	to, from addresses.Canonical
	relay    uint32 // hash of the host that took it, 0 for none
	sending  uint64 // see edgeLog
}

// takeApart takes d apart, for which there must be room in the batch.
func (l *Ledger) takeApart(d *parsers.Delivery) posting {
	p := posting{Delivery: d, count: uint32(max(1, d.Count)), earlier: l.config.isEarlier(d.Time), flags: personFlags(d)}
	if p.isStored = d.Local; d.Local && d.Copy && l.config.Strangers {
		arrived := *d
		arrived.Local, p.isStored, p.Delivery = false, false, &arrived
	}
	sender := envelope.PlainSender(d.Sender)
	if d.Arrived == parsers.ArrivedYes && !p.isStored {
		p.relay = envelope.HashHost(d.Relay)
	}
	text := l.batch.text
	text, p.to, _ = addresses.Parse(text, d.Recipient)
	if (p.isStored || d.Copy) && !d.Submitted {
		text, p.from, _ = addresses.Parse(text, sender)
	}
	at := len(text)
	switch {
	case p.isUnknown():
		text = appendPersonKey(text, p.flags, "", "", "")
	case !p.isStored, p.isSubmitted():
		text, p.asLogged = appendPerson(text, d, sender, p.flags)
	}
	p.person = text[at:]
	p.at, p.sending = edgeTime(d.Time), sendingOf(d, p.count, p.earlier)
	l.batch.text = text
	return p
}

// isSubmitted says whether it entered by login, local submission or a trusted client.
func (p *posting) isSubmitted() bool { return p.flags&personSubmitted != 0 }

// isUnknown says whether it was refused before anybody was known to be ours.
func (p *posting) isUnknown() bool {
	return !p.isStored && p.flags&(personRefused|personSubmitted) == personRefused
}

// Flags of a person key.
const (
	personSubmitted  = 1 << iota // it entered by login, local submission or trusted client
	personKnown                  // the log names the sender
	personInbound                // the log says inbound
	personOutbound               // the log says outbound
	personInternal               // the log says internal
	personRefused                // refused before it was taken: says nothing of the sender
	personForwarding             // the person is an alias that sent the mail on
)

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

// isEarlier returns whether a delivery is from before the window.
func (c *Ledgering) isEarlier(t time.Time) bool { return !t.IsZero() && t.Before(c.From) }

func (l *Ledger) within(t time.Time) bool {
	if t.IsZero() {
		return true
	}
	return !t.Before(l.config.Since) && (l.config.Until.IsZero() || t.Before(l.config.Until))
}

// Merge adds m to l. m must not be used any more: its memory is given back.
func (l *Ledger) Merge(m *Ledger) {
	if m.isEmpty() {
		return
	}
	if l.isEmpty() {
		*l, *m = *m, Ledger{}
		return
	}
	defer func() { *m = Ledger{} }()
	l.settle()
	m.settle()
	l.deliveries += m.deliveries
	l.copies += m.copies
	l.earlier += m.earlier
	for _, b := range m.bounces {
		l.addBounce(&b)
	}
	var people []uint32
	var merging workers.Group
	merging.Go(func() {
		people = l.mergePeople(m)
		l.threads.Merge(&m.threads)
	})
	domains := l.numberDomainsOf(m)
	merging.Go(func() { l.mergeStats(m, domains) })
	addresses := l.mergeAddresses(m, domains)
	merging.Wait()
	l.edges.take(&m.edges, people, addresses)
	to := renumbered{domains, people, addresses}
	m.renumberDetails(to)
	l.details = append(l.details, m.details...)
}

// numberDomainsOf adds the domains of m, and returns their numbers in l.
func (l *Ledger) numberDomainsOf(m *Ledger) []uint32 {
	domains := make([]uint32, m.domains.Len())
	for id := range domains {
		domains[id] = l.domain(m.domains.Get(uint32(id)))
	}
	return domains
}

// mergeStats adds what m knows of its domains, which have these numbers in l.
func (l *Ledger) mergeStats(m *Ledger, domains []uint32) {
	for id, to := range domains {
		s, t := l.stats.At(to), m.stats.At(uint32(id))
		s.stored += t.stored
		s.received += t.received
		s.tookBy(t.relay)
		if t.writers > 0 {
			l.writersOf(s).merge(m.writersOf(t))
		}
	}
}

// mergeBatch is how many look-ups of a merge are begun at once.
const mergeBatch = 256

// mergeAddresses adds the addresses of m, and returns their numbers in l.
func (l *Ledger) mergeAddresses(m *Ledger, domains []uint32) []uint32 {
	ids := make([]uint32, m.addresses.Len())
	var hashes [mergeBatch]uint64
	for from := 0; from < len(ids); from += mergeBatch {
		some := ids[from:min(len(ids), from+mergeBatch)]
		for i := range some {
			a := m.addresses.At(uint32(from + i))
			hashes[i] = l.addresses.Hash(a.Local, domains[a.Domain])
		}
		l.batch.reached += l.addresses.Reach(hashes[:len(some)])
		for i := range some {
			id := uint32(from + i)
			a := m.addresses.At(id)
			some[i] = l.addresses.Add(hashes[i], a.Local, domains[a.Domain], m.addresses.Local(id))
		}
	}
	return ids
}

// mergePeople adds the people of m, and returns their numbers in l.
func (l *Ledger) mergePeople(m *Ledger) []uint32 {
	ids := make([]uint32, m.people.Len())
	for id := range ids {
		ids[id], _ = l.people.Add(m.people.Get(uint32(id)))
	}
	return ids
}

// isEmpty returns whether a ledger knows nothing.
func (l *Ledger) isEmpty() bool {
	return l.deliveries == 0 && len(l.bounces) == 0 && l.domains.Len() == 0 && l.people.Len() == 0
}

// Size returns how much a ledger knows, to choose which of several is merged into
// which.
func (l *Ledger) Size() int { return l.edges.pairs.Len() + l.edges.runs.n + l.domains.Len() }

// mayBeFinding says whether a delivery is reported if its domain turns out to be
// a lookalike: what came in, or stayed within, is nobody's slip.
func mayBeFinding(d *parsers.Delivery) bool {
	return d.Direction != parsers.DirectionInbound && d.Direction != parsers.DirectionInternal
}

// Bounce implements parsers.Sink. A bounce is kept until it is known whether there
// is a copy that it is about. It comes days after the message, so that the end of
// the window does not matter.
func (l *Ledger) Bounce(b *parsers.Bounce) {
	if b.Names() && (l.keeps(b.Recipient) || l.keeps(b.OrigRecipient)) {
		l.addBounce(b)
	}
}

// keeps says whether a delivery to an address is kept.
func (l *Ledger) keeps(address string) bool {
	a, ok := l.canonical(address)
	return ok && l.stats.At(l.domain(a.Domain)).keep
}

func (l *Ledger) addBounce(b *parsers.Bounce) {
	if l.bounces == nil {
		l.bounces = parsers.Bounces{}
	}
	l.bounces.Add(b)
}

// address returns the number of an address, a new one if it was not there.
func (l *Ledger) address(raw string) (id uint32, ok bool) {
	a, ok := l.canonical(raw)
	if !ok {
		return 0, false
	}
	dom, local := l.domain(a.Domain), addresses.HashLocal(a.Local)
	return l.addresses.Add(l.addresses.Hash(local, dom), local, dom, a.Local), true
}

// domain returns the number of a domain, a new one if it was not there.
func (l *Ledger) domain(canonical []byte) uint32 {
	return l.domainHashed(canonical, l.domains.Hash(canonical))
}

// domainHashed is domain where the hash is known.
func (l *Ledger) domainHashed(canonical []byte, h uint64) uint32 {
	id, added := l.domains.AddHashed(canonical, h)
	if added {
		s := domainStats{keep: l.config.keeps(canonical)}
		if !s.keep {
			s.all = l.addNobody(id)
		}
		l.stats.Add(s)
	}
	return id
}

// addNobody returns the number of the address that stands for all of a domain.
func (l *Ledger) addNobody(dom uint32) uint32 {
	nobody := addresses.HashLocal(nil)
	return l.addresses.Add(l.addresses.Hash(nobody, dom), nobody, dom, nil)
}

// addNobodies finds those addresses again, or adds them.
func (l *Ledger) addNobodies() {
	for dom := range uint32(l.stats.Len()) {
		if s := l.stats.At(dom); !s.keep {
			s.all = l.addNobody(dom)
		}
	}
}

// sortAddresses gives the addresses new numbers: those of a domain follow each
// other, in the order of the hashes of their local parts, the same whatever was
// read first. It returns the first address of each domain, and the end of them.
// From then on no address can be added.
func (l *Ledger) sortAddresses() (starts []uint32) {
	old := &l.addresses
	order := compact.NewCSR(l.domains.Len(), old.Len(), func(id int) uint32 { return old.At(uint32(id)).Domain })
	workers.Share(l.domains.Len(), domainBatch, workers.Count(maxLearners), func(_ int, numbers iter.Seq[int]) {
		for dom := range numbers {
			slices.SortFunc(order.Of(uint32(dom)), func(x, y uint32) int { return cmp.Compare(old.At(x).Local, old.At(y).Local) })
		}
	})
	to := old.Sort(order.Items)
	l.edges.renumber(nil, to)
	l.renumberDetails(renumbered{addresses: to})
	return order.Starts
}

// canonical returns an address in canonical form, which is valid until l.scratch is
// used again.
func (l *Ledger) canonical(address string) (a addresses.Canonical, ok bool) {
	l.scratch, a, ok = addresses.Parse(l.scratch[:0], address)
	return a, ok
}
