package layout

import (
	"io"
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter"
	"github.com/olekukonko/tablewriter/renderer"
	"github.com/olekukonko/tablewriter/tw"
)

// draw writes the table. tablewriter aligns; the widths are settled before,
// because it cannot fit a terminal, and it must not look at the environment for
// the width of characters.
func draw(w io.Writer, columns []Column, p Pen) error {
	heads, aligns := make([]string, len(columns)), make([]tw.Align, len(columns))
	for i := range columns {
		heads[i], aligns[i] = columns[i].head(p.Ellipsis()), tw.AlignLeft
		if columns[i].Right {
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
	for row := range columns[0].Cells {
		line := make([]string, len(columns))
		for i := range columns {
			line[i] = columns[i].phrase(row, p).Text
		}
		if err := t.Append(line); err != nil {
			return err
		}
	}
	return t.Render()
}

// phrase returns the cell of a row as it fits.
func (c *Column) phrase(row int, p Pen) Phrase { return c.Cells[row].Fit(c.width, p.Ellipsis()) }

// lines takes the blanks off the ends of the lines that tablewriter writes, and
// colours them: tablewriter would put escape sequences into its padding.
type lines struct {
	w       io.Writer
	columns []Column
	pen     Pen
	row     int // of the next line; the titles are 0
}

// Write takes one or more whole lines.
func (l *lines) Write(b []byte) (int, error) {
	for line := range strings.Lines(string(b)) {
		line = strings.TrimRight(line, " \n")
		if l.pen.Color && l.row > 0 {
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
		room := c.width - Width(f.Text)
		text := start
		if c.Right {
			text += room
		}
		if painted := f.paint(c.Cells[l.row-1].Urgent); painted != f.Text {
			out.WriteString(line[done:text])
			out.WriteString(painted)
			done = text + len(f.Text)
		}
		start += room + len(f.Text) + gap
	}
	out.WriteString(line[done:])
	return out.String()
}
