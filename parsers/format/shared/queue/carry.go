package queue

import (
	"slices"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
)

// layout is the first number of what is carried over. What a version with
// another layout carried over is refused, and not misread: theirs began with the
// number of a message, which is far smaller.
const layout = 1<<63 | 5

// Carry implements carry.Carrier. A message goes with the source of its first
// line; with it go the hops before it that were emitted already.
func (j *Joiner) Carry(c *carry.Carrying) {
	if j.scattered { // all are read now
		j.scattered = false
		j.release()
	}
	all := j.left()
	w := carrier{Carrying: c, numbers: map[*Message]uint64{}}
	emitted := map[*Message]bool{}
	for _, x := range all {
		if x.m != nil {
			emitted[x.m] = false
		}
		if h := j.stored.beforeOf(x); h != nil {
			h.isParent = true
		}
	}
	for m, stored := range j.stored.each(all) {
		p := c.Source(m.first.Source)
		if len(p.B) == 0 {
			p.Uint(layout)
		}
		for h := range m.earlier {
			if _, known := emitted[h]; !known {
				emitted[h] = true
				w.message(p, h, true, j.isFound(h))
			}
		}
		w.message(p, m, false, stored || j.isFound(m))
		if stored {
			delete(w.numbers, m) // the next one has its memory
		}
	}
	c.Now(j.now)
}

// A carrier packs messages.
type carrier struct {
	*carry.Carrying
	numbers map[*Message]uint64
}

// view returns what may be carried over of m. What may not is left out of it, and it stays a
// message, so that the lines that follow find theirs.
func (w *carrier) view(m *Message) *Message {
	if w.Viewer == nil {
		return m
	}
	seen := *m
	visible := w.Viewer.MaySee(m.Sender, m.AuthUser)
	comesIn := slices.ContainsFunc(m.Recipients, func(r *Recipient) bool { return w.Viewer.MaySeeRecipient(false, r.Address, r.Orig) })
	if !visible || w.Viewer.IsOthers(m.AuthUser) {
		seen.AuthUser = ""
	}
	if !visible && (!comesIn || w.Viewer.IsOthers(m.Sender)) {
		seen.Sender, seen.MessageID = "", ""
	}
	seen.Recipients = slices.DeleteFunc(slices.Clone(m.Recipients), func(r *Recipient) bool { return !w.Viewer.MaySeeRecipient(visible, r.Address, r.Orig) })
	seen.complete = m.complete && len(seen.Recipients) > 0 // what the others' recipients got is no line that is lost
	return &seen
}

func (w *carrier) number(m *Message) uint64 {
	n, ok := w.numbers[m]
	if !ok {
		n = w.Number()
		w.numbers[m] = n
	}
	return n
}

// flags are what is true of m: carried over, and taken over from its later part.
func (m *Message) flags() [14]*bool {
	return [...]*bool{
		&m.SenderKnown, &m.Submitted, &m.PickedUp, &m.Began, &m.Ended, &m.entered, &m.over,
		&m.continued, &m.piped, &m.reinjected, &m.isParent, &m.Relayed, &m.complete, &m.split,
	}
}

// flags are what is true of r.
func (r *Recipient) flags() [9]*bool {
	return [...]*bool{&r.Local, &r.Piped, &r.Handed, &r.Broke, &r.Probe, &r.onward, &r.named, &r.SentOn, &r.Smarthost}
}

func packFlags(p *carry.Packer, flags []*bool) {
	on := make([]bool, len(flags))
	for i, f := range flags {
		on[i] = *f
	}
	p.Flags(on...)
}

