package records

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// A header says where the columns of a schema stand.
type header struct {
	at    []int // of each column, -1 if it is not there
	all   int   // columns of the source
	width int   // values of a row at most, 0 before the first
	utc   bool  // the name of one says that its stamps are in UTC
	// names are the columns' of a source, of which each file that was put to it has some.
	names string
}

// BreaksOff is why a row counts as not understood that a copy which was not finished ends with.
const BreaksOff = "a row that breaks off"

// isRepeated reports a row that is the header once more: files were put together.
func (h *header) isRepeated(fields [][]byte) bool {
	return len(fields) == h.all && len(fields[0]) > 0 && strings.HasPrefix(h.names, lines.Borrow(fields[0])) && string(bytes.Join(fields, []byte{'\n'})) == h.names
}

// isFooter reports a line below the rows of an export that has no value of theirs, and names
// nobody: "(24 rows affected)".
func isFooter(fields [][]byte, columns int) bool {
	return len(fields) == 1 && columns > 2 && bytes.IndexByte(fields[0], '@') < 0
}

// Bare is a layout of separated values without a header.
type Bare struct {
	// Columns are the names of the columns, as a header would have them.
	Columns []string
	Comma   byte
	// Fits says whether the fields of the first line are of this layout.
	Fits func(fields [][]byte) bool
}

// bareOf returns the layout of a source without a header, nil if line is of none.
func (s Schema) bareOf(line []byte) *Bare {
	for i := range s.Bare {
		if b := &s.Bare[i]; b.Fits(Fields(line, b.Comma)) {
			return b
		}
	}
	return nil
}

// Fields returns the fields of a line, which are valid as long as it.
func Fields(line []byte, comma byte) [][]byte {
	r := NewCSVReader(bytes.NewReader(line))
	r.Comma = comma
	fields, _ := r.Read() // what is none has no fields
	return fields
}

// columnsOf finds the columns of s in a header.
func (s Schema) columnsOf(names [][]byte) header {
	h := header{at: make([]int, len(s.Columns)), all: len(names)}
	place := map[string]int{}
	for i, n := range names {
		key := columnName(string(n))
		if _, ok := place[key]; !ok {
			place[key] = i
		}
	}
	for i, list := range s.Columns {
		h.at[i] = -1
		for name := range strings.SplitSeq(list, "|") {
			if at, ok := place[fold(name)]; ok {
				h.at[i] = at
				h.utc = h.utc || isUTC(names[at])
				break
			}
		}
	}
	return h
}

// surplus reports more values than there are columns. A row in which another one stands,
// because a newline is missing, has more; it is read as far as the columns go. An export
// may end each row with a separator, as the first one shows.
func (h *header) surplus(fields [][]byte) bool {
	if h.width == 0 {
		h.width = h.all
		if last := len(fields) - 1; last == h.all && len(fields[last]) == 0 {
			h.width++
		}
	}
	return len(fields) > h.width
}

// columnName folds a name, without the zone that Azure's exports put after it:
// "TimeGenerated [UTC]".
func columnName(name string) string {
	name, _, _ = strings.Cut(strings.TrimSpace(name), " [")
	return fold(name)
}

// isUTC reports names such as "TimeGenerated [UTC]", "date_time_utc" and "Date (UTC)".
func isUTC(name []byte) bool {
	return bytes.HasSuffix(bytes.ToLower(bytes.Trim(name, " ])")), []byte("utc"))
}

func (h *header) has(need []int) bool {
	for _, n := range need {
		if h.at[n] < 0 {
			return false
		}
	}
	return true
}

// headerLine finds the line with the names of the columns: the first one, one
// after "#Fields:", or the one after "#TYPE" of PowerShell.
func headerLine(head []byte) (names []byte, comma byte, ok bool) {
	for len(head) > 0 {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte("\n"))
		line = bytes.TrimSuffix(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")), []byte("\r"))
		if rest, ok := fieldsLine(line); ok {
			return rest, Separator(rest), true
		}
		if len(line) > 0 && line[0] != '#' && !IsSeparatorLine(line) {
			return line, Separator(line), true
		}
	}
	return nil, 0, false
}

// fieldsLine reads "#Fields: a,b" of the W3C and "#fields	a	b" of Zeek.
func fieldsLine(line []byte) (names []byte, ok bool) {
	for _, prefix := range [...]string{"#Fields: ", "#fields\t"} {
		if names, ok := bytes.CutPrefix(line, []byte(prefix)); ok {
			return names, true
		}
	}
	return nil, false
}

// IsSeparatorLine reports the line "sep=;" that spreadsheets write before the header, as a
// line or as its first field.
func IsSeparatorLine(line []byte) bool {
	return bytes.HasPrefix(line, []byte("sep=")) && len(line) <= len("sep=;")
}

