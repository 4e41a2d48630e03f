package report

import (
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/clipperhouse/displaywidth"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/reporttest"
	"github.com/typoaudit/typoaudit/report/internal/summary"
)

// The longest address, and escape sequences (ECMA-48 section 8.3.117).
const (
	widestCell = 64 + 1 + 255
	red        = "\x1b[31m"
	yellow     = "\x1b[33m"
	underlined = "\x1b[4m"
	plain      = "\x1b[0m"
)

func checkWidth(t *testing.T, out string, width int) {
	t.Helper()
	for line := range strings.Lines(out) {
		if w := displaywidth.String(strings.TrimRight(line, "\n")); w > width {
			t.Errorf("got %d columns, want at most %d:\n%s", w, width, line)
		}
		if strings.HasSuffix(line, " \n") {
			t.Errorf("got blanks at the end of %q", line)
		}
	}
}

func TestWidth(t *testing.T) {
	t.Parallel()
	all := results()
	all["long"] = reporttest.Long()
	for name, r := range all {
		for _, by := range bys() {
			widths := []int{1, 39, 40, 41, 47, 53, 60, 66, 72, 79, 80, 81, 93, 100, 119, 120, 121, 140, 200}
			if testing.Short() {
				widths = []int{39, 40, 80, 121}
			}
			for _, width := range widths {
				out := write(t, Table{}, r, Options{By: by, Width: width, Unicode: width%2 == 0, Now: reporttest.Now(), Verbose: width % 3})
				checkWidth(t, out, max(width, layout.Narrowest))
				if t.Failed() {
					t.Fatalf("%s by %s", name, by)
				}
			}
		}
	}
}

// Where there is no terminal, an endless name must not be multiplied by the
// rows.
func TestPipedBound(t *testing.T) {
	t.Parallel()
	r := reporttest.Findings()
	length := 1 << 17
	if testing.Short() {
		length = 16 * widestCell
	}
	reporttest.Poison(reflect.ValueOf(r).Elem(), strings.Repeat("x", length))
	for _, by := range bys() {
		for line := range strings.Lines(write(t, Table{}, r, Options{By: by, Verbose: 1})) {
			if len(line) > 8*widestCell {
				t.Fatalf("by %s: got a line of %d bytes, want at most %d", by, len(line), 8*widestCell)
			}
		}
	}
}

func FuzzTable(f *testing.F) {
	f.Add(reporttest.HostileText, "army.ml", "army.mil", 80)
	f.Add("kim@corp.example", "a\u0301\u0327.example", "á.example", 40)
	f.Add("@corp.example", "", "", 0)
	f.Fuzz(func(t *testing.T, name, domain, intended string, width int) {
		width = min(max(width, 0), 300)
		r := reporttest.Findings()
		reporttest.Poison(reflect.ValueOf(r.Senders).Index(0), name)
		r.Senders[1].Worst, r.Senders[1].Intended = domain, intended
		r.Lookalikes[0].Domain, r.Lookalikes[0].Intended, r.Lookalikes[0].Unicode = domain, intended, name
		r.Deliveries[0].Recipient, r.Deliveries[0].Meant = name+"@"+domain, name+"@"+intended
		for _, by := range bys() {
			out := write(t, Table{}, r, Options{By: by, Width: width, Unicode: true, Now: reporttest.Now()})
			reporttest.CheckHarmless(t, string(by), out)
			if width > 0 {
				checkWidth(t, out, max(width, layout.Narrowest))
			}
		}
	})
}

func TestColour(t *testing.T) {
	t.Parallel()
	sgr := regexp.MustCompile("\x1b\\[(0|4|31|33|36)m")
	for _, by := range bys() {
		for _, width := range []int{0, 40, 80, 120} {
			o := Options{By: by, Width: width, Unicode: true, Now: reporttest.Now()}
			bare := write(t, Table{}, reporttest.Findings(), o)
			o.Color = true
			painted := write(t, Table{}, reporttest.Findings(), o)
			if got := sgr.ReplaceAllString(painted, ""); got != bare {
				t.Errorf("by %s, %d columns: without colour\n%s\nwant\n%s", by, width, got, bare)
			}
			if strings.Contains(bare, "\x1b") {
				t.Errorf("by %s: escape sequences without colour", by)
			}
		}
	}
	out := write(t, Table{}, reporttest.Findings(), Options{Width: 120, Color: true, Unicode: true})
	for _, want := range []string{red + "critical" + plain, yellow + "high" + plain, "army." + underlined + "ml" + plain + " → army.mil", "bigcust" + underlined + "mo" + plain + "er"} {
		if !strings.Contains(out, want) {
			t.Errorf("want %q in\n%s", want, out)
		}
	}
}

