package syslog

import (
	"bytes"
	"net/netip"
	"strconv"
	"time"

	"github.com/tidwall/gjson"
)

// Untagged is a body that knows its lines by their text: containers, services
// of one's own name and collectors of logs do not say whose they are.
type Untagged interface {
	// Recognises reports whether text is a line of this body, its own stamp with
	// it if it writes one.
	Recognises(text []byte) bool
}

// A Known function reports whether a line of program with text is read by
// somebody; without a program, whether the text alone shows that.
type Known func(program, text []byte) bool

// Search finds a line that is known within one that Decode has no wrapper for,
// or whose program is nobody's: after a severity, the name of a pod, a second
// stamp, the tag of a container, or in a key of an object. It is for lines that
// have failed the usual and the careful way.
func (d *Decoder) Search(line []byte, rec *Record, known Known) bool {
	found, _ := d.search(line, rec, known)
	return found
}

// search is Search. Where nothing is known, it returns the first program whose tag stands
// after a time: the line is that one's. It is nil where none does.
func (d *Decoder) search(line []byte, rec *Record, known Known) (ok bool, program []byte) {
	found := Record{Repeat: 1, Line: rec.Line}
	s := search{decoder: d, rec: &found, known: known, plain: maxPlain, wrapper: WrapperPrefix}
	if !s.line(line, 0) {
		plain := plainText(line)
		if plain == nil {
			return false, s.passed
		}
		passed := s.passed
		found = Record{Repeat: 1, Line: rec.Line}
		if s = (search{decoder: d, rec: &found, known: known, plain: maxPlain, wrapper: WrapperPrefix}); !s.line(plain, 0) {
			return false, passed
		}
	}
	*rec, d.Wrapper = found, s.wrapper
	rec.unrepeat()
	return true, nil
}

// What a search takes off the front of a line at most. Words that anybody could
// have chosen stand before the first tag, or right after a stamp: a program may
// repeat what a stranger wrote.
const (
	maxWords  = 16
	maxPlain  = 3
	maxTags   = 2
	maxDepth  = 3   // of lines within objects
	maxHeader = 512 // bytes of a word in brackets
)

// A search takes one word after the other off a line.
type search struct {
	decoder *Decoder
	rec     *Record
	known   Known
	wrapper Wrapper
	plain   int    // words of any text that may still be skipped
	tags    int    // of programs that were skipped
	stamped bool   // a stamp stands right before
	host    []byte // the word before that which is taken for the host
	passed  []byte // the first program after a time that is not known
}

func (s *search) line(b []byte, depth int) bool {
	if depth == 0 {
		b = s.cutListed(unquotedLine(s.cutEvent(b)))
	}
	for range maxWords {
		b = trimFront(b)
		if len(b) == 0 {
			return false
		}
		if s.claimed(b) || s.rfc5424(b, depth) {
			return true
		}
		if depth < maxDepth {
			if o := objectOf(b); o.Exists() {
				s.rubyTime(b)
				return s.object(o, depth+1)
			}
			if e := s.pairs(b); e != nil && s.entry(e, depth+1) {
				return true
			}
			if text, ok := xmlText(b); ok {
				b = text
				continue
			}
		}
		stamped := false
		rest, ok := s.stamp(b)
		if ok {
			stamped = true
		} else if rest, ok = s.word(b); !ok {
			return false
		}
		b, s.stamped = rest, stamped
	}
	return false
}

// unquotedLine returns the line that b is in quotes, as a table of one column has it; b
// itself if it is none.
func unquotedLine(b []byte) []byte {
	n := len(b)
	if n < 2 || b[0] != '"' || b[n-1] != '"' {
		return b
	}
	if bytes.Contains(b[1:n-1], []byte(`\"`)) && gjson.ValidBytes(b) {
		return []byte(gjson.ParseBytes(b).Str)
	}
	return bytes.ReplaceAll(b[1:n-1], []byte(`""`), []byte(`"`))
}

// claimed reports a text that is known, by its tag or by itself. A quoted one is a value
// of a row.
func (s *search) claimed(b []byte) bool {
	if b[0] == '"' || b[0] == '{' {
		return false
	}
	program, text, ok := cutTag(b)
	if ok {
		text = cutLibrary(text)
	}
	if ok && s.known(program, text) && !s.headed(text) {
		s.rec.Program, s.rec.pid = program, b[len(program):]
		s.rec.Text = bytes.TrimLeft(text, " \t")
		if bytes.Equal(s.rec.Host, program) { // its name stands twice
			s.rec.Host = s.host
		}
		return true
	}
	if ok && s.passed == nil && !s.rec.Time.IsZero() && (b[len(program)] == '[' || noteOf(program) > stranger) {
		s.passed = program
	}
	if program, text, ok := bytes.Cut(b[:min(len(b), maxTag)], []byte("\t")); ok && len(text) > 0 && isTag(program) { // columns
		if text = trimFront(b[len(program):]); s.known(program, text) && !s.headed(text) {
			s.rec.Program, s.rec.Text = program, text
			return true
		}
	}
	if word, _, _ := bytes.Cut(b, []byte(" ")); bytes.IndexByte(word, '\t') < 0 && s.known(nil, b) { // columns before it are not its own
		s.rec.Text = b
		return true
	}
	return false
}

