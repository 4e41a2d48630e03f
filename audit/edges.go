package audit

import (
	"cmp"
	"encoding/binary"
	"io"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/audit/internal/compact"
	"github.com/typoaudit/typoaudit/audit/internal/workers"
	"github.com/typoaudit/typoaudit/parsers"
)

// An edge sums the deliveries of one person to one address.
type edge struct {
	person                  uint32
	sent, arrived, noDomain uint32
	first, last             uint32 // Unix seconds; 0 is none
	earlier                 uint32 // of sent, from before the window
}

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

// An edgeLog holds who wrote to which address, a pair for each sending: its key
// is the number of the address and that of the person, and its value the
// sending. In most logs few people write to an address twice, so that looking
// each pair up would find next to nothing: they are sorted instead, and sendings
// of the same pair summed, when the log has grown by half.
//
// Past minUnsummed the sums lie in a spill, until they are asked for.
type edgeLog struct {
	pairs  compact.Pairs
	summed int // how many were left when they were summed last
	runs   edgeRuns

	newSpill func() (parsers.Spill, error) // nil once there is none to be had
}

// A sending sums equal deliveries in a word: their time in Unix seconds, 0 for
// none, flags, and their count.
const (
	sendingTime     = 32 // the bit where it begins
	sendingFlags    = 29
	sendingCount    = 1<<sendingFlags - 1
	sendingArrived  = 1 << sendingFlags
	sendingNoDomain = 2 << sendingFlags
	sendingEarlier  = 4 << sendingFlags // from before the window
)

// sendingOf returns the sending of a delivery.
func sendingOf(d *parsers.Delivery, count uint32, earlier bool) uint64 {
	s := uint64(min(count, sendingCount))
	switch {
	case d.Status == parsers.StatusRejected:
	case d.Arrived == parsers.ArrivedYes || d.Status == parsers.StatusDelivered:
		s |= sendingArrived
	case d.Failure == parsers.FailureNoDomain || d.Failure == parsers.FailureNullMX:
		s |= sendingNoDomain
	}
	switch {
	case earlier:
		s |= sendingEarlier
	case !d.Time.IsZero():
		s |= uint64(edgeTime(d.Time)) << sendingTime
	}
	return s
}

// edgeTime returns a time in Unix seconds, 0 if there is none.
func edgeTime(t time.Time) uint32 {
	if t.IsZero() {
		return 0
	}
	return uint32(max(1, t.Unix()))
}

// edgeOf returns the edge of a pair alone.
func edgeOf(person uint32, sending uint64) edge {
	e := edge{person: person, sent: uint32(sending & sendingCount), first: uint32(sending >> sendingTime)}
	e.last = e.first
	if sending&sendingArrived != 0 {
		e.arrived = e.sent
	}
	if sending&sendingNoDomain != 0 {
		e.noDomain = e.sent
	}
	if sending&sendingEarlier != 0 {
		e.earlier = e.sent
	}
	return e
}

func (l *edgeLog) add(person, address uint32, sending uint64) {
	l.pairs.Add(compact.Pair{Key: edgeKey(person, address), Value: sending})
}

func edgeKey(person, address uint32) uint64 { return uint64(address)<<32 | uint64(person) }

func personOf(p *compact.Pair) uint32  { return uint32(p.Key) }
func addressOf(p *compact.Pair) uint32 { return uint32(p.Key >> 32) }

// minUnsummed is how many sendings are worth the time to sum them: they take
// 4 MiB.
const minUnsummed = 1 << 18

// limit sums the sendings when there are many more than there were, and moves them into the
// spill if they are as many then.
func (l *edgeLog) limit() {
	if l.pairs.Len()-l.summed <= max(minUnsummed, l.summed/2) {
		return
	}
	l.sum(1)
	if l.summed > minUnsummed/2 && l.newSpill != nil {
		l.pour()
	}
}

