package report

import (
	"encoding/json"
	"errors"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/reporttest"
)

// further are the formats that have goldens of their own, with their file
// names.
func further() map[string]Format {
	return map[string]Format{"report.html": HTML{}, "report.md": Markdown{}, "jsonl": JSONL{}, "ecs.jsonl": ECS{}, "ocsf.jsonl": OCSF{}}
}

func TestFurtherGolden(t *testing.T) {
	t.Parallel()
	for result, r := range map[string]*result.Result{"weekly": reporttest.Weekly(), "empty": reporttest.Empty(), "hostile": reporttest.Hostile()} {
		for name, f := range further() {
			reporttest.Golden(t, *update, result+"."+name, write(t, f, r, Options{}))
		}
	}
}

// The totals of every format are those of the Result.
func TestSameTotals(t *testing.T) {
	t.Parallel()
	r := reporttest.Weekly()
	r.Totals = result.Totals{Messages: 7001, Arrived: result.Arrived{Yes: 6001, Maybe: 501, No: 401, Unknown: 98}, Senders: 301, Lookalikes: 201, Exposure: 61.2}
	want := []string{"7,001", "6,001", "501", "401", "98", "301", "201"}
	for _, f := range []Format{HTML{}, Markdown{}} {
		out := write(t, f, r, Options{})
		for _, x := range want {
			if !strings.Contains(out, x) {
				t.Errorf("%s: want %s in\n%s", f.Name(), x, out)
			}
		}
	}
	for _, x := range []string{"7,001", "6,001", "501", "98", "201"} {
		if out := write(t, Table{}, r, Options{}); !strings.Contains(out, x) {
			t.Errorf("table: want %s in\n%s", x, out)
		}
	}
}

// A report in HTML fetches nothing, runs one script named by its hash, and
// makes no link of what a log holds.
func TestHTMLIsClosed(t *testing.T) {
	t.Parallel()
	for name, r := range map[string]*result.Result{"weekly": reporttest.Weekly(), "empty": reporttest.Empty(), "hostile": reporttest.Hostile()} {
		out := write(t, HTML{}, r, Options{})
		body := strings.ReplaceAll(out, htmlScript, "")
		if x := regexp.MustCompile(`(?i)https?:|src=|url\(|@import|<(img|iframe|link|object|embed|form|base)\b|\sstyle=|\son\w+=|javascript:`).FindString(body); x != "" {
			t.Errorf("%s: got %q, want nothing that is fetched", name, x)
		}
		for _, link := range regexp.MustCompile(`href="[^"]*"`).FindAllString(out, -1) {
			if !regexp.MustCompile(`^href="#l\d+"$`).MatchString(link) {
				t.Errorf("%s: got the link %s, want those within the page", name, link)
			}
		}
		if !strings.Contains(out, "script-src '"+hashSource(htmlScript)+"'") && !strings.Contains(out, strings.ReplaceAll("script-src &#39;"+hashSource(htmlScript)+"&#39;", "+", "&#43;")) {
			t.Errorf("%s: the script is not named in the policy", name)
		}
		if n := strings.Count(out, "<script"); n > 1 || n == 1 && !strings.Contains(out, "<script>"+htmlScript+"</script>") {
			t.Errorf("%s: got %d scripts, want one as hashed", name, n)
		}
		if !strings.Contains(out, "<style>"+htmlStyle+"</style>") {
			t.Errorf("%s: the style is not as hashed", name)
		}
	}
}

func TestJSONLines(t *testing.T) {
	t.Parallel()
	for _, f := range []Format{JSONL{}, ECS{}, OCSF{}} {
		if out := write(t, f, reporttest.Empty(), Options{}); out != "" {
			t.Errorf("%s of nothing: got %q, want no line", f.Name(), out)
		}
		for line := range strings.Lines(write(t, f, reporttest.Hostile(), Options{})) {
			var v map[string]any
			if err := json.Unmarshal([]byte(line), &v); err != nil {
				t.Errorf("%s: %v", f.Name(), err)
			}
		}
	}
}

func TestTemplate(t *testing.T) {
	t.Parallel()
	text := `{{range .Senders}}{{.Rank}} {{.Sender}} {{number .Messages}} {{date .Last}} {{time .Last}} {{join .Lookalikes}}
{{end}}{{with index .Lookalikes 0}}{{defang .Domain}} {{md .Domain}} {{csv "=1"}} {{upper .Kind}}{{end}} {{json .Totals.Senders}} {{number .Totals.Exposure}} {{rfc3339 .GeneratedAt}}`
	tmpl, err := ParseTemplate("weekly.tmpl", text)
	if err != nil {
		t.Fatal(err)
	}
	out := write(t, tmpl, reporttest.Weekly(), Options{Location: time.FixedZone("east", 60*60)})
	for _, want := range []string{
		"1 kim.larsen@corp.example 41 20 Nov 2026 2026-11-20 10:04 army.ml, acme-suply.com\n", "army[.]ml `army.ml` \"'=1\" TLD-SWAPPED 4 61.2 2026-11-23T09:00:00Z",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
	reporttest.CheckHarmless(t, "template", write(t, tmpl, reporttest.Hostile(), Options{}))
	for _, bad := range []string{"{{", "{{nothing}}", "{{exec \"id\"}}"} {
		if _, err := ParseTemplate("bad", bad); err == nil {
			t.Errorf("%s: got no error, want one", bad)
		}
	}
	for _, bad := range []string{"{{.Nothing}}", "{{number .Schema}}", "{{date .Schema}}"} {
		tmpl, err := ParseTemplate("bad", bad)
		if err != nil {
			t.Fatal(err)
		}
		var none strings.Builder
		if err := tmpl.Write(&none, reporttest.Weekly(), Options{}); err == nil {
			t.Errorf("%s: got no error, want one", bad)
		}
	}
	if err := tmpl.Write(&fullDisk{}, reporttest.Weekly(), Options{}); !errors.Is(err, errFull) {
		t.Errorf("got error %v, want %v", err, errFull)
	}
}