// headed reports a text that has a header of its own: the tag before it is that of
// a container.
func (s *search) headed(text []byte) bool {
	_, _, stamped := s.decoder.anyStamp(text)
	return stamped || isBare(text)
}

// trimFront takes off blanks, byte order marks, the separator of RFC 7464, and
// the colours of a terminal.
func trimFront(b []byte) []byte {
	for {
		b = bytes.TrimLeft(b, " \t\x1e")
		b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
		rest, ok := bytes.CutPrefix(b, []byte("\x1b["))
		end := bytes.IndexByte(rest[:min(len(rest), 16)], 'm')
		if !ok || end < 0 {
			return b
		}
		b = rest[end+1:]
	}
}

// rfc5424 reads "HOST APP PROCID MSGID SD MSG" after a stamp: the PRI before it is
// often taken off.
func (s *search) rfc5424(b []byte, depth int) bool {
	if !s.stamped {
		return false
	}
	var field [4][]byte
	for i := range field {
		var ok bool
		if field[i], b, ok = bytes.Cut(b, []byte(" ")); !ok {
			return false
		}
	}
	text, ok := cutStructured(b)
	if text = trimFront(text); !ok || len(text) == 0 {
		return false
	}
	host, program := notNil(field[0]), notNil(field[1])
	if s.known(program, text) && !s.headed(text) {
		s.rec.Host, s.rec.Program, s.rec.pid, s.rec.Text = host, program, givenPID(string(notNil(field[2]))), text
		s.rec.cutIdent()
		return true
	}
	if s.known(nil, text) {
		s.rec.Host, s.rec.Text = host, text
		return true
	}
	if o := objectOf(text); o.Exists() && depth < maxDepth { // syslog-ng's $(format-ewmm)
		s.rec.Host = host
		return s.object(o, depth+1)
	}
	return b[0] == '[' && s.afterStructured(host, text, depth)
}

// afterStructured looks for a line in the text after structured data, which has a stamp or a name of
// its own before it.
func (s *search) afterStructured(host, text []byte, depth int) bool {
	if depth >= maxDepth {
		return false
	}
	before, rec := *s, *s.rec
	s.rec.Host, s.plain = host, maxPlain
	if s.line(text, depth+1) {
		return true
	}
	*s, *s.rec = before, rec
	return false
}

// word takes one off that may stand before a tag.
func (s *search) word(b []byte) (rest []byte, ok bool) {
	switch b[0] {
	case '[', '<', '{', '(':
		return bracketed(b)
	case '"':
		return nil, false
	}
	end := bytes.IndexAny(b[:min(len(b), maxName)], " \t\x1b")
	if end < 1 {
		return nil, false
	}
	word, rest := b[:end], b[end:]
	if bar := bytes.TrimLeft(rest, " "); len(bar) > 1 && bar[0] == '|' && bar[1] == ' ' && s.tags == 0 && !bytes.ContainsAny(word, `"=<>{`) { // of docker service logs: "mail.1.x7k2@node1"
		s.plain = maxPlain
		return bar[1:], true
	}
	switch last := word[len(word)-1]; {
	case last == '|' || string(word) == "›":
		s.plain = maxPlain
		return rest, true
	case isSeverity(word) || isPriority(word) || isCount(word):
		return rest, true
	case last == ':':
		if bytes.ContainsAny(word, `"=@<>{`) || s.tags == maxTags || !isContainer(word) {
			return nil, false
		}
		s.tags++
		s.plain = 0
		return rest, true
	}
	if s.plain == 0 || !isPlain(word) {
		return nil, false
	}
	s.plain--
	if !isAddress(word) || len(s.rec.Host) == 0 {
		s.host, s.rec.Host = s.rec.Host, word
	}
	return rest, true
}

// isContainer reports the tag, "name[pid]:", of a program that others' lines may stand
// after.
func isContainer(tag []byte) bool {
	name, _, _ := bytes.Cut(tag[:len(tag)-1], []byte("["))
	return noteOf(name) == stranger
}

