package syslog

import (
	"bytes"
	"math/bits"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Format is every log of lines in one of the wrappers, for the bodies that it
// is given.
type Format struct{ Bodies []Body }

// Name implements parsers.Format.
func (Format) Name() string { return "syslog" }

// Title implements parsers.Format.
func (Format) Title() string {
	return "syslog: RFC 3164, RFC 3339, RFC 5424, journald, rsyslog and docker JSON"
}

// sniffLines is how many lines of a source are asked what it is.
const sniffLines = 200

// What Sniff answers: a body's lines are there, or only the wrapper is, and
// mail may come later.
const (
	surely  = 90
	perhaps = 10
	// A search found a body. Another format that begins so goes before it.
	bySearch = 85
)

// Sniff implements parsers.Format.
func (f Format) Sniff(head []byte) int {
	score := 0
	f.sniff(head, func(_ Wrapper, b Body) bool {
		if b != nil {
			score = surely
			return false
		}
		score = perhaps
		return true
	})
	if score < surely && f.searched(head) != nil {
		score = bySearch
	}
	if score > 0 && layoutOf(head) == layoutCSV && isTable(trimFront(head), true) {
		return min(score, unwrapped) // a row is no line: its fields would be read into the text
	}
	return score
}

// searched returns the body of the first line of head that a search finds one
// in, nil if none does.
func (f Format) searched(head []byte) Body {
	d := NewDecoder(parsers.Piece{Location: time.UTC})
	var rec Record
	for n := 0; n < sniffLines && len(head) > 0; n++ {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte("\n"))
		if d.Search(bytes.TrimRight(line, "\r"), &rec, f.known) {
			return f.bodyOf(rec.Program, rec.Text)
		}
	}
	return nil
}

// known reports whether a body reads text of program, or without one knows it.
func (f Format) known(program, text []byte) bool { return f.bodyOf(program, text) != nil }

// bodyOf returns the body that claims a line; one without a program is of the
// body that recognises it.
func (f Format) bodyOf(program, text []byte) Body {
	if len(program) > 0 {
		return f.claim(program, text)
	}
	for _, b := range f.Bodies {
		if u, ok := b.(Untagged); ok && u.Recognises(text) {
			return b
		}
	}
	return nil
}

// Found names the body of head, such as "postfix"; where none shows yet, the
// only one there is, else "syslog".
func (f Format) Found(head []byte) string {
	name := f.Name()
	if len(f.Bodies) == 1 {
		name = f.Bodies[0].Name()
	}
	f.sniff(head, func(_ Wrapper, b Body) bool {
		if b != nil {
			name = b.Name()
		}
		return b == nil
	})
	if name == f.Name() {
		if b := f.searched(head); b != nil {
			name = b.Name()
		}
	}
	return name
}

// sniff yields the wrapper and, if there is one, the body of each line.
func (f Format) sniff(head []byte, yield func(Wrapper, Body) bool) {
	d := NewDecoder(parsers.Piece{Location: time.UTC})
	var rec Record
	for n := 0; n < sniffLines && len(head) > 0; {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte("\n"))
		if line = bytes.TrimRight(line, "\r"); len(line) == 0 {
			continue
		}
		n++
		if !d.Decode(line, &rec) {
			continue
		}
		b := f.claim(rec.Program, rec.Text)
		if b == nil && d.Wrapper == WrapperBare {
			continue // "word: text" alone says nothing
		}
		if !yield(d.Wrapper, b) {
			return
		}
	}
}

func (f Format) claim(program, text []byte) Body {
	for _, b := range f.Bodies {
		if claimed, _ := b.Claims(program, text); claimed {
			return b
		}
	}
	return nil
}

// FirstTime implements parsers.LineFormat.
func (f Format) FirstTime(head []byte, loc *time.Location) (t time.Time, yearless, ok bool) {
	d := NewDecoder(parsers.Piece{Location: loc})
	var rec Record
	for len(head) > 0 {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		if (d.Decode(line, &rec) || d.Search(line, &rec, f.known)) && !rec.Time.IsZero() {
			return rec.Time, d.Wrapper == WrapperTraditional, true
		}
	}
	return time.Time{}, false, false
}

