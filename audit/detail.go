package audit

import (
	"encoding/binary"
	"math"
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/addresses"
	"github.com/typoaudit/typoaudit/audit/internal/compact"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/audit/internal/threads"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// A detail is one delivery that may turn out to be a finding, with the numbers
// of its ledger. Its login is the person's.
type detail struct {
	domain, person uint32
	address        uint32 // of the recipient, noAddress if it has no number
	d              *parsers.Delivery
}

const noAddress = ^uint32(0)

// A detailLog holds details packed one after the other, so that a delivery
// costs its strings and a few bytes. They are read a few times, at the verdict.
// Past maxChunks they lie in a spill.
type detailLog struct {
	chunks   [][]byte
	free     [][]byte // chunks that were spilled
	subjects bool     // subjects are kept

	newSpill func() (parsers.Spill, error) // nil once there is none to be had
	spill    parsers.Spill
	spilled  []int // size of each chunk in it
}

const (
	// chunkSize is the memory that a log takes at a time: appending to one
	// slice would copy all of it again and again.
	chunkSize = 128 << 10
	// maxChunks is how much a log holds in memory: 512 KiB. Memory that is touched
	// for the first time costs as much time as writing the same to a file.
	maxChunks = 4
)

func (l *detailLog) isEmpty() bool { return len(l.chunks) == 0 && len(l.spilled) == 0 }

// room returns a chunk in which need more bytes fit, to be appended to.
func (l *detailLog) room(need int) *[]byte {
	last := len(l.chunks) - 1
	if last >= 0 && cap(l.chunks[last])-len(l.chunks[last]) >= need {
		return &l.chunks[last]
	}
	if len(l.chunks) >= maxChunks && l.newSpill != nil {
		l.pour()
	}
	if n := len(l.free) - 1; n >= 0 && cap(l.free[n]) >= need {
		l.chunks, l.free = append(l.chunks, l.free[n][:0]), l.free[:n]
	} else {
		l.chunks = append(l.chunks, make([]byte, 0, max(chunkSize, need)))
	}
	return &l.chunks[len(l.chunks)-1]
}

// pour moves the chunks into the spill. What it does not take stays in memory,
// and so does all that comes.
func (l *detailLog) pour() {
	if l.spill == nil {
		var err error
		if l.spill, err = l.newSpill(); err != nil {
			l.spill, l.newSpill = nil, nil
			return
		}
	}
	for i, c := range l.chunks {
		if n, err := l.spill.Write(c); err != nil || n < len(c) {
			l.chunks = append([][]byte{}, l.chunks[i:]...)
			l.newSpill = nil // a piece of a chunk may stand there now: nothing goes after it
			return
		}
		l.spilled = append(l.spilled, len(c))
		l.free = append(l.free, c)
	}
	l.chunks = l.chunks[:0]
}

// detailHead is the head of a packed delivery: the length of all, and the
// numbers of the domain, the person and the address; in bytes.
const detailHead = 4 * 4

// add keeps a packed delivery.
func (l *detailLog) add(dom, person, address uint32, packed []byte) {
	chunk := l.room(detailHead + len(packed))
	b := binary.LittleEndian.AppendUint32(*chunk, uint32(detailHead+len(packed)))
	b = binary.LittleEndian.AppendUint32(b, dom)
	b = binary.LittleEndian.AppendUint32(b, person)
	b = binary.LittleEndian.AppendUint32(b, address)
	*chunk = append(b, packed...)
}

// Marks of a packed delivery.
const (
	markSender    = 1 << iota // the sender is left out: the person's key has it
	markRecipient             // the recipient is left out: the address has it
	markRelay                 // the domain is left out of the relay
	markAttached              // attachments follow
)

// pack appends a delivery to a domain. What the ledger knows by number is left
// out.
func (l *detailLog) pack(b []byte, d *parsers.Delivery, domain []byte, knownSender, knownRecipient bool) []byte {
	short := *d
	short.AuthUser, short.Relay, short.Count = "", "", min(d.Count, math.MaxInt32)
	marks := byte(0)
	if knownSender {
		short.Sender, marks = "", marks|markSender
	}
	if knownRecipient {
		short.Recipient, marks = "", marks|markRecipient
	}
	host, rest, isTheirs := cutRelay(d.Relay, domain)
	if isTheirs {
		marks |= markRelay
	}
	if d.Attachments.Number > 0 {
		marks |= markAttached
	}
	p := carry.Packer{B: carry.AppendDelivery(append(b, marks), &short, int64(d.Origin.Source))}
	p.Text(host)
	p.Text(rest)
	if l.subjects {
		p.Text(d.Subject)
	}
	if d.Attachments.Number > 0 {
		p.Uint(uint64(d.Attachments.Number))
		p.Uint(uint64(d.Attachments.Bytes))
		p.Uint(uint64(d.Attachments.Kinds))
	}
	return p.B
}

// cutRelay cuts the domain of the recipient out of a relay, which is mostly a host
// of it: "mx1.domain[192.0.2.7]:25". host ends before the domain, rest begins
// after it.
func cutRelay(relay string, domain []byte) (host, rest string, isTheirs bool) {
	open := strings.IndexByte(relay, '[')
	theirs := open - len(domain) // where their domain begins
	if open < 0 || theirs < 0 || relay[theirs:open] != string(domain) {
		return relay, "", false
	}
	return relay[:theirs], relay[open:], true
}

// A detailQuery says which details are asked for, by the numbers of the Evidence.
type detailQuery struct {
	domains []bool                            // to which domains; nil for all
	of      func(person, address uint32) bool // of which of these; nil for all. Address may be noAddress
	next    []bool                            // to which domains they will be asked for next; nil if that is not known
}

// asks says whether a detail is asked for, whose numbers became others.
func (q *detailQuery) asks(to *renumbered, dom, person, address uint32) bool {
	if q.domains != nil && !q.domains[renumber(to.domains, dom)] {
		return false
	}
	if q.of == nil {
		return true
	}
	if address != noAddress {
		address = renumber(to.addresses, address)
	}
	return q.of(renumber(to.people, person), address)
}

// each yields the details that q asks for, packed. Their numbers are those of the log, which
// became others.
func (l *detailLog) each(q *detailQuery, to *renumbered, yield func(domain uint32, packed []byte)) error {
	var at int64
	var buf []byte
	for _, n := range l.spilled {
		if n > len(buf) {
			buf = make([]byte, max(n, chunkSize))
		}
		if err := parsers.ReadBack(l.spill, buf[:n], at); err != nil {
			return err
		}
		at += int64(n)
		eachPacked(buf[:n], q, to, yield)
	}
	for _, c := range l.chunks {
		eachPacked(c, q, to, yield)
	}
	return nil
}

func eachPacked(c []byte, q *detailQuery, to *renumbered, yield func(domain uint32, packed []byte)) {
	for len(c) > 0 {
		n, dom := binary.LittleEndian.Uint32(c), binary.LittleEndian.Uint32(c[4:])
		if q.asks(to, dom, binary.LittleEndian.Uint32(c[8:]), binary.LittleEndian.Uint32(c[12:])) {
			yield(dom, c[8:n])
		}
		c = c[n:]
	}
}

// A detailPart has the details of a ledger that was merged, with what its numbers
// became.
type detailPart struct {
	log   *detailLog
	filed *filedDetails // instead of log, where it was packed
	runs  edgeRuns
	renumbered
}

// each yields the details that q asks for, packed, under the numbers that they had.
func (p *detailPart) each(q *detailQuery, yield func(domain uint32, packed []byte)) error {
	if p.filed != nil {
		return p.filed.each(q, &p.renumbered, yield)
	}
	return p.log.each(q, &p.renumbered, yield)
}

// hasSubjects says whether the details have them.
func (p *detailPart) hasSubjects() bool {
	if p.filed != nil {
		return p.filed.subjects
	}
	return p.log.subjects
}

// renumbered holds the numbers of a ledger's domains, people and
// addresses in the one that it was merged into; an empty one leaves them.
type renumbered struct {
	domains, people, addresses []uint32
}

func renumber(to []uint32, id uint32) uint32 {
	if to == nil {
		return id
	}
	return to[id]
}

// then returns r with its numbers renumbered once more.
func (r renumbered) then(next renumbered) renumbered {
	over := func(ids, to []uint32) []uint32 {
		switch {
		case ids == nil:
			return to
		case to == nil:
			return ids
		}
		out := make([]uint32, len(ids))
		for i, id := range ids {
			out[i] = to[id]
		}
		return out
	}
	return renumbered{
		over(r.domains, next.domains), over(r.people, next.people),
		over(r.addresses, next.addresses),
	}
}

// renumberDetails gives what the details name other numbers.
func (l *Ledger) renumberDetails(to renumbered) {
	for i := range l.details {
		l.details[i].renumbered = l.details[i].then(to)
	}
	if !l.log.isEmpty() || l.edges.runs.n > 0 {
		l.details = append(l.details, detailPart{log: l.log, runs: l.edges.runs, renumbered: to})
		l.log = &detailLog{subjects: l.log.subjects, newSpill: l.log.newSpill}
		l.edges.runs = edgeRuns{}
	}
}

// Kept deliveries are those of a ledger that may be findings, with the tables in
// which their numbers stand.
type kept struct {
	parts     []detailPart
	people    compact.Interner
	domains   compact.Interner
	addresses addresses.Table
	bounces   parsers.Bounces
	threads   threads.Threads
}

// kept returns the deliveries that l kept. l must not change any more.
func (l *Ledger) kept() kept {
	parts := append([]detailPart{{log: l.log}}, l.details...)
	return kept{parts, l.people, l.domains, l.addresses, l.bounces, l.threads.Settled()}
}

// each yields the deliveries that q asks for.
func (k *kept) each(q *detailQuery, yield func(detail)) error {
	for i := range k.parts {
		if err := k.eachOf(&k.parts[i], q, yield); err != nil {
			return err
		}
	}
	return nil
}

// eachOf yields those of one part; several may be read at the same time.
func (k *kept) eachOf(p *detailPart, q *detailQuery, yield func(detail)) error {
	return p.each(q, func(dom uint32, packed []byte) { yield(k.unpack(dom, packed, p)) })
}

// unpack undoes detailLog.add.
func (k *kept) unpack(dom uint32, b []byte, p *detailPart) detail {
	x := detail{domain: renumber(p.domains, dom), person: renumber(p.people, binary.LittleEndian.Uint32(b))}
	if x.address = binary.LittleEndian.Uint32(b[4:]); x.address != noAddress {
		x.address = renumber(p.addresses, x.address)
	}
	marks := b[8]
	u := carry.Unpack(b[9:])
	var d parsers.Delivery
	source, _ := u.Record(&d, nil)
	d = d.Clone() // it borrows from the log
	d.Origin.Source = int32(source)
	d.Relay = k.relay(u, marks, x.domain)
	if p.hasSubjects() {
		d.Subject = u.Text()
	}
	if marks&markAttached != 0 {
		d.Attachments = parsers.Attachments{Number: int(u.Uint()), Bytes: int64(u.Uint()), Kinds: parsers.Kinds(u.Uint())}
	}
	if marks&markSender != 0 {
		d.Sender = unpackPerson(k.people.Get(x.person)).sender
	}
	if marks&markRecipient != 0 {
		d.Recipient = string(k.addresses.Local(x.address)) + "@" + string(k.domains.Get(x.domain))
	}
	x.d = &d
	return x
}

// relay undoes cutRelay.
func (k *kept) relay(u *carry.Unpacker, marks byte, dom uint32) string {
	host, rest := u.Text(), u.Text()
	if marks&markRelay == 0 {
		return host
	}
	return host + string(k.domains.Get(dom)) + rest
}

// A Trimmer leaves out of deliveries what no later audit asks for: of one that
// can be no finding only who wrote to whom, and when, is evidence.
type Trimmer struct {
	keep  func(canonical string) bool
	known map[string]bool // what keep says, by the domain as logged
}

// NewTrimmer returns a Trimmer for ledgers that keep the same.
func NewTrimmer(c Ledgering) *Trimmer { return &Trimmer{keep: c.Keep, known: map[string]bool{}} }

// maxTrimmed bounds the domains that a Trimmer remembers.
const maxTrimmed = 1 << 16

// Trim changes d, whose strings stay as they are.
func (t *Trimmer) Trim(d *parsers.Delivery) {
	if !d.Local && mayBeFinding(d) && t.keeps(d.Recipient) {
		return
	}
	d.DSN, d.QueueID, d.Bytes, d.SubjectSum = "", "", 0, 0
	if !d.Copy || d.Submitted {
		d.MessageID, d.References = "", "" // else a finding may be part of its thread
	}
	d.Relay = envelope.Site(d.Relay) // it shows a smarthost
}

func (t *Trimmer) keeps(recipient string) bool {
	raw := recipient[strings.LastIndexByte(recipient, '@')+1:]
	keep, ok := t.known[raw]
	if ok {
		return keep
	}
	name, err := domain.Parse(raw)
	keep = err == nil && (t.keep == nil || t.keep(name.String()))
	if len(t.known) < maxTrimmed {
		t.known[strings.Clone(raw)] = keep
	}
	return keep
}
