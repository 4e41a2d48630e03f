package records

import (
	"bytes"
	"context"
	"io"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
)

// A list is what Format-List of PowerShell prints, and copies of its windows hold: a
// property a line, and an empty line between two objects.
//
//	SenderAddress    : ann@corp.example
//	RecipientAddress : jane@army.ml
//	Recipients       : {jane@army.ml, kim@army.mil}
//
// A value that is longer than the window goes on in the next lines, which are indented.

// minProperties is the least number of properties by which a list is recognised.
const minProperties = 3

// cutProperty reads "Name   : value".
func cutProperty(line []byte) (name, value []byte, ok bool) {
	i := bytes.IndexByte(line, ':')
	if i < 2 || line[i-1] != ' ' || line[0] == ' ' || i+1 < len(line) && line[i+1] != ' ' {
		return nil, nil, false
	}
	name = bytes.TrimRight(line[:i], " ")
	for _, c := range name {
		if c|0x20-'a' >= 26 && c-'0' >= 10 && c != ' ' && c != '_' && c != '-' && c != '(' && c != ')' {
			return nil, nil, false
		}
	}
	return name, bytes.TrimSpace(line[i+1:]), true
}

// namesInList returns the names of the properties of the first object that head begins
// with, nil if it is no list.
func namesInList(head []byte) (names [][]byte) {
	for line := range bytes.Lines(head) {
		line = bytes.TrimRight(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")), "\r\n")
		name, _, ok := cutProperty(line)
		switch {
		case ok:
			names = append(names, name)
		case len(bytes.TrimSpace(line)) == 0 && len(names) == 0, len(line) > 0 && line[0] == ' ' && len(names) > 0:
		case len(bytes.TrimSpace(line)) > 0 && len(names) == 0:
			return nil
		default:
			return atLeast(names)
		}
	}
	return atLeast(names)
}

func atLeast(names [][]byte) [][]byte {
	if len(names) < minProperties {
		return nil
	}
	return names
}

// A listReader puts the properties of an object into a row.
type listReader struct {
	schema        Schema
	out           *Out
	row           *Row
	names, values [][]byte
	line          int64 // of the first property
}

func (s Schema) readList(ctx context.Context, in io.Reader, out *Out) error {
	r := listReader{schema: s, out: out, row: s.newRow()}
	err := Lines(ctx, in, func(line []byte, number int64) {
		out.Tally.Lines = number
		line = bytes.TrimRight(bytes.TrimPrefix(line, []byte("\xef\xbb\xbf")), "\r")
		name, value, ok := cutProperty(line)
		switch {
		case ok:
			if len(r.names) > 0 && bytes.Equal(name, r.names[0]) {
				r.end()
			}
			if len(r.names) == 0 {
				r.line = number
			}
			r.names, r.values = append(r.names, bytes.Clone(name)), append(r.values, bytes.Clone(value))
		case len(bytes.TrimSpace(line)) == 0:
			r.end()
		case line[0] == ' ' && len(r.values) > 0:
			last := len(r.values) - 1
			r.values[last] = append(r.values[last], bytes.TrimSpace(line)...)
		default:
			r.end()
			if bytes.IndexByte(line, '@') >= 0 {
				out.Tally.Bad(parsers.Origin{Source: out.Piece.Source, Piece: out.Piece.Number, Line: number}, "no property of a list")
			}
		}
	})
	r.end()
	return err
}

// end gives the row of the object whose properties were read.
func (r *listReader) end() {
	if len(r.names) == 0 {
		return
	}
	h := r.schema.columnsOf(r.names)
	r.row.clear()
	r.row.Line, r.out.dates.utc = r.line, h.utc
	for column, at := range h.at {
		if at >= 0 {
			r.row.values[column], r.row.has[column] = r.inBraces(string(r.values[at])), true
		}
	}
	if h.has(r.schema.Required) {
		r.schema.give(r.row, r.out)
	} else {
		r.out.Bad(r.row, "an object without the properties of the others")
	}
	r.names, r.values = r.names[:0], r.values[:0]
}

// inBraces returns "a;b" for "{a, b}", as several values are printed. There may be more of
// them than PowerShell prints: those are counted.
func (r *listReader) inBraces(value string) string {
	if !strings.HasPrefix(value, "{") || !strings.HasSuffix(value, "}") {
		return value
	}
	inner := strings.TrimSpace(value[1 : len(value)-1])
	for _, more := range [...]string{"...", "…"} {
		if strings.HasSuffix(inner, more) {
			if strings.Contains(inner, "@") {
				r.out.Bad(r.row, "more values than were printed")
			}
			inner = strings.TrimRight(strings.TrimSuffix(inner, more), ", ")
		}
	}
	return strings.ReplaceAll(inner, ", ", ";")
}
