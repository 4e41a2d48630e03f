package layout

import "github.com/typoaudit/typoaudit/report/internal/safe"

// A Pen knows which characters a medium can show.
type Pen struct {
	Unicode bool // more than ASCII, in UTF-8
	Color   bool // escape sequences for colour (ECMA-48 SGR)
}

// Text returns s as the medium may show it.
func (p Pen) Text(s string) string {
	if p.Unicode {
		return safe.Text(s)
	}
	return safe.ASCII(s)
}

// Brief returns s for a sentence, no wider than the longest address.
func (p Pen) Brief(s string) string {
	return Phrase{Text: p.Text(s)}.Cut(widestCell, p.Ellipsis()).Text
}

// Arrow stands between the lookalike and the intended domain.
func (p Pen) Arrow() string { return p.or(" → ", " -> ") }

// Dash stands between the ends of a span.
func (p Pen) Dash() string { return p.or("–", "-") }

// Dot stands between the parts of a line.
func (p Pen) Dot() string { return p.or("·", "|") }

// Ellipsis stands for what was cut.
func (p Pen) Ellipsis() string { return p.or("…", "~") }

func (p Pen) or(sign, ascii string) string {
	if p.Unicode {
		return sign
	}
	return ascii
}
