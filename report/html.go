package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
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
// its hash: it sorts and filters the rows that stand in the page. Without
// scripts the page tells the same. Nothing of a log becomes a link.
type HTML struct{}

// Name implements Format.
func (HTML) Name() string { return "html" }

// Extensions implements Format.
func (HTML) Extensions() []string { return []string{".html", ".htm"} }

// Write implements Format.
func (HTML) Write(w io.Writer, r *result.Result, o Options) error {
	r = harmless(r)
	page, err := newHTMLPage(r, o)
	if err != nil {
		return err
	}
	t, err := template.New("report").Funcs(template.FuncMap(page.functions())).Parse(htmlTemplate)
	if err != nil {
		return err
	}
	return t.Execute(w, page)
}

// An htmlPage is what the template sees.
type htmlPage struct {
	*result.Result
	Policy   string
	Style    template.CSS
	Script   template.JS
	Headline string
	Zone     string
	Figures  []mailFigure
	Weeks    chart
	Kinds    chart
	Notes    []string
	Subjects bool // there are some

	places map[string]int // of each lookalike
	o      Options
}

func newHTMLPage(r *result.Result, o Options) (*htmlPage, error) {
	o.Location = location(o.Location)
	p := newPage(nil, Options{Unicode: true, Location: o.Location})
	p.still = true
	h := &htmlPage{
		Result: r, Style: template.CSS(htmlStyle), Script: template.JS(htmlScript), Headline: strings.ReplaceAll(p.headline(r), "   ", " "),
		Zone: zoneName(r.GeneratedAt, o.Location), Figures: htmlFigures(r), Notes: coverageLines(r, MailOptions{Location: o.Location}),
		places: map[string]int{}, o: o,
	}
	h.Policy = fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", hashSource(htmlStyle), hashSource(htmlScript))
	h.Weeks, h.Kinds = weekChart(r, o.Location), kindChart(r)
	for i := range r.Lookalikes {
		h.places[r.Lookalikes[i].Domain] = i + 1
	}
	for i := range r.Deliveries {
		h.Subjects = h.Subjects || r.Deliveries[i].Subject != ""
	}
	return h, nil
}

// hashSource names an inline text for a policy (CSP level 3, section 2.3.1).
func hashSource(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

func htmlFigures(r *result.Result) []mailFigure {
	t := &r.Totals
	figures := []mailFigure{
		{Name: "misdirected mails", Value: grouped(t.Messages)},
		{Name: "arrived", Value: grouped(t.Arrived.Yes)},
		{Name: "may have arrived", Value: grouped(t.Arrived.Maybe)},
		{Name: "not known", Value: grouped(t.Arrived.Unknown)},
		{Name: "did not arrive", Value: grouped(t.Arrived.No)},
		{Name: "senders", Value: grouped(int64(t.Senders))},
		{Name: "lookalike domains", Value: grouped(int64(t.Lookalikes))},
	}
	if r.Trend == nil {
		return figures
	}
	if b := r.Trend.Previous; b != nil {
		for i, n := range []int64{b.Messages, b.Arrived.Yes, b.Arrived.Maybe, b.Arrived.Unknown, b.Arrived.No, int64(b.Senders), int64(b.Lookalikes)} {
			figures[i].Before = grouped(n)
		}
	}
	return append(figures, mailFigure{Name: "new mails", Value: grouped(r.Trend.NewMessages)}, mailFigure{Name: "new lookalikes", Value: grouped(int64(r.Trend.NewLookalikes))})
}

// functions are those of the template, and what is safe in one of --template.
func (h *htmlPage) functions() map[string]any {
	f := templateFunctions(h.o.Location)
	f["place"] = func(domain string) int { return h.places[domain] }
	f["arrivals"] = arrivalWords
	f["carried"] = carried
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
	f["tenths"] = func(x float64) string { return fmt.Sprintf("%.1f", x) }
	return f
}

// arrivalWords tells what became of mails: "38 arrived, 3 did not".
func arrivalWords(a result.Arrived) string {
	var parts []string
	for _, x := range []struct {
		n    int64
		word string
	}{{a.Yes, " arrived"}, {a.Maybe, " maybe"}, {a.Unknown, " not known"}, {a.No, " did not"}} {
		if x.n > 0 {
			parts = append(parts, grouped(x.n)+x.word)
		}
	}
	return strings.Join(parts, ", ")
}

// carried tells what the mail of a sender carried.
func carried(s result.Sender) string {
	var parts []string
	if s.Bytes > 0 {
		parts = append(parts, grouped(s.Bytes)+" bytes")
	}
	if s.Attachments > 0 {
		parts = append(parts, count(s.Attachments, "attachment", "attachments"))
	}
	if len(s.Sensitive) > 0 {
		parts = append(parts, classes(s.Sensitive))
	}
	return strings.Join(parts, ", ")
}

// zoneName names a zone; the system's own has no name of use elsewhere, and is
// told by its abbreviation at that time.
func zoneName(at time.Time, l *time.Location) string {
	if l != time.Local {
		return l.String()
	}
	name, _ := at.In(l).Zone()
	return name
}
