package postfix

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/parsers"
)

// linkWindow is how long before or after the end of a session a line that
// joins it with another one may come: the reply of a content filter, which
// amavis's default child_timeout bounds at 8 minutes.
const linkWindow = 10 * time.Minute

// maxIdle is how long a session stays open without a line, in log time. A
// message leaves the queue after maximal_queue_lifetime, by default 5 days.
const maxIdle = 6 * 24 * time.Hour

// maxLimbo bounds the ended sessions that wait for such a line; past it the
// oldest go as they are.
const maxLimbo = 200_000

// A place is where and when a line was read.
type place struct {
	when   time.Time
	origin parsers.Origin
	times  int32
}

// A correlator joins sessions by host and queue id, and the hops of a message
// by what they say of each other. The instance is not part of the key: a
// syslog_name of its own for one service (postfix-submission/smtpd) would part
// a message from its login, and two instances of a host never have the same
// microsecond and inode at the same time.
type correlator struct {
	sink     parsers.Sink
	tally    parsers.Tally
	delivery parsers.Delivery // memory of tell

	hostName []byte
	hostHash uint64

	open    sessionTable
	ended   map[uint64]*session   // those that are over and may be joined still
	limbo   []*session            // those of ended that go when their time is up, in order
	waiting map[uint64][]*session // parents that wait for the session of a key
	byMsgID map[uint64]*session   // sessions from pickup(8), by host and message-id
	byPipe  map[uint64]*session   // sessions that a pipe(8) transport took, by the same
	free    []*session

	resumed map[uint64]*session // what an earlier run carried over, by its number there
	before  map[*session]uint64 // the number of the hop before, where that was not resumed yet
}

func newCorrelator(sink parsers.Sink) correlator {
	return correlator{
		sink:    sink,
		ended:   map[uint64]*session{},
		waiting: map[uint64][]*session{},
		byMsgID: map[uint64]*session{},
		byPipe:  map[uint64]*session{},
	}
}

// key returns the key of a queue id (or message-id) on a host: the same in
// every correlator.
func (c *correlator) key(host, id []byte) uint64 {
	if c.hostHash == 0 || !bytes.Equal(host, c.hostName) {
		c.hostName = append(c.hostName[:0], host...)
		c.hostHash = xxhash.Sum64(host) | 1
	}
	return max(1, hashID(id)^c.hostHash) // 0 is no key
}

// hashID hashes a queue id, or a message-id. Nearly all queue ids are of two
// words that overlap: those are folded in one multiplication, as wyhash does.
func hashID(id []byte) uint64 {
	n := len(id)
	if n < 8 || n > 16 {
		return xxhash.Sum64(id)
	}
	const k1, k2 = 0xa0761d6478bd642f, 0xe7037ed1a0b428db
	a, b := binary.LittleEndian.Uint64(id), binary.LittleEndian.Uint64(id[n-8:])
	hi, lo := bits.Mul64(a^k1, b^k2)
	return (hi ^ lo) * (k1 + 2*uint64(n))
}

func (c *correlator) newSession(key uint64, host, id []byte) *session {
	var s *session
	if n := len(c.free); n > 0 {
		s, c.free = c.free[n-1], c.free[:n-1]
	} else {
		s = &session{}
	}
	s.key = key
	s.host = s.put(host)
	s.id = s.put(id)
	return s
}

// recycle makes the memory of s free for another session. Only sessions that
// no other refers to may be given.
func (c *correlator) recycle(s *session) {
	const keep = 4096 // do not hold on to the text of a rare huge session
	if cap(s.text) > keep {
		return
	}
	clear(s.recipients)
	*s = session{text: s.text[:0], recipients: s.recipients[:0]}
	c.free = append(c.free, s)
}

// tell gives away the deliveries of s, which nothing can change any more.
func (c *correlator) tell(s *session) {
	s.tell(&c.delivery, c.sink, &c.tally)
}

// link notes that recipients of parent go on as child.
func (c *correlator) link(parent, child *session) {
	if parent.root() == child.root() || child.firstHop() == parent.firstHop() {
		return
	}
	if child.parent == nil {
		child.parent = parent
		parent.isParent = true
	}
}

// handOver joins the recipient r of s with the session that its next hop
// named, if that is there. A foreign server's reply may name anything: its
// word is not asked for, and that of a host of our own name only taken where
// the message-id agrees.
func (c *correlator) handOver(s *session, r *recipient) {
	if r.link.empty() || r.onward {
		return
	}
	key := c.key(s.bytes(s.host), s.bytes(r.link))
	child := c.find(key)
	if child == nil || child == s {
		if r.class == near || r.class == local {
			c.wait(key, s)
		}
		return
	}
	c.goOn(s, r, child)
}

