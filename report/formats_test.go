package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
)

// further are the formats that have goldens of their own, with their file
// names.
func further() map[string]Format {
	return map[string]Format{"report.html": HTML{}, "report.md": Markdown{}, "jsonl": JSONL{}, "ecs.jsonl": ECS{}, "ocsf.jsonl": OCSF{}}
}

func TestFurtherGolden(t *testing.T) {
	for of, r := range map[string]*result.Result{"weekly": weekly(), "empty": empty(), "hostile": hostile()} {
		for name, f := range further() {
			golden(t, of+"."+name, write(t, f, r, Options{}))
		}
	}
}

// TestSameFacts: what one format tells, all do. Each figure and name of the
// Result must stand in each format that is about all of it.
func TestSameFacts(t *testing.T) {
	r := weekly()
	eml := composed(t, r, MailOptions{From: "a@corp.example", To: []string{"b@corp.example"}, Date: now(), MessageID: "x@y.example", Attach: []string{"csv"}})
	_, mail := readMail(t, eml)
	whole := map[string]string{
		"json": write(t, JSON{}, r, Options{}), "html": write(t, HTML{}, r, Options{}), "markdown": write(t, Markdown{}, r, Options{}),
		"table": write(t, Table{}, r, Options{By: BySender, Unicode: true}) + write(t, Table{}, r, Options{By: ByLookalike, Unicode: true}) + write(t, Table{}, r, Options{By: ByDelivery, Unicode: true}),
		"csv":   write(t, CSV{}, r, Options{By: BySender}) + write(t, CSV{}, r, Options{By: ByLookalike}) + write(t, CSV{}, r, Options{By: ByDelivery}),
	}
	facts := []string{}
	for _, s := range r.Senders {
		facts = append(facts, s.Sender, fmt.Sprint(s.Exposure), string(s.Risk), fmt.Sprint(s.Messages), fmt.Sprint(s.Arrived.Yes), s.Worst, s.Intended)
	}
	for _, l := range r.Lookalikes {
		facts = append(facts, l.Domain, l.Intended, l.How, fmt.Sprint(l.Messages), fmt.Sprint(l.Arrived.Yes), fmt.Sprint(l.Senders))
	}
	for format, text := range whole {
		for _, fact := range facts {
			if format == "json" || format == "csv" {
				fact = strings.ReplaceAll(fact, `"`, map[string]string{"json": `\"`, "csv": `""`}[format])
			}
			if format == "table" || format == "csv" {
				fact, text = plainFact(fact), plainFact(text)
			}
			if !strings.Contains(htmlPlain(text), fact) {
				t.Errorf("%s does not tell %q", format, fact)
			}
		}
	}
	for _, media := range []string{"text/plain", "text/html"} {
		text := strings.Join(strings.Fields(htmlPlain(mail[media])), " ")
		for _, fact := range facts {
			if fact = strings.ReplaceAll(fact, "army.ml", "army[.]ml"); isLookalike(r, fact) {
				fact = defang(fact)
			}
			if !strings.Contains(text, fact) {
				t.Errorf("the mail's %s does not tell %q", media, fact)
			}
		}
	}
	for format, f := range map[string]Format{"jsonl": JSONL{}, "ecs": ECS{}, "ocsf": OCSF{}} {
		lines := strings.Split(strings.TrimSuffix(write(t, f, r, Options{}), "\n"), "\n")
		if len(lines) != len(r.Deliveries) {
			t.Fatalf("%s: %d lines", format, len(lines))
		}
		for i, d := range r.Deliveries {
			for _, fact := range []string{d.Recipient, d.Meant, d.Lookalike, d.Status.String(), d.Arrived.String(), fmt.Sprint(d.Count), d.Source} {
				if !strings.Contains(lines[i], fact) {
					t.Errorf("%s:%d does not tell %q", format, i+1, fact)
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

// The totals of every format are those of the Result.
func TestSameTotals(t *testing.T) {
	r := weekly()
	r.Totals = result.Totals{Messages: 7001, Arrived: result.Arrived{Yes: 6001, Maybe: 501, No: 401, Unknown: 98}, Senders: 301, Lookalikes: 201, Exposure: 61.2}
	want := []string{"7,001", "6,001", "501", "401", "98", "301", "201"}
	for _, f := range []Format{HTML{}, Markdown{}} {
		out := write(t, f, r, Options{})
		for _, x := range want {
			if !strings.Contains(out, x) {
				t.Errorf("%s does not tell %s", f.Name(), x)
			}
		}
	}
	for _, x := range []string{"7,001", "6,001", "501", "98", "201"} {
		if out := write(t, Table{}, r, Options{}); !strings.Contains(out, x) {
			t.Errorf("table does not tell %s", x)
		}
	}
	if got, want := MailSubject(r, MailOptions{}), "typoaudit: 301 senders, 6,001 misdirected mails arrived (2 new) — 16–22 Nov"; got != want {
		t.Errorf("subject %q", got)
	}
}

// A report in HTML fetches nothing, runs one script named by its hash, and
// makes no link of what a log holds.
func TestHTMLIsClosed(t *testing.T) {
	for name, r := range map[string]*result.Result{"weekly": weekly(), "empty": empty(), "hostile": hostile()} {
		out := write(t, HTML{}, r, Options{})
		body := strings.ReplaceAll(out, htmlScript, "")
		if x := regexp.MustCompile(`(?i)https?:|src=|url\(|@import|<(img|iframe|link|object|embed|form|base)\b|\sstyle=|\son\w+=|javascript:`).FindString(body); x != "" {
			t.Errorf("%s: %q", name, x)
		}
		for _, link := range regexp.MustCompile(`href="[^"]*"`).FindAllString(out, -1) {
			if !regexp.MustCompile(`^href="#l\d+"$`).MatchString(link) {
				t.Errorf("%s: %s", name, link)
			}
		}
		if !strings.Contains(out, "script-src '"+hashSource(htmlScript)+"'") && !strings.Contains(out, strings.ReplaceAll("script-src &#39;"+hashSource(htmlScript)+"&#39;", "+", "&#43;")) {
			t.Errorf("%s: the script is not named in the policy", name)
		}
		if n := strings.Count(out, "<script"); n > 1 || n == 1 && !strings.Contains(out, "<script>"+htmlScript+"</script>") {
			t.Errorf("%s: %d scripts, or not as hashed", name, n)
		}
		if !strings.Contains(out, "<style>"+htmlStyle+"</style>") {
			t.Errorf("%s: the style is not as hashed", name)
		}
	}
}

func TestJSONLines(t *testing.T) {
	for _, f := range []Format{JSONL{}, ECS{}, OCSF{}} {
		if out := write(t, f, empty(), Options{}); out != "" {
			t.Errorf("%s of nothing: %q", f.Name(), out)
		}
		for line := range strings.Lines(write(t, f, hostile(), Options{})) {
			var v map[string]any
			if err := json.Unmarshal([]byte(line), &v); err != nil {
				t.Errorf("%s: %v", f.Name(), err)
			}
		}
	}
}

func TestCodeSpan(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a": "`a`", "a`b": "`` a`b ``", "``": "``` `` ```", "a|b": "`a\\|b`", "\x1b[2J": "`\\x1b[2J`", " a ": "`  a  `",
	} {
		if got := codeSpan(in); got != want {
			t.Errorf("codeSpan(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestTemplate(t *testing.T) {
	text := `{{range .Senders}}{{.Rank}} {{.Sender}} {{number .Messages}} {{date .Last}} {{time .Last}} {{join .Lookalikes}}
{{end}}{{with index .Lookalikes 0}}{{defang .Domain}} {{md .Domain}} {{csv "=1"}} {{upper .Kind}}{{end}} {{json .Totals.Senders}} {{number .Totals.Exposure}} {{rfc3339 .GeneratedAt}}`
	tmpl, err := ParseTemplate("weekly.tmpl", text)
	if err != nil {
		t.Fatal(err)
	}
	out := write(t, tmpl, weekly(), Options{Location: time.FixedZone("east", 60*60)})
	for _, want := range []string{
		"1 kim.larsen@corp.example 41 20 Nov 2026 2026-11-20 10:04 army.ml, acme-suply.com\n", "army[.]ml `army.ml` \"'=1\" TLD-SWAPPED 4 61.2 2026-11-23T09:00:00Z",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	checkHarmless(t, "template", write(t, tmpl, hostile(), Options{}))
	for _, bad := range []string{"{{", "{{nothing}}", "{{exec \"id\"}}"} {
		if _, err := ParseTemplate("bad", bad); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
	for _, bad := range []string{"{{.Nothing}}", "{{number .Schema}}", "{{date .Schema}}"} {
		tmpl, err := ParseTemplate("bad", bad)
		if err != nil {
			t.Fatal(err)
		}
		var none strings.Builder
		if err := tmpl.Write(&none, weekly(), Options{}); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
	if err := tmpl.Write(&fullDisk{}, weekly(), Options{}); !errors.Is(err, errFull) {
		t.Errorf("error %v", err)
	}
}
