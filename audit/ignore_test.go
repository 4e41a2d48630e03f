package audit

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestParseIgnoreRule(t *testing.T) {
	for line, want := range map[string]IgnoreRule{
		`army.ml reason="our Bamako office" until=2027-06-30`: {
			Text: `army.ml reason="our Bamako office" until=2027-06-30`, Pattern: "army.ml", Reason: "our Bamako office", Until: day("2027-07-01"),
		},
		`*@partner.co -> partner.com`:                  {Text: `*@partner.co -> partner.com`, Pattern: "*@partner.co", Intended: "partner.com"},
		"sender=newsletter@corp.example *":             {Text: "sender=newsletter@corp.example *", Pattern: "*", Sender: "newsletter@corp.example"},
		"  ARMY[.]ML → army.mil   # as we all know \n": {Text: "ARMY[.]ML → army.mil", Pattern: "army.ml", Intended: "army.mil"},
		"bücher.example":                               {Text: "bücher.example", Pattern: "xn--bcher-kva.example"},
		"# nothing":                                    {},
		" \t\r\n":                                      {},
	} {
		got, err := ParseIgnoreRule(line, time.UTC)
		if err != nil {
			t.Errorf("%q: %v", line, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q: %s", line, diff)
		}
	}
	for line, want := range map[string]string{
		"reason=x":                "no pattern",
		"army.ml until=soon":      "until=soon",
		"army.ml ->":              "behind the arrow",
		"army.ml other.ml":        "one pattern",
		`army.ml reason="open`:    "quote",
		"army.ml reason=\"a\nb\"": "quote",
	} {
		if _, err := ParseIgnoreRule(line, time.UTC); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", line, err, want)
		}
	}
	_, err := ParseIgnoreRules("army.ml\nuntil=x\n\narmy.ml ->\n", time.UTC)
	if err == nil || !strings.Contains(err.Error(), "line 2:") || !strings.Contains(err.Error(), "line 4:") {
		t.Errorf("errors %v", err)
	}
}

