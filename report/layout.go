package report

import (
	"cmp"
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

const (
	gap = 2 // blanks between columns

	// narrowest is the width below which nothing is fitted any more.
	narrowest = 40
	// wide is the width from which on the columns join that explain.
	wide = 120
	// widestCell is the longest address (RFC 5321 section 4.5.3.1): more than
	// that of a cell is not shown even where no terminal sets a limit, because
	// it is multiplied by the rows.
	widestCell = 64 + 1 + 255
)

// A column is one of a table that is to be fitted to a width.
type column struct {
	title string
	short string // title where the column is narrower than that; "" for title
	right bool   // cells stand at the right
	// from is the width of the terminal from which on the column joins.
	from int
	// leaves is its place in the order in which columns leave a table that is
	// too wide, from 1 on; 0 stays.
	leaves int
	// least is the width to which cells may be cut, and want the one below
	// which columns that only explain leave first; 0 for cells never cut.
	least, want int
	cells       []cell

	full  int // width at which nothing is cut
	width int // as settled by fit
}

// settle finds the width at which nothing is cut, and wants no more than that.
func (c *column) settle() {
	c.full = displayWidth(c.title)
	for i := range c.cells {
		c.full = max(c.full, c.cells[i].width())
	}
	c.full = min(c.full, widestCell)
	if c.least == 0 {
		c.least = c.full
	}
	c.least = min(c.full, c.least)
	c.want = min(c.full, max(c.want, c.least))
	c.width = c.full
}

func (c *column) empty() bool {
	return !slices.ContainsFunc(c.cells, func(x cell) bool { return x.forms[0].text != "" })
}

// fit leaves out columns, and only then cuts cells, until the table is no
// wider than width; 0 is no limit. Columns that only explain leave before a
// cell of another gets less than it wants, the others before it gets less than
// its least.
func fit(columns []column, width int) []column {
	columns = slices.DeleteFunc(columns, func(c column) bool { return c.empty() || width > 0 && c.from > width })
	for i := range columns {
		columns[i].settle()
	}
	if width == 0 {
		return columns
	}
	columns = leave(columns, width, func(c *column) int { return c.want }, func(c *column) bool { return c.from > 0 })
	columns = leave(columns, width, func(c *column) int { return c.least }, func(*column) bool { return true })
	share(columns, width)
	return columns
}

// leave takes out columns of those that may go, while the widths sum up to
// more than width.
func leave(columns []column, width int, widthOf func(*column) int, may func(*column) bool) []column {
	for {
		sum, next := -gap, -1
		for i := range columns {
			c := &columns[i]
			sum += widthOf(c) + gap
			if c.leaves > 0 && may(c) && (next < 0 || c.leaves < columns[next].leaves) {
				next = i
			}
		}
		if sum <= width || next < 0 {
			return columns
		}
		columns = slices.Delete(columns, next, next+1)
	}
}

// share gives each column its least, and what is left a blank at a time to the
// one that lacks most of what it wants, and then to the narrowest that still
// cuts a cell.
func share(columns []column, width int) {
	left := width + gap
	for i := range columns {
		columns[i].width = columns[i].least
		left -= columns[i].width + gap
	}
	for ; left > 0; left-- {
		c := neediest(columns)
		if c == nil {
			return
		}
		c.width++
	}
}

// neediest returns the column to widen next, nil if nothing is cut.
func neediest(columns []column) *column {
	cut := slices.DeleteFunc(refs(columns), func(c *column) bool { return c.width >= c.full })
	if len(cut) == 0 {
		return nil
	}
	return slices.MinFunc(cut, func(a, b *column) int {
		return cmp.Or(max(0, b.want-b.width)-max(0, a.want-a.width), a.width-b.width)
	})
}

func refs(columns []column) []*column {
	out := make([]*column, len(columns))
	for i := range columns {
		out[i] = &columns[i]
	}
	return out
}

// head returns the title as it fits.
func (c *column) head(ellipsis string) string {
	if displayWidth(c.title) > c.width && c.short != "" {
		return c.short
	}
	x := plainCell(c.title)
	return x.fit(c.width, ellipsis).text
}

// draw writes the table. tablewriter aligns; the widths are settled before,
// because it cannot fit a terminal, and it is told not to look at the
// environment for the width of characters.
func draw(w io.Writer, columns []column, p pen) error {
	heads, aligns := make([]string, len(columns)), make([]tw.Align, len(columns))
	for i := range columns {
		heads[i], aligns[i] = columns[i].head(p.ellipsis()), tw.AlignLeft
		if columns[i].right {
			aligns[i] = tw.AlignRight
		}
	}
	padding := slices.Repeat([]tw.Padding{{Right: strings.Repeat(" ", gap), Overwrite: true}}, len(columns))
	cells := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{PerColumn: aligns},
		Padding:    tw.CellPadding{PerColumn: padding},
	}
	t := tablewriter.NewTable(&lines{w: w, columns: columns, pen: p},
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone},
		})),
		tablewriter.WithConfig(tablewriter.Config{Header: cells, Row: cells, Behavior: tw.Behavior{TrimSpace: tw.Off}}),
		tablewriter.WithEastAsian(tw.Off),
	)
	t.Header(heads)
	for row := range columns[0].cells {
		line := make([]string, len(columns))
		for i := range columns {
			line[i] = columns[i].phrase(row, p).text
		}
		if err := t.Append(line); err != nil {
			return err
		}
	}
	return t.Render()
}

// phrase returns the cell of a row as it fits.
func (c *column) phrase(row int, p pen) phrase { return c.cells[row].fit(c.width, p.ellipsis()) }

// lines takes the blanks off the ends of the lines that tablewriter writes, and
// colours them: tablewriter would put escape sequences into its padding.
type lines struct {
	w       io.Writer
	columns []column
	pen     pen
	row     int // of the next line; the titles are 0
}

// Write takes one or more whole lines.
func (l *lines) Write(b []byte) (int, error) {
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, " \n")
		if l.pen.color && l.row > 0 {
			line = l.paint(line)
		}
		l.row++
		if _, err := io.WriteString(l.w, line+"\n"); err != nil {
			return 0, err
		}
	}
	return len(b), nil
}

// paint colours the cells of a line, which it finds by their widths.
func (l *lines) paint(line string) string {
	var out strings.Builder
	done, start := 0, 0
	for i := range l.columns {
		c := &l.columns[i]
		f := c.phrase(l.row-1, l.pen)
		room := c.width - displayWidth(f.text)
		text := start
		if c.right {
			text += room
		}
		if painted := f.paint(c.cells[l.row-1].risk); painted != f.text {
			out.WriteString(line[done:text])
			out.WriteString(painted)
			done = text + len(f.text)
		}
		start += room + len(f.text) + gap
	}
	out.WriteString(line[done:])
	return out.String()
}