// Hosts implements parsers.HostFormat.
func (f Format) Hosts(head []byte) (hosts []string) {
	d := NewDecoder(parsers.Piece{Location: time.UTC})
	var rec Record
	for len(head) > 0 {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte("\n"))
		line = bytes.TrimRight(line, "\r")
		if !d.Decode(line, &rec) && !d.Search(line, &rec, f.known) || len(rec.Host) == 0 {
			continue
		}
		if !slices.Contains(hosts, string(rec.Host)) {
			hosts = append(hosts, string(rec.Host))
		}
	}
	return hosts
}

// NewPiece implements parsers.LineFormat.
func (f Format) NewPiece(p parsers.Piece, sink parsers.Sink) parsers.LineParser {
	lp := &lineParser{
		format: f, piece: p, decoder: NewDecoder(p), wrapped: newBeginnings(),
		bodies: make([]BodyParser, len(f.Bodies)), tallies: make([]*parsers.Tally, len(f.Bodies)), read: make([]*beginnings, len(f.Bodies)), selective: make([]Selective, len(f.Bodies)),
	}
	for i, b := range f.Bodies {
		lp.bodies[i] = b.NewPiece(p, sink)
		lp.tallies[i] = lp.bodies[i].Tally()
		if s, ok := b.(Selective); ok {
			lp.read[i], lp.selective[i] = newBeginnings(s.Begins()...), s
		}
	}
	return lp
}

// A lineParser takes the wrapper off each line of a piece, and gives the text to
// the body that claims it.
type lineParser struct {
	format    Format
	piece     parsers.Piece
	decoder   *Decoder
	bodies    []BodyParser
	tallies   []*parsers.Tally // of bodies
	read      []*beginnings    // of the texts that each body reads, nil if all
	selective []Selective      // the bodies that are, nil where one is not
	wrapped   *beginnings      // of those that are no program's own
	tally     parsers.Tally
	rec       Record
	records   bool // records are given, which have more than their text
	last      time.Time
}

// Parse implements parsers.LineParser.
func (p *lineParser) Parse(block []byte) {
	for len(block) > 0 {
		// A line that begins as the one before is searched for its end after that.
		line, n := block, p.decoder.sameHead(block)
		if end := bytes.IndexByte(block[n:], '\n'); end >= 0 {
			line, block = block[:n+end], block[n+end+1:]
		} else {
			block = nil
		}
		p.line(lines.WithoutCR(line), n)
	}
	p.endBlock()
}

func (p *lineParser) endBlock() {
	for _, b := range p.bodies {
		b.EndBlock()
	}
}

// line reads one line. One of the usual shape that nobody reads goes no further
// than its tag.
//
// The first n bytes are the stamp and the host of the line before, 0 if they are not.
func (p *lineParser) line(line []byte, n int) {
	p.tally.Lines++
	p.tally.Longest.Note(line)
	d := p.decoder
	if n == 0 {
		n = d.heading(line)
	}
	if n == 0 || n >= len(line) {
		p.carefully(line)
		return
	}
	rest := line[n:]
	t, begin := d.usualTag(rest)
	if t == nil {
		p.carefully(line)
		return
	}
	text := rest[begin:]
	way := uint16(wrappedWays)
	if len(text) > 1 && t.read != nil {
		way = t.read.wayOf(text)
	}
	if way == 0 {
		p.pass(t, rest[len(t.name):], text)
		return
	}
	if way&wrappedWays != 0 && isWrapped(text) {
		p.carefully(line)
		return
	}
	d.fill(&p.rec, t, rest, begin)
	p.rec.Line = p.tally.Lines
	if t.body <= 0 {
		p.give(line)
		return
	}
	p.record(t.body)
	p.seen(d.usual.time)
}

