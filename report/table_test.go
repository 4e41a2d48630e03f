package report

import (
	"io"
	"reflect"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/clipperhouse/displaywidth"

	"github.com/typoaudit/typoaudit/audit/result"
)

func checkWidth(t *testing.T, out string, width int) {
	t.Helper()
	for line := range strings.Lines(out) {
		if w := displaywidth.String(strings.TrimRight(line, "\n")); w > width {
			t.Errorf("%d columns on a terminal of %d:\n%s", w, width, line)
		}
		if strings.HasSuffix(line, " \n") {
			t.Errorf("blanks at the end of %q", line)
		}
	}
}

func TestWidth(t *testing.T) {
	all := results()
	all["long"] = long()
	for name, r := range all {
		for _, by := range bys() {
			for _, width := range []int{1, 39, 40, 41, 47, 53, 60, 66, 72, 79, 80, 81, 93, 100, 119, 120, 121, 140, 200} {
				out := write(t, Table{}, r, Options{By: by, Width: width, Unicode: width%2 == 0, Now: now(), Verbose: width % 3})
				checkWidth(t, out, max(width, narrowest))
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
	r := findings()
	poison(reflect.ValueOf(r).Elem(), strings.Repeat("x", 1<<20))
	for _, by := range bys() {
		for line := range strings.Lines(write(t, Table{}, r, Options{By: by, Verbose: 1})) {
			if len(line) > 8*widestCell {
				t.Fatalf("by %s: a line of %d bytes", by, len(line))
			}
		}
	}
}

func FuzzTable(f *testing.F) {
	f.Add(hostileText, "army.ml", "army.mil", 80)
	f.Add("kim@corp.example", "a\u0301\u0327.example", "á.example", 40)
	f.Add("@corp.example", "", "", 0)
	f.Fuzz(func(t *testing.T, name, domain, intended string, width int) {
		width = min(max(width, 0), 300)
		r := findings()
		poison(reflect.ValueOf(r.Senders).Index(0), name)
		r.Senders[1].Worst, r.Senders[1].Intended = domain, intended
		r.Lookalikes[0].Domain, r.Lookalikes[0].Intended, r.Lookalikes[0].Unicode = domain, intended, name
		r.Deliveries[0].Recipient, r.Deliveries[0].Meant = name+"@"+domain, name+"@"+intended
		for _, by := range bys() {
			out := write(t, Table{}, r, Options{By: by, Width: width, Unicode: true, Now: now()})
			checkHarmless(t, string(by), out)
			if width > 0 {
				checkWidth(t, out, max(width, narrowest))
			}
		}
	})
}

func TestColour(t *testing.T) {
	sgr := regexp.MustCompile("\x1b\\[(0|4|31|33)m")
	for _, by := range bys() {
		for _, width := range []int{0, 40, 80, 120} {
			o := Options{By: by, Width: width, Unicode: true, Now: now()}
			bare := write(t, Table{}, findings(), o)
			o.Color = true
			painted := write(t, Table{}, findings(), o)
			if got := sgr.ReplaceAllString(painted, ""); got != bare {
				t.Errorf("by %s, %d columns: without colour\n%s\nwant\n%s", by, width, got, bare)
			}
			if strings.Contains(bare, "\x1b") {
				t.Errorf("by %s: escape sequences without colour", by)
			}
		}
	}
	out := write(t, Table{}, findings(), Options{Width: 120, Color: true, Unicode: true})
	for _, want := range []string{red + "critical" + plain, yellow + "high" + plain, "army." + underlined + "ml" + plain + " → army.mil", "bigcust" + underlined + "mo" + plain + "er"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
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
	t.Fatalf("no titles in\n%s", out)
	return nil
}

func TestColumnsBySender(t *testing.T) {
	base := []string{"#", "SENDER", "EXPOSURE", "RISK", "SENT", "ARRIVED", "LAST", "WORST LOOKALIKE"}
	full := []string{"#", "SENDER", "EXPOSURE", "RISK", "SENT", "ARRIVED", "RECIPIENTS", "LAST", "WORST LOOKALIKE", "HOW"}
	for width, want := range map[int][]string{40: {"SENDER", "RISK", "WORST LOOKALIKE"}, 80: base, 119: base, 120: full, 0: full} {
		got := heads(t, write(t, Table{}, findings(), Options{Width: width, Now: now(), Unicode: true}))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%d columns: %q, want %q", width, got, want)
		}
	}
}

func TestPairCell(t *testing.T) {
	p := &page{pen: pen{unicode: true}}
	pair := func(domain, intended string) cell {
		return p.pair(&result.Lookalike{Domain: domain, Intended: intended})
	}
	for _, c := range []struct {
		domain, intended string
		width            int
		want             string
	}{
		{"army.ml", "army.mil", 18, "army.ml → army.mil"},
		{"army.ml", "army.mil", 17, "army.ml"},                                          // .mil would lose its i
		{"acme-suply.com", "acme-supply.com", 29, "acme-suply.com → acme-supply…"},      // the second p is in sight
		{"acme-suply.com", "acme-supply.com", 20, "acme-suply.com"},                     // it is not
		{"bigcustmoer.example", "bigcustomer.example", 18, "bigcustmoer.examp…"},        // the end goes
		{"a-long-name-of-a-firm.ml", "a-long-name-of-a-firm.mil", 12, "…f-a-firm.ml"},   // the beginning goes
		{"a-long-name-of-a-frim.example", "a-long-name-of-a-firm.example", 6, "…rim.…"}, // both
		{"a-long-name-of-a-frim.example", "a-long-name-of-a-firm.example", 4, "…ri…"},
	} {
		x := pair(c.domain, c.intended)
		if got := x.fit(c.width, "…").text; got != c.want {
			t.Errorf("%s for %s in %d columns: %q, want %q", c.domain, c.intended, c.width, got, c.want)
		}
	}
}

func TestDiffering(t *testing.T) {
	for _, c := range []struct{ a, b, want string }{
		{"army.ml", "army.mil", "ml"},
		{"army.mil", "army.ml", "i"},
		{"bigcustmoer.example", "bigcustomer.example", "mo"},
		{"gmail.con", "gmail.com", "n"},
		{"outlook.co", "outlook.com", "o"},
		{"bücher.example", "bächer.example", "ü"},
		{"same.example", "same.example", ""},
		{"", "army.mil", ""},
	} {
		if from, to := differing(c.a, c.b); c.a[from:to] != c.want {
			t.Errorf("differing(%q, %q) = %q, want %q", c.a, c.b, c.a[from:to], c.want)
		}
	}
}

func TestSharedDomain(t *testing.T) {
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
			if got := sharedDomain(r, by); got != c.want && !(by == ByDelivery && len(c.senders) == 0) {
				t.Errorf("%q by %s: %q, want %q", c.senders, by, got, c.want)
			}
		}
	}
}

func TestHeadline(t *testing.T) {
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
			"No mail to lookalike domains among 8,120 deliveries, 16–22 Nov 2026. All lines read were understood; see below.\n! mail.log: input/output error\n"},
		{"no times", func(r *result.Result) { r.Window = result.Window{} },
			"No mail to lookalike domains among 8,120 deliveries. All lines understood.\n"},
		{"hidden", func(r *result.Result) { r.Coverage.Hidden, r.Coverage.HiddenMessages = 1, 2 },
			clean + "Below confidence 0.5, not shown: 1 domain, 2 mails (--min-confidence).\n"},
		{"inferred", func(r *result.Result) { r.InternalInferred = true }, clean + "Taking corp.example as yours (inferred; --internal overrides).\n"},
		{"not inferred", func(r *result.Result) { r.InternalInferred, r.AllSenders, r.InternalDomains = true, true, []string{} },
			clean + "Every sender was audited: the log does not tell which domains are yours (name them by --internal).\n"},
	} {
		r := empty()
		c.change(r)
		if got := write(t, Table{}, r, Options{Unicode: true}); got != c.want {
			t.Errorf("%s:\n%swant\n%s", c.name, got, c.want)
		}
	}
}

