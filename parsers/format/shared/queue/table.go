package queue

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// A Table follows the messages of one piece.
type Table struct {
	Tally parsers.Tally
	// Late says that lines may come soon after the end of a message.
	Late bool
	// Nameless says that ids serve to find messages, and are not shown.
	Nameless bool
	// Reused says that nothing of a message comes after its end, and that its id
	// may be another one's then: messages are emitted as they end, and not with
	// the piece.
	Reused bool
	// Borrows says that the texts that messages are given last until EndBlock,
	// which is called before.
	Borrows bool

	hops
	piece     parsers.Piece
	at        Place      // of the line that is read
	messages  []*Message // all of them in order, unless Reused
	touched   []*Message // those that had a line in this block, if Borrows
	settled   []*Message // those that are to be emitted; nil for the next one of refused
	refused   []parsers.Delivery
	block     int
	over      keySet     // keys of the messages that ended, if Reused
	rest      []*Message // those of them that may go on in another piece
	brief     []*Message // those that wait for a hop on another host, in the order in which they ended
	namedHost            // of the last line
	other     namedHost  // of the last line of another host
	sites     sites
	begun     time.Time
	now       time.Time
}

// NewTable returns the table of a piece.
func NewTable(p parsers.Piece, sink parsers.Sink) *Table {
	t := &Table{piece: p, block: 1, at: Place{Origin: parsers.Origin{Source: p.Source, Piece: p.Number}}}
	t.hops = newHops(sink, &t.Tally)
	return t
}

// Place returns the place of a line of the piece, which is valid until the next call.
func (t *Table) Place(when time.Time, line int64, repeat int) *Place {
	t.at.When = when
	t.at.Origin.Line = line
	t.at.Repeat = repeat
	return &t.at
}

// Message returns the message of an id on a host, which a line at a place names.
// begins says that the line is the first of a message: another one under the
// same id is over.
func (t *Table) Message(host, id []byte, at *Place, begins bool) *Message {
	t.tick(at.When)
	key := t.key(host, id)
	m := t.opened(key)
	if m != nil && begins && (m.Began || t.Reused) {
		t.replace(m)
		m = nil
	}
	if m == nil {
		m = t.begin(key, id, at, begins)
	}
	t.touch(m, at)
	if begins {
		m.Began, m.entered = true, true
	}
	return m
}

// Last returns the message that a line ends, nil if it has ended already. Of a
// message whose other lines are not in the piece, it is the only one.
func (t *Table) Last(host, id []byte, at *Place) *Message {
	t.tick(at.When)
	key := t.key(host, id)
	m := t.opened(key)
	if m == nil {
		if t.over.has(key) {
			return nil
		}
		m = t.begin(key, id, at, false)
	}
	t.touch(m, at)
	return m
}

// touch notes that a line at a place is of m.
func (t *Table) touch(m *Message, at *Place) {
	m.last = at.When
	if t.Borrows && m.block != t.block {
		m.block = t.block
		t.touched = append(t.touched, m)
	}
}

func (t *Table) key(host, id []byte) uint64 {
	if t.hostHash == 0 || !bytes.Equal(host, t.hostName) {
		t.turnTo(host)
	}
	return max(1, hashID(id)^t.hostHash)
}

// A namedHost is a host that logs.
type namedHost struct {
	hostName []byte
	hostHash uint64
}

// turnTo makes host that of the line. Two of them may log in turn.
func (t *Table) turnTo(host []byte) {
	t.namedHost, t.other = t.other, t.namedHost
	if t.hostHash != 0 && bytes.Equal(host, t.hostName) {
		return
	}
	t.hostName, t.hostHash = append(t.hostName[:0], host...), hostKey(host)
	if t.noteHost(t.hostHash) && len(t.hosts) == 2 {
		for _, m := range t.brief {
			t.waitAcross(m)
		}
	}
}

// tick moves the time of the log on.
func (t *Table) tick(now time.Time) {
	if t.begun.IsZero() {
		t.begun = now
	}
	if now != t.now && now.After(t.now) {
		t.now = now
		t.release()
	}
}

// replace ends m, whose id is another message's now.
func (t *Table) replace(m *Message) {
	if t.Reused {
		t.retire(m)
		return
	}
	m.Ended = true
}

