package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/safe"
	"github.com/typoaudit/typoaudit/report/internal/summary"
	"github.com/typoaudit/typoaudit/report/internal/templates"
	"github.com/typoaudit/typoaudit/report/internal/words"
)

//go:embed report.html
var htmlTemplate string

//go:embed report.css
var htmlStyle string

//go:embed report.js
var htmlScript string

// HTML writes one file that opens anywhere without a network: the figures,
// charts, senders, lookalikes with their evidence, and every delivery. Its
// Content-Security-Policy lets nothing be fetched, and one script run, named by
// its hash: it sorts and filters the rows of the page. Without
// scripts the page says the same. Nothing of a log becomes a link.
type HTML struct{}

// Name implements Format.
func (HTML) Name() string { return "html" }

// Extensions implements Format.
func (HTML) Extensions() []string { return []string{".html", ".htm"} }

// Write implements Format.
func (HTML) Write(w io.Writer, r *result.Result, o Options) error {
	page := newHTMLPage(safe.Copy(r), words.Location(o.Location))
	t, err := template.New("report").Funcs(page.functions()).Parse(htmlTemplate)
	if err != nil {
		return err
	}
	return t.Execute(w, page)
}

const (
	topRows  = 10 // of a ranking: the rest is behind "show all"
	topItems = 5  // of what is to be done about one cause
)

// An htmlPage is the view of the template.
type htmlPage struct {
	*result.Result
	Policy   string
	Style    template.CSS
	Script   template.JS
	Headline string
	News     []layout.Paragraph
	Problems []layout.Paragraph
	ToDo     []todo
	Window   string
	Before   string // names the window before
	First    bool   // no report went out before
	Zone     string
	Figures  []summary.Figure
	Weeks    chart
	Kinds    chart
	Notes    []layout.Paragraph
	Asked    []summary.Question
	AskMore  string // says how many more there are

	TopSenders     []result.Sender
	TopLookalikes  []result.Lookalike
	MoreSenders    bool // than the top ones
	MoreLookalikes bool

	// Columns that would be empty, or the same in each row, are left out.
	HasPrevious, HasBefore, HasCarried, HasRelays, HasServers, HasCounts, HasContents, SourceProblems bool
	Subjects                                                                                          bool

	places   map[string]int // of each lookalike, from 1 on
	most     float64        // exposure
	clock    words.Clock
	location *time.Location
}

// A todo is what is to be done about one cause, the first of it apart.
type todo struct {
	summary.Todo
	First, Rest []summary.Item
}

// newHTMLPage makes the page of a report whose texts are safe.
func newHTMLPage(r *result.Result, l *time.Location) *htmlPage {
	to := summary.OnPaper(l)
	s := summary.Of(r, to)
	h := &htmlPage{
		Result: r, Policy: contentPolicy(), Style: template.CSS(htmlStyle), Script: template.JS(htmlScript),
		Headline: s.Headline(" "), News: s.News(), Problems: s.Problems(), Notes: s.Notes(), First: summary.IsFirst(r),
		Window: summary.Window(&r.Totals, to.Clock), Before: summary.Before(r, to.Clock), Zone: words.ZoneName(r.GeneratedAt, l), Figures: notEmpty(summary.Figures(r)),
		Weeks: newChart(summary.ByWeek(r, "2 Jan 2006", l)), Kinds: newChart(summary.ByKind(r)),
		TopSenders: r.Senders[:min(topRows, len(r.Senders))], MoreSenders: len(r.Senders) > topRows,
		TopLookalikes: r.Lookalikes[:min(topRows, len(r.Lookalikes))], MoreLookalikes: len(r.Lookalikes) > topRows,
		places: placesOf(r.Lookalikes), clock: to.Clock, location: l,
	}
	for _, t := range s.ToDo() {
		n := min(topItems, len(t.Items))
		h.ToDo = append(h.ToDo, todo{t, t.Items[:n], t.Items[n:]})
	}
	h.Asked, h.AskMore = s.Questions()
	h.HasPrevious = r.Trend != nil && r.Trend.Previous != nil && h.Before != "before"
	h.findColumns()
	return h
}

// findColumns looks which columns have something to say.
func (h *htmlPage) findColumns() {
	for i := range h.Senders {
		s := &h.Senders[i]
		h.most = max(h.most, s.Exposure)
		h.HasBefore = h.HasBefore || s.Before != nil
		h.HasCarried = h.HasCarried || len(s.Sensitive) > 0 || s.Attachments > 0
	}
	h.HasRelays = slices.ContainsFunc(h.Lookalikes, func(l result.Lookalike) bool { return len(l.Relays) > 0 })
	h.SourceProblems = slices.ContainsFunc(h.Coverage.Sources, func(s result.Source) bool { return len(s.Problems) > 0 })
	for i := range h.Deliveries {
		d := &h.Deliveries[i]
		h.HasServers = h.HasServers || d.Relay != ""
		h.HasCounts = h.HasCounts || d.Count > 1
		h.HasContents = h.HasContents || d.Attachments > 0 || len(d.Sensitive) > 0
		h.Subjects = h.Subjects || d.Subject != ""
	}
}