// isOwn tells a relay with the name of the host that logs: another instance.
func (s *session) isOwn(name []byte) bool {
	host := s.bytes(s.host)
	return len(host) > 0 && bytes.HasPrefix(name, host) && len(name) > len(host) && (name[len(host)] == '.' || name[len(host)] == '[')
}

func (c *correlator) goOn(s *session, r *recipient, child *session) {
	same := !s.msgid.empty() && bytes.Equal(s.bytes(s.msgid), child.bytes(child.msgid))
	if r.class == near || r.class == local || same {
		r.onward = true
		c.link(s, child)
	}
}

// find returns the session of key, open or just ended.
func (c *correlator) find(key uint64) *session {
	if s := c.open.get(key); s != nil {
		return s
	}
	return c.ended[key]
}

func (c *correlator) wait(key uint64, s *session) {
	for _, w := range c.waiting[key] {
		if w == s {
			return
		}
	}
	c.waiting[key] = append(c.waiting[key], s)
}

// arrive joins a session that has just appeared with those that wait for it.
func (c *correlator) arrive(child *session) {
	if len(c.waiting) == 0 {
		return
	}
	parents, ok := c.waiting[child.key]
	if !ok {
		return
	}
	delete(c.waiting, child.key)
	for _, p := range parents {
		p = p.root()
		for i := range p.recipients {
			if r := &p.recipients[i]; !r.onward && !r.link.empty() && bytes.Equal(p.bytes(r.link), child.bytes(child.id)) {
				c.goOn(p, r, child)
			}
		}
	}
}

// follow joins s with the hop before it that its own first line names.
func (c *correlator) follow(s *session) {
	if s.origID.empty() || s.parent != nil {
		return
	}
	parent := c.find(c.key(s.bytes(s.host), s.bytes(s.origID)))
	if parent == nil || parent == s {
		return
	}
	c.link(parent, s)
	if s.pickedUp { // postsuper -r: what was not delivered goes on as s
		parent.continued = true
	}
}

// followPipe joins s, which pickup(8) took in, with the message of the same
// message-id that a pipe(8) transport took: a filter that submits it anew.
func (c *correlator) followPipe(parent *session) {
	if !parent.viaPipe || parent.msgid.empty() {
		return
	}
	key := c.key(parent.bytes(parent.host), parent.bytes(parent.msgid))
	child := c.byMsgID[key]
	if child == nil {
		c.byPipe[key] = parent // pickup(8) logs when it gets to it
		return
	}
	child = child.root()
	if child == parent || child.first.Before(parent.first) || !bytes.Equal(child.bytes(child.msgid), parent.bytes(parent.msgid)) {
		return
	}
	for i := range parent.recipients {
		if r := &parent.recipients[i]; r.class == piped && r.status == parsers.StatusDelivered {
			r.onward = true
		}
	}
	c.link(parent, child)
}

// noteMessageID makes s findable for followPipe.
func (c *correlator) noteMessageID(s *session) {
	if !s.pickedUp || s.msgid.empty() {
		return
	}
	key := c.key(s.bytes(s.host), s.bytes(s.msgid))
	c.byMsgID[key] = s
	if parent := c.byPipe[key]; parent != nil {
		c.followPipe(parent.root())
	}
}

// release gives the sessions of limbo whose time is up to settled.
func (c *correlator) release(now time.Time, settled func(*session)) {
	for len(c.limbo) > 0 {
		s := c.limbo[0]
		if len(c.limbo) <= maxLimbo && now.Sub(s.last) <= linkWindow {
			return
		}
		c.limbo = c.limbo[1:]
		c.forget(s)
		settled(s)
	}
}

// hold keeps s, which is over, for the lines that may still join it.
func (c *correlator) hold(s *session) {
	c.ended[s.key] = s
	c.limbo = append(c.limbo, s)
}

// forget takes s out of the tables by which others find it.
func (c *correlator) forget(s *session) {
	if c.ended[s.key] == s {
		delete(c.ended, s.key)
	}
	if (s.pickedUp || s.viaPipe) && !s.msgid.empty() {
		k := c.key(s.bytes(s.host), s.bytes(s.msgid))
		for _, m := range []map[uint64]*session{c.byMsgID, c.byPipe} {
			if x := m[k]; x != nil && x.root() == s {
				delete(m, k)
			}
		}
	}
	for i := range s.recipients {
		if r := &s.recipients[i]; !r.link.empty() && !r.onward {
			c.stopWaiting(c.key(s.bytes(s.host), s.bytes(r.link)), s)
		}
	}
}

func (c *correlator) stopWaiting(key uint64, s *session) {
	rest := slices.DeleteFunc(c.waiting[key], func(w *session) bool { return w.root() == s })
	if len(rest) == 0 {
		delete(c.waiting, key)
		return
	}
	c.waiting[key] = rest
}
