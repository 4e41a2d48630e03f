package report

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/safe"
	"github.com/typoaudit/typoaudit/report/internal/summary"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

// BreachRecord returns the format that writes the record of a report for a register of
// personal data breaches (GDPR Art. 33(5)), with a draft of the notice to the authority
// (Art. 33(3)): in Markdown, CSV or JSON, by the name of the format. It has facts alone;
// what the report does not know is marked as to be filled in.
func BreachRecord(name string) (Format, error) {
	for _, f := range []Format{Markdown{}, CSV{}, JSON{}} {
		if f.Name() == name {
			return breachFormat{f}, nil
		}
	}
	return nil, fmt.Errorf("--for breach-record: no format %s; there are markdown, csv and json", name)
}

// A breachFormat writes the record in the manner of another format.
type breachFormat struct{ Format }

// Write implements Format.
func (f breachFormat) Write(w io.Writer, r *result.Result, o Options) error {
	l := words.Location(o.Location)
	s := summary.Of(r, summary.OnPaper(l))
	record := r.BreachRecord(s.FixText)
	switch f.Name() {
	case "json":
		return writeJSON(w, record)
	case "csv":
		return writeBreachRows(w, record, summary.Gaps(r))
	}
	p := breachPage{markdownPage{layout.NewPage(w, 0)}, l, o.Now, record.History}
	p.write(record, s)
	return p.Flush()
}

func writeBreachRows(w io.Writer, record *result.BreachRecord, gaps []string) error {
	rows := [][]string{{
		"number", "nature", "categories", "lookalike", "intended", "messages", "arrived_yes", "arrived_maybe", "arrived_no", "arrived_unknown", "senders", "recipients", "data_subjects",
		"servers", "first", "last", "first_seen", "known", "deadline", "consequences", "measures",
	}}
	for i := range record.Breaches {
		b := &record.Breaches[i]
		row := []string{strconv.Itoa(b.Number), safe.Cell(b.Nature), safe.Cell(cmp.Or(strings.Join(b.Categories, ", "), "unknown")), safe.Cell(b.Lookalike), safe.Cell(b.Intended), integer(b.Messages)}
		row = append(row, arrivals(b.Arrived)...)
		rows = append(rows, append(row, strconv.Itoa(b.Senders), strconv.Itoa(b.Recipients), "", safe.Cell(strings.Join(b.Servers, " ")),
			words.Stamp(b.First), words.Stamp(b.Last), words.Stamp(b.FirstSeen), words.Stamp(b.Known), words.Stamp(b.Deadline), "", safe.Cell(strings.Join(b.Measures, " "))))
	}
	return csv.NewWriter(w).WriteAll(withProblems(rows, gaps))
}

// gap marks what somebody must fill in.
func gap(what string) string { return "**[to be filled in: " + what + "]**" }

// A breachPage writes the record in Markdown.
type breachPage struct {
	markdownPage
	location *time.Location
	now      time.Time
	history  bool // earlier reports are known
}

func (p breachPage) write(record *result.BreachRecord, s *summary.Summary) {
	p.Line("# Record of personal data breaches: misdirected e-mail")
	p.Blank()
	p.Line("For the register under GDPR Art. 33(5). Facts of a report of " + safe.CodeSpan(record.Tool.Name) + " of " + p.at(&record.GeneratedAt) + ". Whether an entry is a breach of personal data, and a risk to people, is for you to say.")
	p.Blank()
	p.Line(safe.CodeSpan(s.Headline(" ")))
	for _, x := range s.Problems() {
		p.Blank()
		p.Line(safe.CodeSpan(x.Text))
	}
	if len(record.Breaches) == 0 {
		p.Blank()
		p.Line("Nothing is known to have arrived, or may have.")
	}
	for i := range record.Breaches {
		p.entry(&record.Breaches[i])
	}
}

