// Package records reads exports and event streams of services, of which each
// record describes one delivery, one event in the life of one, or all
// recipients of a message: separated values with a header (RFC 4180), the W3C's
// layout with "#Fields:", tab-separated values of Zeek, JSON objects, one after
// the other or in arrays, lines of key=value, and lists of PowerShell.
//
// A Schema says how such a source is recognised and what its columns mean. The
// packages that hold the schemas say whose layouts they are, and where each was
// found.
package records

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// A Schema is one layout of records.
type Schema struct {
	// ID is the word for --input-format; Description says whose records they are.
	ID, Description string
	// Columns are the names of the columns that are read, in the order of the numbers that
	// Row.Get takes; "a|b" are two names of one column. Names are compared
	// without blanks, dots, underscores, hyphens and case. In JSON, "a/b" is a
	// key of an object within, or within the objects of a list.
	Columns []string
	// Required are the numbers of the columns by which a source is recognised:
	// all must be there.
	Required []int
	// Pairs, if not nil, describes a source with key=value on each line, that has
	// no header. Its keys are compared as they are written.
	Pairs *Pairs
	// Each is a key of a JSON record with a list of objects: each makes a row of its
	// own, with what the record says of all.
	Each string
	// Bare are the layouts of a source that has no header.
	Bare []Bare
	// UserDefined says that the user described the layout: it goes before all
	// others that a source may look like.
	UserDefined bool
	// Limits are the numbers of rows at which the source's exports end, though
	// there may be more.
	Limits []int64
	// Stranger reports a line of another source that says what became of a mail: where lines
	// hold pairs, several may write to one log. It is nil if none is looked for.
	Stranger func(line []byte) bool
	// Row reads one row.
	Row func(out *Out, row *Row)
}

// Name implements parsers.Format.
func (s Schema) Name() string { return s.ID }

// Title implements parsers.Format.
func (s Schema) Title() string { return s.Description }

// Out takes the deliveries and events that rows describe.
type Out struct {
	Tally    parsers.Tally
	Piece    parsers.Piece
	Rows     int64
	Delivery parsers.Delivery

	dates Dates
	sink  parsers.Sink
	table *queue.Table
}

// Emit gives Delivery, all that the source says of one recipient, to the sink.
func (o *Out) Emit(row *Row) {
	d := &o.Delivery
	d.Origin = o.origin(row)
	o.Tally.Records++
	o.Tally.Count(d)
	o.Tally.Seen(d.Time)
	o.sink.Add(d)
}

func (o *Out) origin(row *Row) parsers.Origin {
	return parsers.Origin{Source: o.Piece.Source, Piece: o.Piece.Number, Line: row.Line}
}

// Bad counts a row that could not be understood.
func (o *Out) Bad(row *Row, reason string) { o.Tally.Bad(o.origin(row), reason) }

// Message returns the message that an event is one of, and the place of the
// event.
func (o *Out) Message(row *Row, id, time string) (*queue.Message, *queue.Place) {
	when, ok := o.Time(time)
	if !ok {
		o.Bad(row, "time that cannot be read")
	}
	o.Tally.Records++
	o.Tally.Seen(when)
	if id == "" { // nothing says which events belong together
		id = strconv.FormatInt(row.Line, 10) + " " + strconv.FormatInt(o.Rows, 10)
	}
	at := o.table.Place(when, row.Line, 1)
	m := o.table.Message(nil, lines.BorrowBytes(id), at, false)
	m.Began, m.Ended = true, true
	return m, at
}

// Read implements parsers.StreamFormat.
func (s Schema) Read(ctx context.Context, p parsers.Piece, in io.Reader, sink parsers.Sink) (parsers.Tally, error) {
	table := queue.NewTable(p, sink)
	table.Nameless = true // the ids are the message's own
	table.Checked = true
	out := &Out{Piece: p, dates: Dates{Order: p.DateOrder, start: p.Start}, sink: sink, table: table}
	err := s.readAll(ctx, in, out)
	if n := out.Rows; slices.Contains(s.Limits, n) {
		out.Tally.Problem(fmt.Sprintf("it has exactly %d rows, as many as an export holds: it may be cut off", n))
	}
	if p := out.dates.Problem(); p != "" {
		out.Tally.Problem(p)
	}
	tally := out.Tally
	rest := out.table.Finish()
	tally.Merge(rest)
	tally.MissMalformed()
	return tally, err
}

func (s Schema) readAll(ctx context.Context, in io.Reader, out *Out) error {
	head, in := peek(in)
	if out.dates.Order == "" && s.Pairs == nil {
		out.dates.Order = s.dateOrder(ctx, head, out.Piece)
	}
	return s.readLayout(ctx, head, in, out)
}

