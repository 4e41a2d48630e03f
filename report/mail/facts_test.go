package mail

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report"
	"github.com/typoaudit/typoaudit/report/internal/reporttest"
	"github.com/typoaudit/typoaudit/report/internal/safe"
)

// TestSameFacts: what one format says, all do. Each figure and name of the
// Result must be in each format that is about all of it.
func TestSameFacts(t *testing.T) {
	t.Parallel()
	r := reporttest.Weekly()
	eml := composed(t, r, Options{From: "a@corp.example", To: []string{"b@corp.example"}, Date: reporttest.Now(), MessageID: "x@y.example", Attach: []string{"csv"}})
	_, mail := readMail(t, eml)
	whole := map[string]string{
		"json": written(t, report.JSON{}, r), "html": written(t, report.HTML{}, r), "markdown": written(t, report.Markdown{}, r),
		"table": written(t, report.Table{}, r, report.BySender, report.ByLookalike, report.ByDelivery),
		"csv":   written(t, report.CSV{}, r, report.BySender, report.ByLookalike, report.ByDelivery),
	}
	facts := []string{}
	for _, s := range r.Senders {
		facts = append(facts, s.Sender, fmt.Sprint(s.Exposure), string(s.Risk), fmt.Sprint(s.Messages), fmt.Sprint(s.Arrived.Yes), s.Worst, s.Intended)
	}
	for _, l := range r.Lookalikes {
		facts = append(facts, l.Domain, l.Intended, l.How, fmt.Sprint(l.Messages), fmt.Sprint(l.Arrived.Yes), fmt.Sprint(l.Senders))
	}
	gaps := slices.Clone(r.Coverage.Problems)
	for i := range r.Coverage.Sources {
		gaps = append(gaps, r.Coverage.Sources[i].Problems...)
	}
	facts = append(facts, gaps...)
	for format, text := range whole {
		for _, fact := range facts {
			if format == "json" || format == "csv" {
				fact = strings.ReplaceAll(fact, `"`, map[string]string{"json": `\"`, "csv": `""`}[format])
			}
			if format == "table" || format == "csv" {
				fact, text = plainFact(fact), plainFact(text)
			}
			if !strings.Contains(htmlPlain(text), fact) {
				t.Errorf("%s: want %q in\n%s", format, fact, text)
			}
		}
	}
	for _, media := range []string{"text/plain", "text/html"} {
		text := strings.Join(strings.Fields(htmlPlain(mail[media])), " ")
		for _, fact := range facts {
			if fact = strings.ReplaceAll(fact, "army.ml", "army[.]ml"); isLookalike(r, fact) {
				fact = safe.Defang(fact)
			}
			if !strings.Contains(text, fact) {
				t.Errorf("the mail's %s part: want %q in\n%s", media, fact, text)
			}
		}
	}
	for format, f := range map[string]report.Format{"jsonl": report.JSONL{}, "ecs": report.ECS{}, "ocsf": report.OCSF{}} {
		lines := strings.Split(strings.TrimSuffix(written(t, f, r), "\n"), "\n")
		if len(lines) != len(r.Deliveries)+len(gaps) {
			t.Fatalf("%s: got %d lines, want %d", format, len(lines), len(r.Deliveries)+len(gaps))
		}
		for i, gap := range gaps {
			if line := lines[len(r.Deliveries)+i]; !strings.Contains(line, gap) {
				t.Errorf("%s: want %q in\n%s", format, gap, line)
			}
		}
		for i, d := range r.Deliveries {
			for _, fact := range []string{d.Recipient, d.Meant, d.Lookalike, d.Status.String(), d.Arrived.String(), fmt.Sprint(d.Count), d.Source} {
				if !strings.Contains(lines[i], fact) {
					t.Errorf("%s:%d: want %q in\n%s", format, i+1, fact, lines[i])
				}
			}
		}
	}
}

func isLookalike(r *result.Result, s string) bool {
	for i := range r.Lookalikes {
		if r.Lookalikes[i].Domain == s {
			return true
		}
	}
	return false
}

// plainFact takes off what a table cuts or joins: the shared domain of ours.
func plainFact(s string) string { return strings.ReplaceAll(s, "@corp.example", "") }

func htmlPlain(s string) string {
	return strings.NewReplacer("&#34;", `"`, "&#43;", "+", "&#39;", "'").Replace(s)
}

// written is a report by each kind of rows, one after the other.
func written(t *testing.T, f report.Format, r *result.Result, rows ...report.By) string {
	t.Helper()
	if len(rows) == 0 {
		rows = []report.By{report.BySender}
	}
	var b strings.Builder
	for _, by := range rows {
		if err := f.Write(&b, r, report.Options{By: by, Unicode: true}); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
