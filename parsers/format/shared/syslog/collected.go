package syslog

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/records"
	"github.com/typoaudit/typoaudit/parsers/lines"
)

// CollectedFormat reads what collectors of logs export, of which a record holds
// a line: separated values with a header, objects of JSON over several lines, in
// an array or within an answer of an API, and journalctl -o verbose. A record a
// line is for Format, that several cores can read.
type CollectedFormat struct {
	Bodies []Body
	// Columns names the column of "message", "program", "time" and "host"; those
	// that it leaves out are found by their content.
	Columns map[string]string
}

// Columns are the parts of a line that a column may be named for.
func Columns() []string { return []string{"message", "program", "time", "host"} }

// Name implements parsers.Format.
func (CollectedFormat) Name() string { return "collected" }

// Title implements parsers.Format.
func (CollectedFormat) Title() string {
	return "lines in CSV or JSON of log collectors: Splunk, Loki, Elasticsearch, Graylog, clouds"
}

// collected is what Sniff answers: less than a search in lines, and than a table
// with our canonical names, whose texts may hold lines.
// Records of several lines, of which one may be a line that is known, go before a search.
// The user's word goes before all others.
const (
	collected  = 79
	inBlocks   = bySearch + 1
	userMapped = 98
)

// Sniff implements parsers.Format.
func (f CollectedFormat) Sniff(head []byte) int {
	switch {
	case layoutOf(head) == layoutLines || !sniffEntries(head, f.Columns, Format{Bodies: f.Bodies}.known):
		return 0
	case f.Columns != nil:
		return userMapped
	case layoutOf(head) == layoutBlocks || layoutOf(head) == layoutVerbose:
		return inBlocks
	}
	return collected
}

// Found implements parsers.WrapperFormat.
func (f CollectedFormat) Found(head []byte) string {
	name := f.Name()
	inner := Format{Bodies: f.Bodies}
	sniffEntries(head, f.Columns, func(program, text []byte) bool {
		b := inner.bodyOf(program, text)
		if b != nil {
			name = b.Name()
		}
		return b != nil
	})
	return name
}

// sniffEntries reports whether a line that is known stands in head.
func sniffEntries(head []byte, columns map[string]string, known Known) bool {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	c := collector{decoder: NewDecoder(parsers.Piece{Location: time.UTC}), columns: columns, known: known}
	found := false
	c.yield = func(*Record) {
		found = true
		stop()
	}
	c.unread = func(int64, []byte, []byte) {}
	if l := layoutOf(head); l != layoutJSON && l != layoutTexts { // of which an object may have many lines
		head = lines.First(head, sniffLines)
	}
	_ = c.read(ctx, bytes.NewReader(head)) // the head may end within a record
	return found
}

// Read implements parsers.StreamFormat.
func (f CollectedFormat) Read(ctx context.Context, p parsers.Piece, in io.Reader, sink parsers.Sink) (parsers.Tally, error) {
	format := Format{Bodies: f.Bodies}
	parser := format.NewPiece(p, sink).(*lineParser)
	c := collector{decoder: parser.decoder, columns: f.Columns, known: format.known}
	c.yield = func(rec *Record) {
		parser.rec = *rec
		parser.tally.Longest.Note(rec.Text)
		parser.giveFound()
		parser.endBlock()
	}
	c.unread = func(line int64, program, text []byte) {
		parser.tally.Lines = line
		if text == nil {
			parser.tally.Bad(parser.origin(), "no record, or one that breaks off")
		} else {
			parser.unread(nil, program, text)
		}
	}
	err := c.read(ctx, in)
	tally, rest := parser.Close()
	tally.Lines, tally.Pages = c.lines, c.pages
	j := format.NewJoiner(sink)
	j.Join(rest)
	tally.Merge(j.Close())
	return tally, err
}

// A layout is how the records of an export are written.
type layout uint8

const (
	layoutLines layout = iota
	layoutJSON
	layoutCSV
	layoutVerbose
	layoutBlocks
	layoutTexts // an array of texts on one line
)

