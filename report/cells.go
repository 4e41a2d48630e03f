package report

import (
	"fmt"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// cells makes the cells of a table for one medium.
type cells struct {
	pen   layout.Pen
	clock words.Clock
}

// pair is "army.ml → army.mil". The intended domain may be cut after the
// letters that differ; else the lookalike is shown alone.
func (c cells) pair(l *result.Lookalike) layout.Cell {
	alone := c.lookalike(l)
	intended := c.pen.Text(l.Intended)
	if intended == "" {
		return alone
	}
	_, until := layout.Differing(intended, c.pen.Text(l.Domain))
	last := len(alone.Forms) - 1
	var forms []layout.Phrase
	for i, f := range alone.Forms {
		f.Text += c.pen.Arrow() + intended
		f.Keep = len(f.Text)
		if i == last {
			f.Keep -= len(intended) - until
		}
		forms = append(forms, f)
	}
	return layout.Cell{Forms: append(forms, alone.Forms[last])}
}

// lookalike is the domain in A-labels, with the Unicode form beside it where
// the audit says that it is safe to show.
func (c cells) lookalike(l *result.Lookalike) layout.Cell {
	bare := layout.Phrase{Text: c.pen.Text(l.Domain)}
	if l.Intended != "" {
		bare.From, bare.To = layout.Differing(bare.Text, c.pen.Text(l.Intended))
	}
	if l.Unicode == "" || !c.pen.Unicode {
		return layout.Cell{Forms: []layout.Phrase{bare}}
	}
	full := bare
	full.Text += " (" + c.pen.Text(l.Unicode) + ")"
	full.Keep = len(full.Text)
	return layout.Cell{Forms: []layout.Phrase{full, bare}}
}

// how is the typing error in a sentence, or in one word.
func (c cells) how(l *result.Lookalike) layout.Cell {
	sentence, word := layout.PlainCell(c.pen.Text(l.How)), layout.PlainCell(c.pen.Text(l.Kind))
	return layout.Cell{Forms: append(sentence.Forms, word.Forms...)}
}

// address is one whose letters that differ from the other stay visible.
func (c cells) address(a, other string) layout.Cell {
	x := layout.Phrase{Text: c.pen.Text(a)}
	if a != "" && other != "" {
		x.From, x.To = layout.Differing(x.Text, c.pen.Text(other))
	}
	return layout.Cell{Forms: []layout.Phrase{x}}
}

// where is the line of the log: of its name the end stays visible.
func (c cells) where(d *result.Delivery) layout.Cell {
	text := c.pen.Text(fmt.Sprintf("%s:%d", d.Source, d.Line))
	return layout.Cell{Forms: []layout.Phrase{{Text: text, From: len(text) - 1, To: len(text)}}}
}

// risk is the word in its colour.
func (c cells) risk(risk result.Risk) layout.Cell {
	x := layout.Cell{Forms: []layout.Phrase{{Text: c.pen.Text(string(risk))}}}
	switch risk {
	case result.RiskCritical:
		x.Urgent = layout.Alarm
	case result.RiskHigh:
		x.Urgent = layout.Warning
	}
	return x
}
