package queue

import (
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// Carry implements carry.Carrier. A message goes with the source of its
// first line; with it go the hops before it that were told already.
func (j *Joiner) Carry(c *carry.Carrying) {
	for _, m := range j.messages {
		j.follow(m)
	}
	numbers := map[*Message]uint64{}
	number := func(m *Message) uint64 {
		n, ok := numbers[m]
		if !ok {
			n = c.Number()
			numbers[m] = n
		}
		return n
	}
	waiting := map[*Message]bool{}
	for _, m := range j.messages {
		waiting[m] = true
	}
	packed := map[*Message]bool{}
	for _, m := range j.messages {
		p := c.Source(m.first.Source)
		for h, n := m.before(), 0; h != nil && n < maxHops; h, n = h.before(), n+1 {
			if !waiting[h] && !packed[h] {
				packed[h] = true
				h.pack(p, c, number, true, false)
			}
		}
		m.pack(p, c, number, false, j.byKey[m.key] == m)
	}
	c.Now(j.now)
}

// pack packs m: told tells that it is only there for the hops behind it, found
// that more lines of it may come.
func (m *Message) pack(p *carry.Packer, c *carry.Carrying, number func(*Message) uint64, told, found bool) {
	p.Uint(number(m))
	p.Uint(m.key)
	p.Uint(m.host)
	p.Flags(told, found, m.SenderKnown, m.Submitted, m.Began, m.Ended)
	for _, s := range m.texts() {
		p.Text(*s)
	}
	p.Int(m.Bytes)
	p.Uint(uint64(m.Direction))
	p.Uint(uint64(m.Expected))
	p.Uint(uint64(m.closed))
	p.Time(m.last)
	c.Origin(p, m.first)
	if h := m.before(); h != nil {
		p.Uint(number(h))
	} else {
		p.Uint(0)
	}
	p.Uint(uint64(len(m.Recipients)))
	for _, r := range m.Recipients {
		r.pack(p, c)
	}
}

// texts are what is carried over: subjects are kept nowhere.
func (m *Message) texts() [4]*string {
	return [...]*string{&m.ID, &m.Sender, &m.AuthUser, &m.MessageID}
}

func (r *Recipient) texts() [5]*string {
	return [...]*string{&r.Address, &r.Orig, &r.DSN, &r.Relay, &r.Next}
}

func (r *Recipient) pack(p *carry.Packer, c *carry.Carrying) {
	for _, s := range r.texts() {
		p.Text(*s)
	}
	p.Uint(uint64(r.Status))
	p.Uint(uint64(r.Failure))
	p.Flags(r.Local, r.Handed, r.Broke, r.onward)
	p.Time(r.place.When)
	c.Origin(p, r.place.Origin)
	p.Uint(uint64(max(0, r.place.Repeat)))
}

// Resume implements carry.Carrier.
func (j *Joiner) Resume(c *carry.Resuming) {
	if j.resumed == nil {
		j.resumed, j.before = map[uint64]*Message{}, map[*Message]uint64{}
	}
	for c.More() {
		var told, found bool
		m, number, parent := unpackMessage(c, &told, &found)
		if c.Err != nil {
			return
		}
		if j.resumed[number] != nil {
			continue // a hop that two sources tell of
		}
		j.resumed[number] = m
		if parent != 0 {
			j.before[m] = parent
		}
		if told {
			continue
		}
		if found {
			j.byKey[m.key] = m
		}
		j.messages = append(j.messages, m)
	}
	for m, number := range j.before {
		if h := j.resumed[number]; h != nil && h != m {
			m.parent = h
			delete(j.before, m)
		}
	}
	if now := c.Now(); now.After(j.now) {
		j.now = now
	}
}

func unpackMessage(c *carry.Resuming, told, found *bool) (m *Message, number, parent uint64) {
	m = &Message{}
	number = c.Uint()
	m.key, m.host = c.Uint(), c.Uint()
	c.Flags(told, found, &m.SenderKnown, &m.Submitted, &m.Began, &m.Ended)
	for _, s := range m.texts() {
		*s = c.Text()
	}
	m.Bytes = c.Int()
	m.Direction = parsers.Direction(c.Below(uint64(parsers.DirectionInternal) + 1))
	m.Expected = int(c.Below(1 << 31))
	m.closed = parsers.Status(c.Below(uint64(parsers.StatusRemoved) + 1))
	m.last = c.Time()
	m.first = c.Origin()
	parent = c.Uint()
	for n := c.Count(); n > 0 && c.Err == nil; n-- {
		r := unpackRecipient(c)
		if m.find(r.Address) == nil {
			*m.Recipient(r.Address) = *r
		}
	}
	return m, number, parent
}

func unpackRecipient(c *carry.Resuming) *Recipient {
	r := &Recipient{}
	for _, s := range r.texts() {
		*s = c.Text()
	}
	r.Status = parsers.Status(c.Below(uint64(parsers.StatusRemoved) + 1))
	r.Failure = parsers.Failure(c.Below(uint64(parsers.FailureOther) + 1))
	c.Flags(&r.Local, &r.Handed, &r.Broke, &r.onward)
	r.place.When = c.Time()
	r.place.Origin = c.Origin()
	r.place.Repeat = int(c.Below(1 << 31))
	return r
}
