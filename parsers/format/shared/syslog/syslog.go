// Package syslog reads the wrappers that syslog daemons, journald and
// containers put round a line of a program, and hands what is within to the
// bodies: readers of the text of one mail server. Wrapper and body are told
// apart for each line, so that a mail.log that several programs share, or
// whose stamps changed with an upgrade, is normal.
//
//	Nov 23 09:18:31 mail postfix/smtp[305]: text                          RFC 3164, rsyslog's traditional format
//	<22>Nov 23 09:18:31 mail postfix/smtp[305]: [ID 197553 mail.info] text  as sent; with Solaris' message id
//	2026-11-23T09:18:31.266625+00:00 mail postfix/smtp[305]: text         RFC 3339: rsyslog's default, journalctl -o short-iso
//	<22>1 2026-11-23T09:18:31.266625+00:00 mail postfix 305 - -  text     RFC 5424
//	{"__REALTIME_TIMESTAMP":"1795…","SYSLOG_IDENTIFIER":"postfix/smtp","MESSAGE":"text"}   journalctl -o json
//	{"log":"2026-11-23T09:18:31+00:00 mail postfix/smtp[3]: text\n","stream":"stdout","time":"…"}   docker json-file
//	{"@timestamp":"…","host":"mail","program":"postfix","tag":"postfix\/smtp[305]:","message":" text"}   rsyslog's jsonf templates
//	__REALTIME_TIMESTAMP=1795…, MESSAGE=text, an empty line               journalctl -o export: see ExportFormat
//	2026-11-23T09:18:31.1Z stdout F postfix/smtp[3]: text                 Kubernetes (CRI) logs
//	postfix/smtp[3]: text                                                 no wrapper
//	May 02 22:56:21 host docker[32360]: May  2 20:56:21 mail postfix/smtp[3]: text   syslog within syslog
//	2026-11-23T09:18:31.123456789Z Nov 23 09:18:31 mail postfix/smtp[3]: text         docker logs -t
//	mailserver  | Nov 23 09:18:31 mail postfix/smtp[3]: text              docker compose logs
//	mail.log.1:123:Nov 23 09:18:31 mail postfix/smtp[3]: text             what grep found in several files
//	Nov 23 2026 09:18:31 mail …, Nov 23 09:18:31.266625 mail …, Nov 23 09:18:31 CET mail …   other daemons' stamps
//	Mon Nov 23 09:18:31 2026 mail.info postfix/smtp[3]: text              OpenWrt's logread
//	Nov 23 09:18:31 mail mail.info postfix/smtp[3]: text                  busybox, AIX (mail:info), Proofpoint
//	Mon 2026-11-23 09:18:31 UTC mail postfix/smtp[305]: text              journalctl -o short-full
//	1795425511.266625 mail postfix/smtp[305]: text                        journalctl -o short-unix
//	{"@timestamp":"…","host":{"name":"mail"},"message":"Nov 23 …"}        Filebeat, Vector, Fluentd: a line or its text within
//	… mail postfix/smtp[3]: message repeated 2 times: [ text]             rsyslog's reduction
//
// A stamp without a year takes it from the piece's start and moves on from
// there; one without a zone is in the piece's location.
package syslog

