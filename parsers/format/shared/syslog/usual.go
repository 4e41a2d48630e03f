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
	wrapper  Wrapper // WrapperTraditional or WrapperISO; WrapperNone where there is none
	*heading         // of the last line
	hosts    [maxHosts]heading
	next     int // the place in hosts for another one
}

// A heading is how the last line of a host began.
type heading struct {
	time time.Time // of the last line
	head []byte    // stamp and host, of a traditional line
	host []byte    // with the blanks round it
	name []byte    // of host
}

// maxHosts is how many hosts are known at a time: those that log to one file in
// turn. More of them take the careful way in turn.
const maxHosts = 8

// setHost makes host the usual one.
func (u *usual) setHost(host []byte) {
	for i := range u.hosts {
		if h := &u.hosts[i]; len(h.host) > 0 && string(h.name) == string(host) {
			u.heading = h
			return
		}
	}
	u.heading = &u.hosts[u.next%maxHosts]
	u.next++
	h := slices.Concat([]byte(" "), host, []byte(" "))
	*u.heading = heading{host: h, name: h[1 : len(h)-1]}
}

// findHost makes the host that b begins with, with the blanks round it, the usual one. It
// returns nil if that is not known.
func (u *usual) findHost(b []byte) []byte {
	if bytes.HasPrefix(b, u.host) {
		return u.host
	}
	for i := range u.hosts {
		if h := &u.hosts[i]; len(h.host) > 0 && bytes.HasPrefix(b, h.host) {
			u.heading = h
			return h.host
		}
	}
	return nil
}

// forget forgets the stamps of all hosts.
func (u *usual) forget() {
	for i := range u.hosts {
		u.hosts[i].head = u.hosts[i].head[:0]
	}
}

// sameHead returns the length of the stamp and the host that a block begins with if
// they are those of the line before, or of the last line of another host, else 0.
func (d *Decoder) sameHead(block []byte) int {
	u := &d.usual
	if hasHead(block, u.head) {
		return len(u.head)
	}
	return u.otherHead(block)
}

func (u *usual) otherHead(block []byte) int {
	for i := range min(u.next, maxHosts) {
		if h := &u.hosts[i]; hasHead(block, h.head) {
			u.heading = h
			return len(h.head)
		}
	}
	return 0
}

