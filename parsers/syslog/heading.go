package syslog

import (
	"bytes"
	"encoding/binary"

	"github.com/typoaudit/typoaudit/parsers"
)

// Most lines of a log are of no concern: what they are, and where the text behind
// their tags begins, tells. That is found out of many lines at a time, without a
// branch for each. Where the processor must guess which way a branch goes, and
// learns late that the guess was wrong, it has done for nothing what it began
// meanwhile, and a line takes three times as long.

// A heading is the stamp and the host that a line begins with. Nearly all lines
// of a log have the same host behind a stamp of the same length.
type heading struct {
	stamp  int           // length of the stamp
	length int           // of all; 0 where there is no heading
	host   [maxHost]byte // with the blanks round it
	free   [maxHost]byte // ones where host has nothing
}

// Bounds of what is found in many lines at a time, in bytes: the host with the
// blanks round it, and how far behind the heading the text may begin.
const (
	maxHost   = 32
	markReach = 64
)

// newHeading returns the heading of length bytes that ends with a host.
func newHeading(length int, host []byte) heading {
	h := heading{stamp: length - len(host), length: length}
	for i := copy(h.host[:], host); i < maxHost; i++ {
		h.free[i] = 0xff
	}
	return h
}

// A mark is what a line has behind the heading: "name: " or "name[…]: ", with a
// name of less than nameReach letters.
type mark struct {
	name uint8 // its length; 0 where a line is not so, or too near to the end of its window to tell
	text uint8 // where the text begins, behind the heading
}

// markSlow is mark without the help of the processor.
func (h *heading) markSlow(window []byte, ends []uint16, marks []mark) {
	begin := 0
	for i, end := range ends {
		marks[i] = mark{}
		if begin <= len(window)-h.length-markReach {
			marks[i] = h.markOf(window[begin : begin+h.length+markReach])
		}
		begin = int(end) + 1
	}
}

func (h *heading) markOf(b []byte) mark {
	if string(b[h.stamp:h.length]) != string(h.host[:h.length-h.stamp]) {
		return mark{}
	}
	b = b[h.length:]
	blank, name := bytes.IndexByte(b, ' '), bytes.IndexAny(b[:nameReach], "[:")
	if blank < 1 || name < 1 || b[blank-1] != ':' || blank-1 != name && (b[name] != '[' || b[blank-2] != ']') {
		return mark{}
	}
	return mark{uint8(name), uint8(blank + 1)}
}

// A concern is a line of a window that must be looked at.
type concern struct {
	line  uint16 // its place
	begin uint16 // where it begins
	text  uint16 // where its text begins, if tag is its tag
	tag   uint16 // place of its tag, if it is of the second of the line before; else noTag
}

const noTag = ^uint16(0)

// lines reads the lines of a window, which end at ends.
func (p *lineParser) lines(window []byte, ends []uint16) {
	d, before := p.decoder, p.tally.Lines
	concerns := p.concerning(window, ends)
	changes := d.changes
	for i := range concerns {
		c := &concerns[i]
		p.tally.Lines = before + int64(c.line)
		line := parsers.WithoutCR(window[c.begin:ends[c.line]])
		if c.tag == noTag || d.changes != changes || !p.concern(line, c) {
			p.line(line)
		}
	}
	p.tally.Lines = before + int64(len(ends))
}

// concerning returns the lines that must be looked at. The others are of the
// same second as the line before, and nobody needs their text.
func (p *lineParser) concerning(window []byte, ends []uint16) []concern {
	d := p.decoder
	marks := p.marks[:len(ends)]
	if len(d.head) == 0 || d.heading.length != len(d.head) {
		clear(marks)
	} else {
		d.heading.mark(window, ends, marks)
	}
	n, at := 0, d.heading.length
	var first, last uint64 // of the stamp of the line before
	var told uint8         // 1: a line of the same second, of a program of somebody's, is looked at
	begin := 0
	for i, e := range ends {
		c := &p.concerns[n]
		c.line, c.begin, c.tag = uint16(i), uint16(begin), noTag
		b, size := window[begin:], int(e)-begin
		begin = int(e) + 1
		m := marks[i]
		if m.name == 0 {
			first = 0
			n++
			continue
		}
		f, l := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[stampLength-8:])
		differs := f ^ first | l ^ last
		if first, last = f, l; differs != 0 {
			told = 0
		}
		w := wordsOf((*[nameReach]byte)(b[at:]), m.name)
		slot := slotOf(&w)
		t := &d.tags[slot]
		differs |= t.words[0] ^ w[0] | t.words[1] ^ w[1] | t.words[2] ^ w[2] | t.words[3] ^ w[3]
		text := at + int(m.text)
		if text+1 >= size {
			differs = 1
		}
		if c.text = uint16(text); differs == 0 {
			c.tag = uint16(slot)
		}
		look := t.owned &^ told
		if differs != 0 || t.needs.has(b[text], b[text+1]) {
			look = 1
		}
		told |= t.owned
		n += int(look)
	}
	return p.concerns[:n]
}

// concern reads a line that concerns somebody. It is false where the line is not
// what it seems.
func (p *lineParser) concern(line []byte, c *concern) bool {
	d := p.decoder
	t := &d.tags[c.tag%tagSlots]
	text := line[c.text:]
	if t.body <= 0 || len(text) < 2 || isOdd(text) {
		return false
	}
	p.tally.Lines++
	p.seen(d.headTime)
	if !t.needs.has(text[0], text[1]) {
		return true
	}
	r := &p.rec
	r.Time, r.Host, r.Program, r.Text, r.Repeat, r.Line = d.headTime, d.host[1:len(d.host)-1], t.name, text, 1, p.tally.Lines
	r.pid, r.tag, r.idle = line[d.heading.length+len(t.name):], t, false
	p.bodies[t.body-1].Record(r)
	return true
}
