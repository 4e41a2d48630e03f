package syslog

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
	"time"
)

// Nearly all lines of a log are of the shape and host of the line before, most
// are of its second, and of a program that was seen before. They are compared
// with that, and read no further than the first letters of their text where
// those show that nobody reads it. All others take the careful way.

// A usual is how the last line of the usual shape began.
type usual struct {
	wrapper Wrapper   // WrapperTraditional or WrapperISO; WrapperNone where there is none
	time    time.Time // of the last line
	head    []byte    // stamp and host, of a traditional line
	host    []byte    // with the blanks round it
	hosts   [maxHosts][]byte
	next    int // the place in hosts for another one
}

// maxHosts is how many hosts are known at a time: those that log to one file in
// turn. More of them take the careful way in turn.
const maxHosts = 8

// setHost makes host the usual one.
func (u *usual) setHost(host []byte) {
	for _, h := range u.hosts {
		if len(h) == len(host)+2 && string(h[1:len(h)-1]) == string(host) {
			u.host = h
			return
		}
	}
	u.host = slices.Concat([]byte(" "), host, []byte(" "))
	u.hosts[u.next%maxHosts] = u.host
	u.next++
}

// findHost returns the host that b begins with, with the blanks round it; nil if
// it is not known.
func (u *usual) findHost(b []byte) []byte {
	if bytes.HasPrefix(b, u.host) {
		return u.host
	}
	for _, h := range u.hosts {
		if len(h) > 0 && bytes.HasPrefix(b, h) {
			u.host = h
			return h
		}
	}
	return nil
}

// sameHead returns the length of the stamp and the host that a block begins with if
// they are those of the line before, else 0.
func (d *Decoder) sameHead(block []byte) int {
	if hasHead(block, d.usual.head) {
		return len(d.usual.head)
	}
	return 0
}

// heading returns the length of the stamp and the host of a usual line, and
// moves the time on; 0 for another line.
func (d *Decoder) heading(line []byte) int {
	u := &d.usual
	if hasHead(line, u.head) {
		return len(u.head)
	}
	switch u.wrapper {
	case WrapperTraditional:
		return d.traditionalHeading(line)
	case WrapperISO:
		return d.isoHeading(line)
	}
	return 0
}

// hasHead reports whether line begins with head, if there is one, and goes on. A
// head is no shorter than a word. Most lines have it: this takes no call.
func hasHead(line, head []byte) bool {
	n := len(head)
	if n == 0 || len(line) <= n {
		return false
	}
	differs := binary.LittleEndian.Uint64(line[n-wordSize:]) ^ binary.LittleEndian.Uint64(head[n-wordSize:])
	for i := 0; i < n-wordSize; i += wordSize {
		differs |= binary.LittleEndian.Uint64(line[i:]) ^ binary.LittleEndian.Uint64(head[i:])
	}
	return differs == 0
}

func (d *Decoder) traditionalHeading(line []byte) int {
	u := &d.usual
	if len(line) <= stampLength {
		return 0
	}
	host := u.findHost(line[stampLength:])
	if host == nil {
		return 0
	}
	t, ok := d.clock.traditional(line[:stampLength])
	if !ok {
		return 0
	}
	u.time = t
	u.head = append(append(u.head[:0], line[:stampLength]...), host...)
	return len(u.head)
}

// maxStamp is the length of the longest RFC 3339 stamp, and the blank after it.
const maxStamp = len("2026-11-23T09:18:31.123456789+00:00 ")

func (d *Decoder) isoHeading(line []byte) int {
	u := &d.usual
	end := bytes.IndexByte(line[:min(len(line), maxStamp)], ' ')
	if end < 0 {
		return 0
	}
	host := u.findHost(line[end:])
	if host == nil {
		return 0
	}
	t, ok := d.clock.iso(line[:end])
	if !ok {
		return 0
	}
	u.time = t
	return end + len(host)
}

// fill makes a record of a usual line; rest begins with its tag.
func (d *Decoder) fill(rec *Record, t *tag, rest, text []byte) {
	u := &d.usual
	d.Wrapper = u.wrapper
	rec.Time = u.time
	rec.Host, rec.Program, rec.Text, rec.Repeat = u.host[1:len(u.host)-1], t.name, text, 1
	rec.pid, rec.tag = rest[len(t.name):], t
}

// A tag is what is known of a program by its name.
type tag struct {
	name []byte
	ends nameEnds
	// body is the number of the body that claims all its lines and 1; 0 if that
	// is not known, nobodys if none does.
	body  int8
	note  uint8       // of that body: see Record.Note
	kind  uint8       // what a program is that none claims, see companion.go
	never uint32      // the bodies that claim none of its lines, by their number
	read  *beginnings // of the texts that must be read, nil if all of them
	lines int64       // that no body claimed
}

const nobodys = -1

// tagSlots is how many programs are known at a time, a power of two: a log has
// some ten.
const tagSlots = 256

// A nameEnds is the first and the last word of a name: all there is of most.
type nameEnds struct{ first, last uint64 }

