// Package records reads exports and event streams of services, of which each
// record tells of one delivery, of one event in the life of one, or of all
// recipients of a message: separated values with a header (RFC 4180), the W3C's
// layout with "#Fields:", tab-separated values of Zeek, JSON objects, one behind
// the other or in arrays, and lines of key=value.
//
// A Schema says how such a source is recognised and which of its columns mean
// what. Whose layouts there are, and where each was found, is told by the
// packages that hold the schemas.
package records

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unsafe"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/queue"
)

// A Schema is one layout of records.
type Schema struct {
	// ID is the word for --input-format, and Words say whose records they are.
	ID, Words string
	// Columns are the names of what is read, in the order of the numbers that
	// Row.Get takes; "a|b" are two names of one column. Names are compared
	// without blanks, dots, underscores, hyphens and case. In JSON, "a/b" is a
	// key of an object within, or within the objects of a list.
	Columns []string
	// Need are the numbers of the columns by which a source is recognised: all
	// must be there.
	Need []int
	// Pairs tells of a source with key=value on each line, that has no header.
	// Its keys are compared as they are written.
	Pairs Pairs
	// Nested is a key whose value is a string that holds the record in JSON.
	Nested string
	// Limits are the numbers of rows at which the source's exports end, though
	// there may be more.
	Limits []int64
	// Row reads one row.
	Row func(out *Out, row *Row)
	// End, if not nil, says what there is to say when all is read.
	End func(out *Out)
}

// Name implements parsers.Format.
func (s Schema) Name() string { return s.ID }

// Title implements parsers.Format.
func (s Schema) Title() string { return s.Words }

// A Row is one record. Strings are lent until the next one is read.
type Row struct {
	Line   int64
	values []string
	has    []bool
	lists  [][]string // of JSON arrays
	ranks  []int      // of the names that the values stand under
}

// Get returns the value of a column, the first of several, "" if it is not there
// or null.
func (r *Row) Get(column int) string {
	if len(r.lists[column]) > 0 {
		return r.lists[column][0]
	}
	return r.values[column]
}

// Has tells whether a column is there.
func (r *Row) Has(column int) bool { return r.has[column] }

// List returns the values of a column that may hold several: the elements of a
// JSON array, or what separators divide.
func (r *Row) List(column int, separators string) []string {
	if len(r.lists[column]) > 0 {
		return r.lists[column]
	}
	if r.values[column] == "" {
		return nil
	}
	if separators == "" {
		return []string{r.values[column]}
	}
	return SplitList(r.values[column], separators)
}

// SplitList divides a list at any of the separators, but not within quotes, as
// those of "doe, jane"@corp.example (RFC 5321 section 4.1.2).
func SplitList(s, separators string) (list []string) {
	if strings.Count(s, `"`)%2 != 0 { // not the quotes of addresses
		return strings.FieldsFunc(s, func(c rune) bool { return strings.ContainsRune(separators, c) })
	}
	quoted, from := false, 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && s[i] == '"' {
			quoted = !quoted
		}
		if i == len(s) || !quoted && strings.IndexByte(separators, s[i]) >= 0 {
			if i > from {
				list = append(list, s[from:i])
			}
			from = i + 1
		}
	}
	return list
}

func (r *Row) hasAll(columns []int) bool {
	for _, c := range columns {
		if !r.has[c] {
			return false
		}
	}
	return true
}

func (r *Row) clear() {
	clear(r.values)
	clear(r.has)
	for i := range r.lists {
		r.lists[i] = r.lists[i][:0]
	}
}

func (r *Row) set(c named, v gjson.Result) {
	column := c.column
	if v.Type == gjson.Null || r.has[column] && c.rank > r.ranks[column] {
		return
	}
	if r.has[column] && c.rank < r.ranks[column] {
		r.values[column], r.has[column], r.lists[column] = "", false, r.lists[column][:0]
	}
	r.ranks[column] = c.rank
	if v.IsArray() {
		v.ForEach(func(_, element gjson.Result) bool {
			if !element.IsObject() {
				r.lists[column] = append(r.lists[column], element.String())
			}
			return true
		})
		r.has[column] = true
		return
	}
	if r.has[column] { // a key of each of several objects
		if len(r.lists[column]) == 0 {
			r.lists[column] = append(r.lists[column], r.values[column])
		}
		r.lists[column] = append(r.lists[column], v.String())
		return
	}
	r.values[column], r.has[column] = v.String(), true
}

// Out takes what rows tell.
type Out struct {
	Tally    parsers.Tally
	Piece    parsers.Piece
	Rows     int64
	Delivery parsers.Delivery

	dates dates
	sink  parsers.Sink
	table *queue.Table
}

