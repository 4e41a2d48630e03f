package records

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// A header says where the columns of a schema stand.
type header struct {
	at []int // of each column, -1 if it is not there
}

// columnsOf finds the columns of s in a header.
func (s Schema) columnsOf(names [][]byte) header {
	h := header{at: make([]int, len(s.Columns))}
	place := map[string]int{}
	for i, n := range names {
		key := fold(strings.TrimSpace(string(n)))
		if _, ok := place[key]; !ok {
			place[key] = i
		}
	}
	for i, names := range s.Columns {
		h.at[i] = -1
		for name := range strings.SplitSeq(names, "|") {
			if at, ok := place[fold(name)]; ok {
				h.at[i] = at
				break
			}
		}
	}
	return h
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
		if len(line) > 0 && line[0] != '#' {
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
	_, comma, ok := headerLine(head)
	if !ok {
		return nil
	}
	r := NewCSVReader(in)
	r.Comma = comma
	row := s.newRow()
	var h header
	for ctx.Err() == nil {
		fields, err := r.Read()
		out.Tally.Lines = max(out.Tally.Lines, r.Line)
		switch {
		case err == io.EOF:
			return nil
		case errors.Is(err, ErrBroken):
			out.Tally.Bad(parsers.Origin{Source: out.Piece.Source, Piece: out.Piece.Number, Line: r.Line}, err.Error())
			continue
		case err != nil:
			return err
		}
		fields[0] = bytes.TrimPrefix(fields[0], []byte("\xef\xbb\xbf"))
		if names, ok := cutHeader(fields); ok {
			if names != nil { // files that were put together have several
				h = s.columnsOf(names)
			}
			continue
		}
		if h.at == nil {
			if h = s.columnsOf(fields); !h.has(s.Required) {
				return errors.New("the columns of " + s.ID + " are not there")
			}
			continue
		}
		row.Line = r.Line
		for i, at := range h.at {
			if row.has[i] = at >= 0 && at < len(fields); row.has[i] {
				row.values[i] = lines.Borrow(fields[at])
			} else {
				row.values[i] = ""
			}
		}
		s.give(row, out)
	}
	return ctx.Err()
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