// pass notes a text of a usual line that nobody reads.
func (p *lineParser) pass(t *tag, pid, text []byte) {
	if t.body > 0 {
		p.seen(p.decoder.usual.time)
		p.examine(t.body, t.name, pid, text)
		return
	}
	p.unreadText(t, t.name, text)
}

// record gives the record to a body. A line of which it made nothing is searched for
// a delivery.
func (p *lineParser) record(body int8) {
	rec, t := &p.rec, p.tallies[body-1]
	if !p.endsWhole(body, rec.Text) {
		rec.Text = p.joined(rec.Program, rec.pid, rec.Text)
	}
	records, malformed := t.Records, t.Malformed
	p.bodies[body-1].Record(rec)
	switch {
	case t.Malformed != malformed && isOfSender(rec.Text):
	case t.Malformed != malformed:
		p.tally.NotUnderstood.Add(string(rec.Program), t.Malformed-malformed)
	case t.Records == records:
		p.examine(body, rec.Program, rec.pid, rec.Text)
	}
}

// endsWhole reports a text whose end shows that no line of a delivery stands in it.
func (p *lineParser) endsWhole(body int8, text []byte) bool {
	s := p.selective[body-1]
	return s != nil && len(text) <= maxUsual && s.EndsWhole(text)
}

// examine searches a text of which the body of its program makes nothing; pid is the line
// after the name of the program.
func (p *lineParser) examine(body int8, program, pid, text []byte) {
	if isOrdinary(text) {
		p.tally.Known = true
		if !p.endsWhole(body, text) {
			p.searchUnread(program, pid, text)
		}
	} else if ShowsOutcome(text) {
		p.missed(program)
	}
}

// missed counts a line that looks like one of a delivery and was not understood.
func (p *lineParser) missed(program []byte) {
	p.tally.Missed(p.origin(), string(program), parsers.ReasonUnread)
}

func (p *lineParser) origin() parsers.Origin {
	return parsers.Origin{Source: p.piece.Source, Piece: p.piece.Number, Line: p.tally.Lines}
}

// carefully reads a line of any shape.
func (p *lineParser) carefully(line []byte) {
	if len(line) == 0 {
		return
	}
	p.rec.Line = p.tally.Lines
	if !p.decoder.decode(line, &p.rec) {
		found, program := p.search(line)
		if found {
			return
		}
		if program != nil {
			p.unread(nil, program, line)
			return
		}
		const reason = "not a line of a log"
		if ShowsMail(line) {
			p.tally.Missed(p.origin(), parsers.NoProgram, reason)
		} else {
			p.tally.Bad(p.origin(), reason)
		}
		return
	}
	p.give(line)
}

// give hands the record of line to the body that claims it. If none does, a line is
// looked for within; what is left is searched for a delivery that is missed.
func (p *lineParser) give(line []byte) {
	body := p.claim()
	if t := p.rec.tag; body != nobodys && (t == nil || t.body == 0) && (isBare(p.rec.Text) || startsHeader(p.rec.Text)) {
		rec := p.rec
		if p.within(line) { // of a container with a server's name
			return
		}
		p.rec = rec
	}
	if body == nobodys {
		tag, program := p.rec.tag, p.rec.Program
		if !isStranger(tag, program) || !p.within(line) {
			p.unread(tag, program, line)
		}
		return
	}
	p.seen(p.rec.Time)
	p.tally.Known = p.tally.Known || isOwnName(p.rec.Program, p.format.Bodies[body-1])
	p.record(body)
}

// isOwnName reports the name of a program that only the mail server of a body has. Others
// have daemons of names such as "outbound/smtp" as well.
func isOwnName(program []byte, b Body) bool {
	return len(program) > 0 && (bytes.IndexByte(program, '/') < 0 || bytes.HasPrefix(program, []byte(b.Name())))
}

// search looks for a line that a body knows in one that is nobody's. Where there is none, it
// returns the program that the line is of, if that shows.
func (p *lineParser) search(line []byte) (found bool, program []byte) {
	if found, program = p.decoder.search(line, &p.rec, p.known); found {
		p.giveFound()
	}
	return found, program
}