func TestIgnoreMatches(t *testing.T) {
	sender := "SRS0=ab=cd=corp.example=kim@relay.example"
	d := Delivery{Recipient: "Jane@Army.ML", Lookalike: "army.ml", Intended: "army.mil", Person: "kim@corp.example", Sender: &sender}
	for rule, want := range map[string]bool{
		"army.ml": true, "army.*": true, "*.ml": true, "arm?.ml": true, "rmy.ml": false, "army.m": false, "*": true,
		"jane@army.ml": true, "*@army.ml": true, "joe@army.ml": false, "*@*.ml": true, "jane@*": true,
		"army.ml -> army.mil": true, "army.ml -> army.com": false, "* -> *.mil": true,
		"sender=kim@corp.example *": true, "sender=*@corp.example army.ml": true, "sender=bob@corp.example *": false,
	} {
		r, err := ParseIgnoreRule(rule, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Matches(&d); got != want {
			t.Errorf("%s: %v", rule, got)
		}
	}
}

// A rule of a file takes its findings out of the ranking and the totals, and
// says so; the same comes of a report that was finished before.
func TestSuppress(t *testing.T) {
	o := options(t)
	result := func() *Result {
		l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		for _, d := range traffic() {
			l.Add(&d)
		}
		return resultOf(l, o)
	}
	rules, err := ParseIgnoreRules("bigcustmoer.example until=2020-01-01\n*@bigcustmoer.example reason=ours\nnowhere.example\n", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	o.Now = day("2026-11-23")
	whole := result()
	later := result()
	later.Suppress(rules, o.Now)
	o.Ignore = rules
	r := result()
	if diff := cmp.Diff(r, later); diff != "" {
		t.Errorf("a report that was finished before: %s", diff)
	}
	if len(r.Lookalikes) != 1 || len(r.Senders) != 1 || r.Senders[0].Rank != 1 || r.Totals.Messages != 1 || whole.Totals.Messages != 4 || r.Totals.Exposure != 0 {
		t.Errorf("%+v", r)
	}
	if r.Coverage.Suppressed != 3 || r.Coverage.Outbound != whole.Coverage.Outbound {
		t.Errorf("coverage %+v", r.Coverage)
	}
	var got []string
	for _, u := range r.Coverage.IgnoreRules {
		got = append(got, strings.Fields(u.Rule)[0]+" "+map[bool]string{true: "expired", false: "valid"}[u.Expired]+" "+string(rune('0'+u.Messages)))
	}
	if diff := cmp.Diff([]string{"bigcustmoer.example expired 0", "*@bigcustmoer.example valid 3", "nowhere.example valid 0"}, got); diff != "" {
		t.Error(diff)
	}
	if len(r.Kinds) != 1 || len(r.Weeks) != 1 || r.Weeks[0].Messages != 1 || len(whole.Kinds) != 2 {
		t.Errorf("kinds %+v, weeks %+v", r.Kinds, r.Weeks)
	}
}

// What a rule is not about keeps its figures, and the trend loses what is gone.
func TestSuppressPart(t *testing.T) {
	when := day("2026-11-17")
	delivery := func(person, to string, isNew bool) Delivery {
		return Delivery{Time: &when, Person: person, Sender: &person, Recipient: "x@" + to, Lookalike: to, Intended: to + "m", Arrived: parsers.ArrivedYes, Count: 2, New: isNew}
	}
	r := &Result{
		Trend:      &Trend{NewMessages: 4, NewLookalikes: 2, Weeks: []Week{{From: day("2026-11-16"), To: day("2026-11-23"), Messages: 6}}},
		Deliveries: []Delivery{delivery("a", "a.co", true), delivery("b", "a.co", false), delivery("b", "b.co", true)},
		Lookalikes: []Lookalike{{Domain: "a.co", Exposure: 3.9, Confidence: 0.9, New: true}, {Domain: "b.co", Exposure: 1.77, Confidence: 0.9, New: true}},
		Senders:    []Sender{{Sender: "b", Exposure: 3.7, Rank: 1}, {Sender: "a", Exposure: 1.8, Rank: 2}},
	}
	rules, err := ParseIgnoreRules("sender=a a.co\n", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	r.Suppress(rules, day("2026-11-23"))
	if len(r.Senders) != 1 || r.Senders[0].Exposure != 3.7 || len(r.Lookalikes) != 2 || r.Lookalikes[0].Messages != 2 || r.Lookalikes[1].Exposure != 1.77 {
		t.Errorf("senders %+v, lookalikes %+v", r.Senders, r.Lookalikes)
	}
	if x := r.Trend; x.NewMessages != 2 || x.NewLookalikes != 2 || x.Weeks[0].Messages != 4 {
		t.Errorf("trend %+v", x)
	}
}

func TestSubjects(t *testing.T) {
	for _, asked := range []bool{false, true} {
		o := options(t)
		o.Subjects = asked
		l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		for _, d := range traffic() {
			d.Subject = "the plan"
			l.Add(&d)
		}
		if got := resultOf(l, o).Deliveries[0].Subject; (got == "the plan") != asked {
			t.Errorf("asked for: %v, subject %q", asked, got)
		}
	}
}

func TestCheckRecipients(t *testing.T) {
	check := func(to ...string) error {
		o := options(t)
		o.MailTo = to
		l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		for _, d := range traffic() {
			l.Add(&d)
		}
		return NewAuditor(l, o).CheckRecipients()
	}
	if err := check("security@corp.example", "Lucia <lucia@gmail.com>", "someone@unknown.example"); err != nil {
		t.Error(err)
	}
	for _, to := range []string{"Lucia <lucia@gmial.com>", "t.mori@bigcustmoer.example"} {
		if err := check(to); err == nil || !strings.Contains(err.Error(), "looks like a slip") {
			t.Errorf("%s: %v", to, err)
		}
	}
}

func FuzzIgnoreRule(f *testing.F) {
	f.Add(`army.ml reason="our Bamako office" until=2027-06-30`)
	f.Add("*@partner.co -> partner.com")
	f.Fuzz(func(t *testing.T, line string) {
		rule, err := ParseIgnoreRule(line, time.UTC)
		if err != nil || rule.Pattern == "" {
			return
		}
		again, err := ParseIgnoreRule(rule.Text, time.UTC)
		if diff := cmp.Diff(rule, again); err != nil || diff != "" {
			t.Errorf("%q read again: %v %s", rule.Text, err, diff)
		}
	})
}