// An audit that read nothing, or nothing of ours, is never called clean.
func TestNothingAudited(t *testing.T) {
	unread := empty()
	unread.Window = result.Window{}
	unread.Coverage = result.Coverage{Sources: []result.Source{{Name: "x.log", Problems: []string{"no mail log format recognised"}}}}
	inbound := empty()
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

func TestWhetherArrived(t *testing.T) {
	for want, a := range map[string]result.Arrived{
		"62 arrived there": {Yes: 62, No: 3},
		"62 arrived there, 1 may have, of 2 it cannot be told":  {Yes: 62, Maybe: 1, Unknown: 2},
		"1 may have arrived there":                              {Maybe: 1},
		"none is known to have arrived, of 9 it cannot be told": {Unknown: 9},
		"none arrived there":                                    {No: 4},
	} {
		if got := whetherArrived(a); got != want {
			t.Errorf("%+v: %q, want %q", a, got, want)
		}
	}
}

// A report that was read back may hold names that a shell would run.
func TestNextIsSafeToPaste(t *testing.T) {
	for _, name := range []string{"$(reboot).example", "-rf.example", "a b.example", "a;b.example", ""} {
		r := findings()
		r.Lookalikes[0].Domain = name
		out := write(t, Table{}, r, Options{})
		if !strings.Contains(out, "\nNext: typoaudit scan --by delivery LOG\n") {
			t.Errorf("%q:\n%s", name, out)
		}
	}
}

func TestProblemsAreBounded(t *testing.T) {
	r := empty()
	for range 30 {
		r.Coverage.Sources = append(r.Coverage.Sources, result.Source{Name: "x.log", Problems: []string{"permission denied"}})
	}
	if out := write(t, Table{}, r, Options{}); strings.Count(out, "permission denied") != maxProblems || !strings.Contains(out, "\n! and 20 problems more (list: -v)\n") {
		t.Errorf("short:\n%s", out)
	}
	if out := write(t, Table{}, r, Options{Verbose: 1}); strings.Count(out, "permission denied") != 30 {
		t.Errorf("verbose:\n%s", out)
	}
}

func TestDays(t *testing.T) {
	day := func(s string) time.Time {
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range []struct{ from, to, want string }{
		{"2026-11-20", "2026-11-20", "20 Nov 2026"},
		{"2026-11-16", "2026-11-22", "16–22 Nov 2026"},
		{"2026-10-28", "2026-11-03", "28 Oct – 3 Nov 2026"},
		{"2026-12-28", "2027-01-03", "28 Dec 2026 – 3 Jan 2027"},
	} {
		if got := days(day(c.from), day(c.to), "–"); got != c.want {
			t.Errorf("%s to %s: %q, want %q", c.from, c.to, got, c.want)
		}
	}
}

func TestTimes(t *testing.T) {
	p := newPage(nil, Options{Width: 80, Now: now()})
	old := now().AddDate(-1, 0, 0)
	future := now().AddDate(0, 0, 3)
	for got, want := range map[string]string{
		p.day(at(20, 9)):    "20 Nov",
		p.moment(at(20, 9)): "20 Nov 09:04",
		p.day(&old):         "23 Nov 2025",
		p.day(&future):      "26 Nov 2026",
		p.day(nil):          "",
		p.ago(*at(20, 9)):   " (2 days ago)",
		p.ago(*at(22, 19)):  "",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := newPage(nil, Options{Now: now()}).day(at(20, 9)); got != "2026-11-20T09:04:05Z" {
		t.Errorf("piped: %q", got)
	}
}

func TestGrouped(t *testing.T) {
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1204331: "1,204,331", -999: "-999", -1000: "-1,000"} {
		if got := grouped(n); got != want {
			t.Errorf("%d: %q, want %q", n, got, want)
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text          string
		width, indent int
		want          []string
	}{
		{"one two three", 0, 0, []string{"one two three"}},
		{"one two three", 13, 0, []string{"one two three"}},
		{"one two three", 12, 2, []string{"one two", "  three"}},
		{"one two three", 7, 2, []string{"one two", "  three"}},
		{"went.   16 Nov", 10, 0, []string{"went.   16", "Nov"}},
		{"unbreakable", 4, 1, []string{"unbr", " eak", " abl", " e"}},
		{"  x: unbreakable", 6, 4, []string{"  x:", "    un", "    br", "    ea", "    ka", "    bl", "    e"}},
		{"漢字漢字", 5, 0, []string{"漢字", "漢字"}},
		{"", 5, 0, []string{""}},
	} {
		if got := wrap(c.text, c.width, c.indent); !reflect.DeepEqual(got, c.want) {
			t.Errorf("wrap(%q, %d, %d) = %q, want %q", c.text, c.width, c.indent, got, c.want)
		}
	}
}

func BenchmarkTableByDelivery(b *testing.B) {
	r := findings()
	for len(r.Deliveries) < 10_000 {
		r.Deliveries = append(r.Deliveries, r.Deliveries...)
	}
	for b.Loop() {
		if err := (Table{}).Write(io.Discard, r, Options{By: ByDelivery, Width: 80, Unicode: true}); err != nil {
			b.Fatal(err)
		}
	}
}
