package records

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/queue"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// isJSON reports objects or a list of them. A stamp or the name of a container may stand in brackets
// before one.
func isJSON(head []byte) bool {
	head = bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n")
	if len(head) > 0 && head[0] == '[' {
		head = bytes.TrimLeft(head[1:], " \t\r\n")
		return len(head) == 0 || bytes.IndexByte([]byte(`{["]`), head[0]) >= 0
	}
	return len(head) > 0 && head[0] == '{'
}

// isWrapped reports objects that stand after the header of a syslog.
func isWrapped(head []byte) bool {
	return headerBefore(bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n")) > 0
}

func (s Schema) readJSON(ctx context.Context, head []byte, in io.Reader, out *Out) error {
	keys := s.keys()
	row := s.newRow()
	r := objectReader{in: in, wrapped: !isJSON(head)}
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

// readObject reads an object, or those that it holds: a page of them, or one in
// the envelope of a collector. What is no record and holds none is given as it is.
func (s Schema) readObject(v gjson.Result, keys *node, line int64, row *Row, out *Out) {
	if list, ok := pageOf(v); ok {
		NotePage(&out.Tally.Pages, v)
		list.ForEach(func(_, element gjson.Result) bool {
			s.readObject(element, keys, line, row, out)
			return true
		})
		return
	}
	row.Line = line
	if s.readRecord(v, keys, row) {
		s.giveEach(v, keys, row, out)
	} else if Rows(v, func(o gjson.Result) { s.readObject(o, keys, line, row, out) }) || s.open(v, keys, row, out, maxEnvelopes) {
		NotePage(&out.Tally.Pages, v)
	} else {
		s.readRecord(v, keys, row)
		s.noteStranger(lines.BorrowBytes(v.Raw), row, out)
		s.give(row, out)
	}
}

// noteStranger counts an object or a line of another source that says what became of a mail. Others of
// this source have the key that is its own, which is the first.
func (s Schema) noteStranger(text []byte, row *Row, out *Out) {
	if s.Stranger != nil && !row.has[s.Required[0]] && s.Stranger(text) {
		out.Tally.Missed(out.origin(row), "", parsers.ReasonUnread)
	}
}

// readRecord reads an object into row, and says whether it is a record of s.
func (s Schema) readRecord(v gjson.Result, keys *node, row *Row) bool {
	row.clear()
	keys.read(v, row)
	return row.hasAll(s.Required)
}

// giveEach gives the row of a record, or those of the objects in its list.
func (s Schema) giveEach(v gjson.Result, keys *node, row *Row, out *Out) {
	if s.Each == "" {
		s.give(row, out)
		return
	}
	list := v.Get(s.Each)
	if !list.IsArray() {
		s.give(row, out)
		return
	}
	inner := keys.child(s.Each)
	list.ForEach(func(_, element gjson.Result) bool {
		row.clear()
		keys.readBut(v, row, inner)
		inner.read(element, row)
		s.give(row, out)
		return true
	})
}

// maxEnvelopes is how many envelopes are opened, one within the other: the list of
// a queue, whose body is a notification, whose message is the list of the records, in the
// answer of a collector's API.
const maxEnvelopes = 16

// open gives the records that an object or a list holds, under whatever key, as
// objects or as texts that are JSON themselves. It is false if there is none.
func (s Schema) open(v gjson.Result, keys *node, row *Row, out *Out, depth int) (found bool) {
	if depth == 0 {
		return false
	}
	var strays []gjson.Result
	v.ForEach(func(_, value gjson.Result) bool {
		if value.Type == gjson.String {
			value = s.textOf(value, row, out)
		}
		switch {
		case value.IsObject() && s.readRecord(value, keys, row):
			s.giveEach(value, keys, row, out)
			found = true
		case value.IsObject() && Rows(value, func(o gjson.Result) { s.readObject(o, keys, row.Line, row, out) }):
			found = true
		case value.IsObject() || value.IsArray():
			if s.open(value, keys, row, out, depth-1) {
				found = true
			} else if v.IsArray() && value.IsObject() {
				strays = append(strays, value)
			}
		}
		return true
	})
	if found {
		s.giveStrays(strays, keys, row, out)
	}
	return found
}

// giveStrays gives objects of a list that lack what the others have, as those are given that stand
// for themselves.
func (s Schema) giveStrays(strays []gjson.Result, keys *node, row *Row, out *Out) {
	for _, v := range strays {
		s.readRecord(v, keys, row)
		s.give(row, out)
	}
}

// textOf returns the JSON that a text is, also after the header of a syslog; the text if it is
// none. One that breaks off, and names somebody, is counted.
func (s Schema) textOf(value gjson.Result, row *Row, out *Out) gjson.Result {
	text := strings.TrimSpace(value.Str)
	b := lines.BorrowBytes(text)
	if !isJSON(b) {
		n := headerBefore(b)
		if n == 0 {
			return value
		}
		text = text[n:]
	}
	if isValid(lines.BorrowBytes(text)) {
		return gjson.Parse(text)
	}
	if strings.Contains(text, `":`) && strings.Contains(text, "@") {
		out.Bad(row, "a text of JSON that breaks off")
	}
	return value
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

// isNamedIn reports that the names that s needs are somewhere in a folded text, which is
// quickly found out: fields and objects are looked into only then.
func (s Schema) isNamedIn(folded []byte) bool {
	for _, column := range s.Required {
		if !slices.ContainsFunc(strings.Split(s.Columns[column], "|"), func(name string) bool {
			return bytes.Contains(folded, []byte(fold(name[strings.LastIndexByte(name, '/')+1:])))
		}) {
			return false
		}
	}
	return true
}

// sniffObjects is how many objects of a source are looked at to recognise it.
const sniffObjects = 20

func (s Schema) sniffJSON(head []byte) int {
	if !s.isNamedIn(foldASCII(head)) {
		return 0
	}
	keys := s.keys()
	row := s.newRow()
	found := false
	probe := s
	probe.Row = func(_ *Out, row *Row) {
		found = found || row.hasAll(s.Required)
	}
	out := &Out{table: queue.NewTable(parsers.Piece{}, nil)}
	r := objectReader{in: bytes.NewReader(head), wrapped: !isJSON(head), part: true}
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