// heads returns the line of titles.
func heads(t *testing.T, out string) []string {
	t.Helper()
	for line := range strings.Lines(out) {
		if strings.Contains(line, "SENDER") || strings.Contains(line, "LOOKALIKE") {
			return regexp.MustCompile(`\S+( \S+)*`).FindAllString(line, -1)
		}
	}
	t.Fatalf("want titles in\n%s", out)
	return nil
}

func TestColumnsBySender(t *testing.T) {
	t.Parallel()
	withoutLast := []string{"#", "SENDER", "EXPOSURE", "RISK", "SENT", "ARRIVED", "WORST LOOKALIKE"}
	base := []string{"#", "SENDER", "EXPOSURE", "RISK", "SENT", "ARRIVED", "LAST", "WORST LOOKALIKE"}
	full := []string{"#", "SENDER", "EXPOSURE", "RISK", "SENT", "ARRIVED", "RECIPIENTS", "LAST", "WORST LOOKALIKE", "HOW"}
	for width, want := range map[int][]string{40: {"SENDER", "RISK", "WORST LOOKALIKE"}, 80: withoutLast, 119: base, 120: full, 0: full} {
		got := heads(t, write(t, Table{}, reporttest.Findings(), Options{Width: width, Now: reporttest.Now(), Unicode: true}))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d columns: got %q, want %q", width, got, want)
		}
	}
}

func TestPairCell(t *testing.T) {
	t.Parallel()
	made := cells{pen: layout.Pen{Unicode: true}}
	for _, c := range []struct {
		domain, intended string
		width            int
		want             string
	}{
		{"army.ml", "army.mil", 18, "army.ml → army.mil"},
		{"army.ml", "army.mil", 17, "army.ml → …my.mil"},                           // .mil would lose its i
		{"acme-suply.com", "acme-supply.com", 29, "acme-suply.com → acme-supply…"}, // the second p is in sight
		{"acme-suply.com", "acme-supply.com", 20, "…ply.com → …pply.com"},          // it is not
		{"bigcustmoer.example", "bigcustomer.example", 18, "…moer.… → …omer.e…"},
		{"a-long-name-of-a-firm.ml", "a-long-name-of-a-firm.mil", 13, "…m.ml → ….mil"},
		{"a-long-name-of-a-frim.example", "a-long-name-of-a-firm.example", 6, "…rim.…"}, // no room for two
		{"a-long-name-of-a-frim.example", "a-long-name-of-a-firm.example", 4, "…ri…"},
	} {
		x := made.pair(&result.Lookalike{Domain: c.domain, Intended: c.intended})
		if got := x.Fit(c.width, "…").Text; got != c.want {
			t.Errorf("%s for %s in %d columns: got %q, want %q", c.domain, c.intended, c.width, got, c.want)
		}
	}
}

func TestSharedDomain(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		senders []string
		want    string
	}{
		{[]string{"kim@corp.example", "bob@corp.example"}, "@corp.example"},
		{[]string{"kim@corp.example", "bob@other.example", "ann@other.example"}, "@other.example"},
		{[]string{"kim@stranger.example"}, ""},
		{[]string{"kim@corp.example", "bob"}, ""}, // bob would read as bob@corp.example
		{[]string{"@corp.example"}, ""},
		{nil, ""},
	} {
		r := &result.Result{InternalDomains: []string{"corp.example", "other.example"}}
		for _, s := range c.senders {
			r.Senders = append(r.Senders, result.Sender{Sender: s})
			r.Deliveries = append(r.Deliveries, result.Delivery{Person: s})
		}
		for _, by := range bys() {
			if got := namesOf(r, by).shared; got != c.want && !(by == ByDelivery && len(c.senders) == 0) {
				t.Errorf("%q by %s: got %q, want %q", c.senders, by, got, c.want)
			}
		}
	}
}

