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

// pair is "army.ml → army.mil". The intended domain may be cut after the letters that
// differ; where there is less room, both are cut, and neither is left out.
func (c cells) pair(l *result.Lookalike) layout.Cell {
	return c.joined(c.lookalike(l), l.Domain, l.Intended)
}

// slip is "jane@army.ml → army.mil", one delivery in the manner of pair.
func (c cells) slip(d *result.Delivery) layout.Cell {
	written := layout.Phrase{Text: c.pen.Text(d.Recipient)}
	if d.Meant != "" {
		written.From, written.To = layout.Differing(written.Text, c.pen.Text(d.Meant))
	}
	written.Keep = len(written.Text)
	return c.joined(layout.Cell{Forms: []layout.Phrase{written}}, d.Lookalike, d.Intended)
}

// joined puts what was meant after what was written.
func (c cells) joined(written layout.Cell, wrong, right string) layout.Cell {
	intended := layout.Phrase{Text: c.pen.Text(right)}
	if intended.Text == "" {
		return written
	}
	intended.From, intended.To = layout.Differing(intended.Text, c.pen.Text(wrong))
	last := len(written.Forms) - 1
	var forms []layout.Phrase
	for i, f := range written.Forms {
		f.Text += c.pen.Arrow() + intended.Text
		f.Keep = len(f.Text)
		if i == last {
			f.Keep -= len(intended.Text) - intended.To
		}
		forms = append(forms, f)
	}
	// The last form is not cut at its end alone: that is for the pair.
	forms = append(forms, forms[last])
	return layout.Cell{Forms: forms, Pair: &layout.Pair{Left: written.Forms[last], Right: intended, Joint: c.pen.Arrow()}}
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
	sentence, word := layout.PlainCell(c.pen.Text(l.How)), layout.PlainCell(c.pen.Text(result.KindText(l.Kind)))
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
	case result.RiskMedium:
		x.Urgent = layout.Notice
	}
	return x
}
