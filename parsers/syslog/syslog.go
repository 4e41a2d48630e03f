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
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// A Record is one line without its wrapper. The slices are valid until the
// next call of Decode.
type Record struct {
	Time    time.Time // zero if the line has no stamp
	Host    []byte
	Program []byte // the tag up to "[" or ":", such as "postfix/smtp"; empty if it is lost
	PID     []byte // as the tag of a traditional or RFC 3339 line has it; else empty
	Text    []byte // without leading blanks
	Repeat  int    // how often the line stands for itself, at least 1
	Line    int64  // number within the piece, from 1

	tag *tag // what is known of Program, nil if it was not looked for
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
	clock   clock
	host    []byte // of the last line of the usual shape, between blanks
	tags    [tagSlots]tag
	scratch []byte // of unescaped JSON
	partial []byte // the beginning of a line that docker split
	// Wrapper is the outermost wrapper of the last line.
	Wrapper Wrapper
}

// NewDecoder returns a decoder for the lines of p.
func NewDecoder(p parsers.Piece) *Decoder {
	return &Decoder{clock: newClock(p.Start, p.Location)}
}

// Decode takes the wrapper off line, which is without its line end. It returns
// false if line has none.
func (d *Decoder) Decode(line []byte, rec *Record) bool {
	if d.again(line, rec) {
		return true
	}
	return d.decode(line, rec)
}

// stampLength is that of "Nov 23 09:18:31".
const stampLength = 15

// again decodes a line of the same second and host as one before, as most are.
func (d *Decoder) again(line []byte, rec *Record) bool {
	if len(d.host) == 0 || len(line) <= stampLength+len(d.host) {
		return false
	}
	w, t, n := WrapperTraditional, d.clock.lastTime, stampLength
	if string(line[:stampLength]) != string(d.clock.lastText[:stampLength]) {
		var ok bool
		if t, n, ok = d.clock.isoAgain(line); !ok {
			return false
		}
		w = WrapperISO
	}
	rest, ok := bytes.CutPrefix(line[n:], d.host)
	if !ok {
		return false
	}
	tag, pid, text, ok := d.knownTag(rest)
	if !ok || text[0] == ' ' || text[0] == '[' || startsHeader(text) || text[0] == 'm' && bytes.HasPrefix(text, []byte("message repeated ")) {
		return false
	}
	rec.Time, rec.Host, rec.Program, rec.PID, rec.Text, rec.Repeat, rec.tag = t, d.host[1:len(d.host)-1], tag.name, pid, text, 1, tag
	d.Wrapper = w
	return true
}

// A tag is what is known of a program by its name.
type tag struct {
	name []byte
	// body is the number of the body that claims all its lines and 1; 0 if that
	// is not known, nobodys if none does.
	body int8
}

const nobodys = -1

// tagSlots is how many programs are remembered: a log has some ten.
const tagSlots = 64

// slotOf spreads names by their length and end, where they differ.
func slotOf(name []byte) int {
	n := len(name)
	return (n*5 + int(name[n-1]) + 7*int(name[max(0, n-4)])) % tagSlots
}

