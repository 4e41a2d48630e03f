package table

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// CSV reads comma-, semicolon- or tab-separated values with a header.
type CSV struct {
	// Map names the columns that are not called as their fields.
	Map map[string]string
}

// Name implements parsers.Format.
func (CSV) Name() string { return "csv" }

// Title implements parsers.Format.
func (CSV) Title() string { return "CSV with a header: " + canonical() + ", or --map" }

// Sniff implements parsers.Format: the header has a recipient, and a sender or
// what else says that a record is a delivery.
func (c CSV) Sniff(head []byte) int {
	names, err := headerOf(head)
	if err != nil {
		return 0
	}
	h := columnsOf(c.Map).in(names)
	has := func(field int) bool { return h.at[field] >= 0 }
	switch {
	case !has(fieldRecipient) || h.missing() != nil:
		return 0
	case h.mapped[fieldRecipient]: // the user says so
		return userMapped
	case h.guessed && !(has(fieldSender) && has(fieldTime) && h.namesSomebody(head)):
		return 0
	case h.guessed:
		return guessed
	case has(fieldSender) || has(fieldAuthUser) || has(fieldStatus) && has(fieldTime):
		return 80
	}
	return 0
}

// guessed is the answer of Sniff to a header whose columns are called otherwise: less than
// that of any format that knows them.
const guessed = 40

// namesSomebody reports a row after the header that has an address where the recipient is.
func (h *csvHeader) namesSomebody(head []byte) bool {
	r := records.NewCSVReader(bytes.NewReader(bytes.TrimLeft(head, "\r\n")))
	r.Comma = records.Separator(firstLine(head))
	for n := 0; n < sniffRows; n++ {
		row, err := r.Read()
		if err != nil {
			return false
		}
		if at := h.at[fieldRecipient]; n > 0 && at < len(row) && bytes.IndexByte(row[at], '@') > 0 {
			return true
		}
	}
	return false
}

// sniffRows is how many rows are looked at for a recipient.
const sniffRows = 20

// Missing implements parsers.MappedFormat.
func (c CSV) Missing(head []byte) error {
	if first := bytes.TrimLeft(head, " \t\r\n"); len(c.Map) == 0 || len(first) == 0 || first[0] == '{' || first[0] == '[' {
		return nil
	}
	names, err := headerOf(head)
	if err != nil {
		return nil
	}
	return columnsOf(c.Map).in(names).missing()
}

// firstLine returns the header that head begins with, after the line that names the separator.
func firstLine(head []byte) []byte {
	line, rest, _ := bytes.Cut(bytes.TrimLeft(head, "\r\n"), []byte("\n"))
	if records.IsSeparatorLine(bytes.TrimRight(line, "\r")) {
		line, _, _ = bytes.Cut(rest, []byte("\n"))
	}
	return line
}

// headerOf reads the header that head begins with.
func headerOf(head []byte) ([][]byte, error) {
	line := firstLine(head)
	r := records.NewCSVReader(bytes.NewReader(line))
	r.Comma = records.Separator(line)
	return r.Read()
}

// A csvHeader says where each field stands.
type csvHeader struct {
	columns
	names   []string
	at      [fields]int // -1 if the source does not have it
	day     int         // the column of the date, where that of the time has no more than the time of day; else -1
	further []int       // the columns of further recipients
	guessed bool        // columns are called otherwise than their fields: see headings
	// dayFirst says that the headings are in a language in which 1/10 is the first of
	// October.
	dayFirst bool
}

// in finds the columns in a header.
func (c columns) in(header [][]byte) (h csvHeader) {
	h.columns, h.day = c, -1
	for _, name := range header {
		h.names = append(h.names, strings.TrimSpace(string(name)))
	}
	for f, name := range c.name {
		h.at[f] = -1
		for i, column := range h.names {
			if isNamed(column, name) {
				h.at[f], h.name[f], h.utc[f] = i, column, isUTC(column)
				break
			}
		}
	}
	if !slices.Contains(c.mapped[:], true) { // else the user has said what is what
		ours := h.at[fieldRecipient] >= 0 && (h.at[fieldSender] >= 0 || h.at[fieldAuthUser] >= 0 || h.at[fieldStatus] >= 0 && h.at[fieldTime] >= 0)
		h.guessed = h.guess() && !ours
	}
	h.further = h.furtherRecipients()
	return h
}

// maxNames bounds the columns that an error lists.
const maxNames = 40

// missing says which column that the user named is not there; nil if all are.
func (h csvHeader) missing() error {
	for f, mapped := range h.mapped {
		if mapped && h.at[f] < 0 {
			return fmt.Errorf("no column %q, which --map names for %s; there are %q", h.name[f], names()[f], h.names[:min(len(h.names), maxNames)])
		}
	}
	return nil
}

