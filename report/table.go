package report

import (
	"io"

	"github.com/typoaudit/typoaudit/audit"
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
func (Table) Write(w io.Writer, r *audit.Result, o Options) error {
	return newTableView(r, o).write(o.page(w), o.pen())
}

// A tableView is a report in the parts of a table, from top to bottom.
type tableView struct {
	headline string
	columns  []layout.Column
	legend   []layout.Paragraph // how to read the columns, and what stands out
	coverage []layout.Paragraph // what is not in them, and what was read
	next     []layout.Paragraph
}

func newTableView(r *audit.Result, o Options) *tableView {
	to := o.reader()
	v := &tableView{
		headline: summary.Headline(r, to, "   "),
		columns:  columnsOf(r, o),
		coverage: tableCoverage(r, o),
	}
	if len(r.Lookalikes) > 0 {
		v.legend = append(legend(r, o), summary.Content(r, to.Pen)...)
		v.legend = append(v.legend, summary.Standing(r, to)...)
		v.next = nextCommands(r, o)
	}
	return v
}

// tableCoverage leaves out what was read where the headline of a clean audit
// says it.
func tableCoverage(r *audit.Result, o Options) []layout.Paragraph {
	to, c := o.reader(), &r.Coverage
	all := summary.Omissions(r, to, o.rows() == BySender && len(r.Senders) > 0)
	if len(r.Lookalikes) > 0 || c.Outbound != c.Deliveries || to.Verbose {
		all = append(all, summary.Coverage(r, to)...)
	}
	return append(all, summary.Problems(c.Sources, to)...)
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