// heading returns the length of the stamp and the host of a usual line, and
// moves the time on; 0 for another line.
func (d *Decoder) heading(line []byte) int {
	if n := d.sameHead(line); n > 0 {
		return n
	}
	switch d.usual.wrapper {
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

// dayLength is the length of a traditional stamp without the time of day.
const dayLength = len("Nov 23")

func (d *Decoder) traditionalHeading(line []byte) int {
	u := &d.usual
	if len(line) <= stampLength {
		return 0
	}
	before := u.head
	host := u.findHost(line[stampLength:])
	if host == nil {
		return 0
	}
	t, ok := d.clock.traditional(line[:stampLength])
	if !ok {
		return 0
	}
	if len(before) < dayLength || string(before[:dayLength]) != string(line[:dayLength]) {
		u.forget() // the same stamp may be of another year
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

// fill makes a record of a usual line: rest begins with its tag, which is n bytes long.
func (d *Decoder) fill(rec *Record, t *tag, rest []byte, n int) {
	u := &d.usual
	d.Wrapper = u.wrapper
	if rec.Time != u.time {
		rec.Time = u.time
	}
	rec.Host, rec.Program, rec.Text, rec.Repeat = u.name, t.name, rest[n:], 1
	rec.pid, rec.tag = rest[len(t.name):], t
}

// A tag is what is known of a program by its name.
type tag struct {
	name  []byte
	words nameWords
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

// nameWords are the first, the middle and the last word of a name, which may overlap: all
// there is of most.
type nameWords struct{ first, middle, last uint64 }

const wordSize = 8

func wordsOf(name []byte) nameWords {
	n := len(name)
	if n >= wordSize {
		return nameWords{
			binary.LittleEndian.Uint64(name), binary.LittleEndian.Uint64(name[(n-wordSize)/2:]), binary.LittleEndian.Uint64(name[n-wordSize:]),
		}
	}
	if cap(name) >= wordSize { // of a line, most names are
		return nameWords{first: binary.LittleEndian.Uint64(name[:wordSize]) & (1<<(8*n) - 1), last: uint64(n)}
	}
	var whole [wordSize]byte
	copy(whole[:], name)
	return nameWords{first: binary.LittleEndian.Uint64(whole[:]), last: uint64(n)}
}

// slot spreads names.
func (w nameWords) slot() uint64 {
	return (w.first*0x9e3779b97f4a7c15 ^ w.last*0xbf58476d1ce4e5b9) >> 32 % tagSlots
}

// isOf reports whether t is the tag of a name.
func (t *tag) isOf(name []byte, words nameWords) bool {
	return t.words == words && len(t.name) == len(name) && (len(name) <= 3*wordSize || string(t.name) == string(name))
}

// tagNamed returns the tag of a name, nil if it is none.
func (d *Decoder) tagNamed(name []byte) *tag {
	words := wordsOf(name)
	if t := &d.tags[words.slot()]; t.isOf(name, words) {
		return t
	}
	return d.otherTag(name, words)
}

// otherTag returns the tag of a name that is not in its own slot.
func (d *Decoder) otherTag(name []byte, words nameWords) *tag {
	var t *tag
	for i := range uint64(maxProbes) {
		t = &d.tags[(words.slot()+i)%tagSlots]
		if t.isOf(name, words) {
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
	*t = tag{name: bytes.Clone(name), words: words}
	return t
}

// maxProbes is how many slots a name may be in. Where all are taken the last one
// changes hands.
const maxProbes = 4

// usualTag reads "tag[pid]: text" and "tag: text", and returns the length of what stands
// before the text; t is nil where the tag is of another shape.
func (d *Decoder) usualTag(b []byte) (t *tag, n int) {
	if open := bracketIn(b); open < nameReach {
		if end := pidEnd(b, open+1); end > 0 {
			if t := d.tagNamed(b[:open]); t != nil {
				return t, end + len("]: ")
			}
		}
	}
	end := bytes.IndexByte(b[:min(len(b), maxTag)], ' ')
	if end < 2 || end+1 >= len(b) || b[end-1] != ':' {
		return nil, 0
	}
	name := b[:end-1]
	if last := len(name) - 1; name[last] == ']' {
		open := bytes.IndexByte(name, '[')
		if open < 0 || bytes.IndexByte(name, ']') != last {
			return nil, 0
		}
		name = name[:open]
	}
	return d.tagNamed(name), end + 1
}

// nameReach is how far the PID of a program is sought: most names are shorter.
const nameReach = 4 * wordSize

// bracketIn returns the place of the first "[" of b, nameReach if it is not in reach. No
// branch depends on the place: no processor can foresee which program logs next.
func bracketIn(b []byte) int {
	if len(b) < nameReach {
		return nameReach
	}
	b = b[:nameReach]
	places := bracketsOf(b) | bracketsOf(b[wordSize:])<<8 | bracketsOf(b[2*wordSize:])<<16 | bracketsOf(b[3*wordSize:])<<24
	return bits.TrailingZeros32(places)
}

// pidEnd returns where the PID of "123]: text" at b[at:] ends, 0 if it is another text. It
// looks for the bracket in eight letters at a time: a byte that is zero after the
// exclusive-or is the lowest from which a borrow comes.
func pidEnd(b []byte, at int) int {
	if len(b) < at+wordSize+len("]: x") {
		return 0
	}
	n := zeroIn(binary.LittleEndian.Uint64(b[at:]) ^ ']'*ones)
	if end := at + n; 0 < n && n < wordSize && b[end+1] == ':' && b[end+2] == ' ' {
		return end
	}
	return 0
}

const ones, tops = 0x0101010101010101, 0x8080808080808080

// bracketsOf returns a bit for each "[" in the word that b begins with. Bits after the lowest
// one may be of other letters.
func bracketsOf(b []byte) uint32 {
	const gather = 0x0002040810204081 // the top bits of the bytes into the top byte
	x := binary.LittleEndian.Uint64(b) ^ '['*ones
	return uint32((x - ones) &^ x & tops * gather >> 56)
}

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

// wayOf returns a bit for each of the ways in which text, of two letters at least, begins.
func (b *beginnings) wayOf(text []byte) uint16 { return b.first[text[0]] & b.second[text[1]] }

// wrappedBeginnings are those of the texts that isWrapped reports: no Second is
// any letter.
var wrappedBeginnings = [...]Beginning{
	{" [", ""}, {"m", "e"}, {"JFMASOND", "aepuco"}, {"0123456789", "0123456789"},
}

// wrappedWays are the bits of wrappedBeginnings.
const wrappedWays = 1<<len(wrappedBeginnings) - 1

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