func TestHeadline(t *testing.T) {
	t.Parallel()
	clean := "No mail to lookalike domains among 8,120 deliveries, 16–22 Nov 2026. All lines understood.\n"
	for _, c := range []struct {
		name   string
		change func(r *result.Result)
		want   string
	}{
		{"clean", func(*result.Result) {}, clean},
		{"lines not understood", func(r *result.Result) { r.Coverage.Malformed = 1 },
			"No mail to lookalike domains among 8,120 deliveries, 16–22 Nov 2026. 1 line not understood (list: -v).\n"},
		{"inbound too", func(r *result.Result) { r.Coverage.Outbound = 1 },
			"No mail to lookalike domains among 1 outgoing delivery, 16–22 Nov 2026. All lines understood.\nRead 30,217 lines, 8,120 deliveries; all lines understood.\n"},
		{"a gap", func(r *result.Result) { r.Coverage.Sources[0].Problems = []string{"input/output error"} },
			"No mail to lookalike domains among 8,120 deliveries, 16–22 Nov 2026. All lines read were understood; not all could be read.\n! mail.log: input/output error\n"},
		{"no times", func(r *result.Result) { r.Window = result.Window{} },
			"No mail to lookalike domains among 8,120 deliveries. All lines understood.\n"},
		{"hidden", func(r *result.Result) { r.Coverage.Hidden, r.Coverage.HiddenMessages = 1, 2 },
			clean + "Below confidence 0.5, not shown: 1 domain, 2 mails (--min-confidence).\n"},
		{"inferred", func(r *result.Result) { r.InternalInferred = true }, clean + "Taking corp.example as yours (inferred; --internal overrides).\n"},
		{"not inferred", func(r *result.Result) { r.InternalInferred, r.AllSenders, r.InternalDomains = true, true, []string{} },
			clean + "Every sender was audited: the log does not show which domains are yours (name them with --internal).\n"},
	} {
		r := reporttest.Empty()
		c.change(r)
		if got := write(t, Table{}, r, Options{Unicode: true}); got != c.want {
			t.Errorf("%s: got\n%swant\n%s", c.name, got, c.want)
		}
	}
}

// An audit that read nothing, or nothing of ours, is never called clean.
func TestNothingAudited(t *testing.T) {
	t.Parallel()
	unread := reporttest.Empty()
	unread.Window = result.Window{}
	unread.Coverage = result.Coverage{Sources: []result.Source{{Name: "x.log", Problems: []string{"no mail log format recognised"}}}}
	inbound := reporttest.Empty()
	inbound.Coverage.Outbound = 0
	for _, r := range []*result.Result{unread, inbound, {}} {
		for _, by := range bys() {
			got := write(t, Table{}, r, Options{By: by})
			if !strings.HasPrefix(got, "Nothing was audited: ") || strings.Contains(got, "No mail") {
				t.Errorf("by %s:\n%s", by, got)
			}
		}
	}
}

// A report that was read back may hold names that a shell would run.
func TestNextIsSafeToPaste(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"$(reboot).example", "-rf.example", "a b.example", "a;b.example", ""} {
		r := reporttest.Findings()
		r.Lookalikes[0].Domain = name
		out := write(t, Table{}, r, Options{})
		if !strings.Contains(out, "\nNext: typoaudit scan --by delivery LOG\n") {
			t.Errorf("%q: want a scan as the only next command, got\n%s", name, out)
		}
	}
}

func TestProblemsAreBounded(t *testing.T) {
	t.Parallel()
	r := reporttest.Empty()
	for range 30 {
		r.Coverage.Sources = append(r.Coverage.Sources, result.Source{Name: "x.log", Problems: []string{"permission denied"}})
	}
	if out := write(t, Table{}, r, Options{}); strings.Count(out, "permission denied") != summary.MaxProblems || !strings.Contains(out, "\n! and 20 more problems (list: -v)\n") {
		t.Errorf("short: want %d problems and the count of the others, got\n%s", summary.MaxProblems, out)
	}
	if out := write(t, Table{}, r, Options{Verbose: 1}); strings.Count(out, "permission denied") != 30 {
		t.Errorf("verbose: want 30 problems, got\n%s", out)
	}
}

func BenchmarkTableByDelivery(b *testing.B) {
	r := reporttest.Findings()
	for len(r.Deliveries) < 10_000 {
		r.Deliveries = append(r.Deliveries, r.Deliveries...)
	}
	for b.Loop() {
		if err := (Table{}).Write(io.Discard, r, Options{By: ByDelivery, Width: 80, Unicode: true}); err != nil {
			b.Fatal(err)
		}
	}
}