// pour moves the sendings into the spill. If it does not take them they stay in memory, and so
// do all that come.
func (l *edgeLog) pour() {
	if l.runs.spill == nil {
		var err error
		if l.runs.spill, err = l.newSpill(); err != nil {
			l.runs.spill, l.newSpill = nil, nil
			return
		}
	}
	if err := l.runs.write(&l.pairs); err != nil {
		l.newSpill = nil // some of them may stand there now: nothing goes after them
		return
	}
	l.runs.n += l.pairs.Len()
	l.pairs.Shorten(0)
	l.summed = 0
}

// EdgeRuns are sendings in a spill, those of a pair in several places.
type edgeRuns struct {
	spill parsers.Spill
	n     int // how many they are
}

const (
	// packedPair is the size of a pair in a spill, in bytes.
	packedPair = 16
	// manyPairs is how many are written and read at once.
	manyPairs = 1 << 12
)

func (r *edgeRuns) write(pairs *compact.Pairs) error {
	b := make([]byte, 0, manyPairs*packedPair)
	for i, n := 0, pairs.Len(); i < n; i++ {
		p := pairs.At(uint32(i))
		b = binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(b, p.Key), p.Value)
		if len(b) < cap(b) && i < n-1 {
			continue
		}
		if n, err := r.spill.Write(b); err != nil || n < len(b) {
			return cmp.Or(err, io.ErrShortWrite)
		}
		b = b[:0]
	}
	return nil
}

// each yields the sendings.
func (r *edgeRuns) each(yield func(person, address uint32, sending uint64)) error {
	b := make([]byte, manyPairs*packedPair)
	for from := 0; from < r.n; from += manyPairs {
		some := b[:min(manyPairs, r.n-from)*packedPair]
		if err := parsers.ReadBack(r.spill, some, int64(from)*packedPair); err != nil {
			return err
		}
		for ; len(some) > 0; some = some[packedPair:] {
			p := compact.Pair{Key: binary.LittleEndian.Uint64(some), Value: binary.LittleEndian.Uint64(some[8:])}
			yield(personOf(&p), addressOf(&p), p.Value)
		}
	}
	return nil
}

// loadEdges reads the sendings back that lie in spills, and does not sum them at last: they are
// still to be sorted by other numbers. It must be called before any of them is asked for.
func (l *Ledger) loadEdges() error {
	log := &l.edges
	log.newSpill = nil
	own := detailPart{runs: log.runs}
	log.runs = edgeRuns{}
	defer func() { log.pairs.Truncate(log.pairs.Len()) }()
	if own.runs.n == 0 && !slices.ContainsFunc(l.details, func(p detailPart) bool { return p.runs.n > 0 }) {
		return nil
	}
	load := func(p *detailPart) error {
		runs := p.runs
		p.runs = edgeRuns{}
		return runs.each(func(person, address uint32, sending uint64) {
			log.add(renumber(p.people, person), renumber(p.addresses, address), sending)
			log.limit()
		})
	}
	err := load(&own)
	for i := range l.details {
		err = cmp.Or(err, load(&l.details[i]))
	}
	return err
}

// sum puts sendings of the same pair together, on so many cores.
func (l *edgeLog) sum(cores int) {
	l.pairs.Sort(cores)
	kept, all := uint32(0), uint32(l.pairs.Len())
	for from := uint32(0); from < all; {
		to := l.rowEnd(from)
		kept = l.sumRow(from, to, kept)
		from = to
	}
	l.pairs.Shorten(int(kept))
	l.summed = int(kept)
}

// rowEnd returns where the pairs of the key of the pair at from end.
func (l *edgeLog) rowEnd(from uint32) uint32 {
	key, to := l.pairs.At(from).Key, from+1
	for int(to) < l.pairs.Len() && l.pairs.At(to).Key == key {
		to++
	}
	return to
}

// sumRow sums the sendings of one key, and puts the sums at the place kept, which
// is at or before from. It returns the place after them.
func (l *edgeLog) sumRow(from, to, kept uint32) uint32 {
	if to == from+1 {
		*l.pairs.At(kept) = *l.pairs.At(from)
		return kept + 1
	}
	key := l.pairs.At(from).Key
	var sums sendingSum
	for ; from < to; from++ {
		sums.add(l.pairs.At(from).Value)
	}
	var room [maxSums]uint64
	for _, sending := range sums.take(room[:0]) {
		*l.pairs.At(kept) = compact.Pair{Key: key, Value: sending}
		kept++
	}
	return kept
}

