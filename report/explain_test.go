package report

import (
	"bytes"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/layout"
	"github.com/typoaudit/typoaudit/report/internal/reporttest"
)

func explanations() []*result.Explanation {
	return []*result.Explanation{
		{
			Query: "jane@army.ml", Domain: "army.ml", Lookalike: true, Intended: "army.mil", Also: "army.mi", Kind: "tld-swapped", How: "TLD .ml instead of .mil",
			Confidence: 0.96, Meant: "jane@army.mil", Messages: 41, Received: 1, Change: "If army.ml is right, ignore the domain.",
			Evidence: []result.Evidence{
				{Code: "error", Text: "TLD .ml instead of .mil: one letter missing.", Weight: 3.1},
				{Code: "chosen", Text: "army.mil is protected (--protect).", Weight: 2},
				{Code: "twin", Text: "3 of 3 recipients exist at army.mil, such as jane.", Weight: 13},
				{Code: "wrote-to-us", Text: "army.ml has written to you once.", Weight: -0.4},
			},
		},
		{Query: "corp.example", Domain: "corp.example", Because: "corp.example is your own.", Evidence: []result.Evidence{}},
		{Query: "acme.co", Domain: "acme.co", Intended: "acme.com", Kind: "tld-cut", How: "the end is missing", Confidence: 0.31, Evidence: []result.Evidence{}},
	}
}

func explained(t *testing.T, x *result.Explanation, o Options) string {
	t.Helper()
	var b bytes.Buffer
	if err := Explain(&b, x, o); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestExplainGolden(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for _, width := range []int{0, 40, 80} {
		fmt.Fprintf(&b, "-- %d columns --\n", width)
		for _, x := range explanations() {
			out := explained(t, x, Options{Width: width, Unicode: true})
			if width > 0 {
				checkWidth(t, out, width)
			}
			b.WriteString(out)
		}
	}
	reporttest.Golden(t, *update, "explain.txt", b.String())
	var j bytes.Buffer
	if err := ExplainJSON(&j, explanations()); err != nil {
		t.Fatal(err)
	}
	reporttest.Golden(t, *update, "explain.json", j.String())
}

func TestExplainHostile(t *testing.T) {
	t.Parallel()
	x := explanations()[0]
	reporttest.Poison(reflect.ValueOf(x).Elem(), reporttest.HostileText)
	none := &result.Explanation{Domain: reporttest.HostileText, Because: reporttest.HostileText}
	for width := 0; width <= 120; width += 10 {
		for _, x := range []*result.Explanation{x, none} {
			out := explained(t, x, Options{Width: width, Unicode: true})
			reporttest.CheckHarmless(t, "text", out)
			if width > 0 {
				checkWidth(t, out, max(width, layout.Narrowest))
			}
		}
	}
	var j bytes.Buffer
	if err := ExplainJSON(&j, []*result.Explanation{x, none}); err != nil {
		t.Fatal(err)
	}
	reporttest.CheckHarmless(t, "json", j.String())
}

func TestExplainJSONEmpty(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := ExplainJSON(&b, nil); err != nil || b.String() != "[]\n" {
		t.Errorf("got %q, %v, want []", b.String(), err)
	}
}
