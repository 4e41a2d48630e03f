package manual

import (
	"io"
	"strings"

	"github.com/clipperhouse/displaywidth"
)

// Widths of a terminal, in columns: lines beyond the readable one are hard to follow,
// and below the least one nothing could be laid out.
const (
	readable = 100
	least    = 24
)

// margin is what text of a section is moved to the right by, as man(1) does.
const margin = "  "

// A Terminal is where documents are shown.
type Terminal struct {
	Width int  // columns; 0 if it is not known
	Color bool // headings, strong text and code are marked by escape sequences
}

// columns is the width that is used.
func (t Terminal) columns() int {
	if t.Width <= 0 {
		return 80
	}
	return max(least, min(t.Width, readable))
}

// Write shows a document.
func (t Terminal) Write(w io.Writer, d *Document) error {
	p := &printer{Terminal: t, flags: flagColumn(d)}
	if d.Name != "" {
		p.line(p.styled(strong, strings.ToUpper(d.Name)))
		p.fill(margin, margin, d.Summary)
	}
	headed := d.Name == ""
	for _, b := range d.Blocks {
		if !headed {
			p.line("")
		}
		p.block(b)
		_, headed = b.(Heading)
	}
	_, err := io.WriteString(w, p.b.String())
	return err
}

// A printer collects what is shown.
type printer struct {
	Terminal
	flags int // columns for the names of flags
	b     strings.Builder
}

func (p *printer) line(text string) {
	p.b.WriteString(strings.TrimRight(text, " "))
	p.b.WriteByte('\n')
}

func (p *printer) block(b Block) {
	switch b := b.(type) {
	case Heading:
		text := unmarked(b.Text)
		if b.Level == 2 {
			text = strings.ToUpper(text)
		} else {
			text = margin + text
		}
		p.line(p.styled(strong, text))
	case Paragraph:
		p.fill(margin, margin, b.Text)
	case List:
		for _, item := range b.Items {
			p.fill(margin+"- ", margin+"  ", item)
		}
	case Code:
		for _, line := range b.Lines {
			p.line(margin + "  " + line)
		}
	case Definitions:
		column := p.flags
		if !b.isOfFlags() {
			column = b.column()
		}
		for _, d := range b {
			p.define(d, column)
		}
	case Table:
		p.table(b)
	}
}

// SGR sequences (ECMA-48 section 8.3.117).
var sequences = [...]string{strong: "\x1b[1m", emphasis: "\x1b[3m", literal: "\x1b[36m"}

func (p *printer) styled(s style, text string) string {
	if !p.Color || s == plain || text == "" {
		return text
	}
	return sequences[s] + text + "\x1b[0m"
}

// fill writes a text in lines that fit.
func (p *printer) fill(first, others, text string) {
	for i, line := range p.wrap(text, p.columns()-len(others)) {
		if i == 0 {
			p.line(first + line.text)
		} else {
			p.line(others + line.text)
		}
	}
}

// A filled line knows how wide it is shown, without its escape sequences.
type filled struct {
	text  string
	width int
}

// wrap cuts a text at its blanks into lines of at most width columns. A word that is
// wider has a line of its own.
func (p *printer) wrap(text string, width int) []filled {
	var lines []filled
	var now filled
	for _, w := range p.words(text) {
		if now.width > 0 && now.width+1+w.width > width {
			lines = append(lines, now)
			now = filled{}
		}
		if now.width > 0 {
			now.text, now.width = now.text+" ", now.width+1
		}
		now.text, now.width = now.text+w.text, now.width+w.width
	}
	return append(lines, now)
}

// words are the words of a text in their styles. What two spans have without a blank
// between them is one word.
func (p *printer) words(text string) []filled {
	var words []filled
	joined := false
	for _, s := range spans(text) {
		for i, word := range strings.Split(s.text, " ") {
			if i > 0 {
				joined = false
			}
			if word == "" {
				continue
			}
			if !joined {
				words = append(words, filled{})
			}
			last := &words[len(words)-1]
			last.text += p.styled(s.style, word)
			last.width += displaywidth.String(word)
			joined = true
		}
	}
	return words
}