// begin opens a message.
func (t *Table) begin(key uint64, id []byte, at *Place, begins bool) *Message {
	m := t.newMessage()
	m.key, m.host, m.borrows = key, t.hostHash, t.Borrows
	m.first, m.firstTime = at.Origin, at.When
	switch {
	case t.Nameless:
	case t.Borrows:
		m.ID = lines.Borrow(id)
	default:
		m.ID = string(id)
	}
	if t.Reused {
		m.Began = !begins && t.over.has(key) // what comes after the end of a message is another one's
	} else {
		t.messages = append(t.messages, m)
	}
	t.open.add(m)
	t.arrive(m)
	return m
}

// End ends m, of a table whose ids are Reused: it is emitted at once where
// nothing can change it any more.
func (t *Table) End(m *Message) {
	m.Ended = true
	t.retire(m)
}

func (t *Table) retire(m *Message) {
	m.over = true
	t.open.remove(m.key)
	t.over.add(m.key)
	switch {
	case !m.Began:
		t.ended.put(m.key, m)
		t.rest = append(t.rest, m)
	case t.isScattered(m):
		t.hold(m)
	case m.isLinkable() || m.parent != nil || m.waits():
		t.hold(m)
	case t.mayGoAcross(m):
		t.holdBriefly(m)
	default:
		t.emitLast(m)
	}
}

// isScattered reports that another source may have a hop of m.
func (t *Table) isScattered(m *Message) bool { return m.isScattered(t.piece.OtherHosts) }

// isScattered reports that a source with lines of other hosts may have a hop of m: it came
// from a host of the organisation, or went to one.
func (m *Message) isScattered(others []string) bool {
	if len(others) == 0 {
		return false
	}
	if m.mayFollow() && (m.Submitted || !m.entered || m.fromOther || m.client != "" && isOther(lines.BorrowBytes(m.client), others)) {
		return true
	}
	for _, r := range m.Recipients {
		if r.Next != "" && !r.onward && (r.isOurs() || isOther(lines.BorrowBytes(r.Relay), others)) {
			return true
		}
	}
	return false
}

// From notes the client that m came from, "name[address]".
func (t *Table) From(m *Message, client []byte) {
	m.fromOther = isOther(client, t.piece.OtherHosts)
	if t.piece.Shard && mayBeHost(client) {
		m.client = string(client)
	}
}

// isOther reports the name of a host, with its domain or not, of which another source has
// the lines.
func isOther(name []byte, hosts []string) bool {
	for _, host := range hosts {
		if rest, ok := bytes.CutPrefix(name, lines.BorrowBytes(host)); ok && (len(rest) == 0 || rest[0] == '.' || rest[0] == '[') {
			return true
		}
	}
	return false
}

// mayGoAcross reports that the line of a hop that names m, or the lines of one that m
// named, may come later: the log is of several hosts, or it is too early to know.
func (t *Table) mayGoAcross(m *Message) bool {
	return (len(t.hosts) > 1 || m.last.Sub(t.begun) <= hopWindow) && (m.mayFollow() || m.namesHop())
}

// holdBriefly keeps m, which is over, for the line of another host that names it, or
// for the lines of the message that it named.
func (t *Table) holdBriefly(m *Message) {
	if m.mayFollow() {
		t.ended.put(m.key, m)
	}
	t.brief = append(t.brief, m)
	if len(t.hosts) > 1 {
		t.waitAcross(m)
	}
}

func (t *Table) emitLast(m *Message) {
	if t.spare(m) {
		t.rest = append(t.rest, m)
		return
	}
	t.settle(m)
}

// settle emits m, or what was refused last where m is nil, at the end of the block that texts
// are borrowed from. Those of a block are emitted together: the code of a parser and that of a
// sink are more than the first cache of a processor holds.
func (t *Table) settle(m *Message) {
	if t.settled = append(t.settled, m); !t.Borrows {
		t.emitSettled()
	}
}

// emitSettled emits what is settled, in its order.
func (t *Table) emitSettled() {
	refused := t.refused
	for _, m := range t.settled {
		if m == nil {
			t.sink.Add(&refused[0])
			refused = refused[1:]
		} else if t.emit(m); !m.isParent {
			t.recycle(m)
		}
	}
	t.settled, t.refused = t.settled[:0], t.refused[:0]
}