const wordSize = 8

func endsOf(name []byte) nameEnds {
	n := len(name)
	if n >= wordSize {
		return nameEnds{binary.LittleEndian.Uint64(name), binary.LittleEndian.Uint64(name[n-wordSize:])}
	}
	var whole [wordSize]byte
	copy(whole[:], name)
	return nameEnds{binary.LittleEndian.Uint64(whole[:]), uint64(n)}
}

// slot spreads names.
func (e nameEnds) slot() uint64 {
	return (e.first*0x9e3779b97f4a7c15 ^ e.last*0xbf58476d1ce4e5b9) >> 32 % tagSlots
}

// tagNamed returns the tag of a name, nil if it is none.
func (d *Decoder) tagNamed(name []byte) *tag {
	ends := endsOf(name)
	slot := ends.slot()
	t := &d.tags[slot]
	for i := range uint64(maxProbes) {
		t = &d.tags[(slot+i)%tagSlots]
		if t.ends == ends && len(t.name) == len(name) && (len(name) <= 2*wordSize || string(t.name) == string(name)) {
			return t
		}
		if len(t.name) == 0 {
			break
		}
	}
	if !isTag(name) || bytes.ContainsAny(name, ":[") {
		return nil
	}
	d.stranger.Add(string(t.name), t.lines)
	*t = tag{name: bytes.Clone(name), ends: ends}
	return t
}

// maxProbes is how many slots a name may be in. Where all are taken the last one
// changes hands.
const maxProbes = 4

// usualTag reads "tag[pid]: text" and "tag: text"; t is nil where the tag is of
// another shape.
func (d *Decoder) usualTag(b []byte) (t *tag, text []byte) {
	for i := wordSize; i < nameReach && i+wordSize <= len(b); i += wordSize {
		if n := zeroIn(binary.LittleEndian.Uint64(b[i:]) ^ '['*ones); n < wordSize {
			open := i + n
			if n := pidLength(b[open+1:]); n > 0 {
				if t := d.tagNamed(b[:open]); t != nil {
					return t, b[open+1+n+len("]: "):]
				}
			}
			break
		}
	}
	end := bytes.IndexByte(b[:min(len(b), maxTag)], ' ')
	if end < 2 || end+1 >= len(b) || b[end-1] != ':' {
		return nil, nil
	}
	name := b[:end-1]
	if last := len(name) - 1; name[last] == ']' {
		open := bytes.IndexByte(name, '[')
		if open < 0 || bytes.IndexByte(name, ']') != last {
			return nil, nil
		}
		name = name[:open]
	}
	return d.tagNamed(name), b[end+1:]
}

// nameReach is how far the PID of a program is sought: most names are shorter.
const nameReach = 40

// pidLength returns the length of the PID of "123]: text", 0 if b is another
// text. It looks for the bracket in eight letters at a time: a byte that is
// zero after the exclusive-or is the lowest from which a borrow comes.
func pidLength(b []byte) int {
	if len(b) < wordSize+len("]: x") {
		return 0
	}
	n := zeroIn(binary.LittleEndian.Uint64(b) ^ ']'*ones)
	if n < wordSize && b[n+1] == ':' && b[n+2] == ' ' {
		return n
	}
	return 0
}

const ones, tops = 0x0101010101010101, 0x8080808080808080

// zeroIn returns the place of the lowest byte of x that is zero, wordSize if none is.
func zeroIn(x uint64) int { return bits.TrailingZeros64((x-ones)&^x&tops) / 8 }

// beginnings are the two letters that texts begin with.
type beginnings struct {
	first, second [256]uint16 // a bit for each Beginning that a letter belongs to
}

// newBeginnings returns the beginnings of texts that a body reads, or that wrap
// another line; there may be a dozen.
func newBeginnings(all ...Beginning) *beginnings {
	var b beginnings
	for i, way := range slices.Concat(wrappedBeginnings[:], all) {
		bit := uint16(1) << i
		for _, c := range []byte(way.First) {
			b.first[c] |= bit
		}
		for _, c := range []byte(way.Second) {
			b.second[c] |= bit
		}
		if way.Second == "" {
			for c := range b.second {
				b.second[c] |= bit
			}
		}
	}
	return &b
}

// begins reports whether text, of two letters at least, begins in one of the
// ways.
func (b *beginnings) begins(text []byte) bool { return b.first[text[0]]&b.second[text[1]] != 0 }

// wrappedBeginnings are those of the texts that isWrapped reports: no Second is
// any letter.
var wrappedBeginnings = [...]Beginning{
	{" [", ""}, {"m", "e"}, {"JFMASOND", "aepuco"}, {"0123456789", "0123456789"},
}

// isWrapped reports a text that is not yet the program's own: it has blanks
// before it, stands for several lines, or is a line itself.
func isWrapped(text []byte) bool {
	switch text[0] {
	case ' ', '[':
		return true
	case 'm':
		return bytes.HasPrefix(text, []byte("message repeated "))
	}
	return startsHeader(text)
}
