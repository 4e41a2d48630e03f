// Package syslog reads the wrappers that syslog daemons, journald and
// containers put round a line of a program, and hands what is within to the
// bodies: readers of the text of one mail server. Wrapper and body are
// recognised for each line, so that a mail.log that several programs share, or
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
//	2026:11:23-09:18:31 mail exim-out[3]: text                            Sophos UTM
//	[23/Nov/2026 09:18:31] text                                           Kerio's own logs
//	Nov 23 2026 09:18:31 mail …, Nov 23 09:18:31.266625 mail …, Nov 23 09:18:31 CET mail …   other daemons' stamps
//	Mon Nov 23 09:18:31 2026 mail.info postfix/smtp[3]: text              OpenWrt's logread
//	Nov 23 09:18:31 mail mail.info postfix/smtp[3]: text                  busybox, AIX (mail:info), Proofpoint
//	Mon 2026-11-23 09:18:31 UTC mail postfix/smtp[305]: text              journalctl -o short-full
//	1795425511.266625 mail postfix/smtp[305]: text                        journalctl -o short-unix
//	{"@timestamp":"…","host":{"name":"mail"},"message":"Nov 23 …"}        Filebeat, Vector, Fluentd: a line or its text within
//	… mail postfix/smtp[3]: message repeated 2 times: [ text]             rsyslog's reduction
//
// A line that has none of these, or whose program is nobody's, is searched for
// one within: see Search. Exports of log collectors are of CollectedFormat.
//
// A stamp without a year takes it from the piece's start and moves on from
// there; one without a zone is in the piece's location.
package syslog

import (
	"bytes"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
)

// A Record is one line without its wrapper. Host and Program are valid until the
// next call of Decode, Text as long as the line.
type Record struct {
	Time    time.Time // zero if the line has no stamp
	Host    []byte
	Program []byte // the tag up to "[" or ":", such as "postfix/smtp"; empty if it is lost
	Text    []byte // without leading blanks
	Repeat  int    // how often the line stands for itself, at least 1
	Line    int64  // number within the piece, from 1

	pid []byte // the text after Program, which may begin with its PID
	tag *tag   // of Program, nil if it was not looked for
}

// Ident returns what stands in brackets after Program, as "5d3f1.1801e10" of
// "dma[5d3f1.1801e10][2202]: text": programs put more than their PID there.
func (r *Record) Ident() []byte {
	if len(r.pid) == 0 || r.pid[0] != '[' {
		return nil
	}
	ident, _, _ := bytes.Cut(r.pid[1:], []byte("]"))
	return ident
}

// cutIdent takes what stands in brackets off a Program that was given apart from its
// text, as journald has it.
func (r *Record) cutIdent() {
	if i := bytes.IndexByte(r.Program, '['); i > 0 {
		r.Program, r.pid = r.Program[:i], r.Program[i:]
	}
}

// PID returns that of Program, as the tag of a traditional or RFC 3339 line has
// it, else nothing.
func (r *Record) PID() []byte { return pidBefore(r.pid) }

// Note returns the note that the body that claims all lines of the program made
// of it, 0 if there is none.
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
	// Claims reports whether a line of program with text is for this body, and
	// whether the answer is the same for every line of program.
	Claims(program, text []byte) (claimed, always bool)
	NewPiece(p parsers.Piece, sink parsers.Sink) BodyParser
	NewJoiner(sink parsers.Sink) parsers.Joiner
}

// A Selective body reads only lines whose text begins in one of the ways that
// Begins names. Most lines of a log do not, and are read no further.
type Selective interface {
	Body
	Begins() []Beginning
	// EndsWhole reports whether the end of text shows that no line of a delivery stands
	// after another one in it.
	EndsWhole(text []byte) bool
}

// A Beginning is a way in which a text begins: with a letter of First, and then
// one of Second.
type Beginning struct{ First, Second string }

// A BodyParser reads the records of one piece.
type BodyParser interface {
	Record(rec *Record)
	// EndBlock ends the block that the texts of the records were of: it is about
	// to be overwritten.
	EndBlock()
	// Tally is the one that Close returns, as far as it has got: a record that adds
	// neither to its Records nor to its Malformed was not understood.
	Tally() *parsers.Tally
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
	clock   clock
	usual   usual
	tags    [tagSlots]tag
	partial []byte // the beginning of a line that docker split
	dates   records.Dates
	// stranger are the lines of programs that no body claims and that are in tags no
	// more.
	stranger parsers.Programs
	// Wrapper is the outermost wrapper of the last line.
	Wrapper Wrapper
}

// NewDecoder returns a decoder for the lines of p.
func NewDecoder(p parsers.Piece) *Decoder {
	d := &Decoder{clock: newClock(p.Start, p.Location), dates: records.Dates{Order: p.DateOrder}}
	d.usual.heading = &d.usual.hosts[0]
	return d
}

// Decode takes the wrapper off line, which is without its line end. It returns
// false if line has none.
func (d *Decoder) Decode(line []byte, rec *Record) bool {
	if n := d.heading(line); n > 0 {
		rest := line[n:]
		if t, begin := d.usualTag(rest); t != nil && !isWrapped(rest[begin:]) {
			d.fill(rec, t, rest, begin)
			return true
		}
	}
	return d.decode(line, rec)
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
	rec.Text = bytes.TrimLeft(rest, " \t")
	rec.unrepeat()
	return true
}

// startsHeader reports the text of a line that may be a wrapped line itself. A
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
		if w, rest := d.colons(line, rec); w != WrapperNone {
			return w, rest
		}
	case c == '[':
		if w, rest := d.bracketed(line, rec); w != WrapperNone {
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