func layoutOf(head []byte) layout {
	head = trimFront(head)
	line, _, _ := bytes.Cut(head, []byte("\n"))
	switch trimmed := bytes.TrimLeft(head, " \t\r\n["); {
	case rubyObject(line) != nil:
		return layoutLines
	case string(line) == "---", string(line) == "{" && bytes.Contains(head[:min(len(head), maxHeader)], []byte(`" => `)):
		return layoutBlocks
	case bytes.HasPrefix(head, []byte(`["`)) && bytes.Contains(line, []byte(`",`)) && !bytes.Contains(head, []byte("\n[")): // rows are arrays as well
		return layoutTexts
	case bytes.HasPrefix(head, []byte("{")), bytes.HasPrefix(head, []byte("[")) && bytes.HasPrefix(trimmed, []byte("{")):
		return layoutJSON
	case bytes.Contains(line, []byte(" [s=")) && bytes.HasSuffix(bytes.TrimSpace(line), []byte("]")):
		return layoutVerbose
	}
	if bytes.IndexByte(line, records.Separator(line)) > 0 && (!isBare(line) && !startsHeader(line) || isTable(head, false)) {
		return layoutCSV
	}
	return layoutLines
}

// tableRows is how many rows are looked at to see whether lines are those of a table.
const tableRows = 20

// isTable reports lines that have as many fields each: names in the first one, which is no
// line of a log, or unless they must be named a time and two others in all.
func isTable(head []byte, mustBeNamed bool) bool {
	first, _, _ := bytes.Cut(head, []byte("\n"))
	r := records.NewCSVReader(bytes.NewReader(lines.First(head, tableRows)))
	r.Comma = records.Separator(first)
	d := NewDecoder(parsers.Piece{Location: time.UTC})
	width, rows, named, timed := 0, 0, false, true
	for ; ; rows++ {
		fields, err := r.Read()
		if err != nil { // the last row may break off
			break
		}
		if rows == 0 {
			width, named = len(fields), areNames(fields)
		}
		if len(fields) != width {
			return false
		}
		timed = timed && slices.ContainsFunc(fields, func(f []byte) bool {
			_, _, ok := d.timeOf(string(f), time.UTC)
			return ok && len(f) > 0
		})
	}
	return rows > 1 && (named && width > 1 || timed && width > 2 && !mustBeNamed)
}

// areNames reports fields that may be the names of columns: none has what ends a tag, or
// begins a value.
func areNames(fields [][]byte) bool {
	for _, f := range fields {
		if len(f) == 0 || len(f) > maxTag || bytes.ContainsAny(f, ":=<>\"{") || isDigit(f[0]) {
			return false
		}
	}
	return true
}

// A collector finds the lines in the records of an export.
type collector struct {
	decoder *Decoder
	columns map[string]string
	known   Known
	yield   func(rec *Record)
	// unread takes the text of a record that holds no line that is known; broken records
	// have none.
	unread func(line int64, program, text []byte)
	lines  int64
	found  int64 // entries whose line is known
	pages  parsers.Pages
}

// read reads an export of any layout. Lines alone are records as well.
func (c *collector) read(ctx context.Context, in io.Reader) error {
	b := bufio.NewReaderSize(in, 64<<10)
	head, err := b.Peek(64 << 10) // an error after it comes again
	all := io.Reader(b)
	if err == io.EOF {
		all = bytes.NewReader(head) // for which less room is taken
	}
	switch layoutOf(head) {
	case layoutJSON:
		return records.Objects(ctx, all, func(o gjson.Result, line int64) {
			c.lines = line
			c.object(o)
		}, func(line int64) { c.unread(line, nil, nil) })
	case layoutCSV:
		first, _, _ := bytes.Cut(head, []byte("\n"))
		return c.readCSV(ctx, b, records.Separator(first))
	case layoutVerbose:
		return c.readVerbose(ctx, b)
	case layoutBlocks:
		return c.readBlocks(ctx, b)
	case layoutTexts:
		return c.readTexts(ctx, all)
	}
	return records.Lines(ctx, all, func(line []byte, number int64) {
		c.lines = number
		rec := Record{Line: number}
		found, program := c.decoder.search(bytes.TrimRight(line, "\r"), &rec, c.known)
		if found {
			c.yield(&rec)
		} else if noteOf(program) <= namesake && ShowsMail(line) {
			c.unread(number, program, line)
		}
	})
}

