package report

import (
	"io"
	"slices"

	"github.com/mattn/go-runewidth"
	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// gap is the number of blanks between columns.
const gap = 2

// A column is one of a table that is to be fitted to a width.
type column struct {
	head  string
	right bool // its cells stand at the right
	// rank tells when it leaves a table that is too wide: the highest first;
	// those of rank 0 stay.
	rank int
	// least is the width to which its cells may be cut, 0 if they may not.
	least int
	cells []string
	// paint colours a cell when all widths are settled; nil for plain ones.
	paint func(row int, cell string) string
}

func (c *column) width() int {
	w := runewidth.StringWidth(c.head)
	for _, s := range c.cells {
		w = max(w, runewidth.StringWidth(s))
	}
	return w
}

// fit leaves out columns, and then cuts cells, until the table is no wider
// than width. A width of 0 is none.
func fit(columns []column, width int) []column {
	if width <= 0 {
		return columns
	}
	for tableWidth(columns) > width {
		worst := -1
		for i := range columns {
			if columns[i].rank > 0 && (worst < 0 || columns[i].rank > columns[worst].rank) {
				worst = i
			}
		}
		if worst < 0 {
			break
		}
		columns = slices.Delete(columns, worst, worst+1)
	}
	for over := tableWidth(columns) - width; over > 0; over = tableWidth(columns) - width {
		widest := -1
		for i := range columns {
			if c := &columns[i]; c.least > 0 && c.width() > c.least && (widest < 0 || c.width() > columns[widest].width()) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		c := &columns[widest]
		c.cut(max(c.least, c.width()-over))
	}
	return columns
}

func tableWidth(columns []column) (w int) {
	for i := range columns {
		w += columns[i].width()
	}
	return w + gap*(len(columns)-1)
}

// cut shortens the cells to a width.
func (c *column) cut(width int) {
	c.head = shorten(c.head, width, "")
	for i, s := range c.cells {
		c.cells[i] = shorten(s, width, "~")
	}
}

// shorten cuts s to a width, with tail as its end.
func shorten(s string, width int, tail string) string {
	return runewidth.Truncate(s, width, tail)
}

// draw writes the table.
func draw(w io.Writer, columns []column) error {
	heads, aligns := make([]string, len(columns)), make([]tw.Align, len(columns))
	for i := range columns {
		heads[i], aligns[i] = columns[i].head, tw.AlignLeft
		if columns[i].right {
			aligns[i] = tw.AlignRight
		}
	}
	padding := slices.Repeat([]tw.Padding{{Right: "  ", Overwrite: true}}, len(columns))
	padding[len(padding)-1] = tw.Padding{Overwrite: true}
	cells := tw.CellConfig{
		Formatting: tw.CellFormatting{AutoWrap: tw.WrapNone, AutoFormat: tw.Off},
		Alignment:  tw.CellAlignment{PerColumn: aligns}, Padding: tw.CellPadding{PerColumn: padding},
	}
	t := tablewriter.NewTable(w,
		tablewriter.WithRenderer(renderer.NewBlueprint(tw.Rendition{
			Borders:  tw.BorderNone,
			Settings: tw.Settings{Separators: tw.SeparatorsNone, Lines: tw.LinesNone},
		})),
		tablewriter.WithConfig(tablewriter.Config{Header: cells, Row: cells, Behavior: tw.Behavior{TrimSpace: tw.Off}}),
	)
	t.Header(heads)
	for row := range columns[0].cells {
		line := make([]string, len(columns))
		for i := range columns {
			line[i] = columns[i].cells[row]
			if columns[i].paint != nil {
				line[i] = columns[i].paint(row, line[i])
			}
		}
		if err := t.Append(line); err != nil {
			return err
		}
	}
	return t.Render()
}