// Read implements parsers.StreamFormat.
func (c CSV) Read(ctx context.Context, p parsers.Piece, in io.Reader, sink parsers.Sink) (parsers.Tally, error) {
	buffered := newPeeker(in)
	head, err := buffered.peek()
	if err != nil {
		return parsers.Tally{}, err
	}
	rows := records.NewCSVReader(buffered)
	rows.Comma = records.Separator(firstLine(head))
	r := csvReader{recorder: newRecorder(p, sink), rows: rows}
	if r.dates.Order == "" {
		r.dates.Order = dateOrder(ctx, p, head, rows.Comma)
	}
	err = r.read(ctx)
	if text := r.dates.Problem(); text != "" {
		r.tally.Problem(text)
	}
	return r.tally, err
}

// dateOrder reads the beginning of a source ahead, to learn the order of its dates
// from one that can be read one way only; "" if there is none.
func dateOrder(ctx context.Context, p parsers.Piece, head []byte, comma byte) string {
	rows := records.NewCSVReader(bytes.NewReader(bytes.Clone(head)))
	rows.Comma = comma
	r := csvReader{recorder: newRecorder(p, nowhere{}), rows: rows}
	_ = r.read(ctx) // the real reading says what is wrong
	return r.dates.Order
}

// nowhere is the sink of a look ahead.
type nowhere struct{}

// Add implements parsers.Sink.
func (nowhere) Add(*parsers.Delivery) {}

// Bounce implements parsers.Sink.
func (nowhere) Bounce(*parsers.Bounce) {}

// A csvReader reads the rows of a source.
type csvReader struct {
	recorder
	rows   *records.CSVReader
	header csvHeader
}

func (r *csvReader) read(ctx context.Context) error {
	names, err := r.rows.Read()
	if err == nil && records.IsSeparatorLine(names[0]) {
		names, err = r.rows.Read()
	}
	if err != nil {
		return ignoreEOF(err)
	}
	r.tally.Lines = r.rows.Line
	r.header = r.columns.in(names)
	r.columns = r.header.columns
	if r.header.dayFirst && r.dates.Order == "" {
		r.dates.Order = "dmy"
	}
	if err := r.header.missing(); err != nil {
		return err
	}
	if r.header.at[fieldRecipient] < 0 {
		return fmt.Errorf("no column for the recipient: name it by --map recipient=COLUMN; there are %q", r.header.names[:min(len(r.header.names), maxNames)])
	}
	for ctx.Err() == nil {
		row, err := r.rows.Read()
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, records.ErrBroken):
			r.tally.Missed(r.origin(r.rows.Line), "", "broken CSV")
		case err != nil:
			return err
		default:
			r.row(row)
		}
	}
	return ctx.Err()
}

func (r *csvReader) row(row [][]byte) {
	r.tally.Lines = r.rows.Line
	for f, i := range r.header.at {
		switch {
		case i >= 0 && i < len(row):
			r.value[f], r.has[f] = lines.Borrow(row[i]), true
		case r.has[f]:
			r.value[f], r.has[f] = "", false
		}
	}
	if d := r.header.day; d >= 0 && d < len(row) && isClock(r.value[fieldTime]) {
		r.value[fieldTime] = string(row[d]) + " " + r.value[fieldTime]
	}
	if r.rows.Open && len(row) < len(r.header.names) {
		r.tally.Missed(r.origin(r.rows.Line), "", records.BreaksOff)
		return
	}
	r.addFurther(row)
	if r.isHeader() { // files that were put together have several
		return
	}
	r.record(r.rows.Line)
}

// addFurther adds the recipients that stand in other columns than the first.
func (r *csvReader) addFurther(row [][]byte) {
	if len(r.header.further) == 0 {
		return
	}
	r.recipients = r.recipients[:0]
	if first := r.value[fieldRecipient]; first != "" {
		r.recipients = append(r.recipients, first)
	}
	for _, i := range r.header.further {
		if i < len(row) && len(row[i]) > 0 {
			r.recipients = append(r.recipients, lines.Borrow(row[i]))
		}
	}
}

// isHeader reports whether the row says what the header says.
func (r *csvReader) isHeader() bool {
	for f, has := range r.has {
		if has && !strings.EqualFold(strings.TrimSpace(r.value[f]), r.header.name[f]) {
			return false
		}
	}
	return true
}

func ignoreEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}

// A peeker lets the beginning be looked at before all is read.
type peeker struct {
	r    io.Reader
	head []byte
}

func newPeeker(r io.Reader) *peeker { return &peeker{r: r} }

// peeked is how much of a source is looked at before it is read, in bytes, if its
// first line is not longer.
const peeked = 64 << 10

// peek reads the beginning of the source, at least to the end of its first line.
func (p *peeker) peek() ([]byte, error) {
	buf := make([]byte, 4<<10)
	for len(p.head) < lines.MaxLine && (len(p.head) < peeked || bytes.IndexByte(p.head, '\n') < 0) {
		n, err := p.r.Read(buf)
		p.head = append(p.head, buf[:n]...)
		if err != nil {
			return p.head, ignoreEOF(err)
		}
	}
	return p.head, nil
}

func (p *peeker) Read(b []byte) (int, error) {
	if len(p.head) > 0 {
		n := copy(b, p.head)
		p.head = p.head[n:]
		return n, nil
	}
	return p.r.Read(b)
}