// known is Format.known, which is asked once for the lines of a program where one answer holds
// for all.
func (p *lineParser) known(program, text []byte) bool {
	if len(program) == 0 {
		return p.format.known(nil, text)
	}
	return p.claimOf(p.decoder.tagNamed(program), program, text) > 0
}

// within looks for a line within that of the record. The text alone is searched of one that
// has its time and host beside that.
func (p *lineParser) within(line []byte) bool {
	if !p.records {
		found, _ := p.search(line)
		return found
	}
	found := Record{Time: p.rec.Time, Host: p.rec.Host, Repeat: p.rec.Repeat, Line: p.rec.Line}
	s := search{decoder: p.decoder, rec: &found, known: p.known, plain: maxPlain}
	if !s.line(line, 1) {
		return false
	}
	p.rec = found
	p.giveFound()
	return true
}

// giveFound gives the record that a search has found to the body that knows it.
// A text without a tag is of a program of the body's name.
func (p *lineParser) giveFound() {
	p.seen(p.rec.Time)
	if len(p.rec.Program) > 0 {
		p.rec.tag = p.decoder.tagNamed(p.rec.Program)
		if body := p.claim(); body > 0 {
			p.record(body)
		} else { // what was cut off its text made it known
			p.unread(p.rec.tag, p.rec.Program, p.rec.Text)
		}
		return
	}
	b := p.format.bodyOf(nil, p.rec.Text)
	p.rec.Program = []byte(b.Name())
	p.record(int8(slices.Index(p.format.Bodies, b) + 1))
}

// seen notes the time of a line that a body claims.
func (p *lineParser) seen(t time.Time) {
	if t != p.last {
		p.last = t
		p.tally.Seen(t)
	}
}

// claim returns the number of the body that claims the record and 1, or
// nobodys. The bodies are asked once where the answer holds for all lines of a
// program.
func (p *lineParser) claim() int8 { return p.claimOf(p.rec.tag, p.rec.Program, p.rec.Text) }

// claimOf is claim for a line of a program, whose tag is known or nil.
func (p *lineParser) claimOf(known *tag, program, text []byte) int8 {
	if known != nil && known.body != 0 {
		return known.body
	}
	answer, sure, read := int8(nobodys), known != nil, p.wrapped
	for i, b := range p.format.Bodies {
		if known != nil && known.never>>i&1 != 0 {
			continue
		}
		claimed, always := b.Claims(program, text)
		if sure = sure && always; known != nil && always && !claimed {
			known.never |= 1 << i
		}
		if claimed {
			answer, read = int8(i+1), p.read[i]
			break
		}
	}
	switch {
	case sure:
		if answer == nobodys && isStranger(known, known.name) {
			read = nil // a search must see all its lines
		}
		known.body, known.read = answer, read
	case known != nil && noteOf(known.name) > stranger:
		known.read = p.beginningsFor(known)
	}
	return answer
}

// beginningsFor returns the beginnings of the lines of a program that bodies may claim,
// where only one of them may claim any; else nil.
func (p *lineParser) beginningsFor(t *tag) *beginnings {
	asked := (uint32(1)<<len(p.bodies) - 1) &^ t.never
	if bits.OnesCount32(asked) != 1 {
		return nil
	}
	return p.read[bits.TrailingZeros32(asked)]
}

// Close implements parsers.LineParser.
func (p *lineParser) Close() (parsers.Tally, parsers.Rest) {
	left := make(rests, len(p.bodies))
	for i, b := range p.bodies {
		var t parsers.Tally
		t, left[i].Rest = b.Close()
		left[i].name = p.format.Bodies[i].Name()
		p.tally.Merge(t)
	}
	p.countStrangers()
	if text := p.decoder.dates.Problem(); text != "" {
		p.tally.Problem(text)
	}
	return p.tally, left
}
