package report

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
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

// An htmlPage is the view of the template.
type htmlPage struct {
	*result.Result
	Policy   string
	Style    template.CSS
	Script   template.JS
	Headline string
	Zone     string
	Figures  []summary.Figure
	Weeks    chart
	Kinds    chart
	Notes    []layout.Paragraph
	Subjects bool // there are some

	places   map[string]int // of each lookalike, from 1 on
	location *time.Location
}

// newHTMLPage makes the page of a report whose texts are safe.
func newHTMLPage(r *result.Result, l *time.Location) *htmlPage {
	s := summary.Of(r, summary.OnPaper(l))
	return &htmlPage{
		Result: r, Policy: contentPolicy(), Style: template.CSS(htmlStyle), Script: template.JS(htmlScript),
		Headline: s.Headline(" "), Zone: zoneName(r.GeneratedAt, l), Figures: summary.Figures(r),
		Weeks: newChart(summary.ByWeek(r, "2 Jan 2006", l)), Kinds: newChart(summary.ByKind(r)),
		Notes:    s.Notes(),
		Subjects: slices.ContainsFunc(r.Deliveries, func(d result.Delivery) bool { return d.Subject != "" }),
		places:   placesOf(r.Lookalikes), location: l,
	}
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
	f["place"] = func(domain string) int { return h.places[domain] }
	f["arrivals"] = summary.Arrivals
	f["carried"] = func(s result.Sender) string { return summary.Carried(&s) }
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

// zoneName names a zone. The system's own has no name of use elsewhere: its
// abbreviation at that time stands for it.
func zoneName(at time.Time, l *time.Location) string {
	if l != time.Local {
		return l.String()
	}
	name, _ := at.In(l).Zone()
	return name
}
