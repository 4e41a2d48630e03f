package report

import (
	"io"
	"slices"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/summary"
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
	return newTableView(r, o).write(o.page(w), o.pen())
}

// A tableView is a report in the parts of a table, from top to bottom.
type tableView struct {
	headline string
	columns  []layout.Column
	legend   []layout.Paragraph // how to read the columns, and the findings to look at first
	coverage []layout.Paragraph // findings not in the columns, and how much was read
	next     []layout.Paragraph
}

func newTableView(r *result.Result, o Options) *tableView {
	s, names := summary.Of(r, o.reader()), namesOf(r, o.rows())
	v := &tableView{
		headline: s.Headline("   "),
		columns:  columnsOf(r, o, names),
		coverage: s.Omissions(o.rows() == BySender && len(r.Senders) > 0),
	}
	found, c := len(r.Lookalikes) > 0, &r.Coverage
	if found {
		v.legend = slices.Concat(legend(r, o, names), s.Content(), s.Standing())
		v.next = nextCommands(r, o)
	}
	// The headline of a clean audit says what was read.
	if found || c.Outbound != c.Deliveries || o.Verbose > 0 {
		v.coverage = append(v.coverage, s.Coverage()...)
	}
	v.coverage = append(v.coverage, s.Problems()...)
	return v
}

func (v *tableView) write(p *layout.Page, pen layout.Pen) error {
	p.Para(layout.Paragraph{Text: v.headline})
	if len(v.columns[0].Cells) > 0 {
		p.Blank()
		if err := p.Table(v.columns, pen); err != nil {
			return err
		}
	}
	if len(v.legend) > 0 {
		p.Blank()
	}
	p.Para(v.legend...)
	p.Para(v.coverage...)
	p.Para(v.next...)
	return p.Flush()
}