func (c *collector) newEntry() *entry { return &entry{decoder: c.decoder, columns: c.columns} }

// find looks for the line of an entry.
func (c *collector) find(e *entry, rec *Record) bool {
	s := search{decoder: c.decoder, rec: rec, known: c.known, plain: maxPlain, wrapper: WrapperPrefix}
	return s.entry(e, 1)
}

// isLine reports whether an entry has a line that is known.
func (c *collector) isLine(e *entry) bool { return c.find(e, &Record{}) }

// entry yields the line of an entry, if it has one that is known. One that only looks like
// a delivery is unread.
func (c *collector) entry(e *entry) bool {
	rec := Record{Repeat: 1, Line: c.lines}
	if !c.find(e, &rec) {
		if program, text := e.outcome(); text != nil {
			c.unread(c.lines, program, text)
		}
		return false
	}
	rec.unrepeat()
	c.found++
	c.yield(&rec)
	return true
}

// object looks for a line in an object, else in its rows, or for objects in its arrays.
func (c *collector) object(v gjson.Result) {
	e := c.newEntry()
	e.addObject(v, 0)
	if c.entry(e) {
		return
	}
	before := c.found
	if !records.Rows(v, c.object) {
		c.arrays(v)
	}
	if c.found > before { // other objects may be records of anything
		records.NotePage(&c.pages, v)
	}
}

func (c *collector) arrays(v gjson.Result) {
	v.ForEach(func(_, value gjson.Result) bool {
		switch {
		case value.IsObject():
			c.arrays(value)
		case value.IsArray():
			c.array(value)
		}
		return true
	})
}

// texts reads an array of which more than one text is a line by itself. It is false for others:
// one line may stand there in parts.
func (c *collector) texts(v gjson.Result) bool {
	known := 0
	v.ForEach(func(_, value gjson.Result) bool {
		if value.Type == gjson.String && c.isLine(c.textEntry(value.Str)) {
			known++
		}
		return known < 2
	})
	if known < 2 {
		return false
	}
	v.ForEach(func(_, value gjson.Result) bool {
		if value.Type == gjson.String {
			c.entry(c.textEntry(value.Str))
		}
		return true
	})
	return true
}

// readTexts reads an array of texts, each of which is a line. They count as lines, since all stand on one.
func (c *collector) readTexts(ctx context.Context, in io.Reader) error {
	b := bufio.NewReaderSize(in, lines.MaxLine)
	for ctx.Err() == nil {
		between, err := b.ReadSlice('"')
		switch {
		case err == io.EOF && bytes.IndexByte(between, ']') >= 0:
			return nil
		case err == io.EOF, err == bufio.ErrBufferFull:
			return errBrokenArray
		case err != nil:
			return err
		}
		text, err := restOfText(b)
		if err != nil {
			return err
		}
		c.lines++
		c.entry(c.textEntry(gjson.Parse(`"` + text).Str))
	}
	return ctx.Err()
}

var errBrokenArray = errors.New("an array of lines that breaks off")