// message packs m: emitted says that it is only there for the hops after it, and found
// that its id is still its own.
func (w *carrier) message(p *carry.Packer, m *Message, emitted, found bool) {
	p.Uint(w.number(m))
	before := m.before()
	m = w.view(m)
	p.Uint(m.key)
	p.Uint(m.host)
	p.Flags(emitted, found)
	packFlags(p, flagsOf(m))
	for _, s := range carriedTexts(m) {
		p.Text(*s)
	}
	p.Int(m.Bytes)
	p.Uint(uint64(m.Direction))
	p.Uint(uint64(m.Expected))
	p.Uint(uint64(m.closed))
	p.Time(m.firstTime)
	p.Time(m.last)
	w.Origin(p, m.first)
	if before != nil {
		p.Uint(w.number(before))
	} else {
		p.Uint(0)
	}
	p.Uint(uint64(len(m.Recipients)))
	for _, r := range m.Recipients {
		w.recipient(p, r)
	}
}

func flagsOf(m *Message) []*bool {
	all := m.flags()
	return all[:]
}

// carriedTexts are those of m but for its subject: subjects are kept nowhere.
func carriedTexts(m *Message) []*string {
	all := m.texts()
	return all[:len(all)-1]
}

func (w *carrier) recipient(p *carry.Packer, r *Recipient) {
	for _, s := range r.texts() {
		p.Text(*s)
	}
	packOutcome(p, r)
	w.Origin(p, r.place.Origin)
	p.Uint(uint64(max(0, r.place.Repeat)))
}

// packOutcome packs what became of the mail to r, and when.
func packOutcome(p *carry.Packer, r *Recipient) {
	p.Uint(uint64(r.Status))
	p.Uint(uint64(r.Failure))
	flags := r.flags()
	packFlags(p, flags[:])
	p.Time(r.place.When)
}

// unpackOutcome undoes packOutcome.
func unpackOutcome(u *carry.Unpacker, r *Recipient) {
	r.Status = parsers.Status(u.Below(parsers.Statuses))
	r.Failure = parsers.Failure(u.Below(uint64(parsers.FailureOther) + 1))
	flags := r.flags()
	u.Flags(flags[:]...)
	r.place.When = u.Time()
}

// Resume implements carry.Carrier.
func (j *Joiner) Resume(c *carry.Resuming) {
	if j.resumed == nil {
		j.resumed, j.before = map[uint64]*Message{}, map[*Message]uint64{}
	}
	if c.More() && c.Uint() != layout {
		c.Fail()
	}
	var all []*Message
	for c.More() {
		var emitted, found bool
		m, number, parent := unpackMessage(c, &emitted, &found)
		if c.Err != nil {
			break
		}
		if j.resumed[number] != nil {
			continue // a hop that two sources have
		}
		if emitted || m.isParent {
			j.resumed[number] = m
		}
		if parent != 0 {
			j.before[m] = parent
		}
		if !emitted {
			all = append(all, m)
			j.restore(m, found)
		}
	}
	for m, number := range j.before {
		if h := j.resumed[number]; h != nil && h != m {
			m.parent = h
			delete(j.before, m)
		}
	}
	for _, m := range all {
		j.reconnect(m)
	}
	if now := c.Now(); now.After(j.now) {
		j.now = now
	}
}

// restore puts m back to where Carry found it; found says that its id was still
// its own.
func (j *Joiner) restore(m *Message, found bool) {
	j.note(m.host, m.key)
	if found {
		j.add(m)
	} else {
		j.limbo = append(j.limbo, m)
	}
}

func unpackMessage(c *carry.Resuming, emitted, found *bool) (m *Message, number, parent uint64) {
	m = &Message{}
	number = c.Uint()
	m.key, m.host = c.Uint(), c.Uint()
	c.Flags(emitted, found)
	c.Flags(flagsOf(m)...)
	for _, s := range carriedTexts(m) {
		*s = c.Text()
	}
	m.Bytes = c.Int()
	m.Direction = parsers.Direction(c.Below(uint64(parsers.DirectionInternal) + 1))
	m.Expected = int(c.Below(1 << 31))
	m.closed = parsers.Status(c.Below(parsers.Statuses))
	m.firstTime, m.last = c.Time(), c.Time()
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
	unpackOutcome(c.Unpacker, r)
	r.place.Origin = c.Origin()
	r.place.Repeat = int(c.Below(1 << 31))
	return r
}