// Tell gives Delivery to the sink: the whole story of one recipient.
func (o *Out) Tell(row *Row) {
	d := &o.Delivery
	d.Origin = o.origin(row)
	n := int64(max(1, d.Count))
	o.Tally.Records++
	o.Tally.Deliveries += n
	if !d.SenderKnown {
		o.Tally.NoSender += n
	}
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
func (o *Out) Message(row *Row, id, time string) (*queue.Message, queue.Place) {
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
	m := o.table.Message(nil, unsafe.Slice(unsafe.StringData(id), len(id)), at, false)
	m.Began, m.Ended = true, true
	return m, at
}

// Read implements parsers.StreamFormat.
func (s Schema) Read(ctx context.Context, p parsers.Piece, in io.Reader, sink parsers.Sink) (parsers.Tally, error) {
	table := queue.NewTable(p, sink)
	table.Nameless = true // the ids are the message's own
	out := &Out{Piece: p, dates: dates{order: p.DateOrder}, sink: sink, table: table}
	err := s.readAll(ctx, in, out)
	if s.End != nil {
		s.End(out)
	}
	if n := out.Rows; slices.Contains(s.Limits, n) {
		out.Tally.Problem(fmt.Sprintf("it has exactly %d rows, as many as an export holds: it may be cut off", n))
	}
	if p := out.dates.problem(); p != "" {
		out.Tally.Problem(p)
	}
	tally := out.Tally
	rest := out.table.Finish()
	tally.Merge(rest)
	return tally, err
}

func (s Schema) readAll(ctx context.Context, in io.Reader, out *Out) error {
	head, in, err := peek(in)
	if err != nil {
		return err
	}
	if out.dates.order == "" && !s.Pairs.On {
		out.dates.order = s.dateOrder(ctx, head, out.Piece)
	}
	return s.readLayout(ctx, head, in, out)
}

func (s Schema) readLayout(ctx context.Context, head []byte, in io.Reader, out *Out) error {
	switch {
	case s.Pairs.On:
		return s.readPairs(ctx, in, out)
	case isJSON(head):
		return s.readJSON(ctx, in, out)
	}
	return s.readCSV(ctx, head, in, out)
}

// dateOrder reads the beginning of a source ahead, to learn the order of its
// dates from one that can be read one way only; "" if there is none.
func (s Schema) dateOrder(ctx context.Context, head []byte, p parsers.Piece) string {
	probe := &Out{Piece: p, sink: nowhere{}, table: queue.NewTable(p, nowhere{})}
	_ = s.readLayout(ctx, head, bytes.NewReader(bytes.Clone(head)), probe) // the real reading tells what is wrong
	return probe.dates.order
}

type nowhere struct{}

// Add implements parsers.Sink.
func (nowhere) Add(*parsers.Delivery) {}

// peek returns the first bytes of in, and in with them.
func peek(in io.Reader) ([]byte, io.Reader, error) {
	head := make([]byte, 64<<10)
	n, err := io.ReadFull(in, head)
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil
	}
	return head[:n], io.MultiReader(bytes.NewReader(head[:n]), in), err
}

func isJSON(head []byte) bool {
	head = bytes.TrimLeft(head, "\xef\xbb\xbf \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}

func (s Schema) newRow() *Row {
	n := len(s.Columns)
	return &Row{values: make([]string, n), has: make([]bool, n), lists: make([][]string, n), ranks: make([]int, n)}
}

func (s Schema) readJSON(ctx context.Context, in io.Reader, out *Out) error {
	keys := s.keys()
	row := s.newRow()
	r := objectReader{in: in}
	for ctx.Err() == nil {
		object, line, skipped, err := r.next()
		out.Tally.Lines = r.lines
		for range skipped {
			out.Tally.Bad(parsers.Origin{Source: out.Piece.Source, Piece: out.Piece.Number, Line: r.lines + 1}, "not a JSON object")
		}
		if err == io.EOF {
			out.Tally.Lines++
			return nil
		}
		if err != nil {
			return err
		}
		out.Tally.Lines = max(out.Tally.Lines, line)
		s.readObject(gjson.Parse(lent(object)), keys, line, row, out)
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
	if s.Nested != "" && !row.hasAll(s.Need) {
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
			return strings.HasPrefix(key.Str, "@") // what OData says of the page
		}
		return false
	})
	return list, ok
}

func (s Schema) give(row *Row, out *Out) {
	out.Rows++
	out.Delivery = parsers.Delivery{}
	s.Row(out, row)
	out.table.Bound()
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

// fold brings the names of a column to one form.
func fold(name string) string {
	return strings.Map(func(c rune) rune {
		switch c {
		case ' ', '_', '-', '.', '(', ')':
			return -1
		}
		return c
	}, strings.ToLower(name))
}

func lent(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

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
// behind "#Fields:", or the one behind "#TYPE" of PowerShell.
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

// Sniff implements parsers.Format.
func (s Schema) Sniff(head []byte) int {
	switch {
	case s.Pairs.On:
		return s.sniffPairs(head)
	case isJSON(head):
		return s.sniffJSON(head)
	}
	line, comma, ok := headerLine(head)
	if !ok {
		return 0
	}
	r := NewCSVReader(bytes.NewReader(line))
	r.Comma = comma
	names, err := r.Read()
	if err != nil {
		return 0
	}
	if h := s.columnsOf(names); h.has(s.Need) {
		return surely
	}
	return 0
}

// surely is above what the generic table says of a header that it can read.
const surely = 90

func (s Schema) sniffJSON(head []byte) int {
	keys := s.keys()
	row := s.newRow()
	found := false
	probe := s
	probe.Row = func(_ *Out, row *Row) {
		found = found || row.hasAll(s.Need)
	}
	out := &Out{table: queue.NewTable(parsers.Piece{}, nil)}
	r := objectReader{in: bytes.NewReader(head)}
	for range 20 {
		object, line, _, err := r.next()
		if err != nil || found {
			break
		}
		probe.readObject(gjson.Parse(lent(object)), keys, line, row, out)
	}
	if found {
		return surely
	}
	return 0
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
			if h = s.columnsOf(fields); !h.has(s.Need) {
				return errors.New("the columns of " + s.ID + " are not there")
			}
			continue
		}
		row.Line = r.Line
		for i, at := range h.at {
			if row.has[i] = at >= 0 && at < len(fields); row.has[i] {
				row.values[i] = lent(fields[at])
			} else {
				row.values[i] = ""
			}
		}
		s.give(row, out)
	}
	return ctx.Err()
}

// cutHeader tells lines that begin with "#", and the names of "#Fields: a,b".
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
	return string(queue.EnhancedCode(unsafe.Slice(unsafe.StringData(reply), len(reply))))
}
