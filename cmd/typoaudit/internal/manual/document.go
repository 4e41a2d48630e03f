// Package manual reads the topics of the help, which are written in a small part of
// Markdown, and shows them in a terminal and as manual pages.
//
// The part is what the topics need and what GitHub shows alike: a heading "# name:
// summary", headings of two levels below it, paragraphs, lists of one level, tables,
// fenced code, and in a line `code`, **strong**, *emphasis* and [links](url).
package manual

import (
	"regexp"
	"strings"
)

// A Document is one topic.
type Document struct {
	Name    string // such as "history"
	Summary string
	Blocks  []Block
}

// A Block is a piece of a document: a Heading, Paragraph, List, Table, Code or
// Definitions.
type Block interface{ block() }

// A Heading begins a section, of level 2 or 3.
type Heading struct {
	Level int
	Text  string
}

// A Paragraph is text that is filled.
type Paragraph struct{ Text string }

// A List has an item for each text.
type List struct{ Items []string }

// A Table has rows of as many cells as its header has.
type Table struct {
	Header []string
	Rows   [][]string
}

// Code is shown as it is, a line each.
type Code struct{ Lines []string }

// Definitions list terms, such as flags, with what they mean. They are made by programs:
// Markdown has none.
type Definitions []Definition

// A Definition is a term, which is shown as it is, and a text.
type Definition struct{ Term, Text string }

func (Heading) block()   {}
func (Paragraph) block() {}
func (List) block()      {}
func (Table) block()     {}
func (Code) block()      {}

func (Definitions) block() {}

// Parse reads a topic. Whatever it does not know is text.
func Parse(text string) *Document {
	p := &parser{lines: strings.Split(strings.TrimRight(text, "\n"), "\n")}
	d := &Document{}
	for len(p.lines) > 0 {
		line := p.lines[0]
		switch {
		case line == "":
			p.next()
		case strings.HasPrefix(line, "# "):
			d.Name, d.Summary, _ = strings.Cut(p.next()[2:], ": ")
		default:
			d.Blocks = append(d.Blocks, p.block())
		}
	}
	return d
}

// A parser holds the lines that are not read yet.
type parser struct{ lines []string }

func (p *parser) next() string {
	line := p.lines[0]
	p.lines = p.lines[1:]
	return line
}

// block reads the block that begins with the next line.
func (p *parser) block() Block {
	switch line := p.lines[0]; {
	case strings.HasPrefix(line, "```"):
		return p.code()
	case isIndented(line):
		return p.indented()
	case strings.HasPrefix(line, "|"):
		return p.table()
	case isItem(line):
		return p.list()
	case isHeading(line):
		level := strings.Index(line, " ")
		return Heading{level, p.next()[level+1:]}
	}
	return Paragraph{p.text("")}
}

// code reads fenced code; without an end it goes to the end of the text.
func (p *parser) code() Code {
	p.next()
	var c Code
	for len(p.lines) > 0 {
		line := p.next()
		if line == "```" {
			break
		}
		c.Lines = append(c.Lines, line)
	}
	return c
}

// indented reads code that is moved to the right in place of being fenced.
func (p *parser) indented() Code {
	var c Code
	for len(p.lines) > 0 && isIndented(p.lines[0]) {
		c.Lines = append(c.Lines, strings.TrimPrefix(strings.TrimPrefix(p.next(), "\t"), "    "))
	}
	return c
}

func isIndented(line string) bool {
	return strings.HasPrefix(line, "\t") || strings.HasPrefix(line, "    ")
}

func (p *parser) table() Table {
	t := Table{Header: cells(p.next())}
	if len(p.lines) > 0 && strings.HasPrefix(p.lines[0], "|--") {
		p.next()
	}
	for len(p.lines) > 0 && strings.HasPrefix(p.lines[0], "|") {
		row := cells(p.next())
		t.Rows = append(t.Rows, append(row, make([]string, max(0, len(t.Header)-len(row)))...)[:len(t.Header)])
	}
	return t
}

// cells are those of a row, in which \| stands for a bar.
func cells(row string) []string {
	const bar = "\x00"
	row = strings.Trim(strings.ReplaceAll(row, `\|`, bar), "|")
	all := strings.Split(row, "|")
	for i, c := range all {
		all[i] = strings.TrimSpace(strings.ReplaceAll(c, bar, "|"))
	}
	return all
}

func (p *parser) list() List {
	var l List
	for len(p.lines) > 0 {
		switch {
		case isItem(p.lines[0]):
			l.Items = append(l.Items, p.text(p.next()[2:]))
		case p.lines[0] == "" && len(p.lines) > 1 && isItem(p.lines[1]):
			p.next()
		default:
			return l
		}
	}
	return l
}

// text joins the lines up to what begins something else. first is what was read of it.
func (p *parser) text(first string) string {
	words := strings.Fields(first)
	for len(p.lines) > 0 && p.lines[0] != "" && !isItem(p.lines[0]) && !isHeading(p.lines[0]) && !strings.HasPrefix(p.lines[0], "```") && !strings.HasPrefix(p.lines[0], "|") {
		words = append(words, strings.Fields(p.next())...)
	}
	return strings.Join(words, " ")
}

func isItem(line string) bool {
	return strings.HasPrefix(line, "- ") || strings.HasPrefix(line, "* ")
}

func isHeading(line string) bool {
	return strings.HasPrefix(line, "## ") || strings.HasPrefix(line, "### ")
}

// A style is how a span is shown.
type style int

const (
	plain style = iota
	strong
	emphasis
	literal // code
)

// A span is a part of a text in one style.
type span struct {
	style style
	text  string
}

// marked finds what is not plain. Code goes before everything else.
var marked = regexp.MustCompile("`` ?(.+?) ?``|`([^`]+)`|\\*\\*(.+?)\\*\\*|\\*([^* ][^*]*?)\\*|\\[([^\\]]+)\\]\\([^)]+\\)")

// spans takes the marks out of a text. Of a link its text is left.
func spans(text string) []span {
	var all []span
	last := 0
	for _, m := range marked.FindAllStringSubmatchIndex(text, -1) {
		if m[0] > last {
			all = append(all, span{plain, text[last:m[0]]})
		}
		for group, s := range []style{literal, literal, strong, emphasis, plain} {
			if at := m[2*group+2:]; at[0] >= 0 {
				all = append(all, within(s, text[at[0]:at[1]])...)
			}
		}
		last = m[1]
	}
	if last < len(text) {
		all = append(all, span{plain, text[last:]})
	}
	return all
}

// within takes marks out of what is marked itself. What is not plain in it keeps its
// own style.
func within(s style, text string) []span {
	if s == literal {
		return []span{{s, text}}
	}
	all := spans(text)
	for i := range all {
		if all[i].style == plain {
			all[i].style = s
		}
	}
	return all
}
