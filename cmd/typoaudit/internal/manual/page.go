package manual

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// A Page is a manual page in the language of man(7), with tables of tbl(1).
type Page struct {
	Title   string // such as "TYPOAUDIT-SCAN"
	Section int
	Date    time.Time
	Source  string // the program and its version
	Name    string // as other pages refer to it
	Summary string
	Blocks  []Block
}

// Write writes the page.
func (p *Page) Write(w io.Writer) error {
	r := &roff{}
	r.line("'\\\" t")
	r.macro(".TH %s %d %s %s", quoted(p.Title), p.Section, p.Date.Format(time.DateOnly), quoted(p.Source))
	r.macro(".ad l") // hyphens and wide blanks in the narrow columns of tables hinder reading
	r.macro(".nh")
	r.macro(".SH NAME")
	r.line(escape(p.Name) + ` \- ` + escape(unmarked(p.Summary)))
	if len(p.Blocks) > 0 {
		if _, headed := p.Blocks[0].(Heading); !headed {
			r.macro(".SH DESCRIPTION")
		}
	}
	r.blocks(p.Blocks)
	_, err := io.WriteString(w, r.b.String())
	return err
}

// A roff collects lines of man(7).
type roff struct{ b strings.Builder }

func (r *roff) macro(format string, args ...any) { r.line(fmt.Sprintf(format, args...)) }

func (r *roff) line(text string) {
	r.b.WriteString(text)
	r.b.WriteByte('\n')
}

// blocks writes blocks. What follows a heading is a paragraph without a macro.
func (r *roff) blocks(all []Block) {
	headed := true
	for _, b := range all {
		h, isHeading := b.(Heading)
		switch {
		case isHeading:
			r.heading(h)
		case !headed && !isTagged(b):
			r.macro(".PP")
		}
		r.block(b)
		headed = isHeading
	}
}

// isTagged reports a block whose entries are paragraphs of their own.
func isTagged(b Block) bool {
	switch b.(type) {
	case List, Definitions:
		return true
	}
	return false
}

func (r *roff) heading(h Heading) {
	if text := unmarked(h.Text); h.Level > 2 {
		r.macro(".SS %s", quoted(text))
	} else {
		r.macro(".SH %s", quoted(strings.ToUpper(text)))
	}
}

func (r *roff) block(b Block) {
	switch b := b.(type) {
	case Paragraph:
		r.text(b.Text)
	case List:
		for _, item := range b.Items {
			r.macro(".IP \\(bu 2")
			r.text(item)
		}
	case Code:
		r.macro(".RS 4")
		r.macro(".nf")
		for _, line := range b.Lines {
			r.line(escape(line))
		}
		r.macro(".fi")
		r.macro(".RE")
	case Definitions:
		for _, d := range b {
			r.macro(".TP")
			r.line(`\fB` + escapeWithin(strings.TrimSpace(d.Term)) + `\fR`)
			r.text(d.Text)
		}
	case Table:
		r.table(b)
	}
}

// table writes a table, whose cells are blocks of text so that they are filled.
func (r *roff) table(t Table) {
	r.macro(".TS")
	if strings.Join(t.Header, "") != "" {
		r.line("lB" + strings.Repeat(" lB", len(t.Header)-1))
	}
	r.line("l" + strings.Repeat(" l", len(t.Header)-1) + ".")
	if strings.Join(t.Header, "") != "" {
		r.row(t.Header)
	}
	for _, row := range t.Rows {
		r.row(row)
	}
	r.macro(".TE")
}

func (r *roff) row(cells []string) {
	for i, c := range cells {
		if i > 0 {
			r.b.WriteByte('\t')
		}
		r.line("T{")
		r.text(c)
		r.b.WriteString("T}")
	}
	r.line("")
}

// fonts of the styles.
var fonts = [...]string{plain: "R", strong: "B", emphasis: "I", literal: "B"}

// pageWidth is the most characters of a line in the source of a page, which mandoc(1) asks
// for.
const pageWidth = 78

// text writes a text with its marks as changes of the font, in lines of words.
func (r *roff) text(s string) {
	var b strings.Builder
	for _, x := range spans(s) {
		if x.style == plain {
			b.WriteString(escapeWithin(x.text))
		} else {
			fmt.Fprintf(&b, `\f%s%s\fR`, fonts[x.style], escapeWithin(x.text))
		}
	}
	line := ""
	for _, word := range strings.Fields(b.String()) {
		if line != "" && len(line)+1+len(word) > pageWidth {
			r.line(guard(line))
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	if line != "" {
		r.line(guard(line))
	}
}

// escape writes a line so that nothing in it is a request of roff.
func escape(line string) string { return guard(escapeWithin(line)) }

// toRoff writes backslashes and hyphens for roff. It is made once, of kilobytes.
var toRoff = strings.NewReplacer(`\`, `\e`, "-", `\-`)

// escapeWithin escapes what means something anywhere in a line. A hyphen is written as
// the minus that can be copied and searched for.
func escapeWithin(s string) string {
	return toRoff.Replace(s)
}

// guard keeps the first character of a line from being that of a request.
func guard(line string) string {
	if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
		return `\&` + line
	}
	return line
}

// quoted writes an argument of a macro.
func quoted(s string) string {
	return `"` + strings.ReplaceAll(escapeWithin(s), `"`, `\(dq`) + `"`
}
