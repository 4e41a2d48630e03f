package report

import (
	"cmp"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/safe"
	"github.com/typoaudit/typoaudit/report/internal/summary"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// Markdown writes a report for tickets and wikis (CommonMark with tables, as
// GitHub has them). What came from a log is written in code spans, where nothing
// is marked up and no link is made of it.
type Markdown struct{}

// Name implements Format.
func (Markdown) Name() string { return "markdown" }

// Extensions implements Format.
func (Markdown) Extensions() []string { return []string{".md", ".markdown"} }

// Write implements Format.
func (Markdown) Write(w io.Writer, r *result.Result, o Options) error {
	l := words.Location(o.Location)
	to := summary.OnPaper(l)
	s := summary.Of(r, to)
	m := markdownPage{layout.NewPage(w, 0)}
	m.Line("# " + s.Headline(" "))
	for _, line := range append(s.News(), s.Problems()...) {
		m.Blank()
		m.Line(safe.CodeSpan(line.Text))
	}
	if len(r.Lookalikes) > 0 {
		m.figures(r, to.Clock)
		m.senders(r.Senders)
		m.lookalikes(r, to.Clock)
		m.reasons(r.Lookalikes)
		m.deliveries(r.Deliveries)
	}
	if len(r.Listed) > 0 {
		m.listed(r.Listed)
	}
	m.questions(s)
	m.section("What was read")
	for _, note := range s.Notes() {
		m.Line("- " + safe.CodeSpan(note.Text))
	}
	return m.Flush()
}

// A markdownPage writes the sections of a report.
type markdownPage struct{ *layout.Page }

func (m markdownPage) section(title string) {
	m.Blank()
	m.Line("## " + title)
	m.Blank()
}

// table begins a section with a table; titles that begin with # are of numbers.
func (m markdownPage) table(title string, heads ...string) {
	m.section(title)
	rule := make([]string, len(heads))
	for i, h := range heads {
		if rule[i] = "---"; strings.HasPrefix(h, "#") {
			heads[i], rule[i] = strings.TrimPrefix(h, "#"), "---:"
		}
	}
	m.row(heads...)
	m.row(rule...)
}

func (m markdownPage) row(cells ...string) { m.Line("| " + strings.Join(cells, " | ") + " |") }

func (m markdownPage) figures(r *result.Result, clock words.Clock) {
	m.table("In figures", "", "#"+cmp.Or(summary.Window(&r.Totals, clock), "this time"), "#"+summary.Before(r, clock))
	for _, f := range summary.Figures(r) {
		m.row(f.Name, f.Value, f.Before)
	}
	for _, kind := range summary.ByKind(r) {
		m.row("slips: "+safe.CodeSpan(kind.Name), words.Grouped(kind.Messages), "")
	}
	for _, week := range summary.ByWeek(r, "2 Jan 2006", clock.Location) {
		m.row("week of "+week.Name, words.Grouped(week.Messages), "")
	}
}

func (m markdownPage) senders(all []result.Sender) {
	m.table("Senders", "#Rank", "Sender", "#Exposure", "Risk", "#Mails", "Outcome", "#Recipients", "Lookalikes", "Carried", "Last")
	for i := range all {
		s := &all[i]
		m.row(strconv.Itoa(s.Rank), safe.CodeSpan(s.Sender), words.Tenths(s.Exposure), safe.CodeSpan(string(s.Risk)), words.Grouped(s.Messages),
			summary.Arrivals(s.Arrived), strconv.Itoa(s.Recipients), safe.CodeSpans(s.Lookalikes), safe.CodeSpan(summary.Carried(s)), words.Stamp(s.Last))
	}
}

func (m markdownPage) lookalikes(r *result.Result, clock words.Clock) {
	all := r.Lookalikes
	m.table("Lookalike domains", "Written", "Meant", "How", "Verdict", "#Confidence", "#Mails", "Outcome", "#Senders", "#Recipients", "Accepted by", "Since")
	for i := range all {
		l := &all[i]
		m.row(safe.CodeSpan(l.Domain), safe.CodeSpan(l.Intended), safe.CodeSpan(l.How), safe.CodeSpan(l.Verdict), fmt.Sprintf("%.2f", l.Confidence), words.Grouped(l.Messages),
			summary.Arrivals(l.Arrived), strconv.Itoa(l.Senders), strconv.Itoa(l.Recipients), safe.CodeSpans(l.Relays), summary.Since(l, summary.IsFirst(r), clock))
	}
}

// reasons lists the evidence for each lookalike that has some.
func (m markdownPage) reasons(all []result.Lookalike) {
	for i := range all {
		l := &all[i]
		if len(l.Evidence) == 0 {
			continue
		}
		m.Blank()
		m.Line("Why " + safe.CodeSpan(l.Domain) + ":")
		m.Blank()
		for _, e := range l.Evidence {
			m.Line(fmt.Sprintf("- %s (%+.2f)", safe.CodeSpan(e.Text), e.Weight))
		}
	}
}

func (m markdownPage) deliveries(all []result.Delivery) {
	m.table("Deliveries", "Time", "Sender", "Recipient", "Meant", "Cause", "Arrived", "Status", "Server", "#Mails", "Subject", "Where in the log")
	for i := range all {
		d := &all[i]
		m.row(words.Stamp(d.Time), safe.CodeSpan(sentBy(d)), safe.CodeSpan(d.Recipient), safe.CodeSpan(d.Meant), safe.CodeSpan(string(d.Cause)), d.Arrived.String(), d.Status.String(),
			safe.CodeSpan(d.Relay), words.Grouped(d.Count), safe.CodeSpan(d.Subject), safe.CodeSpan(d.Source+":"+integer(d.Line)))
	}
}

func (m markdownPage) questions(s *summary.Summary) {
	all, more := s.Questions()
	if len(all) == 0 {
		return
	}
	m.section(summary.QuestionsTitle)
	for _, q := range all {
		m.Line("- " + safe.CodeSpan(q.Text) + " If so: " + safe.CodeSpan(q.Command))
	}
	if more != "" {
		m.Line("- " + more)
	}
}

func (m markdownPage) listed(all []result.Listed) {
	m.table("Wrong addresses in alias maps and lists", "Where", "Of", "Written", "Meant", "Verdict", "#Confidence")
	for i := range all {
		l := &all[i]
		m.row(safe.CodeSpan(fmt.Sprintf("%s:%d", l.Source, l.Line)), safe.CodeSpan(l.Place), safe.CodeSpan(l.Address), safe.CodeSpan(l.Meant), safe.CodeSpan(l.Verdict), fmt.Sprintf("%.2f", l.Confidence))
	}
}
