package result

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestParseRule(t *testing.T) {
	t.Parallel()
	for line, want := range map[string]Rule{
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
		got, err := ParseRule(line, time.UTC)
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
		"army.ml ->":              "after the arrow",
		"army.ml other.ml":        "one pattern",
		`army.ml reason="open`:    "quote",
		"army.ml reason=\"a\nb\"": "quote",
	} {
		if _, err := ParseRule(line, time.UTC); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want %s", line, err, want)
		}
	}
	_, err := ParseRules("army.ml\nuntil=x\n\narmy.ml ->\n", time.UTC)
	if err == nil || !strings.Contains(err.Error(), "line 2:") || !strings.Contains(err.Error(), "line 4:") {
		t.Errorf("errors %v", err)
	}
}

func TestRuleMatches(t *testing.T) {
	t.Parallel()
	sender := "SRS0=ab=cd=corp.example=kim@relay.example"
	d := Delivery{Recipient: "Jane@Army.ML", Lookalike: "army.ml", Intended: "army.mil", Person: "kim@corp.example", Sender: &sender}
	for rule, want := range map[string]bool{
		"army.ml": true, "army.*": true, "*.ml": true, "arm?.ml": true, "rmy.ml": false, "army.m": false, "*": true,
		"jane@army.ml": true, "*@army.ml": true, "joe@army.ml": false, "*@*.ml": true, "jane@*": true,
		"army.ml -> army.mil": true, "army.ml -> army.com": false, "* -> *.mil": true,
		"sender=kim@corp.example *": true, "sender=*@corp.example army.ml": true, "sender=bob@corp.example *": false,
	} {
		r, err := ParseRule(rule, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		if got := r.Matches(&d); got != want {
			t.Errorf("%s: %v", rule, got)
		}
	}
}

func FuzzRule(f *testing.F) {
	f.Add(`army.ml reason="our Bamako office" until=2027-06-30`)
	f.Add("*@partner.co -> partner.com")
	f.Fuzz(func(t *testing.T, line string) {
		rule, err := ParseRule(line, time.UTC)
		if err != nil || rule.Pattern == "" {
			return
		}
		again, err := ParseRule(rule.Text, time.UTC)
		if diff := cmp.Diff(rule, again); err != nil || diff != "" {
			t.Errorf("%q read again: %v %s", rule.Text, err, diff)
		}
	})
}

// FuzzRules: a file of rules is read or named wrong by its lines, and what was read is read
// again as the same.
func FuzzRules(f *testing.F) {
	f.Add("# ours\narmy.ml reason=\"our Bamako office\" until=2027-06-30\n\n*@partner.co -> partner.com\n")
	f.Add("\ufeffsender=kim@corp.example *\r\nx \"y z\n")
	f.Fuzz(func(t *testing.T, text string) {
		rules, err := ParseRules(text, time.UTC)
		if err != nil {
			return
		}
		var b strings.Builder
		for _, r := range rules {
			b.WriteString(r.Text + "\n")
		}
		again, err := ParseRules(b.String(), time.UTC)
		if err != nil || len(again) != len(rules) {
			t.Fatalf("%d rules and %d, %v", len(rules), len(again), err)
		}
		for i := range again {
			again[i].Line = rules[i].Line
		}
		if diff := cmp.Diff(rules, again); diff != "" {
			t.Error(diff)
		}
	})
}
