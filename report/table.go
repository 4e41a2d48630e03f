package report

import (
	"fmt"
	"io"
	"slices"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/summary"
	"github.com/typoaudit/typoaudit/report/internal/words"
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
	more     []layout.Paragraph // how many rows are left out
	legend   []layout.Paragraph // how to read the columns, and the findings to look at first
	asked    []layout.Paragraph
	coverage []layout.Paragraph // findings not in the columns, and how much was read
	next     []layout.Paragraph
}

func newTableView(r *result.Result, o Options) *tableView {
	s, names := summary.Of(r, o.reader()), namesOf(r, o.rows())
	v := &tableView{
		headline: s.Headline("   "),
		columns:  columnsOf(topOf(r, o), o, names),
		more:     leftOut(r, o),
		asked:    s.Asked(),
		coverage: s.Omissions(o.rows() == BySender && len(r.Senders) > 0),
	}
	found, c := len(r.Lookalikes) > 0, &r.Coverage
	if !found {
		v.legend = s.News()
	}
	if len(r.Listed) > 0 {
		v.coverage = append(wrongAddresses(r, o), v.coverage...)
	}
	if found {
		v.legend = slices.Concat(legend(r, o, names), s.Content(), s.News())
		v.next = nextCommands(r, o)
	}
	// The headline of a clean audit says what was read.
	if found || c.Outbound != c.Deliveries || o.Verbose > 0 {
		v.coverage = append(v.coverage, s.Coverage()...)
	}
	v.coverage = append(v.coverage, s.Problems()...)
	return v
}

// wrongAddresses are those of alias maps and lists, a line each.
func wrongAddresses(r *result.Result, o Options) (all []layout.Paragraph) {
	pen, most := o.pen(), len(r.Listed)
	if o.Top > 0 {
		most = min(most, o.Top)
	}
	for i := range r.Listed[:most] {
		l := &r.Listed[i]
		all = append(all, layout.Paragraph{Text: pen.Brief(fmt.Sprintf("%s:%d", l.Source, l.Line)) + "  " + pen.Brief(l.Place) + pen.Arrow() + pen.Brief(l.Address) + ": " + pen.Brief(l.Meant) + " was meant (" + l.Verdict + ")", Indent: 4})
	}
	if n := len(r.Listed) - most; n > 0 {
		all = append(all, layout.Paragraph{Text: words.Grouped(int64(n)) + " more: --top 0"})
	}
	return all
}

// topOf returns a report with the rows of the table that are shown.
func topOf(r *result.Result, o Options) *result.Result {
	if o.Top <= 0 {
		return r
	}
	top := *r
	top.Senders, top.Lookalikes, top.Deliveries = r.Senders[:min(o.Top, len(r.Senders))], r.Lookalikes, r.Deliveries
	switch o.rows() {
	case ByLookalike:
		top.Lookalikes = r.Lookalikes[:min(o.Top, len(r.Lookalikes))]
	case ByDelivery:
		top.Deliveries = r.Deliveries[:min(o.Top, len(r.Deliveries))]
	}
	return &top
}

// leftOut says how many rows are not shown.
func leftOut(r *result.Result, o Options) []layout.Paragraph {
	rows := map[By]int{BySender: len(r.Senders), ByLookalike: len(r.Lookalikes), ByDelivery: len(r.Deliveries)}[o.rows()]
	if o.Top <= 0 || rows <= o.Top {
		return nil
	}
	return layout.Plain(words.Grouped(int64(rows-o.Top)) + " more: --top 0")
}

func (v *tableView) write(p *layout.Page, pen layout.Pen) error {
	p.Para(layout.Paragraph{Text: v.headline})
	if len(v.columns[0].Cells) > 0 {
		p.Blank()
		if err := p.Table(v.columns, pen); err != nil {
			return err
		}
	}
	p.Para(v.more...)
	if len(v.legend) > 0 {
		p.Blank()
	}
	p.Para(v.legend...)
	if len(v.asked) > 0 {
		p.Blank()
		p.Para(v.asked...)
		p.Blank()
	}
	p.Para(v.coverage...)
	p.Para(v.next...)
	return p.Flush()
}

// legend says how to read the columns of a table.
func legend(r *result.Result, o Options, names senderNames) []layout.Paragraph {
	text := "ARRIVED: accepted by the other side"
	if a := r.Totals.Arrived; a.Maybe+a.Unknown > 0 && o.rows() != ByDelivery {
		text += "; +n?: n more may have been"
	}
	if o.rows() != ByLookalike && names.shared != "" {
		text = names.legend(o.pen()) + text
	}
	text += "."
	if o.rows() == ByDelivery && o.width() > 0 {
		text += " Times are in " + o.clock().Zone() + "."
	}
	return layout.Plain(text)
}

// legend says which domain was taken off the names.
func (n *senderNames) legend(pen layout.Pen) string {
	which := "Senders"
	if n.mixed() {
		which += " without a domain"
	}
	return which + " are " + pen.Brief(n.shared) + ". "
}