func (p breachPage) at(t *time.Time) string {
	if t == nil {
		return "not known"
	}
	return t.In(p.location).Format("2 Jan 2006 15:04 MST")
}

func (p breachPage) fact(name, text string) { p.row("**"+name+"**", text) }

// entry is one of the register, with the draft of a notice.
func (p breachPage) entry(b *result.Breach) {
	p.section(strconv.Itoa(b.Number) + ". Mail for " + safe.CodeSpan(b.Intended) + " at " + safe.CodeSpan(b.Lookalike))
	p.row("", "")
	p.row("---", "---")
	categories := cmp.Or(strings.Join(b.Categories, ", "), "unknown: the content was not searched (--content), or nothing was found") + "; " + gap("categories of data subjects and of data")
	mails := words.Count(b.Messages, "mail", "mails") + ": " + summary.Arrivals(b.Arrived)
	people := words.Count(int64(b.Senders), "sender", "senders") + " and " + words.Count(int64(b.Recipients), "wrong address", "wrong addresses") + " are known; " + gap("whose data the mails held, and how many people")
	p.fact("Nature", safe.CodeSpan(b.Nature))
	p.fact("Categories", categories)
	p.fact("Mails", mails)
	p.fact("People", people)
	p.fact("Who has it", whoTook(b)+"; "+gap("who runs the domain"))
	p.fact("When", "from "+p.at(b.First)+" to "+p.at(b.Last)+"; first seen "+p.at(b.FirstSeen))
	p.fact("Known since", p.known(b))
	p.fact("Consequences", gap("likely consequences for the people"))
	p.fact("Measures proposed", measuresOf(b))
	p.fact("Measures taken", gap("what was done, and when"))
	p.Blank()
	p.Line("### Draft of a notice under Art. 33(3)")
	p.Blank()
	p.Line("(a) " + safe.CodeSpan(b.Nature) + " " + mails + ", between " + p.at(b.First) + " and " + p.at(b.Last) + ". Categories: " + categories + ". " + people + ".")
	p.Blank()
	p.Line("(b) Contact: " + gap("name and contact of the data protection officer") + ".")
	p.Blank()
	p.Line("(c) Likely consequences: " + gap("likely consequences") + ".")
	p.Blank()
	p.Line("(d) Measures: " + gap("measures taken, and those proposed to mitigate the effects") + ". Proposed: " + measuresOf(b))
}

// whoTook names the servers that took the mail, as far as a log has them.
func whoTook(b *result.Breach) string {
	if len(b.Servers) == 0 {
		return "not known: what was read names no server that took the mail"
	}
	return safe.CodeSpans(b.Servers) + " took the mail"
}

// known says since when, and how the 72 hours stand.
func (p breachPage) known(b *result.Breach) string {
	switch {
	case b.Known != nil:
	case !p.history:
		return "not known: there is no history of earlier reports (--state); " + gap("when it became known, from which 72 hours count")
	default:
		return "an earlier report; " + gap("its time, from which 72 hours count")
	}
	text := p.at(b.Known) + ", by this report; 72 hours end " + p.at(b.Deadline)
	switch left := b.Deadline.Sub(p.now); {
	case p.now.IsZero():
	case left < 0:
		text += ": over"
	default:
		text += fmt.Sprintf(": %.0f hours left at %s", left.Hours(), p.at(&p.now))
	}
	return text
}

// maxMeasures is how many are named in one entry.
const maxMeasures = 5

func measuresOf(b *result.Breach) string {
	texts := make([]string, 0, maxMeasures)
	for _, m := range b.Measures[:min(maxMeasures, len(b.Measures))] {
		texts = append(texts, safe.CodeSpan(m))
	}
	if n := len(b.Measures) - len(texts); n > 0 {
		texts = append(texts, "and "+words.Count(int64(n), "more", "more")+": `typoaudit fixes`")
	}
	return cmp.Or(strings.Join(texts, " "), "none")
}
