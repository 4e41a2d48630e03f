package report

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
)

// Markdown writes a report for tickets and wikis (CommonMark with tables, as
// GitHub has them). What came from a log stands in code spans, where nothing is
// marked up and no link is made of it.
type Markdown struct{}

// Name implements Format.
func (Markdown) Name() string { return "markdown" }

// Extensions implements Format.
func (Markdown) Extensions() []string { return []string{".md", ".markdown"} }

// Write implements Format.
func (Markdown) Write(w io.Writer, r *result.Result, o Options) error {
	o.Location = location(o.Location)
	p := newPage(w, Options{Unicode: true, Location: o.Location})
	p.still = true
	p.para(0, "# "+strings.ReplaceAll(p.headline(r), "   ", " "))
	if len(r.Lookalikes) > 0 {
		p.markdownFigures(r)
		p.markdownSenders(r)
		p.markdownLookalikes(r)
		p.markdownDeliveries(r)
	}
	p.blank()
	p.para(0, "## What was read")
	p.blank()
	for _, line := range coverageLines(r, MailOptions{Location: o.Location}) {
		p.para(0, "- "+codeSpan(line))
	}
	return p.w.Flush()
}

// markdownTable begins a table; titles that begin with # are of numbers.
func (p *page) markdownTable(title string, heads ...string) {
	p.blank()
	p.para(0, "## "+title)
	p.blank()
	rule := make([]string, len(heads))
	for i, h := range heads {
		if rule[i] = "---"; strings.HasPrefix(h, "#") {
			heads[i], rule[i] = strings.TrimPrefix(h, "#"), "---:"
		}
	}
	p.markdownRow(heads...)
	p.markdownRow(rule...)
}

func (p *page) markdownRow(cells ...string) { p.para(0, "| "+strings.Join(cells, " | ")+" |") }

func (p *page) markdownFigures(r *result.Result) {
	p.markdownTable("In figures", "", "#this time", "#before")
	for _, f := range htmlFigures(r) {
		p.markdownRow(f.Name, f.Value, f.Before)
	}
	for _, k := range r.Kinds {
		p.markdownRow("slips of kind "+codeSpan(k.Kind), grouped(k.Messages), "")
	}
	weeks := r.Weeks
	if r.Trend != nil {
		weeks = r.Trend.Weeks
	}
	for _, w := range weeks {
		p.markdownRow("week of "+w.From.In(p.o.Location).Format("2 Jan 2006"), grouped(w.Messages), "")
	}
}

func (p *page) markdownSenders(r *result.Result) {
	p.markdownTable("Senders", "#Rank", "Sender", "#Exposure", "Risk", "#Mails", "What became of them", "#Recipients", "Lookalikes", "Carried", "Last")
	for _, s := range r.Senders {
		p.markdownRow(strconv.Itoa(s.Rank), codeSpan(s.Sender), strconv.FormatFloat(s.Exposure, 'f', 1, 64), codeSpan(string(s.Risk)), grouped(s.Messages),
			arrivalWords(s.Arrived), strconv.Itoa(s.Recipients), codeSpans(s.Lookalikes), codeSpan(carried(s)), stamp(s.Last))
	}
}

func (p *page) markdownLookalikes(r *result.Result) {
	p.markdownTable("Lookalike domains", "Written", "Meant", "How", "#Confidence", "#Mails", "What became of them", "#Senders", "#Recipients", "Taken by", "Since")
	for i := range r.Lookalikes {
		l := &r.Lookalikes[i]
		p.markdownRow(codeSpan(l.Domain), codeSpan(l.Intended), codeSpan(l.How), fmt.Sprintf("%.2f", l.Confidence), grouped(l.Messages),
			arrivalWords(l.Arrived), strconv.Itoa(l.Senders), strconv.Itoa(l.Recipients), codeSpans(l.Relays), p.since(l))
	}
	for i := range r.Lookalikes {
		l := &r.Lookalikes[i]
		if len(l.Evidence) == 0 {
			continue
		}
		p.blank()
		p.para(0, "Why "+codeSpan(l.Domain)+":")
		p.blank()
		for _, e := range l.Evidence {
			p.para(0, fmt.Sprintf("- %s (%+.2f)", codeSpan(e.Text), e.Weight))
		}
	}
}

func (p *page) markdownDeliveries(r *result.Result) {
	p.markdownTable("Deliveries", "Time", "Sender", "Recipient", "Meant", "Arrived", "Status", "Server", "#Mails", "Subject", "Where it stands")
	for i := range r.Deliveries {
		d := &r.Deliveries[i]
		p.markdownRow(stamp(d.Time), codeSpan(sentBy(d)), codeSpan(d.Recipient), codeSpan(d.Meant), d.Arrived.String(), d.Status.String(),
			codeSpan(d.Relay), grouped(d.Count), codeSpan(d.Subject), codeSpan(d.Source+":"+integer(d.Line)))
	}
}

// codeSpan writes text that is marked up nowhere: its fence is longer than any
// row of backticks within (CommonMark section 6.1), and a bar that would end
// the cell of a table is escaped, as GitHub's extension asks even in code.
func codeSpan(s string) string {
	s = SafeText(s)
	if s == "" {
		return ""
	}
	longest, run := 0, 0
	for _, r := range s {
		if run++; r != '`' {
			run = 0
		}
		longest = max(longest, run)
	}
	fence := strings.Repeat("`", longest+1)
	if longest > 0 || strings.HasPrefix(s, " ") && strings.HasSuffix(s, " ") {
		s = " " + s + " "
	}
	return fence + strings.ReplaceAll(s, "|", `\|`) + fence
}

func codeSpans(list []string) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = codeSpan(s)
	}
	return strings.Join(out, " ")
}