// release emits the messages that waited long enough for a line that joins them
// with another. One that ended soon after the piece began may be joined by a
// line of the piece before.
func (t *Table) release() {
	t.releaseBrief()
	for len(t.limbo) > 0 {
		m := t.limbo[0]
		if len(t.limbo) <= maxWaiting && t.now.Sub(m.last) <= linkWindow {
			return
		}
		t.limbo = t.limbo[1:]
		if t.forget(m); t.isFar(m.last) && !t.isScattered(m) {
			t.emitLast(m)
		} else {
			t.rest = append(t.rest, m)
		}
	}
}

// releaseBrief emits those that no other host names.
func (t *Table) releaseBrief() {
	for len(t.brief) > 0 {
		m := t.brief[0]
		if len(t.brief) <= maxWaiting && t.now.Sub(m.last) <= hopWindow {
			return
		}
		t.brief = t.brief[1:]
		if t.forget(m); m.last.Sub(t.begun) > hopWindow {
			t.emitLast(m)
		} else {
			t.rest = append(t.rest, m)
		}
	}
}

// Login notes that a line names the login that submitted the message of an id,
// which may have ended already.
func (t *Table) Login(host, id, login []byte, at *Place) {
	t.tick(at.When)
	m := t.find(t.key(host, id))
	if m == nil {
		m = t.Message(host, id, at, false)
	}
	if m.AuthUser == "" {
		m.AuthUser = string(login)
	}
}

// Follow notes that m goes on with the message of another id.
func (t *Table) Follow(m *Message, previous []byte) {
	if m.previous == "" && len(previous) > 0 {
		m.previous = lines.Borrow(previous)
		t.follow(m)
	}
}

// HandOver joins r with the message that its next hop named.
func (t *Table) HandOver(m *Message, r *Recipient) {
	t.handOver(m, r)
	if r.Piped {
		m.piped = m.piped || r.Status == parsers.StatusDelivered
		t.followPipe(m)
	}
	if len(m.Recipients) >= maxRecipients {
		t.emit(m)
		m.only, m.Recipients, m.index, m.touched = Recipient{}, nil, nil, nil
	}
}

// maxRecipients bounds the recipients of one message that are kept until it
// ends; past it they are emitted as they are.
const maxRecipients = 100_000

// NoteMessageID joins m, whose message-id is known now, with the hop before it that
// waits, and makes it findable by that if it was picked up.
func (t *Table) NoteMessageID(m *Message) {
	t.joinAcross(m)
	t.noteMessageID(m)
}

// isFar reports that all that came shortly before a time is in the piece.
func (t *Table) isFar(when time.Time) bool { return when.Sub(t.begun) > linkWindow }

// IsFar reports that all that came shortly before a place is in the piece.
func (t *Table) IsFar(at *Place) bool { return t.isFar(at.When) }

// EndBlock ends the block that texts were borrowed from.
func (t *Table) EndBlock() {
	t.emitSettled()
	isLong := t.open.used-t.stored.live > maxUnstored
	for _, m := range t.touched {
		if !isLong || !t.putAway(m) {
			m.keepText()
		}
	}
	t.compact()
	t.touched = t.touched[:0]
	t.block++
}

// maxUnstored is how many open messages stay in memory as they are: a short queue needs no store.
const maxUnstored = 1 << 10

// putAway stores m if that can be, of which only the copy counts then.
func (t *Table) putAway(m *Message) bool {
	if !t.Reused || !t.store(m) {
		return false
	}
	t.recycle(m)
	return true
}

// Refuse emits a message that was refused before it got an id, StatusRejected
// unless d says otherwise. Strings of d may be borrowed.
func (t *Table) Refuse(d *parsers.Delivery, at *Place) {
	d.Time, d.Origin, d.Count = at.When, at.Origin, max(1, at.Repeat)
	d.Status, d.Arrived, d.Failure = cmp.Or(d.Status, parsers.StatusRejected), parsers.ArrivedNo, parsers.FailureOther
	t.count(d)
	t.refused = append(t.refused, *d)
	t.settle(nil)
}

// Close ends the piece: it emits the messages that lie within it.
func (t *Table) Close() (parsers.Tally, parsers.Rest) {
	left := t.close()
	t.Tally.Merge(t.unread)
	return t.Tally, left
}