// unmarked is a text without its marks.
func unmarked(text string) string {
	var b strings.Builder
	for _, s := range spans(text) {
		b.WriteString(s.text)
	}
	return b.String()
}

// gap is between two columns.
const gap = "  "

// widestTerm is the most that a term takes from the lines of the texts: the text of a
// wider one begins below it.
const widestTerm = 28

// column returns how wide the terms of a list are.
func (l Definitions) column() (width int) {
	for _, d := range l {
		if w := displaywidth.String(d.Term); w <= widestTerm {
			width = max(width, w)
		}
	}
	return width
}

// isOfFlags reports a list of flags.
func (l Definitions) isOfFlags() bool { return strings.HasPrefix(strings.TrimSpace(l[0].Term), "-") }

// flagColumn returns how wide the flags of a document are: the texts of all its groups
// begin in one column.
func flagColumn(d *Document) (width int) {
	for _, b := range d.Blocks {
		if list, ok := b.(Definitions); ok && list.isOfFlags() {
			width = max(width, list.column())
		}
	}
	return width
}

func (p *printer) define(d Definition, column int) {
	column = min(column, p.columns()/2)
	others := margin + strings.Repeat(" ", column) + gap
	term := margin + p.styled(literal, d.Term)
	width := displaywidth.String(d.Term)
	if width > column {
		p.line(term)
		p.fill(others, others, d.Text)
		return
	}
	p.fill(term+strings.Repeat(" ", column-width)+gap, others, d.Text)
}

// table writes columns that fit, and where no columns fit an entry for each row.
func (p *printer) table(t Table) {
	widths := p.fit(t)
	if widths == nil {
		p.entries(t)
		return
	}
	if strings.Join(t.Header, "") != "" {
		header := make([]string, len(t.Header))
		for i, h := range t.Header {
			if h != "" {
				header[i] = "**" + h + "**"
			}
		}
		p.row(header, widths)
	}
	for _, r := range t.Rows {
		p.row(r, widths)
	}
}

// row writes the cells of a row, each in as many lines as it needs.
func (p *printer) row(cells []string, widths []int) {
	wrapped := make([][]filled, len(cells))
	height := 0
	for i, c := range cells {
		wrapped[i] = p.wrap(c, widths[i])
		height = max(height, len(wrapped[i]))
	}
	for n := range height {
		var b strings.Builder
		b.WriteString(margin)
		for i, lines := range wrapped {
			var f filled
			if n < len(lines) {
				f = lines[n]
			}
			b.WriteString(f.text + strings.Repeat(" ", max(0, widths[i]-f.width)) + gap)
		}
		p.line(b.String())
	}
}

// fit returns the widths of columns, nil if they do not fit. Each has its widest word
// at the least; what is left goes first to the columns that need least of it.
func (p *printer) fit(t Table) []int {
	n := len(t.Header)
	low, high := make([]int, n), make([]int, n)
	left := p.columns() - len(margin) - (n-1)*len(gap)
	for _, r := range append([][]string{t.Header}, t.Rows...) {
		for i, c := range r {
			all := 0
			for _, w := range p.words(c) {
				low[i] = max(low[i], w.width)
				all += w.width + 1
			}
			high[i] = max(high[i], all-1)
		}
	}
	for _, w := range low {
		left -= w
	}
	if left < 0 {
		return nil
	}
	return share(low, high, left)
}

// share widens columns by left columns in all, up to high: one at a time the narrowest
// of those that want more.
func share(low, high []int, left int) []int {
	for ; left > 0; left-- {
		found := -1
		for i := range low {
			if low[i] < high[i] && (found < 0 || low[i] < low[found]) {
				found = i
			}
		}
		if found < 0 {
			break
		}
		low[found]++
	}
	return low
}

// entries writes each row as its first cell, and the others below it by the names of
// their columns.
func (p *printer) entries(t Table) {
	for n, r := range t.Rows {
		if n > 0 {
			p.line("")
		}
		p.fill(margin, margin, "**"+r[0]+"**")
		for i := 1; i < len(r); i++ {
			if r[i] != "" {
				p.fill(margin+"  ", margin+"    ", strings.TrimPrefix(t.Header[i]+": ", ": ")+r[i])
			}
		}
	}
}
