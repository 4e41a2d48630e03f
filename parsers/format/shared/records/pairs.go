package records

import (
	"bytes"
	"context"
	"io"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

// Pairs says how the lines of a source are made that hold a record each, as
// key=value after key=value.
type Pairs struct {
	// Free are the keys, with "|" between them, whose values are anybody's text,
	// such as a subject. Whoever wrote it may have written pairs into it: of a key
	// before the first of them the first value counts, and of one that only comes
	// after it the last.
	Free string
	// Spaced says that values are bare and may hold blanks: one ends where the
	// next key begins. A "=" within is written "\=" (Common Event Format).
	// Else a value ends at a comma or a blank, unless it is in quotes.
	Spaced bool
	// Barred says that values are bare and end at a "|".
	Barred bool
	// Within is a key whose value holds pairs itself, as Sendmail writes them: one
	// ends at the ", " before the next key. A column finds them as "KEY/INNER".
	Within string
}

// StampColumn is the name of a column that holds the stamp at the beginning of a
// line, which its pairs do not say.
const StampColumn = "^"

func (p *Pairs) isFree(key []byte) bool {
	for name := range strings.SplitSeq(p.Free, "|") {
		if name == string(key) {
			return true
		}
	}
	return false
}

// A pairReader puts the pairs of lines into rows.
type pairReader struct {
	pairs Pairs
	// columns finds the columns of a key as it is written.
	columns map[string][]int
	within  map[string][]int // those of the keys within
	seen    []bool           // of each column, before the free text in this line
}

func (s Schema) newPairReader() *pairReader {
	p := &pairReader{pairs: *s.Pairs, columns: map[string][]int{}, within: map[string][]int{}, seen: make([]bool, len(s.Columns))}
	for i, names := range s.Columns {
		for name := range bytes.SplitSeq([]byte(names), []byte("|")) {
			columns := p.columns
			if inner, ok := bytes.CutPrefix(name, []byte(s.Pairs.Within+"/")); ok {
				columns, name = p.within, inner
			}
			columns[string(name)] = append(columns[string(name)], i)
		}
	}
	return p
}

// read puts the pairs of a line into row.
func (p *pairReader) read(line []byte, row *Row) {
	row.clear()
	clear(p.seen)
	for _, column := range p.columns[StampColumn] {
		row.values[column] = lines.Borrow(stampOf(line))
	}
	if _, event, ok := bytes.Cut(line, []byte("CEF:")); ok && p.pairs.Spaced {
		line = event // the header of a syslog has pairs of its own
	}
	free := false
	for {
		key, value, rest, ok := p.next(line)
		if !ok {
			return
		}
		line = rest
		if p.pairs.Within != "" && string(key) == p.pairs.Within {
			p.readWithin(value, row)
			continue
		}
		own := p.pairs.isFree(key)
		free = free || own
		for _, column := range p.columns[string(key)] {
			if p.seen[column] {
				continue
			}
			row.values[column], row.has[column] = lines.Borrow(value), true
			p.seen[column] = !free || own
		}
	}
}

// readWithin puts the pairs of a value into row. What a remote server answered is
// in the last of them: of each key the first counts.
func (p *pairReader) readWithin(value []byte, row *Row) {
	for {
		key, inner, rest, ok := nextPair(value, listedValue)
		if !ok {
			return
		}
		value = rest
		for _, column := range p.within[string(key)] {
			if !row.has[column] {
				row.values[column], row.has[column] = lines.Borrow(inner), true
			}
		}
	}
}

// maxKey bounds a key within a value and its "=", in bytes.
const maxKey = 32

// listedValue cuts a value up to the ", " before the next key.
func listedValue(b []byte) (value, rest []byte) {
	for at := 0; ; {
		i := bytes.Index(b[at:], []byte(", "))
		if i < 0 {
			return b, nil
		}
		at += i
		rest := b[at+len(", "):]
		if n := bytes.IndexByte(rest[:min(len(rest), maxKey)], '='); n > 0 && keyStart(rest[:n]) == 0 {
			return b[:at], rest
		}
		at++
	}
}

// stampOf returns the stamp that a line begins with, after a priority: "Nov 20
// 09:00:00" or a word that begins with a digit.
func stampOf(line []byte) []byte {
	if len(line) > 0 && line[0] == '<' {
		_, line, _ = bytes.Cut(line, []byte(">"))
		line = bytes.TrimPrefix(line, []byte("1 "))
	}
	word, _, _ := bytes.Cut(line, []byte(" "))
	switch {
	case len(word) == 0:
	case word[0]-'0' < 10 && bytes.IndexByte(word, 'T') > 0:
		return word
	case len(word) == len("Nov") && len(line) > len("Nov 20 09:00:00") && line[len("Nov 20 09")] == ':':
		return line[:len("Nov 20 09:00:00")]
	}
	return nil
}

// NextPair cuts the next key=value or key="value" from a line, and undoes the
// backslashes in quotes in place.
func NextPair(line []byte) (key, value, rest []byte, ok bool) { return nextPair(line, plainValue) }

func (p *pairReader) next(line []byte) (key, value, rest []byte, ok bool) {
	switch {
	case p.pairs.Spaced:
		return nextPair(line, spacedValue)
	case p.pairs.Barred:
		return nextPair(line, barredValue)
	}
	return nextPair(line, plainValue)
}

func barredValue(b []byte) (value, rest []byte) {
	value, rest, _ = bytes.Cut(b, []byte("|"))
	return value, rest
}

func nextPair(line []byte, cut func([]byte) (value, rest []byte)) (key, value, rest []byte, ok bool) {
	for {
		i := bytes.IndexByte(line, '=')
		if i < 0 {
			return nil, nil, nil, false
		}
		from := keyStart(line[:i])
		key, line = line[from:i], line[i+1:]
		if len(key) > 0 {
			break
		}
	}
	value, rest = cut(line)
	return key, value, rest, true
}

// keyStart returns where the key begins that b ends with, which is len(b) for
// none, as before an escaped "=".
func keyStart(b []byte) int {
	i := len(b)
	for i > 0 && isKey(b[i-1]) {
		i--
	}
	return i
}

func isKey(c byte) bool {
	return c == '_' || c == '-' || c-'0' < 10 || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// plainValue cuts `"in quotes"`, 'in quotes' and bare values. Quotes close
// where a separator follows.
func plainValue(b []byte) (value, rest []byte) {
	if len(b) > 0 && (b[0] == '"' || b[0] == '\'') {
		for i := 1; i < len(b); i++ {
			if b[i] == '\\' {
				i++
			} else if b[i] == b[0] && (i+1 == len(b) || b[i+1] == ',' || b[i+1] == ' ') {
				return unquote(b[1:i]), b[i+1:]
			}
		}
	}
	if i := bytes.IndexAny(b, ", "); i >= 0 {
		return b[:i], b[i:]
	}
	return b, nil
}

// unquote undoes "\"" and "\\", in place.
func unquote(b []byte) []byte {
	if bytes.IndexByte(b, '\\') < 0 {
		return b
	}
	out := b[:0]
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' && i+1 < len(b) {
			i++
		}
		out = append(out, b[i])
	}
	return out
}