import (
	"bytes"
	"encoding/binary"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// A Record is one line without its wrapper. The slices are valid until the
// next call of Decode.
type Record struct {
	Time    time.Time // zero if the line has no stamp
	Host    []byte
	Program []byte // the tag up to "[" or ":", such as "postfix/smtp"; empty if it is lost
	Text    []byte // without leading blanks
	Repeat  int    // how often the line stands for itself, at least 1
	Line    int64  // number within the piece, from 1

	pid []byte // what stands behind Program, where that may be its PID
	tag *tag   // what is known of Program, nil if it was not looked for
	// idle tells a line that its body has no need of: Time and tag are all that was
	// read of it.
	idle bool
}

// PID returns that of Program, as the tag of a traditional or RFC 3339 line has
// it, else nothing.
func (r *Record) PID() []byte { return pidBehind(r.pid) }

// Note returns what the body that claims all lines of the program noted of it,
// 0 if that is nothing.
func (r *Record) Note() uint8 {
	if r.tag == nil {
		return 0
	}
	return r.tag.note
}

// SetNote notes something of the program for its next lines, if all of them are
// for one body.
func (r *Record) SetNote(note uint8) {
	if r.tag != nil && r.tag.body > 0 {
		r.tag.note = note
	}
}

// A Body reads the text of one mail server.
type Body interface {
	Name() string
	Title() string
	// Claims tells whether a line of program with text is for this body, and
	// whether it says the same of every line of program.
	Claims(program, text []byte) (claimed, always bool)
	NewPiece(p parsers.Piece, sink parsers.Sink) BodyParser
	NewJoiner(sink parsers.Sink) parsers.Joiner
}

// A Choosy body has no need of lines whose text begins otherwise than Begins tells,
// which are most.
type Choosy interface{ Begins() []Beginning }

// A Beginning is what the first two letters of a text may be: one of First, and one
// of Second behind it.
type Beginning struct{ First, Second string }

// A BodyParser reads the records of one piece.
type BodyParser interface {
	Record(rec *Record)
	Close() (parsers.Tally, parsers.Rest)
}

// A Wrapper is a shape of line.
type Wrapper uint8

// The wrappers.
const (
	WrapperNone Wrapper = iota
	WrapperTraditional
	WrapperISO
	WrapperRFC5424
	WrapperJournald
	WrapperDocker
	WrapperJSON
	WrapperCRI
	WrapperBare
	WrapperDated
	WrapperPrefix
)

var wrapperNames = [...]string{
	"", "traditional syslog", "RFC 3339 syslog", "RFC 5424 syslog", "journald JSON", "docker json-file", "syslog in JSON", "CRI", "no wrapper",
	"syslog with a year", "a name before each line",
}

func (w Wrapper) String() string { return wrapperNames[w] }

// maxNesting is how many wrappers are taken off a line: a container's log
// collected by the host's syslog, and one to spare.
const maxNesting = 3

// A Decoder takes the wrapper off the lines of one piece.
type Decoder struct {
	clock    clock
	host     []byte // of the last line of the usual shape, between blanks
	head     []byte // stamp and host of that line, if it is traditional
	headTime time.Time
	heading  heading // what head is but for the time
	tags     [tagSlots]tag
	met      int    // how often a tag came into tags
	scratch  []byte // of unescaped JSON
	partial  []byte // the beginning of a line that docker split
	// Wrapper is the outermost wrapper of the last line.
	Wrapper Wrapper
}

// NewDecoder returns a decoder for the lines of p.
func NewDecoder(p parsers.Piece) *Decoder {
	d := &Decoder{clock: newClock(p.Start, p.Location)}
	for i := range d.tags {
		d.tags[i].needs = everything
	}
	return d
}

// Decode takes the wrapper off line, which is without its line end. It returns
// false if line has none.
func (d *Decoder) Decode(line []byte, rec *Record) bool {
	if d.again(line, rec) {
		return true
	}
	return d.decode(line, rec)
}

// again decodes a line of the same host as the one before, as most are.
func (d *Decoder) again(line []byte, rec *Record) bool {
	w, t, n := WrapperTraditional, d.headTime, len(d.head)
	if !hasHead(line, d.head) {
		var ok bool
		if w, t, n, ok = d.nextSecond(line); !ok {
			return false
		}
	}
	tag, text := d.knownTag(line[n:])
	if tag == nil {
		return false
	}
	if rec.idle = len(text) > 1 && tag.needs.of(text[0], text[1]) == 0; !rec.idle {
		if isOdd(text) {
			return false
		}
		rec.Host, rec.Program, rec.pid, rec.Text, rec.Repeat = d.host[1:len(d.host)-1], tag.name, line[n+len(tag.name):], text, 1
	}
	rec.Time, rec.tag, d.Wrapper = t, tag, w
	return true
}

// hasHead tells a line that begins with head, if there is one, and goes on. A head
// is no shorter than a word. Most lines have it: it takes no call.
func hasHead(line, head []byte) bool {
	n := len(head)
	if n == 0 || len(line) <= n {
		return false
	}
	differ := binary.LittleEndian.Uint64(line[n-8:]) ^ binary.LittleEndian.Uint64(head[n-8:])
	for i := 0; i < n-8; i += 8 {
		differ |= binary.LittleEndian.Uint64(line[i:]) ^ binary.LittleEndian.Uint64(head[i:])
	}
	return differ == 0
}

// oddBeginnings are those of the texts that isOdd tells.
var oddBeginnings = [...]Beginning{
	{" [", anyLetter}, {"m", "e"}, {"JFMASOND", "aepuco"}, {digits, digits},
}

const digits = "0123456789"

// anyLetter has all letters.
var anyLetter = func() string {
	var all [256]byte
	for c := range all {
		all[c] = byte(c)
	}
	return string(all[:])
}()

// oddBits are the bits of oddBeginnings in needs.
const oddBits = 1<<len(oddBeginnings) - 1

// isOdd tells the text behind a tag that is not all there is to say of a line.
func isOdd(text []byte) bool {
	switch text[0] {
	case ' ', '[':
		return true
	case 'm':
		return bytes.HasPrefix(text, []byte("message repeated "))
	}
	return startsHeader(text)
}

// nextSecond reads a stamp of the shape of the last one and the same host at
// the start of line, and tells their length.
func (d *Decoder) nextSecond(line []byte) (w Wrapper, t time.Time, n int, ok bool) {
	switch {
	case len(d.host) == 0:
	case len(d.head) > 0:
		if n = len(d.head); len(line) > n && string(line[stampLength:n]) == string(d.host) {
			if t, ok = d.clock.traditional(line[:stampLength]); ok {
				copy(d.head, line[:stampLength])
				d.headTime = t
			}
		}
		return WrapperTraditional, t, n, ok
	default:
		if t, n, ok = d.clock.isoAgain(line); ok && bytes.HasPrefix(line[n:], d.host) {
			return WrapperISO, t, n + len(d.host), true
		}
	}
	return WrapperNone, t, 0, false
}

// A tag is what is known of a program by its name.
type tag struct {
	name  []byte
	words words // of name
	// body is the number of the body that claims all its lines and 1; 0 if that
	// is not known, nobodys if none does.
	body  int8
	note  uint8 // of that body: see Record.Note
	owned uint8 // 1 if somebody claims it, or may
	needs *needs
}

// words are the first letters of a name, and zeros behind it.
type words [nameReach / 8]uint64

// nameReach is how many letters tell most names apart.
const nameReach = 32

// keep are the letters to keep of a name, by its length.
var keep = func() (k [nameReach + 1]words) {
	for n := range k {
		for i := range n {
			k[n][i/8] |= 0xff << (8 * (i % 8))
		}
	}
	return k
}()

// wordsOf returns the words of a name of n letters, which may have others behind
// it.
func wordsOf(name *[nameReach]byte, n uint8) words {
	k := &keep[n]
	return words{
		binary.LittleEndian.Uint64(name[0:]) & k[0], binary.LittleEndian.Uint64(name[8:]) & k[1],
		binary.LittleEndian.Uint64(name[16:]) & k[2], binary.LittleEndian.Uint64(name[24:]) & k[3],
	}
}

// needs are what the lines of a program begin with that must be looked at.
type needs struct {
	first, second [256]uint16 // a bit for each beginning that a letter belongs to
}

// of returns the bits of the beginnings that two letters are; 0: nobody needs the
// line.
func (n *needs) of(first, second byte) uint16 { return n.first[first] & n.second[second] }

// newNeeds returns what begins in one of some ways, of which there are no more than
// a dozen, or is odd.
func newNeeds(beginnings ...Beginning) *needs {
	var n needs
	for i, b := range slices.Concat(oddBeginnings[:], beginnings) {
		bit := uint16(1) << i
		for i := range len(b.First) {
			n.first[b.First[i]] |= bit
		}
		for i := range len(b.Second) {
			n.second[b.Second[i]] |= bit
		}
	}
	return &n
}

var (
	everything = newNeeds(Beginning{anyLetter, anyLetter})
	oddTexts   = newNeeds()
)

const nobodys = -1

// tagSlots is how many programs are remembered, a power of two: a log has some
// ten.
const tagSlots = 256

// slotOf spreads names by their words.
func slotOf(w *words) uint64 {
	return ((w[0]^w[3])*slotFactor0 + (w[1]^w[2])*slotFactor1) >> (64 - 8) % tagSlots
}

const slotFactor0, slotFactor1 = 0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9

// knownTag reads "tag[pid]: text" and "tag: text" of a program that was met
// before, or is of the usual shape; else t is nil.
func (d *Decoder) knownTag(b []byte) (t *tag, text []byte) {
	end := bytes.IndexByte(b[:min(len(b), maxTag)], ' ')
	if end < 2 || end+1 >= len(b) || b[end-1] != ':' {
		return nil, nil
	}
	name := b[:end-1]
	if last := len(name) - 1; name[last] == ']' {
		open := bytes.IndexByte(name, '[')
		if open < 0 {
			return nil, nil
		}
		name = name[:open]
	}
	return d.tagNamed(name), b[end+1:]
}

// tagNamed returns the tag of a name, nil if it is none.
func (d *Decoder) tagNamed(name []byte) *tag {
	var begin [nameReach]byte
	w := wordsOf(&begin, uint8(copy(begin[:], name)))
	t := &d.tags[slotOf(&w)]
	if t.words != w || len(t.name) != len(name) || len(name) > nameReach && string(t.name) != string(name) {
		if !isTag(name) || bytes.ContainsAny(name, ":[") {
			return nil
		}
		*t = tag{name: bytes.Clone(name), words: w, owned: 1, needs: everything}
		d.met++
	}
	return t
}

func (d *Decoder) decode(line []byte, rec *Record) bool {
	*rec = Record{Repeat: 1, Line: rec.Line}
	d.Wrapper = WrapperNone
	rest := line
	for range maxNesting {
		w, inner := d.unwrap(rest, rec)
		if w == WrapperNone {
			break
		}
		if d.Wrapper == WrapperNone {
			d.Wrapper = w
		}
		if rest = inner; w == WrapperJournald || len(rec.Program) > 0 && !startsHeader(rest) {
			break
		}
	}
	if d.Wrapper == WrapperNone {
		return false
	}
	rec.Text = bytes.TrimLeft(rest, " ")
	rec.unrepeat()
	return true
}

// startsHeader tells the text of a line that may be a wrapped line itself. A
// stamp with a blank instead of the T is one that the program wrote, as Exim
// does.
func startsHeader(text []byte) bool {
	return len(text) > 0 && text[0]-'A' < 26 && monthOf(text) > 0 || len(text) > len("2026-11-23T") && text[4] == '-' && text[7] == '-' && text[10] == 'T' && isDigit(text[0]) && isDigit(text[9])
}

// unwrap takes one wrapper off line.
func (d *Decoder) unwrap(line []byte, rec *Record) (Wrapper, []byte) {
	if len(line) == 0 {
		return WrapperNone, nil
	}
	switch c := line[0]; {
	case c == '{':
		return d.object(line, rec)
	case c == '<':
		rest, ok := cutPriority(line)
		if !ok {
			return WrapperNone, nil
		}
		if len(rest) > 2 && rest[0] == '1' && rest[1] == ' ' {
			return d.rfc5424(rest[2:], rec)
		}
		return d.unwrap(rest, rec)
	case isDigit(c):
		if w, rest := d.iso(line, rec); w != WrapperNone {
			return w, rest
		}
		if w, rest := d.unix(line, rec); w != WrapperNone {
			return w, rest
		}
	case c-'A' < 26:
		if w, rest := d.traditional(line, rec); w != WrapperNone {
			return w, rest
		}
		if w, rest := d.dated(line, rec); w != WrapperNone {
			return w, rest
		}
	}
	if rest, ok := cutPrefix(line); ok {
		return WrapperPrefix, rest
	}
	return bare(line, rec)
}