// Separator returns the most frequent of the separators in a header.
func Separator(line []byte) byte {
	best, n := byte(','), bytes.Count(line, []byte(","))
	for _, c := range []byte(";\t") {
		if m := bytes.Count(line, []byte{c}); m > n {
			best, n = c, m
		}
	}
	return best
}

func (s Schema) readCSV(ctx context.Context, head []byte, in io.Reader, out *Out) error {
	line, comma, ok := headerLine(head)
	if !ok {
		return nil
	}
	r := NewCSVReader(in)
	r.Comma = comma
	row, keys := s.newRow(), s.keys()
	cells := false // records are in the fields, as JSON
	var h header
	if bare := s.bareOf(line); bare != nil && !bytes.HasPrefix(head, []byte("#")) {
		r.Comma, h = bare.Comma, s.columnsOf(bytesOf(bare.Columns))
	}
	for ctx.Err() == nil {
		fields, err := r.Read()
		out.Tally.Lines = max(out.Tally.Lines, r.Line)
		switch {
		case err == io.EOF && cells && out.Rows == 0:
			return errors.New("the columns of " + s.ID + " are not there")
		case err == io.EOF:
			return nil
		case errors.Is(err, ErrBroken):
			out.Tally.Bad(parsers.Origin{Source: out.Piece.Source, Piece: out.Piece.Number, Line: r.Line}, err.Error())
			continue
		case err != nil:
			return err
		}
		fields[0] = bytes.TrimPrefix(fields[0], []byte("\xef\xbb\xbf"))
		if h.at == nil && IsSeparatorLine(fields[0]) {
			continue
		}
		if names, ok := cutHeader(fields); ok {
			if names != nil { // files that were put together have several
				h = s.columnsOf(names)
				out.dates.utc = h.utc
			}
			continue
		}
		if h.at == nil {
			h = s.columnsOf(fields)
			h.names = string(bytes.Join(fields, []byte{'\n'}))
			cells, out.dates.utc = !h.has(s.Required), h.utc
			continue
		}
		if cells {
			s.readCells(fields, keys, r.Line, row, out)
			continue
		}
		if !r.Open && isFooter(fields, h.all) || h.isRepeated(fields) {
			continue
		}
		row.Line = r.Line
		if len(fields) == 1 && h.all > 2 {
			row.clear()
			s.noteStranger(fields[0], row, out)
		}
		if h.surplus(fields) {
			out.Bad(row, "more values than columns: another row may stand in it")
		}
		breaksOff := r.Open && len(fields) < h.all
		if breaksOff {
			out.Bad(row, BreaksOff)
			fields = fields[:len(fields)-1]
		}
		for i, at := range h.at {
			if row.has[i] = at >= 0 && at < len(fields); row.has[i] {
				row.values[i] = lines.Borrow(fields[at])
			} else {
				row.values[i] = ""
			}
		}
		if !breaksOff || row.hasAll(s.Required) {
			s.give(row, out)
		}
	}
	return ctx.Err()
}

// readCells reads the records that stand in fields of an export as JSON, as a
// collector's column of messages has them.
func (s Schema) readCells(fields [][]byte, keys *node, line int64, row *Row, out *Out) {
	row.Line = line
	for _, field := range fields {
		if v := s.textOf(gjson.Result{Type: gjson.String, Str: lines.Borrow(field)}, row, out); v.Type == gjson.JSON {
			s.readObject(v, keys, line, row, out)
		}
	}
}

// sniffCells looks for a record in a field of the first lines.
func (s Schema) sniffCells(head []byte, comma byte) bool {
	found := false
	probe := s
	probe.Row = func(_ *Out, row *Row) { found = found || row.hasAll(s.Required) }
	row, keys := s.newRow(), s.keys()
	out := &Out{table: queue.NewTable(parsers.Piece{}, nil)}
	r := NewCSVReader(bytes.NewReader(head))
	r.Comma = comma
	for n := 0; n < sniffObjects && !found; n++ {
		fields, err := r.Read()
		if err != nil {
			break
		}
		probe.readCells(fields, keys, r.Line, row, out)
	}
	return found
}

func bytesOf(names []string) (all [][]byte) {
	for _, n := range names {
		all = append(all, []byte(n))
	}
	return all
}

// cutHeader reports whether a line begins with "#", and returns the names of
// "#Fields: a,b".
func cutHeader(fields [][]byte) (names [][]byte, ok bool) {
	first := fields[0]
	if len(first) == 0 || first[0] != '#' {
		return nil, false
	}
	if rest, ok := bytes.CutPrefix(first, []byte("#Fields: ")); ok {
		return append([][]byte{rest}, fields[1:]...), true
	}
	if string(first) == "#fields" {
		return fields[1:], true
	}
	return nil, true
}