// spacedValue cuts a value up to the blank before the next key.
func spacedValue(b []byte) (value, rest []byte) {
	for at := 0; ; {
		i := bytes.IndexByte(b[at:], '=')
		if i < 0 {
			return unescape(b), nil
		}
		at += i
		if key := keyStart(b[:at]); key > 0 && key < at && b[key-1] == ' ' {
			return unescape(bytes.TrimRight(b[:key], " ")), b[key:]
		}
		at++
	}
}

// unescape undoes "\=" and "\\", in place. Before a "=" any number of
// backslashes goes: collectors escape once more what is escaped.
func unescape(b []byte) []byte {
	if bytes.IndexByte(b, '\\') < 0 {
		return b
	}
	out := b[:0]
	for i := 0; i < len(b); i++ {
		if b[i] == '\\' {
			run := i
			for run < len(b) && b[run] == '\\' {
				run++
			}
			switch {
			case run < len(b) && b[run] == '=':
				i = run
			case i+1 < run:
				i++
			}
		}
		out = append(out, b[i])
	}
	return out
}

func (s Schema) readPairs(ctx context.Context, in io.Reader, out *Out) error {
	p, row := s.newPairReader(), s.newRow()
	return Lines(ctx, in, func(line []byte, number int64) {
		out.Tally.Lines, row.Line = number, number
		read := func(text []byte) bool {
			p.read(text, row)
			if !row.hasAll(s.Required) {
				return false
			}
			s.give(row, out)
			return true
		}
		line = lines.WithoutCR(line)
		var texts []string // that were read
		once := func(text []byte) bool {
			s := string(text) // which reading changes
			if slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, s) || strings.Contains(s, t) }) {
				return true // a collector keeps a line with its header and without
			}
			found := read(text)
			if found {
				texts = append(texts, s)
			}
			return found
		}
		if eachText(line, once) || read(cellOf(line)) {
			return
		}
		s.noteStranger(line, row, out)
	})
}