// bracketed takes off "[pod/postfix-0/postfix]", "<mail.info>" and
// `{job="mail"}`; what JSON has in brackets is no word.
func bracketed(b []byte) (rest []byte, ok bool) {
	closing := map[byte]byte{'[': ']', '<': '>', '{': '}', '(': ')'}[b[0]]
	end := bytes.IndexByte(b[:min(len(b), maxHeader)], closing)
	if end < 0 || b[0] != '{' && bytes.IndexByte(b[:end], '"') >= 0 || bytes.HasPrefix(b, []byte(`{"`)) {
		return nil, false
	}
	if b[0] == '<' && !isPriority(b[1:end]) && !isSeverity(b[1:end]) && !isCount(b[1:end]) { // an element of XML
		return nil, false
	}
	return b[end+1:], true
}

// isPlain reports a word such as the name of a host or of a pod, and the agent and the
// path of Wazuh, "192.0.2.1->/var/log/mail.log".
func isPlain(word []byte) bool {
	for _, c := range word {
		if c-'0' >= 10 && c-'a' >= 26 && c-'A' >= 26 && bytes.IndexByte([]byte("._:-/+'|>[]"), c) < 0 {
			return false
		}
	}
	return true
}

func isAddress(word []byte) bool {
	if !bytes.ContainsAny(word, ".:") { // an error of ParseAddr takes memory
		return false
	}
	_, err := netip.ParseAddr(string(word))
	return err == nil
}

// isCount reports a number: the octets of RFC 6587, or the version of RFC 5424.
func isCount(word []byte) bool {
	const most = len("99999")
	return len(word) > 0 && len(word) <= most && len(bytes.TrimLeft(word, "0123456789")) == 0
}

// isSeverity reports "INFO", "info:" and "-" where there is none.
func isSeverity(word []byte) bool {
	var lower [len("information")]byte
	if word = bytes.TrimRight(word, ":"); len(word) > len(lower) {
		return false
	}
	for i, c := range word {
		if lower[i] = c; c-'A' < 26 {
			lower[i] = c | 0x20
		}
	}
	switch string(lower[:len(word)]) {
	case "-", "--", "emerg", "panic", "alert", "crit", "critical", "fatal", "err", "error", "warn", "warning", "notice", "info", "information", "debug", "debg", "trace",
		"stdout", "stderr", "f":
		return true
	}
	return false
}

// isPriority reports "mail.info" in any case.
func isPriority(word []byte) bool {
	return bytes.ContainsAny(word, ".:|") && isFacility(bytes.ToLower(word))
}

// stamp takes off a time in any of the forms that logs have.
func (s *search) stamp(b []byte) (rest []byte, ok bool) {
	if end := bytes.IndexByte(b[:min(len(b), maxStamp)], ']'); b[0] == '[' && end > len("1795425511") {
		if t, ok := unixTime(b[1:end]); ok && s.rec.Time.IsZero() {
			s.rec.Time, s.wrapper, s.plain = t, WrapperPrefix, maxPlain
			return b[end+1:], true
		}
		if rest, ok := s.stamp(append(b[1:end:end], ' ')); ok && len(rest) == 0 {
			return b[end+1:], true
		}
	}
	t, rest, ok := s.decoder.anyStamp(b)
	local := false
	if !ok {
		if t, rest, ok = s.decoder.dateStamp(b); !ok {
			t, rest, ok = s.decoder.localStamp(b)
			local = ok
		}
		if !ok {
			return nil, false
		}
	}
	yearless := local || b[0]-'A' < 26 && !isYear(bytes.TrimLeft(rest, " "))
	if year, after, dated := cutYear(bytes.TrimLeft(rest, " ")); b[0]-'A' < 26 && dated {
		t, rest = t.AddDate(year-t.Year(), 0, 0), after
	}
	rest = bytes.TrimLeft(rest, " \t")
	t, rest = cutZone(t, rest)
	if s.rec.Time.IsZero() {
		s.rec.Time = t
		s.wrapper = WrapperPrefix
		if yearless {
			s.wrapper = WrapperTraditional
		}
	}
	s.plain = maxPlain
	return rest, true
}

func isYear(b []byte) bool {
	_, _, ok := cutYear(b)
	return ok
}

// anyStamp reads a stamp that b begins with, and that ends before a blank.
func (d *Decoder) anyStamp(b []byte) (t time.Time, rest []byte, ok bool) {
	if after, weekday := cutWeekday(b); weekday {
		b = bytes.TrimLeft(after, " ")
	}
	switch {
	case len(b) < stampLength:
		return t, nil, false
	case monthOf(b) > 0:
		return d.monthStamp(b)
	case b[0] == '@':
		return tai64n(b)
	case !isDigit(b[0]):
		return t, nil, false
	case b[4] == ' ' && monthOf(b[5:]) > 0: // 2026 Nov 23 09:18:31
		year, after, ok := cutYear(b)
		if !ok {
			return t, nil, false
		}
		t, rest, ok = d.monthStamp(after)
		return t.AddDate(year-t.Year(), 0, 0), rest, ok
	}
	return d.digitStamp(b)
}

