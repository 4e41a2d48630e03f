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

func isJSON(head []byte) bool {
	head = bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}

func (s Schema) readJSON(ctx context.Context, in io.Reader, out *Out) error {
	keys := s.keys()
	row := s.newRow()
	r := objectReader{in: in}
	for ctx.Err() == nil {
		object, line, err := r.next()
		out.Tally.Lines = r.lines
		switch {
		case err == io.EOF:
			out.Tally.Lines++
			return nil
		case errors.Is(err, errNoObject):
			out.Tally.Bad(parsers.Origin{Source: out.Piece.Source, Piece: out.Piece.Number, Line: line}, err.Error())
			continue
		case err != nil:
			return err
		}
		out.Tally.Lines = max(out.Tally.Lines, line)
		s.readObject(gjson.Parse(lines.Borrow(object)), keys, line, row, out)
	}
	return ctx.Err()
}

// readObject reads an object, or those of a page.
func (s Schema) readObject(v gjson.Result, keys *node, line int64, row *Row, out *Out) {
	if list, ok := pageOf(v); ok {
		list.ForEach(func(_, element gjson.Result) bool {
			s.readObject(element, keys, line, row, out)
			return true
		})
		return
	}
	row.clear()
	row.Line = line
	keys.read(v, row)
	if s.Nested != "" && !row.hasAll(s.Required) {
		if inner := v.Get(s.Nested); inner.Type == gjson.String && gjson.Valid(inner.Str) {
			keys.read(gjson.Parse(inner.Str), row)
		}
	}
	s.give(row, out)
}

// pageOf is page for those objects whose first key may be one of a page's.
func pageOf(v gjson.Result) (list gjson.Result, ok bool) {
	_, key, _ := strings.Cut(v.Raw, `"`)
	if key == "" || !strings.Contains("vRird@", key[:1]) {
		return list, false
	}
	return page(v)
}

// page returns the list of records of {"value":[…]} and its kin.
func page(v gjson.Result) (list gjson.Result, ok bool) {
	v.ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "value", "Records", "items", "results":
			list, ok = value, value.IsArray()
		case "d":
			list, ok = page(value)
		default:
			return strings.HasPrefix(key.Str, "@") // OData's keys of the page
		}
		return false
	})
	return list, ok
}

// keys returns the tree of the columns' names.
func (s Schema) keys() *node {
	root := &node{}
	for i, names := range s.Columns {
		for rank, name := range strings.Split(names, "|") {
			path := strings.Split(name, "/")
			for i := range path {
				path[i] = fold(path[i])
			}
			root.add(path, i, rank)
		}
	}
	return root
}

// sniffObjects is how many objects of a source are looked at to recognise it.
const sniffObjects = 20

func (s Schema) sniffJSON(head []byte) int {
	keys := s.keys()
	row := s.newRow()
	found := false
	probe := s
	probe.Row = func(_ *Out, row *Row) {
		found = found || row.hasAll(s.Required)
	}
	out := &Out{table: queue.NewTable(parsers.Piece{}, nil)}
	r := objectReader{in: bytes.NewReader(head)}
	for n := 0; n < sniffObjects && !found; {
		object, line, err := r.next()
		if errors.Is(err, errNoObject) {
			continue
		}
		if err != nil {
			break
		}
		n++
		probe.readObject(gjson.Parse(lines.Borrow(object)), keys, line, row, out)
	}
	if found {
		return surely
	}
	return 0
}