// eachText gives read the lines of the texts of a line that is JSON, as collectors write them:
// of an object or array, maybe after a header, of one member of it, or of the last value of
// logfmt. It is false if read makes nothing of any.
func eachText(line []byte, read func(text []byte) bool) (found bool) {
	line = bytes.TrimRight(bytes.TrimLeft(line, " \t\xef\xbb\xbf"), ", ")
	if !isJSON(line) {
		if i := bytes.Index(line, []byte(`="`)); i > 0 && isValid(line[i+1:]) {
			line = line[i+1:]
		} else {
			line = line[headerBefore(line):]
		}
	}
	if len(line) > 0 && line[0] == '"' {
		if i := bytes.Index(line, []byte(`" => "`)); i > 0 { // Logstash's rubydebug
			line = line[i+len(`" => `):]
		}
		line = slices.Concat([]byte("{"), line, []byte("}"))
		if !isValid(line) { // an element
			line[0], line[len(line)-1] = '[', ']'
		}
	}
	if !isJSON(line) || !isValid(line) {
		return false
	}
	return eachTextOf(gjson.ParseBytes(line), read, maxEnvelopes)
}

// cellOf returns the first value in quotes of a row that holds pairs, as Splunk, Graylog and others
// export lines; the line itself if that is none. What stands before has no pairs: a subject cannot
// pass for a value.
func cellOf(line []byte) []byte {
	for rest := line; len(rest) > 0; {
		cell, after, isQuoted := quotedCell(rest)
		if !isQuoted {
			i := bytes.IndexAny(rest, ",;\t")
			if i < 0 {
				return line
			}
			cell, after = rest[:i], rest[i+1:]
		}
		if bytes.IndexByte(cell, '=') >= 0 {
			if isQuoted {
				return cell
			}
			return line
		}
		rest = after
	}
	return line
}

// quotedCell returns the value in quotes that b begins with, and what stands after it and a
// separator. Quotes within it are doubled.
func quotedCell(b []byte) (cell, rest []byte, ok bool) {
	if b[0] != '"' {
		return nil, nil, false
	}
	for i := 1; i < len(b); i++ {
		switch {
		case b[i] != '"':
		case i+1 < len(b) && b[i+1] == '"':
			i++
		default:
			return bytes.ReplaceAll(b[1:i], []byte(`""`), []byte(`"`)), b[min(i+len(`",`), len(b)):], true
		}
	}
	return nil, nil, false
}

func eachTextOf(v gjson.Result, read func(text []byte) bool, depth int) (found bool) {
	v.ForEach(func(_, value gjson.Result) bool {
		switch {
		case depth > 0 && (value.IsObject() || value.IsArray()):
			found = eachTextOf(value, read, depth-1) || found
		case value.Type != gjson.String:
		case eachText([]byte(value.Str), read):
			found = true
		default:
			for text := range bytes.SplitSeq([]byte(value.Str), []byte("\n")) {
				found = read(text) || found
			}
		}
		return true
	})
	return found
}

// sniffPairs looks for a record in the first lines.
func (s Schema) sniffPairs(head []byte) int {
	head = lines.First(head, sniffLines)
	if !s.hasKeysIn(head) {
		return 0
	}
	p, row := s.newPairReader(), s.newRow()
	for len(head) > 0 {
		var line []byte
		line, head, _ = bytes.Cut(head, []byte("\n"))
		// The line is copied: reading changes it in place.
		if p.read(bytes.Clone(line[:min(len(line), lines.MaxLine)]), row); row.hasAll(s.Required) {
			return surely
		}
	}
	return 0
}

// sniffLines is how many lines of a source with pairs are looked at to recognise it.
const sniffLines = 50

// hasKeysIn reports that the keys that s needs are somewhere in head, which is quickly found
// out: pairs are read only then.
func (s Schema) hasKeysIn(head []byte) bool {
	for _, column := range s.Required {
		if !slices.ContainsFunc(strings.Split(s.Columns[column], "|"), func(name string) bool {
			return bytes.Contains(head, []byte(name[strings.LastIndexByte(name, '/')+1:]))
		}) {
			return false
		}
	}
	return true
}
