// Package layout lays text out in columns of characters: paragraphs broken at
// blanks, and tables fitted to a width. Text that it gets is safe already, or
// passes a Pen. It knows nothing of mail.
package layout

import (
	"bufio"
	"io"
	"strings"
)

const (
	// Narrowest is the width below which nothing is fitted any more.
	Narrowest = 40
	// Wide is the width from which on the columns are shown that only explain.
	Wide = 120
)

// A Page writes paragraphs.
type Page struct {
	w     *bufio.Writer // keeps the first error
	width int           // 0 for any
}

// NewPage returns a page whose lines have at most width columns, 0 for any.
func NewPage(w io.Writer, width int) *Page { return &Page{w: bufio.NewWriter(w), width: width} }

// A Paragraph is text whose lines after the first are indented.
type Paragraph struct {
	Text   string
	Indent int // in columns
	// Command says that the text is a command line, whose broken lines a shell joins.
	Command bool
}

// Plain returns the paragraphs of texts, none of them indented.
func Plain(texts ...string) []Paragraph {
	all := make([]Paragraph, len(texts))
	for i, text := range texts {
		all[i].Text = text
	}
	return all
}

// Para writes paragraphs, each broken to the width.
func (p *Page) Para(all ...Paragraph) {
	for _, x := range all {
		lines := wrap
		if x.Command {
			lines = wrapCommand
		}
		for _, line := range lines(x.Text, p.width, x.Indent) {
			p.Line(line)
		}
	}
}

// Line writes a line as it is.
func (p *Page) Line(text string) {
	p.w.WriteString(text)
	p.w.WriteByte('\n')
}

// Blank writes an empty line.
func (p *Page) Blank() { p.Line("") }

// Table writes a table. Without a row it writes nothing.
func (p *Page) Table(columns []Column, pen Pen) error {
	if len(columns) == 0 || len(columns[0].Cells) == 0 {
		return nil
	}
	return draw(p.w, fit(columns, p.width), pen)
}

// Flush writes what is buffered. It returns the first error of the page.
func (p *Page) Flush() error { return p.w.Flush() }

// Wrap breaks text at blanks into lines of at most width columns, 0 for any; a
// word that is wider than that is broken as well.
func Wrap(text string, width int) []string { return wrap(text, width, 0) }

// wrap is Wrap with the lines after the first indented.
func wrap(text string, width, indent int) (lines []string) {
	lead := ""
	for width > 0 && Width(lead+text) > width {
		head := headOf(text, width-Width(lead))
		if !strings.HasPrefix(text[len(head):], " ") {
			if i := strings.LastIndexByte(head, ' '); strings.Trim(head[:max(i, 0)], " ") != "" {
				head = head[:i]
			}
		}
		lines = append(lines, lead+strings.TrimRight(head, " "))
		text = strings.TrimLeft(text[len(head):], " ")
		lead = strings.Repeat(" ", indent)
	}
	return append(lines, lead+text)
}

// wrapCommand breaks a command line between its words, with a backslash before each break.
// A word that is wider than the width stays whole.
func wrapCommand(text string, width, indent int) (lines []string) {
	const joint = ` \`
	words := shellWords(strings.TrimLeft(text, " "))
	line := strings.Repeat(" ", len(text)-len(strings.TrimLeft(text, " "))) + words[0]
	for _, word := range words[1:] {
		if width > 0 && Width(line+" "+word+joint) > width {
			lines = append(lines, line+joint)
			line = strings.Repeat(" ", indent) + word
		} else {
			line += " " + word
		}
	}
	return append(lines, line)
}

// shellWords splits a command line at blanks that no quotes hold.
func shellWords(text string) (words []string) {
	begin, quote := 0, byte(0)
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quote != '\'':
			i++ // the next one means itself
		case c == quote:
			quote = 0
		case quote != 0:
		case c == '\'' || c == '"':
			quote = c
		case c == ' ':
			words = append(words, text[begin:i])
			begin = i + 1
		}
	}
	return append(words, text[begin:])
}