// knownTag reads "tag[pid]: text" and "tag: text" of a program that was met
// before, or is of the usual shape.
func (d *Decoder) knownTag(b []byte) (t *tag, pid, text []byte, ok bool) {
	end := bytes.IndexByte(b[:min(len(b), maxTag)], ':')
	if end < 2 || end+2 >= len(b) || b[end+1] != ' ' {
		return nil, nil, nil, false
	}
	open := end
	if b[end-1] == ']' {
		for open = end - 2; open > 0 && isDigit(b[open]); open-- {
		}
		if b[open] != '[' || open == 0 {
			return nil, nil, nil, false
		}
		pid = b[open+1 : end-1]
	}
	name := b[:open]
	t = &d.tags[slotOf(name)]
	if string(name) != string(t.name) {
		if !isTag(name) || bytes.IndexByte(name, '[') >= 0 {
			return nil, nil, nil, false
		}
		*t = tag{name: bytes.Clone(name)}
	}
	return t, pid, b[end+2:], true
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

// cutPriority takes off "<PRI>" (RFC 5424 section 6.2.1).
func cutPriority(line []byte) ([]byte, bool) {
	for i := 1; i < len(line) && i <= 4; i++ {
		if line[i] == '>' && i > 1 {
			return line[i+1:], len(line) > i+1 && line[i+1] != '<'
		}
		if !isDigit(line[i]) {
			break
		}
	}
	return nil, false
}

func isDigit(c byte) bool { return c-'0' < 10 }

// traditional reads "Nov 23 09:18:31 host tag[pid]: text".
func (d *Decoder) traditional(line []byte, rec *Record) (Wrapper, []byte) {
	const stamp = len("Nov 23 09:18:31")
	if len(line) < stamp+1 || line[stamp] != ' ' && line[stamp] != '.' {
		return WrapperNone, nil
	}
	t, ok := d.clock.traditional(line[:stamp])
	if !ok {
		return WrapperNone, nil
	}
	nanos, n, ok := fraction(line[stamp:])
	rest := line[stamp+n:]
	if !ok || len(rest) == 0 || rest[0] != ' ' {
		return WrapperNone, nil
	}
	t = t.Add(time.Duration(nanos))
	rest = rest[1:]
	if year, after, ok := cutYear(rest); ok {
		rec.setTime(t.AddDate(year-t.Year(), 0, 0))
		return WrapperDated, d.hostAndTag(after, rec)
	}
	t, rest = cutZone(t, rest)
	rec.setTime(t)
	return WrapperTraditional, d.hostAndTag(rest, rec)
}

// iso reads "2026-11-23T09:18:31.266625+00:00 host tag[pid]: text", and CRI's
// "2026-11-23T09:18:31.1Z stdout F text".
func (d *Decoder) iso(line []byte, rec *Record) (Wrapper, []byte) {
	end := bytes.IndexByte(line, ' ')
	if end == len("2026-11-23") { // a blank instead of the T
		if i := bytes.IndexByte(line[end+1:], ' '); i >= 0 {
			end += 1 + i
		}
	}
	if end < 0 {
		return WrapperNone, nil
	}
	t, ok := d.clock.iso(line[:end])
	if !ok {
		return WrapperNone, nil
	}
	t, rest := cutZone(t, line[end+1:])
	rec.setTime(t)
	if inner, ok := cutCRI(rest); ok {
		return WrapperCRI, inner
	}
	if startsHeader(rest) { // docker logs -t
		return WrapperISO, rest
	}
	return WrapperISO, d.hostAndTag(rest, rec)
}

// hostAndTag reads "host tag[pid]: text", and remembers the host.
func (d *Decoder) hostAndTag(rest []byte, rec *Record) []byte {
	text := rec.hostAndTag(rest)
	if len(rec.Program) > 0 && len(rec.Host) > 0 {
		d.host = append(append(append(d.host[:0], ' '), rec.Host...), ' ')
	}
	return text
}

func cutCRI(rest []byte) ([]byte, bool) {
	for _, stream := range [...]string{"stdout ", "stderr "} {
		if inner, ok := bytes.CutPrefix(rest, []byte(stream)); ok && len(inner) > 2 && (inner[0] == 'F' || inner[0] == 'P') && inner[1] == ' ' {
			return inner[2:], true
		}
	}
	return nil, false
}

// setTime keeps the time of the outermost wrapper: it says when the line was
// received here, in a zone that is known.
func (r *Record) setTime(t time.Time) {
	if r.Time.IsZero() {
		r.Time = t
	}
}

// hostAndTag reads "host tag[pid]: text"; the innermost host and tag count.
func (r *Record) hostAndTag(rest []byte) []byte {
	i := bytes.IndexByte(rest, ' ')
	if i < 0 {
		r.Host, r.Program = rest, nil
		return nil
	}
	if program, text, ok := cutTag(rest); ok { // no host, as journald forwards to a file
		r.Program = program
		return text
	}
	r.Host = rest[:i]
	if isFacility(r.Host) {
		r.Host = nil
	} else if j := bytes.IndexByte(rest[i+1:], ' '); j >= 0 && isFacility(rest[i+1:i+1+j]) {
		i += 1 + j
	}
	program, text, ok := cutTag(rest[i+1:])
	if !ok {
		r.Program = nil
		return rest[i+1:]
	}
	r.Program, r.PID = program, pidBehind(rest[i+1+len(program):])
	return text
}

// pidBehind returns the number of "[123]: text".
func pidBehind(b []byte) []byte {
	n := 1
	for n < len(b) && isDigit(b[n]) {
		n++
	}
	if n < 2 || n == len(b) || b[0] != '[' || b[n] != ']' {
		return nil
	}
	return b[1:n]
}

// maxTag bounds the tag; RFC 3164 allows 32 characters, Postfix's
// syslog_name makes longer ones.
const maxTag = 128

// cutTag reads "tag[pid]: text" or "tag: text".
func cutTag(b []byte) (program, text []byte, ok bool) {
	head := b[:min(len(b), maxTag)]
	end := bytes.IndexByte(head, ':')
	if end < 0 {
		return cutTagWithoutColon(head, b)
	}
	tag := head[:end]
	text = b[end+1:]
	if open := bytes.IndexByte(tag, '['); open >= 0 {
		if tag[end-1] != ']' {
			return cutTagWithoutColon(head, b)
		}
		tag = tag[:open]
	} else if len(text) > 0 && text[0] != ' ' {
		return nil, nil, false
	}
	if !isTag(tag) {
		return nil, nil, false
	}
	return tag, skipSolaris(text), true
}

// isTag tells a program's name from other text before a colon.
func isTag(tag []byte) bool {
	for _, c := range tag {
		switch c {
		case ' ', '=', '<', '"', '{', ']':
			return false
		}
	}
	return len(tag) > 0
}

// cutTagWithoutColon reads "tag[pid] text".
func cutTagWithoutColon(head, b []byte) (program, text []byte, ok bool) {
	open := bytes.IndexByte(head, '[')
	end := bytes.IndexByte(head, ']')
	if open < 1 || end < open || !isTag(head[:open]) || end+1 < len(b) && b[end+1] != ' ' && b[end+1] != ':' {
		return nil, nil, false
	}
	text = bytes.TrimPrefix(b[end+1:], []byte(":"))
	return head[:open], skipSolaris(text), true
}

// skipSolaris takes off "[ID 197553 mail.info] " of Solaris' syslogd.
func skipSolaris(text []byte) []byte {
	if len(text) > 0 && text[0] == ' ' {
		text = text[1:]
	}
	if len(text) > 4 && string(text[:4]) == "[ID " {
		if _, rest, ok := bytes.Cut(text, []byte("] ")); ok {
			return rest
		}
	}
	return text
}

// rfc5424 reads "TIMESTAMP HOST APP PROCID MSGID SD MSG" (RFC 5424 section 6).
func (d *Decoder) rfc5424(line []byte, rec *Record) (Wrapper, []byte) {
	var field [5][]byte
	for i := range field {
		var ok bool
		if field[i], line, ok = bytes.Cut(line, []byte(" ")); !ok {
			return WrapperNone, nil
		}
	}
	if t, ok := d.clock.iso(field[0]); ok {
		rec.setTime(t)
	} else if string(field[0]) != "-" {
		return WrapperNone, nil
	}
	rec.Host, rec.Program = notNil(field[1]), notNil(field[2])
	text, ok := cutStructured(line)
	if !ok {
		return WrapperNone, nil
	}
	return WrapperRFC5424, bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
}

// notNil reads RFC 5424's "-" for a value that is not there.
func notNil(b []byte) []byte {
	if string(b) == "-" {
		return nil
	}
	return b
}

// cutStructured takes off STRUCTURED-DATA: "-" or "[id k="v"]…", where "]" in
// a value is escaped.
func cutStructured(b []byte) ([]byte, bool) {
	if len(b) == 0 {
		return nil, false
	}
	if b[0] == '-' {
		return bytes.TrimPrefix(b[1:], []byte(" ")), true
	}
	quoted := false
	for i := 0; i < len(b); i++ {
		switch {
		case b[i] == '\\':
			i++
		case b[i] == '"':
			quoted = !quoted
		case b[i] == ']' && !quoted && (i+1 == len(b) || b[i+1] == ' '):
			return bytes.TrimPrefix(b[i+1:], []byte(" ")), b[0] == '['
		}
	}
	return nil, false
}

// bare reads "postfix/smtp[3]: text", as a container logs to its output.
func bare(line []byte, rec *Record) (Wrapper, []byte) {
	program, text, ok := cutTag(line)
	if !ok || !bytes.ContainsAny(program, "/") && !hasPID(line, program) {
		return WrapperNone, nil
	}
	rec.Program = program
	return WrapperBare, text
}

// isBare tells a line that begins with "postfix/smtp[3]: ".
func isBare(line []byte) bool {
	program, _, ok := cutTag(line)
	return ok && hasPID(line, program)
}

func hasPID(line, program []byte) bool {
	n := len(program)
	return n+1 < len(line) && line[n] == '[' && isDigit(line[n+1])
}

// maxRepeat bounds what "message repeated N times" is believed: a forged or
// damaged number must not make millions of deliveries.
const maxRepeat = 1_000_000

// unrepeat reads rsyslog's "message repeated N times: [ text]".
func (r *Record) unrepeat() {
	rest, ok := bytes.CutPrefix(r.Text, []byte("message repeated "))
	if !ok {
		return
	}
	n, i := 0, 0
	for ; i < len(rest) && isDigit(rest[i]) && n < maxRepeat; i++ {
		n = 10*n + int(rest[i]-'0')
	}
	inner, ok := bytes.CutPrefix(rest[i:], []byte(" times: ["))
	if !ok || n < 1 || n > maxRepeat {
		return
	}
	r.Text = bytes.TrimLeft(bytes.TrimSuffix(inner, []byte("]")), " ")
	r.Repeat = n
}
