package audit

import (
	"encoding/binary"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// A detail is one delivery that may turn out to be a finding, with the numbers
// of its ledger. Its login is the person's.
type detail struct {
	domain, person uint32
	d              *parsers.Delivery
}

// A detailLog holds details packed one behind the other, so that a delivery
// costs its strings and a few bytes. They are read once, at the verdict.
type detailLog struct {
	chunks [][]byte
}

// chunkSize is the memory that a log takes at a time: appending to one slice
// would copy all of it again and again.
const chunkSize = 1 << 20

func (l *detailLog) len() (n int) {
	for _, c := range l.chunks {
		n += len(c)
	}
	return n
}

// add packs one detail: its length, the domain, and the rest.
func (l *detailLog) add(x detail) {
	d := x.d
	const fixed = 16 * binary.MaxVarintLen64
	need := fixed + len(d.Sender) + len(d.Recipient) + len(d.OrigRecipient) + len(d.DSN) + len(d.Relay) + len(d.MessageID) + len(d.QueueID)
	last := len(l.chunks) - 1
	if last < 0 || cap(l.chunks[last])-len(l.chunks[last]) < need+4 {
		l.chunks = append(l.chunks, make([]byte, 0, max(chunkSize, need+4)))
		last++
	}
	b := l.chunks[last]
	start := len(b)
	b = append(b, 0, 0, 0, 0)
	b = binary.AppendUvarint(b, uint64(x.domain))
	b = binary.AppendUvarint(b, uint64(x.person))
	b = append(b, byte(d.Status), byte(d.Arrived)|byte(d.Direction)<<2|byte(d.Failure)<<4, packFlags(d))
	var nanos int64
	if !d.Time.IsZero() {
		nanos = d.Time.UnixNano()
	}
	b = binary.AppendVarint(b, nanos)
	b = binary.AppendUvarint(b, uint64(max(1, d.Count)))
	b = binary.AppendUvarint(b, uint64(d.Bytes))
	b = binary.AppendUvarint(b, uint64(d.Origin.Source))
	b = binary.AppendUvarint(b, uint64(d.Origin.Piece))
	b = binary.AppendUvarint(b, uint64(d.Origin.Line))
	for _, s := range [...]string{d.Sender, d.Recipient, d.OrigRecipient, d.DSN, d.Relay, d.MessageID, d.QueueID} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	binary.LittleEndian.PutUint32(b[start:], uint32(len(b)-start))
	l.chunks[last] = b
}

// Flags of a packed delivery.
const (
	packedKnown = 1 << iota
	packedSubmitted
	packedLocal
	packedHanded
	packedIncomplete
	packedTimed
)

func packFlags(d *parsers.Delivery) (f byte) {
	for i, on := range [...]bool{d.SenderKnown, d.Submitted, d.Local, d.Handed, d.Incomplete, !d.Time.IsZero()} {
		if on {
			f |= 1 << i
		}
	}
	return f
}

// each yields the details of the domains that want says.
func (l *detailLog) each(want func(domain uint32) bool, yield func(detail)) {
	for _, c := range l.chunks {
		for len(c) > 0 {
			n := binary.LittleEndian.Uint32(c)
			dom, used := binary.Uvarint(c[4:])
			if want(uint32(dom)) {
				yield(unpackDetail(uint32(dom), c[4+used:n]))
			}
			c = c[n:]
		}
	}
}

func unpackDetail(dom uint32, b []byte) detail {
	u := func() uint64 {
		v, n := binary.Uvarint(b)
		b = b[n:]
		return v
	}
	x := detail{domain: dom, d: &parsers.Delivery{}}
	x.person = uint32(u())
	d := x.d
	d.Status = parsers.Status(b[0])
	d.Arrived, d.Direction, d.Failure = parsers.Arrived(b[1]&3), parsers.Direction(b[1]>>2&3), parsers.Failure(b[1]>>4)
	f := b[2]
	d.SenderKnown, d.Submitted, d.Local = f&packedKnown != 0, f&packedSubmitted != 0, f&packedLocal != 0
	d.Handed, d.Incomplete = f&packedHanded != 0, f&packedIncomplete != 0
	nanos, n := binary.Varint(b[3:])
	b = b[3+n:]
	if f&packedTimed != 0 {
		d.Time = time.Unix(0, nanos).UTC()
	}
	d.Count, d.Bytes = int(u()), int64(u())
	d.Origin = parsers.Origin{Source: int32(u()), Piece: int32(u()), Line: int64(u())}
	for _, s := range [...]*string{&d.Sender, &d.Recipient, &d.OrigRecipient, &d.DSN, &d.Relay, &d.MessageID, &d.QueueID} {
		n := u()
		*s, b = string(b[:n]), b[n:]
	}
	return x
}

// A detailPart is the log of a ledger that was merged, with what its numbers
// became.
type detailPart struct {
	log             *detailLog
	domains, people []uint32
}

// onto renumbers p for the ledger that its ledger was merged into.
func (p detailPart) onto(domains, people []uint32) detailPart {
	over := func(ids, to []uint32) []uint32 {
		out := make([]uint32, len(ids))
		for i, id := range ids {
			out[i] = to[id]
		}
		return out
	}
	return detailPart{p.log, over(p.domains, domains), over(p.people, people)}
}

// eachDetail yields the kept deliveries to the domains that want says, with
// the numbers of l.
func (l *Ledger) eachDetail(want func(domain uint32) bool, yield func(detail)) {
	l.log.each(want, yield)
	for _, p := range l.details {
		p.log.each(func(d uint32) bool { return want(p.domains[d]) }, func(x detail) {
			x.domain, x.person = p.domains[x.domain], p.people[x.person]
			yield(x)
		})
	}
}