func (s Schema) readLayout(ctx context.Context, head []byte, in io.Reader, out *Out) error {
	switch {
	case s.Pairs != nil:
		return s.readPairs(ctx, in, out)
	case isJSON(head), isWrapped(head):
		return s.readJSON(ctx, head, in, out)
	case namesInList(head) != nil:
		return s.readList(ctx, in, out)
	}
	return s.readCSV(ctx, head, in, out)
}

// dateOrder reads the beginning of a source ahead, to learn the order of its
// dates from one that can be read one way only; "" if there is none.
func (s Schema) dateOrder(ctx context.Context, head []byte, p parsers.Piece) string {
	probe := &Out{Piece: p, dates: Dates{start: p.Start}, sink: nowhere{}, table: queue.NewTable(p, nowhere{})}
	_ = s.readLayout(ctx, head, bytes.NewReader(bytes.Clone(head)), probe) // the real reading reports the error
	return probe.dates.Order
}

type nowhere struct{}

// Add implements parsers.Sink.
func (nowhere) Add(*parsers.Delivery)  {}
func (nowhere) Bounce(*parsers.Bounce) {}

// peek returns the first bytes of in, and in with them. An error after them, as where a
// packed file breaks off, comes again when in is read on.
func peek(in io.Reader) ([]byte, io.Reader) {
	head := make([]byte, 64<<10)
	n, err := 0, error(nil)
	for n < len(head) && err == nil { // io.ReadFull calls the end of a whole file and a broken one the same
		var m int
		m, err = in.Read(head[n:])
		n += m
	}
	if err == io.EOF {
		return head[:n], bytes.NewReader(head[:n]) // all of it
	}
	return head[:n], io.MultiReader(bytes.NewReader(head[:n]), in)
}

func (s Schema) give(row *Row, out *Out) {
	out.Rows++
	out.Delivery = parsers.Delivery{}
	s.Row(out, row)
	out.table.Bound()
}

// fold brings the names of a column to one form.
func fold(name string) string {
	if !strings.ContainsFunc(name, func(c rune) bool { return c >= utf8.RuneSelf }) {
		return string(foldASCII([]byte(name)))
	}
	return strings.Map(func(c rune) rune {
		switch c {
		case ' ', '_', '-', '.', '(', ')':
			return -1
		}
		return c
	}, strings.ToLower(name))
}

// foldASCII folds the letters of ASCII alone: much faster, and all that our own names have.
func foldASCII(text []byte) []byte {
	folded := make([]byte, 0, len(text))
	for _, c := range text {
		switch c {
		case ' ', '_', '-', '.', '(', ')':
		default:
			if c-'A' < 26 {
				c |= 0x20
			}
			folded = append(folded, c)
		}
	}
	return folded
}

// Sniff implements parsers.Format.
func (s Schema) Sniff(head []byte) int {
	n := s.sniff(head)
	if n > 0 && s.UserDefined {
		return userDefined
	}
	return n
}

func (s Schema) sniff(head []byte) int {
	switch {
	case s.Pairs != nil:
		return s.sniffPairs(head)
	case isJSON(head), isWrapped(head):
		return s.sniffJSON(head)
	}
	if names := namesInList(head); names != nil {
		if h := s.columnsOf(names); h.has(s.Required) {
			return surely
		}
		return 0
	}
	line, comma, ok := headerLine(head)
	if !ok {
		return 0
	}
	if s.isHeader(line, comma) || s.bareOf(line) != nil {
		return surely
	}
	if bytes.Contains(head, []byte(`"{""`)) && s.sniffCells(bytes.Clone(head), comma) {
		return surely
	}
	return 0
}

// isHeader reports a line with the names of the columns that s needs. Most lines have not even
// their letters; of a name of the user's a field may hold other ones, as quotes twice.
func (s Schema) isHeader(line []byte, comma byte) bool {
	if !s.UserDefined && !s.isNamedIn([]byte(fold(string(line)))) {
		return false
	}
	h := s.columnsOf(Fields(line, comma))
	return h.has(s.Required)
}

// Answers of Sniff: surely is above that of the generic table to a header that
// it can read, and userDefined above all but a map that the user gives.
const (
	surely      = 90
	userDefined = 98
)

// Number reads a number, 0 if it is none.
func Number(s string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(s), 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// EnhancedCode returns the enhanced status code (RFC 3463) in a reply.
func EnhancedCode(reply string) string {
	return string(queue.EnhancedCode(lines.BorrowBytes(reply)))
}