func (t *Table) close() *rest {
	if t.Reused {
		return t.closeReused()
	}
	t.followAll()
	var all []*Message
	for _, m := range t.messages {
		if m.isSettled(t.begun, t.now, t.Late) && !t.isScattered(m) && !t.spare(m) {
			t.emit(m)
		} else {
			all = append(all, m)
		}
	}
	return &rest{messages: references(t.emitForeign(all)), now: t.now, scattered: len(t.piece.OtherHosts) > 0}
}

func (t *Table) closeReused() *rest {
	for m := range t.open.inMemory {
		t.putAway(m)
	}
	left := &rest{now: t.now, earliest: t.now, scattered: len(t.piece.OtherHosts) > 0}
	alone := t.emitForeign(slices.Concat(t.rest, t.limbo, t.brief, slices.Collect(t.open.inMemory)))
	all := make([]numbered, 0, len(alone)+t.stored.live)
	for i, m := range alone {
		all = append(all, numbered{line: m.first.Line, number: position(i), inMemory: true})
		left.note(m.key, m.Began)
	}
	for m := range t.stored.all {
		all = append(all, numbered{line: m.line, number: m.number})
		left.note(m.key, m.is(signBegan))
		if last := m.last.time(); last.Before(left.earliest) {
			left.earliest = last
		}
	}
	left.messages = t.inOrder(all, alone)
	stored, over := t.stored, t.over // and not all of t
	stored.seal()
	left.stored, left.over = &stored, &over
	return left
}

// A numbered is a message with its first line.
type numbered struct {
	line     int64
	number   position // in the store, or of those in memory
	inMemory bool
}

// inOrder returns messages in the order of their first lines, and of those of one line in the order of
// their keys.
func (t *Table) inOrder(all []numbered, memory []*Message) []reference {
	get := func(n numbered) reference {
		if n.inMemory {
			return reference{m: memory[n.number]}
		}
		return reference{number: n.number}
	}
	slices.SortFunc(all, func(a, b numbered) int {
		if a.line != b.line {
			return cmp.Compare(a.line, b.line)
		}
		return cmp.Compare(t.keyOf(get(a)), t.keyOf(get(b)))
	})
	sorted := make([]reference, len(all))
	for i, n := range all {
		sorted[i] = get(n)
	}
	return sorted
}

// followAll joins messages with the hops that their recipients were handed to.
func (t *Table) followAll() {
	for _, m := range t.messages {
		for _, r := range m.Recipients {
			t.handOver(m, r)
		}
	}
}

// isSettled reports that no other piece can say more of m: its end is there, and
// it lies far enough from the borders for a hop of it to lie beyond.
func (m *Message) isSettled(begun, now time.Time, late bool) bool {
	if !m.Began || !m.isOver() || late && now.Sub(m.last) <= linkWindow {
		return false
	}
	if m.Submitted && m.isLinkable() && m.last.Sub(begun) <= linkWindow {
		return false // the hop before may name it
	}
	if (m.mayFollow() || m.namesHop()) && (m.last.Sub(begun) <= hopWindow || now.Sub(m.last) <= hopWindow) {
		return false // a hop on another host may name it, or be it
	}
	if len(m.Recipients) == 0 && now.Sub(m.last) <= linkWindow {
		return false // it is there for what comes after it
	}
	for h := range m.earlier {
		if !h.Began {
			return false // that hop's beginning is another piece's
		}
	}
	for _, r := range m.Recipients {
		if r.by != 0 {
			return false
		}
	}
	return !m.waits() || now.Sub(m.last) > linkWindow
}

// maxEvents bounds the messages of a stream of events that may get more of them:
// those of one message mostly follow each other within minutes.
const maxEvents = 50_000

// Bound emits the messages that began first, if there are too many: a source
// that is read from one end to the other has no pieces.
func (t *Table) Bound() {
	if len(t.messages) <= maxEvents {
		return
	}
	half := len(t.messages) / 2
	for _, m := range t.messages[:half] {
		t.emit(m)
		t.forget(m)
	}
	n := copy(t.messages, t.messages[half:])
	clear(t.messages[n:])
	t.messages = t.messages[:n]
}

// Finish emits all messages that are left.
func (t *Table) Finish() parsers.Tally {
	t.followAll()
	for _, m := range t.messages {
		t.emit(m)
	}
	t.Tally.Merge(t.unread)
	return t.Tally
}
