package syslog

import (
	"bytes"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Most lines of a log concern nobody: what program they are of, and how the text
// behind its tag begins, tells. That is found out of many lines at a time, without
// a branch for each. Where the processor must guess which way a branch goes, and
// learns late that the guess was wrong, it has done for nothing what it began
// meanwhile, and a line takes three times as long.

// A heading is a traditional stamp and the host that a line begins with. Nearly all
// lines of a log have the same host.
type heading struct {
	length int           // of all; 0 where there is no heading
	host   [maxHost]byte // with the blanks round it
	free   [maxHost]byte // ones where host has nothing
}

// Bounds of what is found in many lines at a time, in bytes: the host with the
// blanks round it, and how far behind the heading the blank behind a tag is sought.
const (
	maxHost  = 32
	tagReach = 64
)

// newHeading returns the heading with a host that has its blanks round it; none
// if that is longer than most.
func newHeading(host []byte) heading {
	if len(host) > maxHost {
		return heading{}
	}
	h := heading{length: stampLength + len(host)}
	for i := copy(h.host[:], host); i < maxHost; i++ {
		h.free[i] = 0xff
	}
	return h
}

// A sweep looks for the lines of a window that concern somebody. The others are of
// the same second as the line before, and nobody needs their text.
type sweep struct {
	window   []byte
	ends     []uint16 // of its lines; at least one
	heading  *heading
	tags     *[tagSlots]tag
	concerns *[lines.MaxCuts]concern // those that are found
}

// A concern is a line of a window that must be looked at: its place, where it
// begins, where its text begins, and the place of its tag, of 16 bits each. There
// is no tag where the line is not of the second of the line before, or of no
// program that was met.
type concern uint64

const noTag = 0xffff

func (c concern) line() int  { return int(c & 0xffff) }
func (c concern) begin() int { return int(c >> 16 & 0xffff) }
func (c concern) text() int  { return int(c >> 32 & 0xffff) }
func (c concern) tag() int   { return int(c >> 48) }

func newConcern(line, begin, text, tag int) concern {
	return concern(line) | concern(begin)<<16 | concern(text)<<32 | concern(tag)<<48
}

// findPlainly is find without the help of the processor.
func (s *sweep) findPlainly() (n int) {
	begin := 0
	var stamp []byte // of the line before, nil where it has none
	var told uint8   // 1: of the second of the stamp, a line of somebody's is looked at
	for i, end := range s.ends {
		line, b := s.window[begin:end], s.window[begin:]
		c := newConcern(i, begin, 0, noTag)
		begin = int(end) + 1
		name, text := s.heading.tagOf(b)
		if text == 0 {
			stamp = nil
			s.concerns[n] = c
			n++
			continue
		}
		same := string(b[:stampLength]) == string(stamp)
		if stamp = b[:stampLength]; !same {
			told = 0
		}
		var letters [nameReach]byte
		w := wordsOf(&letters, uint8(copy(letters[:], name)))
		slot := slotOf(&w)
		t := &s.tags[slot]
		known := same && t.words == w && text+1 < len(line)
		tag := noTag
		if known {
			tag = int(slot)
		}
		s.concerns[n] = newConcern(i, c.begin(), text, tag)
		if !known || t.needs.of(b[text], b[text+1]) != 0 || t.owned&^told != 0 {
			n++
		}
		told |= t.owned
	}
	return n
}

// tagOf returns the name of the tag behind the heading, "name: " or "name[…]: ",
// and where the text behind it begins: 0 where b does not begin with the heading
// and such a tag, or is too short to tell.
func (h *heading) tagOf(b []byte) (name []byte, text int) {
	if len(b) < h.length+tagReach || string(b[stampLength:h.length]) != string(h.host[:h.length-stampLength]) {
		return nil, 0
	}
	tag := b[h.length : h.length+tagReach]
	blank, n := bytes.IndexByte(tag, ' '), bytes.IndexAny(tag[:nameReach], "[:")
	if blank < 1 || n < 1 || tag[blank-1] != ':' || blank-1 != n && (tag[n] != '[' || tag[blank-2] != ']') {
		return nil, 0
	}
	return tag[:n], h.length + blank + 1
}

// lines reads the lines of a window, which end at ends.
func (p *lineParser) lines(window []byte, ends []uint16) {
	d, before := p.decoder, p.tally.Lines
	if len(d.head) == 0 || d.heading.length != len(d.head) {
		p.linesFrom(0, window, ends)
		return
	}
	s := sweep{window, ends, &d.heading, &d.tags, &p.concerns}
	found := p.concerns[:s.find()]
	met := d.met
	for _, c := range found {
		p.tally.Lines = before + int64(c.line())
		line := lines.WithoutCR(window[c.begin():ends[c.line()]])
		if c.tag() != noTag && d.met == met && p.concern(line, c) {
			continue
		}
		if p.line(line); !hasHead(line, d.head) { // nor is what has the same stamp of the time of d.head
			p.linesFrom(c.line()+1, window, ends)
			return
		}
	}
	p.tally.Lines = before + int64(len(ends))
}

// linesFrom reads the lines from a place on one by one.
func (p *lineParser) linesFrom(place int, window []byte, ends []uint16) {
	begin := 0
	if place > 0 {
		begin = int(ends[place-1]) + 1
	}
	for _, end := range ends[place:] {
		p.line(lines.WithoutCR(window[begin:end]))
		begin = int(end) + 1
	}
}

// concern reads a line that concerns somebody. It is false where the line is not
// what it seems.
func (p *lineParser) concern(line []byte, c concern) bool {
	d := p.decoder
	t := &d.tags[c.tag()%tagSlots]
	text := line[c.text():]
	if t.body <= 0 || len(text) < 2 {
		return false
	}
	begins := t.needs.of(text[0], text[1])
	if begins&oddBits != 0 && isOdd(text) {
		return false
	}
	p.tally.Lines++
	p.seen(d.headTime)
	if begins == 0 {
		return true
	}
	r := &p.rec
	r.Time, r.Host, r.Program, r.Text, r.Repeat, r.Line = d.headTime, d.host[1:len(d.host)-1], t.name, text, 1, p.tally.Lines
	r.pid, r.tag, r.idle = line[d.heading.length+len(t.name):], t, false
	p.bodies[t.body-1].Record(r)
	return true
}
