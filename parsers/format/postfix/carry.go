package postfix

import (
	"cmp"
	"slices"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// Carry implements carry.Carrier. A session goes with the source of its first
// line; with it go the hops before it that were told already.
func (j *joiner) Carry(c *carry.Carrying) {
	open := j.open.all()
	slices.SortFunc(open, func(a, b *session) int {
		return cmp.Or(a.last.Compare(b.last), cmp.Compare(a.key, b.key))
	})
	all := append(slices.Clone(j.limbo), open...)
	w := carrier{Carrying: c, numbers: map[*session]uint64{}, waiting: map[*session]bool{}, packed: map[*session]bool{}}
	for _, s := range all {
		w.waiting[s] = true
	}
	for _, s := range all {
		p := c.Source(s.source)
		at := s
		for range maxHops {
			if at.parent == nil || at.parent.root() == at {
				break
			}
			at = at.parent.root()
			if !w.waiting[at] && !w.packed[at] {
				w.packed[at] = true
				w.session(p, at, true)
			}
		}
		w.session(p, s, false)
	}
}

// A carrier packs sessions.
type carrier struct {
	*carry.Carrying
	numbers         map[*session]uint64
	waiting, packed map[*session]bool
}

func (w *carrier) number(s *session) uint64 {
	n, ok := w.numbers[s]
	if !ok {
		n = w.Number()
		w.numbers[s] = n
	}
	return n
}

// session packs s; told tells that it is only there for the hops behind it.
func (w *carrier) session(p *carry.Packer, s *session, told bool) {
	p.Uint(w.number(s))
	p.Flags(told, s.began, s.over, s.closed, s.senderKnown, s.trusted, s.pickedUp, s.expired, s.deleted, s.continued, s.viaPipe, s.isParent)
	text := slices.Clone(s.text)
	clear(text[s.subject.from:s.subject.to]) // subjects are kept nowhere
	p.Text(string(text))
	for _, at := range s.spans() {
		packSpan(p, *at)
	}
	p.Int(s.size)
	p.Time(s.first)
	p.Time(s.last)
	w.Origin(p, parsers.Origin{Source: s.source, Line: s.line})
	if s.parent != nil && s.parent.root() != s {
		p.Uint(w.number(s.parent.root()))
	} else {
		p.Uint(0)
	}
	p.Uint(uint64(len(s.recipients)))
	for i := range s.recipients {
		w.recipient(p, &s.recipients[i])
	}
}

// spans are what is carried over of a session, but for its recipients.
func (s *session) spans() [7]*span {
	return [...]*span{&s.host, &s.id, &s.sender, &s.login, &s.msgid, &s.origID, &s.client}
}

func (r *recipient) spans() [5]*span {
	return [...]*span{&r.to, &r.orig, &r.relay, &r.dsn, &r.link}
}

func packSpan(p *carry.Packer, s span) {
	p.Uint(uint64(s.from))
	p.Uint(uint64(s.to - s.from))
}

func (w *carrier) recipient(p *carry.Packer, r *recipient) {
	for _, at := range r.spans() {
		packSpan(p, *at)
	}
	p.Time(r.when)
	w.Origin(p, r.origin)
	p.Uint(uint64(r.status))
	p.Uint(uint64(r.failure))
	p.Uint(uint64(max(0, r.times)))
	p.Uint(uint64(r.class))
	p.Flags(r.probe, r.maybe, r.onward)
}

// Resume implements carry.Carrier.
func (j *joiner) Resume(c *carry.Resuming) {
	if j.resumed == nil {
		j.resumed, j.before = map[uint64]*session{}, map[*session]uint64{}
	}
	var all []*session
	for c.More() {
		var told bool
		s, number, parent := unpackSession(c, &told)
		if c.Err != nil {
			break
		}
		if j.resumed[number] != nil {
			continue // a hop that two sources tell of
		}
		s.key = j.key(s.bytes(s.host), s.bytes(s.id))
		j.resumed[number] = s
		if parent != 0 {
			j.before[s] = parent
		}
		if !told {
			all = append(all, s)
		}
	}
	for s, number := range j.before {
		if p := j.resumed[number]; p != nil && p != s {
			s.parent = p
			delete(j.before, s)
		}
	}
	j.goOnWith(all)
}

// goOnWith puts sessions back to where Carry found them.
func (j *joiner) goOnWith(all []*session) {
	for _, s := range all {
		if s.over {
			j.hold(s)
			continue
		}
		if j.open.get(s.key) == nil {
			j.open.put(s)
		} else {
			j.retire(s) // it cannot be: two are open under one id
		}
	}
	for _, s := range all {
		j.reconnect(s)
	}
}

func unpackSession(c *carry.Resuming, told *bool) (s *session, number, parent uint64) {
	s = &session{}
	number = c.Uint()
	c.Flags(told, &s.began, &s.over, &s.closed, &s.senderKnown, &s.trusted, &s.pickedUp, &s.expired, &s.deleted, &s.continued, &s.viaPipe, &s.isParent)
	s.text = append(s.text, c.Bytes()...)
	for _, at := range s.spans() {
		*at = s.unpackSpan(c)
	}
	s.size = c.Int()
	s.first, s.last = c.Time(), c.Time()
	first := c.Origin()
	s.source, s.line = first.Source, first.Line
	parent = c.Uint()
	for n := c.Count(); n > 0 && c.Err == nil; n-- {
		s.unpackRecipient(c)
	}
	return s, number, parent
}

func (s *session) unpackSpan(c *carry.Resuming) span {
	size := uint64(len(s.text))
	from := c.Below(size + 1)
	return span{uint32(from), uint32(from + c.Below(size-from+1))}
}

func (s *session) unpackRecipient(c *carry.Resuming) {
	r := recipient{}
	for _, at := range r.spans() {
		*at = s.unpackSpan(c)
	}
	r.when = c.Time()
	r.origin = c.Origin()
	r.status = parsers.Status(c.Below(uint64(parsers.StatusRemoved) + 1))
	r.failure = parsers.Failure(c.Below(uint64(parsers.FailureOther) + 1))
	r.times = int32(c.Below(1 << 31))
	r.class = class(c.Below(uint64(nowhere) + 1))
	c.Flags(&r.probe, &r.maybe, &r.onward)
	if c.Err == nil {
		to := r.to
		known := s.recipient(s.bytes(to)) // it keeps the index, and may add to the text
		r.to = known.to
		*known = r
	}
}
