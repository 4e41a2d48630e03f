package report

import (
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"

	"github.com/typoaudit/typoaudit/audit/result"
)

// displayWidth returns the columns that s takes on a terminal. It sums those
// of the runes, as tablewriter does: never less than those of the graphemes.
func displayWidth(s string) (w int) {
	for _, r := range s {
		w += displaywidth.Rune(r)
	}
	return w
}

// A pen knows what the medium can show.
type pen struct{ unicode, color bool }

func (p pen) text(s string) string { return visible(s, p.unicode) }

// or returns the sign, or its stand-in in ASCII.
func (p pen) or(sign, ascii string) string {
	if p.unicode {
		return sign
	}
	return ascii
}

func (p pen) arrow() string    { return p.or(" → ", " -> ") }
func (p pen) dash() string     { return p.or("–", "-") }
func (p pen) dot() string      { return p.or("·", "|") }
func (p pen) ellipsis() string { return p.or("…", "~") }

// A cell is what stands in one field of a table, in one or more forms from the
// fullest to the shortest.
type cell struct {
	forms []phrase
	risk  result.Risk // coloured by it; "" for none
}

// A phrase is text that may have to be cut.
type phrase struct {
	text string
	// keep is how much of text, in bytes, must stay visible where a shorter
	// form could stand instead.
	keep int
	// The bytes from..to are the letters that differ: they are underlined,
	// and a cut of the last form leaves them in sight.
	from, to int
}

func plainCell(text string) cell { return cell{forms: []phrase{{text: text, keep: len(text)}}} }

// width returns the columns of the fullest form.
func (c *cell) width() int { return displayWidth(c.forms[0].text) }

// fit returns the fullest form that can stand in width columns, cut where even
// the shortest is too wide.
func (c *cell) fit(width int, ellipsis string) phrase {
	last := len(c.forms) - 1
	for _, f := range c.forms[:last] {
		if displayWidth(f.text) <= width {
			return f
		}
		if head := headOf(f.text, width-displayWidth(ellipsis)); len(head) >= f.keep {
			return f.slice(0, len(head), "", ellipsis)
		}
	}
	return c.forms[last].cut(width, ellipsis)
}

// cut shortens a phrase so that its differing letters stay in sight: the end
// goes, else the beginning, else both.
func (p phrase) cut(width int, ellipsis string) phrase {
	if displayWidth(p.text) <= width {
		return p
	}
	room := width - displayWidth(ellipsis)
	if head := headOf(p.text, room); len(head) >= p.to {
		return p.slice(0, len(head), "", ellipsis)
	}
	if tail := tailOf(p.text, room); len(p.text)-len(tail) <= p.from {
		return p.slice(len(p.text)-len(tail), len(p.text), ellipsis, "")
	}
	middle := headOf(p.text[p.from:], room-displayWidth(ellipsis))
	return p.slice(p.from, p.from+len(middle), ellipsis, ellipsis)
}

// slice returns the bytes start..end between two signs.
func (p phrase) slice(start, end int, before, after string) phrase {
	shift := len(before) - start
	from, to := max(p.from, start), min(p.to, end)
	if from >= to {
		from, to = -shift, -shift
	}
	return phrase{text: before + p.text[start:end] + after, from: from + shift, to: to + shift}
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

// differing returns the bytes of a that b does not have: what stands between
// their common beginning and end. Where a letter is only missing from a, they
// are the two beside the gap.
func differing(a, b string) (from, to int) {
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
	underlined = "\x1b[4m"
	plain      = "\x1b[0m"
)

// paint returns the text of p with the colour of a risk and the differing
// letters underlined.
func (p phrase) paint(risk result.Risk) string {
	switch {
	case risk == result.RiskCritical:
		return red + p.text + plain
	case risk == result.RiskHigh:
		return yellow + p.text + plain
	case p.from < p.to:
		return strings.Join([]string{p.text[:p.from], underlined, p.text[p.from:p.to], plain, p.text[p.to:]}, "")
	}
	return p.text
}
