package read

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// maxPreamble is how many lines an export may have above its header or its first record.
const maxPreamble = 20

// sniffBelow finds the format of an export that has a few lines above it: a title, the span that
// it is of, comments. None of them names anybody.
func (e *entry) sniffBelow(head []byte, formats []parsers.Format) {
	if bytes.IndexByte(head, '@') < 0 {
		return
	}
	below, all := head, exports(formats)
	for range maxPreamble {
		line, rest, more := bytes.Cut(below, []byte("\n"))
		if !more || bytes.IndexByte(line, '@') >= 0 {
			return
		}
		if below = rest; !mayBeHeader(below) {
			continue
		}
		if e.sniff(below, all); e.format != nil {
			e.above = int64(len(head) - len(below))
			if bytes.Contains(bytes.ToLower(head[:e.above]), []byte("more results")) { // a warning of PowerShell's
				e.out.Pages.More++
			}
			return
		}
	}
}

// mayBeHeader reports a text whose first line may name columns: there are separators in it, and
// nothing that values have. To ask all formats for each line of a folder of other files would last.
func mayBeHeader(text []byte) bool {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	separators := max(bytes.Count(line, []byte(",")), bytes.Count(line, []byte(";")), bytes.Count(line, []byte("\t")))
	return separators > 1 && !bytes.ContainsAny(line, ":=@{")
}

// exports returns the formats of exports.
func exports(formats []parsers.Format) []parsers.Format {
	return slices.DeleteFunc(slices.Clone(formats), func(f parsers.Format) bool { return !isExport(f) })
}

// isExport reports a format that is read from its beginning, and holds no messages.
func isExport(f parsers.Format) bool {
	_, isStream := f.(parsers.StreamFormat)
	_, isMailbox := f.(parsers.MessageFormat)
	return isStream && !isMailbox
}

// export returns what its format reads of a source: the lines above are empty ones in it, so that
// the others keep their numbers, and a table that was printed has separators.
func (e *entry) export(r io.Reader) (io.Reader, error) {
	switch {
	case e.printed != nil:
		return e.printed.rows(r), nil
	case e.above == 0:
		return r, nil
	}
	above := make([]byte, e.above)
	if _, err := io.ReadFull(r, above); err != nil {
		return nil, err
	}
	return io.MultiReader(strings.NewReader(strings.Repeat("\n", bytes.Count(above, []byte("\n")))), r), nil
}

// missPages makes sources incomplete that say so themselves. The pages of one answer may be a
// file each.
func (r *reader) missPages() {
	if r.o.Shard != nil {
		return
	}
	pages := map[string]*parsers.Pages{}
	for _, e := range r.entries {
		if p := pages[e.name]; p != nil {
			p.Merge(e.out.Pages)
		} else {
			all := e.out.Pages
			pages[e.name] = &all
		}
	}
	for _, e := range r.entries {
		if e.out.Records == 0 || e.out.Err != nil || e.out.Pages == (parsers.Pages{}) {
			continue
		}
		if lack := pages[e.name].Lack(); lack != "" {
			e.out.Err = source.NewError(e.out.Name, errors.New(lack))
		}
	}
}

// A printedTable is what a shell shows of one, under a rule of dashes:
//
//	Received            SenderAddress      RecipientAddress      PowerShell's Format-Table
//	--------            -------------      ----------------
//	20.11.2026 10:00:00 ann@corp.example   jane@army.ml
//
//	 received            | sender           | recipient          psql; mysql and Markdown alike,
//	---------------------+------------------+--------------      with bars at both ends
//	 2026-11-20 10:00:00 | ann@corp.example | jane@army.ml
type printedTable struct {
	header int // number of its line, from 0
	rule
}

// A rule is the line of dashes of a table.
type rule struct {
	starts []int // where columns begin, in characters; nil where bars divide them
	framed bool  // there are bars at both ends
}

// sniffPrinted finds the format of an export that was printed as a table.
func (e *entry) sniffPrinted(head []byte, formats []parsers.Format) {
	t := findPrinted(head)
	if t == nil || bytes.IndexByte(head, '@') < 0 {
		return
	}
	text, _ := io.ReadAll(t.rows(bytes.NewReader(head))) // memory has no errors
	if e.sniff(bytes.TrimLeft(text, "\n"), exports(formats)); e.format != nil {
		e.printed = t
	}
}

