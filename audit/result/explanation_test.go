package result

import (
	"strings"
	"testing"
)

// Whatever a report has of a domain is found in it: a finding, a question, an address of
// an alias map.
func TestExplainFromReport(t *testing.T) {
	t.Parallel()
	r := &Result{
		MinConfidence: 0.5,
		Lookalikes:    []Lookalike{{Domain: "army.ml", Intended: "army.mil", Confidence: 0.95, Messages: 3}},
		Questions:     []Question{{Domain: "acme.de", Near: "acme.com", Why: "Is acme.de yours?", Messages: 7, Confidence: 0.8}},
		Listed:        []Listed{{Source: "aliases", Line: 4, Lookalike: "gmial.com", Intended: "gmail.com", Confidence: 0.9, Verdict: VerdictOf(0.9)}},
	}
	for query, want := range map[string]Explanation{
		"jane@army.ml": {Lookalike: true, Intended: "army.mil", Meant: "jane@army.mil", Messages: 3, Confidence: 0.95, Verdict: VerdictOf(0.95)},
		"acme.de":      {Intended: "acme.com", Question: "Is acme.de yours?", Messages: 7, Confidence: 0.8, Verdict: VerdictQuestion},
		"kim@gmial.com": {
			Lookalike: true, Intended: "gmail.com", Meant: "kim@gmail.com", Confidence: 0.9, Verdict: VerdictOf(0.9), Because: "It stands in aliases, line 4.",
		},
	} {
		x, err := r.Explain(query)
		if err != nil {
			t.Fatal(err)
		}
		if x.Lookalike != want.Lookalike || x.Intended != want.Intended || x.Meant != want.Meant || x.Question != want.Question ||
			x.Messages != want.Messages || x.Confidence != want.Confidence || x.Verdict != want.Verdict || x.Because != want.Because {
			t.Errorf("%s: %+v, want %+v", query, *x, want)
		}
	}
	if x, err := r.Explain("corp.example"); err != nil || x.Intended != "" || !strings.Contains(x.Because, "no mail to corp.example") {
		t.Errorf("%+v %v", x, err)
	}
}

// A report that lacks something does not deny what it does not have.
func TestExplainFromPart(t *testing.T) {
	t.Parallel()
	for want, r := range map[string]Result{
		"The report has no mail to army.ml at a confidence of 0.5 or more.": {}, "but it is incomplete: something could not be read.": {Incomplete: true},
		"but it is of what was new alone.": {OnlyNew: true}, "but it is a part of one: sender kim.": {View: &View{Text: "sender kim"}},
	} {
		r.MinConfidence = 0.5
		if x, err := r.Explain("jane@army.ml"); err != nil || !strings.HasSuffix(x.Because, want) {
			t.Errorf("got %q, %v, want %q", x.Because, err, want)
		}
	}
}
