package layout

import (
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// Width returns the columns that s takes on a terminal. It sums those of the
// runes, as tablewriter does: never less than those of the graphemes.
func Width(s string) (w int) {
	for _, r := range s {
		w += displaywidth.Rune(r)
	}
	return w
}

// A Cell is one field of a table, in one or more forms from the fullest to the
// shortest.
type Cell struct {
	Forms []Phrase
	// Pair, if there is one, is the form that stands where no other fits.
	Pair   *Pair
	Urgent Urgency
}

// A Pair is two phrases of which neither may be left out: each has half of the room.
type Pair struct {
	Left, Right Phrase
	Joint       string // between them
}

// leastHalf is the least room for a half of a pair.
const leastHalf = 5

// cut returns the pair in width columns; ok is false where that is too little.
func (p *Pair) cut(width int, ellipsis string) (x Phrase, ok bool) {
	room := width - Width(p.Joint)
	if room < 2*leastHalf {
		return x, false
	}
	left := min(Width(p.Left.Text), max(room/2, room-Width(p.Right.Text)))
	l, r := p.Left.Cut(left, ellipsis), p.Right.Cut(room-left, ellipsis)
	return Phrase{Text: l.Text + p.Joint + r.Text, From: l.From, To: l.To}, true
}

// Urgency is the colour of a cell.
type Urgency int

// The colours: none, cyan, yellow and red.
const (
	Calm Urgency = iota
	Notice
	Warning
	Alarm
)

// A Phrase is text that may have to be cut.
type Phrase struct {
	Text string
	// Keep is how much of Text, in bytes, must stay visible where a shorter
	// form could stand instead.
	Keep int
	// The bytes From..To of Text are the letters that differ from another
	// phrase: they are underlined, and a cut of the last form keeps them
	// visible. From equals To where there are none.
	From, To int
}

// PlainCell returns a cell that has one form, which is cut at its end alone.
func PlainCell(text string) Cell { return Cell{Forms: []Phrase{{Text: text, Keep: len(text)}}} }

// width returns the columns of the fullest form.
func (c *Cell) width() int { return Width(c.Forms[0].Text) }

// Fit returns the fullest form that can stand in width columns, cut where even
// the shortest is too wide.
func (c *Cell) Fit(width int, ellipsis string) Phrase {
	last := len(c.Forms) - 1
	for _, f := range c.Forms[:last] {
		if Width(f.Text) <= width {
			return f
		}
		if head := headOf(f.Text, width-Width(ellipsis)); len(head) >= f.Keep {
			return f.slice(0, len(head), "", ellipsis)
		}
	}
	if c.Pair != nil && Width(c.Forms[last].Text) > width {
		if x, ok := c.Pair.cut(width, ellipsis); ok {
			return x
		}
	}
	return c.Forms[last].Cut(width, ellipsis)
}

// Cut shortens a phrase so that its differing letters stay visible: the end
// goes, else the beginning, else both.
func (p Phrase) Cut(width int, ellipsis string) Phrase {
	if Width(p.Text) <= width {
		return p
	}
	room := width - Width(ellipsis)
	if head := headOf(p.Text, room); len(head) >= p.To {
		return p.slice(0, len(head), "", ellipsis)
	}
	if tail := tailOf(p.Text, room); len(p.Text)-len(tail) <= p.From {
		return p.slice(len(p.Text)-len(tail), len(p.Text), ellipsis, "")
	}
	middle := headOf(p.Text[p.From:], room-Width(ellipsis))
	return p.slice(p.From, p.From+len(middle), ellipsis, ellipsis)
}

// slice returns the bytes start..end between two signs.
func (p Phrase) slice(start, end int, before, after string) Phrase {
	shift := len(before) - start
	from, to := max(p.From, start), min(p.To, end)
	if from >= to {
		from, to = -shift, -shift
	}
	return Phrase{Text: before + p.Text[start:end] + after, From: from + shift, To: to + shift}
}

// headOf returns the longest beginning of s that takes at most width columns.
func headOf(s string, width int) string {
	for i, r := range s {
		if width -= displaywidth.Rune(r); width < 0 {
			return s[:i]
		}
	}
	return s
}

// tailOf returns the longest end of s that takes at most width columns.
func tailOf(s string, width int) string {
	start := len(s)
	for start > 0 {
		r, n := utf8.DecodeLastRuneInString(s[:start])
		if width -= displaywidth.Rune(r); width < 0 {
			break
		}
		start -= n
	}
	return s[start:]
}

// Differing returns the bytes of a that b does not have: what stands between
// their common beginning and end. Where a letter is only missing from a, they
// are the two beside the gap.
func Differing(a, b string) (from, to int) {
	for from < len(a) && from < len(b) && a[from] == b[from] {
		from++
	}
	to = len(a)
	for end := len(b); to > from && end > from && a[to-1] == b[end-1]; end-- {
		to--
	}
	if a == b {
		return 0, 0
	}
	if from == to {
		from, to = max(0, from-1), min(len(a), to+1)
	}
	for from > 0 && !utf8.RuneStart(a[from]) {
		from--
	}
	for to < len(a) && !utf8.RuneStart(a[to]) {
		to++
	}
	return from, to
}

// Escape sequences (ECMA-48 section 8.3.117, SGR).
const (
	red        = "\x1b[31m"
	yellow     = "\x1b[33m"
	cyan       = "\x1b[36m"
	underlined = "\x1b[4m"
	plain      = "\x1b[0m"
)

// paint returns the text of p in its colour, or the letters that differ
// underlined.
func (p Phrase) paint(u Urgency) string {
	switch {
	case u == Alarm:
		return red + p.Text + plain
	case u == Warning:
		return yellow + p.Text + plain
	case u == Notice:
		return cyan + p.Text + plain
	case p.From < p.To:
		return strings.Join([]string{p.Text[:p.From], underlined, p.Text[p.From:p.To], plain, p.Text[p.To:]}, "")
	}
	return p.Text
}
