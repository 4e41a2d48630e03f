package layout

import (
	"cmp"
	"slices"
)

const (
	gap = 2 // blanks between columns
	// widestCell is the longest address (RFC 5321 section 4.5.3.1): more of a
	// cell is not shown even where no terminal sets a limit, because it is
	// multiplied by the rows.
	widestCell = 64 + 1 + 255
)

// A Column is one of a table that is fitted to a width.
type Column struct {
	Title string
	Short string // title where the column is narrower than that; "" for Title
	Right bool   // cells are aligned at the right
	// ShownFrom is the width of the table from which on the column is shown; 0
	// for any. Such a column only explains.
	ShownFrom int
	// Soft columns are dropped, too, before another gets less than it wants.
	Soft bool
	// Drop is its place, from 1 on, in the order in which columns are dropped
	// from a table that is too wide; 0 is never dropped.
	Drop int
	// Min is the width to which cells may be cut, 0 for cells never cut. Below
	// Want columns that only explain are dropped before this one is cut.
	Min, Want int
	Cells     []Cell

	full  int // width at which nothing is cut
	width int // as settled by fit
}

// settle finds the width at which nothing is cut, and wants no more than that.
func (c *Column) settle() {
	c.full = Width(c.Title)
	for i := range c.Cells {
		c.full = max(c.full, c.Cells[i].width())
	}
	c.full = min(c.full, widestCell)
	if c.Min == 0 {
		c.Min = c.full
	}
	c.Min = min(c.full, c.Min)
	c.Want = min(c.full, max(c.Want, c.Min))
	c.width = c.full
}

func (c *Column) empty() bool {
	return !slices.ContainsFunc(c.Cells, func(x Cell) bool { return x.Forms[0].Text != "" })
}

// fit drops columns, and only then cuts cells, until the table is no wider than
// width; 0 is no limit. Columns that only explain, and soft ones, are dropped before another
// gets less than it wants, the others before it gets less than its minimum.
func fit(columns []Column, width int) []Column {
	columns = slices.DeleteFunc(columns, func(c Column) bool { return c.empty() || width > 0 && c.ShownFrom > width })
	for i := range columns {
		columns[i].settle()
	}
	if width == 0 {
		return columns
	}
	columns = drop(columns, width, func(c *Column) int { return c.Want }, func(c *Column) bool { return c.ShownFrom > 0 || c.Soft })
	columns = drop(columns, width, func(c *Column) int { return c.Min }, func(*Column) bool { return true })
	share(columns, width)
	return columns
}

// drop takes out columns of those that may go, while the widths sum up to more
// than width.
func drop(columns []Column, width int, widthOf func(*Column) int, may func(*Column) bool) []Column {
	for {
		sum, next := -gap, -1
		for i := range columns {
			c := &columns[i]
			sum += widthOf(c) + gap
			if c.Drop > 0 && may(c) && (next < 0 || c.Drop < columns[next].Drop) {
				next = i
			}
		}
		if sum <= width || next < 0 {
			return columns
		}
		columns = slices.Delete(columns, next, next+1)
	}
}

// share gives each column its minimum, and the rest one blank at a time to the
// column that lacks most of what it wants, and then to the narrowest that still
// cuts a cell.
func share(columns []Column, width int) {
	left := width + gap
	for i := range columns {
		columns[i].width = columns[i].Min
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
func neediest(columns []Column) *Column {
	cut := slices.DeleteFunc(refs(columns), func(c *Column) bool { return c.width >= c.full })
	if len(cut) == 0 {
		return nil
	}
	return slices.MinFunc(cut, func(a, b *Column) int {
		return cmp.Or(max(0, b.Want-b.width)-max(0, a.Want-a.width), a.width-b.width)
	})
}

func refs(columns []Column) []*Column {
	out := make([]*Column, len(columns))
	for i := range columns {
		out[i] = &columns[i]
	}
	return out
}

// head returns the title as it fits.
func (c *Column) head(ellipsis string) string {
	if Width(c.Title) > c.width && c.Short != "" {
		return c.Short
	}
	x := PlainCell(c.Title)
	return x.Fit(c.width, ellipsis).Text
}