// restOfText returns a text of JSON from after its first quote on. One is no longer than a line.
func restOfText(b *bufio.Reader) (string, error) {
	var text []byte
	for {
		part, err := b.ReadSlice('"')
		text = append(text, part...)
		switch {
		case err == io.EOF, err == bufio.ErrBufferFull, len(text) > lines.MaxLine:
			return "", errBrokenArray
		case err != nil:
			return "", err
		}
		before := text[:len(text)-1]
		if escapes := len(before) - len(bytes.TrimRight(before, `\`)); escapes%2 == 0 {
			return string(text), nil
		}
	}
}

func (c *collector) textEntry(text string) *entry {
	e := c.newEntry()
	e.add("line", text)
	return e
}

// array reads objects; the fields of one, as CloudWatch Insights has them:
// [{"field":"@message","value":"…"}]; or a time and a line, as Loki has them.
func (c *collector) array(v gjson.Result) {
	if c.texts(v) {
		return
	}
	e := c.newEntry()
	v.ForEach(func(_, value gjson.Result) bool {
		if field := value.Get("field"); value.IsObject() && field.Exists() {
			e.add(field.String(), value.Get("value").String())
		} else if value.Type == gjson.String && e.time.IsZero() && e.addTime("time", "time", value.Str) {
			return true
		} else if value.Type == gjson.String {
			e.add("line", value.Str)
		}
		return len(e.texts) < maxValues
	})
	if c.entry(e) {
		return
	}
	v.ForEach(func(_, value gjson.Result) bool {
		switch {
		case value.IsObject():
			c.object(value)
		case value.IsArray():
			c.array(value)
		}
		return true
	})
}

func (c *collector) readCSV(ctx context.Context, in io.Reader, comma byte) error {
	r := records.NewCSVReader(in)
	r.Comma = comma
	var names []string
	width := 0
	for first := true; ctx.Err() == nil; {
		fields, err := r.Read()
		c.lines = max(c.lines, r.Line)
		switch {
		case errors.Is(err, records.ErrBroken):
			c.unread(r.Line, nil, nil)
			continue
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return err
		}
		isHead := first && !c.isLine(c.row(nil, fields))
		if first {
			width = len(fields)
		}
		if first = false; isHead {
			for _, f := range fields {
				names = append(names, string(bytes.TrimPrefix(f, []byte("\xef\xbb\xbf"))))
			}
			continue
		}
		if len(fields) != width { // a column is missing, or there is one more: which is which is not known
			c.readRow(c.row(nil, fields), fields)
			continue
		}
		c.readRow(c.row(names, fields), fields)
	}
	return ctx.Err()
}

// readRow yields the line of a row. Where there is none, a line may have been cut at its own
// commas: it is counted.
func (c *collector) readRow(e *entry, fields [][]byte) {
	if found := c.entry(e); found {
		return
	}
	if _, counted := e.outcome(); counted == nil && ShowsOutcome(bytes.Join(fields, []byte(","))) {
		c.unread(c.lines, nil, bytes.Join(fields, []byte(",")))
	}
}

// row returns the entry of a row, under the names of its columns if there are any.
func (c *collector) row(names []string, fields [][]byte) *entry {
	e := c.newEntry()
	for i, f := range fields {
		if names == nil {
			e.addNameless(string(f))
		} else if i < len(names) {
			e.add(names[i], string(f))
		}
	}
	return e
}

// readVerbose reads journalctl -o verbose: a stamp, and lines of "    KEY=value".
func (c *collector) readVerbose(ctx context.Context, in io.Reader) error {
	e, last := c.newEntry(), int64(0)
	err := records.Lines(ctx, in, func(line []byte, number int64) {
		last = number
		if key, value, ok := bytes.Cut(line, []byte("=")); ok && line[0] == ' ' {
			e.add(string(bytes.TrimSpace(key)), string(bytes.TrimRight(value, "\r")))
			return
		}
		c.entry(e)
		e = c.newEntry()
		c.lines = number
		if t, _, ok := c.decoder.anyStamp(line); ok {
			e.time, e.rank = inZone(t, zoneOf(line, t)), eventTime
		}
	})
	c.entry(e)
	c.lines = last
	return err
}

// zoneOf returns UTC if a line of journalctl names it.
func zoneOf(line []byte, t time.Time) *time.Location {
	if bytes.Contains(line, []byte(" UTC [")) {
		return time.UTC
	}
	return t.Location()
}