// findPrinted finds a table in head, nil if there is none.
func findPrinted(head []byte) *printedTable {
	number, isText := 0, false // of the line before
	for line := range bytes.Lines(head) {
		if number > maxPreamble {
			return nil
		}
		line = bytes.TrimRight(line, " \r\n")
		r, isRule := ruleOf(line)
		if isRule && isText {
			return &printedTable{number - 1, r}
		}
		isText = len(line) > 0 && !isRule
		number++
	}
	return nil
}

// ruleOf reads a rule of dashes for two columns or more.
func ruleOf(line []byte) (r rule, ok bool) {
	bars := false
	for i, c := range line {
		switch c {
		case '-':
			if i == 0 || line[i-1] != '-' {
				r.starts = append(r.starts, i)
			}
		case '+', '|':
			bars = true
		case ' ', ':':
		default:
			return rule{}, false
		}
	}
	if len(r.starts) < 2 {
		return rule{}, false
	}
	if bars {
		r.starts, r.framed = nil, line[0] == '+' || line[0] == '|'
	}
	return r, true
}

// rows returns the table as separated values, a line for each.
func (t *printedTable) rows(r io.Reader) io.Reader {
	return &printedRows{table: t, in: bufio.NewReader(r)}
}

type printedRows struct {
	table  *printedTable
	in     *bufio.Reader
	out    []byte
	left   []byte // of out
	number int
	err    error
}

// Read implements io.Reader.
func (p *printedRows) Read(b []byte) (int, error) {
	for len(p.left) == 0 {
		if p.err != nil {
			return 0, p.err
		}
		p.next()
	}
	n := copy(b, p.left)
	p.left = p.left[n:]
	return n, nil
}

// next reads a line. What is longer than the buffer is no row: it goes on as it is.
func (p *printedRows) next() {
	var line []byte
	line, p.err = p.in.ReadSlice('\n')
	if p.err == bufio.ErrBufferFull {
		p.err, p.left = nil, line
		return
	}
	p.out = p.out[:0]
	text := bytes.TrimRight(line, " \r\n")
	if _, isRule := ruleOf(text); !isRule && p.number >= p.table.header && len(text) > 0 {
		p.row(text)
	}
	if p.number++; len(line) > 0 && line[len(line)-1] == '\n' {
		p.out = append(p.out, '\n')
	}
	p.left = p.out
}

// row appends the cells of a line. One without bars between cells is what stands below a table; if
// it names somebody it is left for the format to count.
func (p *printedRows) row(text []byte) {
	if p.table.starts != nil {
		for i, from := range p.table.starts {
			to := utf8.RuneCount(text)
			if i+1 < len(p.table.starts) {
				to = p.table.starts[i+1]
			}
			p.cell(characters(text, from, to), i > 0)
		}
		return
	}
	if bytes.IndexByte(text, '|') < 0 && bytes.IndexByte(text, '@') < 0 {
		return
	}
	if p.table.framed {
		text = bytes.TrimSuffix(bytes.TrimPrefix(bytes.TrimSpace(text), []byte("|")), []byte("|"))
	}
	for i, cell := range bytes.Split(text, []byte("|")) {
		p.cell(cell, i > 0)
	}
}

// cell appends a value, in quotes where they are needed.
func (p *printedRows) cell(value []byte, follows bool) {
	if follows {
		p.out = append(p.out, '\t')
	}
	value = bytes.TrimSpace(value)
	if bytes.ContainsAny(value, "\"\t") {
		value = append(append([]byte(`"`), bytes.ReplaceAll(value, []byte(`"`), []byte(`""`))...), '"')
	}
	p.out = append(p.out, value...)
}

// characters returns those of text in [from, to), as far as there are so many.
func characters(text []byte, from, to int) []byte {
	begin, at := len(text), 0
	for i := range string(text) {
		if at == from {
			begin = i
		}
		if at == to {
			return text[min(begin, i):i]
		}
		at++
	}
	return text[begin:]
}
