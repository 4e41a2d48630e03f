package table

import (
	"bytes"
	"time"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// JSONL reads one JSON object a line. A mapped key may be a path of keys with
// dots between them.
type JSONL struct {
	// Map names the keys that are not called as their fields.
	Map map[string]string
}

// Name implements parsers.Format.
func (JSONL) Name() string { return "jsonl" }

// Title implements parsers.Format.
func (JSONL) Title() string { return "JSON lines with the same keys, or --map" }

// Sniff implements parsers.Format: the first line is an object with a
// recipient.
func (j JSONL) Sniff(head []byte) int {
	line, _, _ := bytes.Cut(bytes.TrimLeft(head, "\r\n"), []byte("\n"))
	line = bytes.TrimSpace(line)
	if len(line) == 0 || line[0] != '{' || !gjson.ValidBytes(line) {
		return 0
	}
	c := columnNames(j.Map)
	v := gjson.GetManyBytes(line, c[fieldRecipient], c[fieldSender], c[fieldStatus])
	switch {
	case !v[0].Exists():
		return 0
	case j.Map[names()[fieldRecipient]] != "":
		return userMapped
	case v[1].Exists() || v[2].Exists():
		return 80
	}
	return 30
}

// FirstTime implements parsers.LineFormat.
func (j JSONL) FirstTime(head []byte, loc *time.Location) (t time.Time, yearless, ok bool) {
	line, _, _ := bytes.Cut(head, []byte("\n"))
	if !gjson.ValidBytes(line) {
		return t, false, false
	}
	t, ok = readTime(gjson.GetBytes(line, columnNames(j.Map)[fieldTime]).String(), loc)
	return t, false, ok && !t.IsZero()
}

// NewPiece implements parsers.LineFormat.
func (JSONL) NewPiece(p parsers.Piece, sink parsers.Sink) parsers.LineParser {
	columns := columnNames(p.Map)
	return &lineParser{piece: p, sink: sink, paths: columns[:]}
}

type lineParser struct {
	piece  parsers.Piece
	sink   parsers.Sink
	cutter lines.Cutter
	paths  []string
	row    row
	tally  parsers.Tally
}

// Parse implements parsers.LineParser.
func (p *lineParser) Parse(block []byte) { p.cutter.Each(block, p.line) }

func (p *lineParser) line(line []byte) {
	p.tally.Lines++
	if line = bytes.TrimSpace(line); len(line) == 0 {
		return
	}
	if line[0] != '{' || !gjson.ValidBytes(line) {
		p.tally.Bad(parsers.Origin{Source: p.piece.Source, Piece: p.piece.Number, Line: p.tally.Lines}, "not a JSON object")
		return
	}
	r := &p.row
	for i, v := range gjson.GetManyBytes(line, p.paths...) {
		r.value[i], r.has[i] = v.String(), v.Exists() && v.Type != gjson.Null
	}
	emit(&p.tally, p.piece, r, p.tally.Lines, p.sink)
}

// Close implements parsers.LineParser: a line needs no other.
func (p *lineParser) Close() (parsers.Tally, parsers.Rest) { return p.tally, nothing{} }

// NewJoiner implements parsers.LineFormat.
func (JSONL) NewJoiner(parsers.Sink) parsers.Joiner { return joiner{} }

type nothing struct{}

type joiner struct{}

// Join implements parsers.Joiner.
func (joiner) Join(parsers.Rest) {}

// Close implements parsers.Joiner.
func (joiner) Close() parsers.Tally { return parsers.Tally{} }
