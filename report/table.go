package report

import (
	"bufio"
	"io"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
)

// Table writes a report for people: a headline, the ranking fitted to the
// terminal, what was read and what was not, and what to do next.
//
// On a terminal no line is wider than Options.Width (40 at the least), and
// times are days. Without one nothing is cut but cells longer than any
// address, and times are RFC 3339 in UTC. Everything that came from a log
// passes SafeText.
type Table struct{}

// Name implements Format.
func (Table) Name() string { return "table" }

// Extensions implements Format.
func (Table) Extensions() []string { return []string{".txt"} }

// Write implements Format.
func (Table) Write(w io.Writer, r *result.Result, o Options) error {
	p := newPage(w, o)
	p.para(0, p.headline(r))
	if columns := p.columns(r); len(columns) > 0 {
		p.blank()
		if err := draw(p.w, columns, p.pen); err != nil {
			return err
		}
	}
	p.notes(r)
	return p.w.Flush()
}

// A page writes text for people to a medium.
type page struct {
	w   *bufio.Writer // keeps the first error
	o   Options
	pen pen
	// still marks a page that cannot be asked for more, such as a mail.
	still bool
}

func newPage(w io.Writer, o Options) *page {
	if o.Location == nil {
		o.Location = time.UTC
	}
	if o.Width > 0 {
		o.Width = max(o.Width, narrowest)
	}
	return &page{w: bufio.NewWriter(w), o: o, pen: pen{unicode: o.Unicode, color: o.Color}}
}

func (p *page) blank() { p.w.WriteByte('\n') }

// para writes a paragraph of words and of text that is safe already, broken at
// blanks to the width. The lines behind the first are indented.
func (p *page) para(indent int, text string) {
	for _, line := range wrap(text, p.o.Width, indent) {
		p.w.WriteString(line)
		p.w.WriteByte('\n')
	}
}

// wrap breaks text at blanks into lines of at most width columns, 0 for any; a
// word that is wider than that is broken as well. The lines behind the first
// are indented.
func wrap(text string, width, indent int) (lines []string) {
	lead := ""
	for width > 0 && displayWidth(lead+text) > width {
		head := headOf(text, width-displayWidth(lead))
		if !strings.HasPrefix(text[len(head):], " ") {
			if i := strings.LastIndexByte(head, ' '); strings.Trim(head[:max(i, 0)], " ") != "" {
				head = head[:i]
			}
		}
		lines = append(lines, lead+strings.TrimRight(head, " "))
		text = strings.TrimLeft(text[len(head):], " ")
		lead = strings.Repeat(" ", indent)
	}
	return append(lines, lead+text)
}

// columns returns what stands in the table, none if it has no rows.
func (p *page) columns(r *result.Result) []column {
	var columns []column
	switch p.o.By {
	case ByLookalike:
		columns = p.byLookalike(r.Lookalikes)
	case ByDelivery:
		columns = p.byDelivery(r)
	default:
		columns = p.bySender(r)
	}
	if len(columns[0].cells) == 0 {
		return nil
	}
	return fit(columns, p.o.Width)
}