// A sendingSum sums those of one person to one address.
type sendingSum struct {
	n     int
	first uint64  // the only one, as long as there is one
	sums  [8]edge // of several, by their flags
}

func (s *sendingSum) add(sending uint64) {
	if s.n++; s.n == 1 {
		s.first = sending
		return
	}
	if s.n == 2 {
		s.sum(s.first)
	}
	s.sum(sending)
}

func (s *sendingSum) sum(sending uint64) {
	e := edgeOf(0, sending)
	s.sums[sending>>sendingFlags&7].merge(&e)
}

// maxSums is how many sums there are at most: two for all of the same flags.
const maxSums = 2 * 8

// take appends the sums, and empties s: for all of the same flags one that has the first
// time, and one that has the last.
func (s *sendingSum) take(to []uint64) []uint64 {
	if s.n == 1 {
		s.n = 0
		return append(to, s.first)
	}
	for flags := range s.sums {
		e := &s.sums[flags]
		if e.sent == 0 {
			continue
		}
		half := uint32(0) // that both counts have room
		if e.first != e.last {
			half = e.sent / 2
			to = append(to, sumOf(half, flags, e.first))
		}
		to = append(to, sumOf(e.sent-half, flags, e.last))
	}
	*s = sendingSum{}
	return to
}

func sumOf(count uint32, flags int, time uint32) uint64 {
	return uint64(time)<<sendingTime | uint64(flags)<<sendingFlags | uint64(min(count, sendingCount))
}

// take moves the sendings of m, which is empty afterwards, under the numbers
// that its people and addresses have in l.
func (l *edgeLog) take(m *edgeLog, people, addresses []uint32) {
	m.renumber(people, addresses)
	l.pairs.Take(&m.pairs.List)
	l.summed += m.summed // what both have is summed when the log has grown by half
}

// renumber gives people and addresses other numbers; nil leaves the people.
func (l *edgeLog) renumber(people, addresses []uint32) {
	for i := range l.pairs.Len() {
		p := l.pairs.At(uint32(i))
		p.Key = edgeKey(renumber(people, personOf(p)), addresses[addressOf(p)])
	}
}

// mails yields the person, the address and the number of deliveries of each
// sending, in no order.
func (l *edgeLog) mails(yield func(person, address uint32, n int64)) {
	for i := range l.pairs.Len() {
		p := l.pairs.At(uint32(i))
		yield(personOf(p), addressOf(p), int64(p.Value&sendingCount))
	}
}

// Edges are sorted by address and person.
type edges struct {
	log    *edgeLog
	starts []uint32 // of each address in the log, and its end
}

// sorted sums the log, which must not grow any more.
func (l *edgeLog) sorted(addresses int) edges {
	l.sum(workers.Count(maxLearners))
	l.pairs.Truncate(l.pairs.Len())
	starts := make([]uint32, addresses+1)
	for i := range l.pairs.Len() {
		starts[addressOf(l.pairs.At(uint32(i)))+1]++
	}
	for a := range addresses {
		starts[a+1] += starts[a]
	}
	return edges{l, starts}
}

// to yields the edges to an address, in the order of the people.
func (s *edges) to(address uint32) iter.Seq[edge] {
	return func(yield func(edge) bool) {
		pairs, end := &s.log.pairs, s.starts[address+1]
		for i := s.starts[address]; i < end; {
			p := pairs.At(i)
			e := edgeOf(personOf(p), p.Value)
			for i++; i < end && personOf(pairs.At(i)) == e.person; i++ {
				more := edgeOf(e.person, pairs.At(i).Value)
				e.merge(&more)
			}
			if !yield(e) {
				return
			}
		}
	}
}

// of returns the edge of a person and an address.
func (s *edges) of(person, address uint32) (e edge, ok bool) {
	for e := range s.to(address) {
		if e.person == person {
			return e, true
		}
	}
	return edge{}, false
}