// tai64n reads the stamp of multilog (tai64n(8)): "@", and the seconds since 1970
// and the nanoseconds of TAI in hexadecimal, 10 seconds ahead of UTC then.
func tai64n(b []byte) (t time.Time, rest []byte, ok bool) {
	const seconds, digits, ahead = len("@400000006aa8e01a"), len("@400000006aa8e01a2c3ca000"), 1<<62 + 10
	if len(b) <= digits || b[digits] != ' ' {
		return t, nil, false
	}
	sec, err := strconv.ParseUint(string(b[1:seconds]), 16, 64)
	nanos, err2 := strconv.ParseUint(string(b[seconds:digits]), 16, 32)
	if err != nil || err2 != nil || sec < ahead || sec-ahead > 1<<33 {
		return t, nil, false
	}
	return time.Unix(int64(sec-ahead), int64(nanos)).UTC(), b[digits:], true
}

// monthStamp reads "Nov 23 09:18:31", "Nov 3 09:18:31" with one blank, and
// "Nov 23 2026 09:18:31".
func (d *Decoder) monthStamp(b []byte) (t time.Time, rest []byte, ok bool) {
	month, after := b[:len("Nov ")], bytes.TrimLeft(b[len("Nov "):], " ")
	day, after, ok := bytes.Cut(after, []byte(" "))
	if !ok || len(day) == 0 || len(day) > 2 {
		return t, nil, false
	}
	year, afterYear, dated := cutYear(after)
	if dated {
		after = afterYear
	}
	const clockLength = len("09:18:31")
	if len(after) <= clockLength {
		return t, nil, false
	}
	var text [stampLength]byte
	copy(text[:], "            ")
	copy(text[:], month)
	copy(text[len("Nov 23")-len(day):], day)
	text[len("Nov 23")] = ' '
	copy(text[len("Nov 23 "):], after[:clockLength])
	if t, ok = d.clock.traditional(text[:]); !ok {
		return t, nil, false
	}
	if dated {
		t = t.AddDate(year-t.Year(), 0, 0)
	}
	nanos, n, ok := fraction(after[clockLength:])
	rest = bytes.TrimPrefix(after[clockLength+n:], []byte(":"))
	return t.Add(time.Duration(nanos)), rest, ok && len(rest) > 0 && (rest[0] == ' ' || rest[0] == '\t')
}

// digitStamp reads RFC 3339 and its kin: "2026-11-23 09:18:31+0100",
// "2026-11-23_09:18:31.26662" of svlogd, "2026:11:23-09:18:31" of Sophos,
// "2026/11/23 09:18:31", and Unix seconds to nanoseconds.
func (d *Decoder) digitStamp(b []byte) (t time.Time, rest []byte, ok bool) {
	end := bytes.IndexAny(b[:min(len(b), maxStamp)], " \t")
	if end < 0 {
		return t, nil, false
	}
	if t, ok := unixTime(b[:end]); ok {
		return t, b[end:], true
	}
	const date = len("2026-11-23")
	if end == date {
		n := bytes.IndexAny(b[date+1:min(len(b), date+1+maxStamp)], " \t")
		if n < 0 {
			return t, nil, false
		}
		end += 1 + n
	}
	var text [2 * maxStamp]byte
	stamp := text[:copy(text[:], b[:end])]
	if len(stamp) > date && (stamp[date] == '_' || stamp[date] == '-') {
		stamp[date] = 'T'
	}
	if len(stamp) > date && stamp[4] == stamp[7] && (stamp[4] == ':' || stamp[4] == '/') {
		stamp[4], stamp[7] = '-', '-'
	}
	t, ok = d.clock.iso(bytes.TrimSuffix(stamp, []byte(":")))
	return t, b[end:], ok
}

// unixTime reads seconds, milliseconds, microseconds and nanoseconds since 1970,
// by their number of digits; seconds may have a fraction.
func unixTime(b []byte) (t time.Time, ok bool) {
	const seconds = len("1795425511")
	whole, _, dotted := bytes.Cut(b, []byte("."))
	if len(whole) < seconds || dotted && len(whole) != seconds {
		return t, false
	}
	n, err := strconv.ParseInt(string(whole), 10, 64)
	if err != nil || whole[0] > '4' { // before the year 2128
		return t, false
	}
	switch len(whole) - seconds {
	case 0:
		nanos, used, ok := fraction(b[seconds:])
		return time.Unix(n, int64(nanos)).UTC(), ok && seconds+used == len(b)
	case 3:
		return time.UnixMilli(n).UTC(), true
	case 6:
		return time.UnixMicro(n).UTC(), true
	case 9:
		return time.Unix(0, n).UTC(), true
	}
	return t, false
}