// notEmpty leaves out the figures that are 0, and were.
func notEmpty(all []summary.Figure) []summary.Figure {
	return slices.DeleteFunc(all, func(f summary.Figure) bool { return f.Value == "0" && (f.Before == "" || f.Before == "0") })
}

func placesOf(all []result.Lookalike) map[string]int {
	places := make(map[string]int, len(all))
	for i := range all {
		places[all[i].Domain] = i + 1
	}
	return places
}

func contentPolicy() string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", hashSource(htmlStyle), hashSource(htmlScript))
}

// hashSource names an inline text for a policy (CSP level 3, section 2.3.1).
func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// functions are those of every template, and some of this one alone.
func (h *htmlPage) functions() map[string]any {
	f := templates.Functions(h.location)
	f["page"] = func() *htmlPage { return h }
	f["place"] = func(domain string) int { return h.places[domain] }
	f["isFirst"] = func(domain string) bool { return !h.MoreLookalikes && h.places[domain] > 0 }
	f["table"] = func(rows any, all bool) map[string]any { return map[string]any{"Rows": rows, "All": all} }
	f["arrivals"] = summary.Arrivals
	f["carried"] = func(s result.Sender) string { return summary.Carried(&s) }
	f["contents"] = func(d result.Delivery) string { return contents(&d) }
	f["others"] = moreLookalikes
	f["before"] = func(s result.Sender) int64 { return deref(s.Before) }
	f["change"] = change
	f["since"] = func(l result.Lookalike) string { return summary.Since(&l, h.First, h.clock) }
	f["pair"] = func(wrong, right string) template.HTML { return marked(wrong, right) + arrowTo(right) }
	f["slip"] = func(d result.Delivery) template.HTML { return marked(d.Recipient, d.Meant) + arrowTo(d.Intended) }
	f["via"] = func(d result.Delivery) string {
		if strings.EqualFold(d.Orig, d.Person) {
			return "" // the sender is named so
		}
		return d.Orig
	}
	f["bar"] = func(exposure float64, risk result.Risk) template.HTML { return h.bar(exposure, risk) }
	f["readOf"] = readOf
	f["unix"] = func(t *time.Time) int64 {
		if t == nil {
			return 0
		}
		return t.Unix()
	}
	f["sentBy"] = func(d result.Delivery) string { return sentBy(&d) }
	f["bySource"] = func(d result.Delivery) string { return d.Source + ":" + integer(d.Line) }
	f["signed"] = func(x float64) string { return fmt.Sprintf("%+.1f", x) }
	f["ratio"] = func(x float64) string { return fmt.Sprintf("%.2f", x) }
	f["tenths"] = words.Tenths
	return f
}

// marked is a name of which the letters that differ from another one are marked.
func marked(name, other string) template.HTML {
	from, to := 0, 0
	if other != "" {
		from, to = layout.Differing(name, other)
	}
	escape := template.HTMLEscapeString
	if from == to {
		return template.HTML(escape(name))
	}
	return template.HTML(escape(name[:from]) + "<mark>" + escape(name[from:to]) + "</mark>" + escape(name[to:]))
}

func arrowTo(name string) template.HTML {
	if name == "" {
		return ""
	}
	return template.HTML(" → " + template.HTMLEscapeString(name))
}

// bar is the length of an exposure beside the largest.
func (h *htmlPage) bar(exposure float64, risk result.Risk) template.HTML {
	const longest = 100
	width := 0.0
	if h.most > 0 {
		width = longest * exposure / h.most
	}
	return template.HTML(fmt.Sprintf(`<svg class="bar" viewBox="0 0 100 14" preserveAspectRatio="none" aria-hidden="true"><rect class="%s" width="%.1f" height="14"/></svg>`, template.HTMLEscapeString(string(risk)), width))
}

// moreLookalikes counts the further lookalikes of a sender.
func moreLookalikes(s result.Sender) string {
	if n := len(s.Lookalikes) - 1; n > 0 {
		return "and " + words.Count(int64(n), "other", "others")
	}
	return ""
}

// change is how many mails there were in the window before, with the direction since.
func change(s result.Sender) string {
	n := deref(s.Before)
	switch {
	case s.Before == nil:
		return ""
	case s.Messages > n:
		return words.Grouped(n) + " ↑"
	case s.Messages < n:
		return words.Grouped(n) + " ↓"
	}
	return words.Grouped(n) + " ="
}

func deref(n *int64) int64 {
	if n == nil {
		return 0
	}
	return *n
}

// contents says what a message carried.
func contents(d *result.Delivery) string {
	var parts []string
	if d.Bytes > 0 {
		parts = append(parts, words.Grouped(d.Bytes)+" bytes")
	}
	if d.Attachments > 0 {
		parts = append(parts, words.Count(int64(d.Attachments), "attachment", "attachments"))
	}
	return strings.Join(append(parts, d.Sensitive...), ", ")
}

// readOf says how much was read of a source: messages of a mailbox, else lines.
func readOf(s result.Source) string {
	if s.Mailbox {
		return words.Count(s.Records, "message", "messages")
	}
	return words.Count(s.Lines, "line", "lines")
}
