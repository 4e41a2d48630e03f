package block

import (
	"flag"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/reporttest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func noExemption(domain.Name) string { return "" }

func rules(t *testing.T, server string, r *result.Result) string {
	t.Helper()
	b, err := For(server)
	if err != nil {
		t.Fatal(err)
	}
	blocks, _ := r.Blocks(0.9, noExemption)
	var out strings.Builder
	if err := b.Write(&out, blocks); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestBlockGolden(t *testing.T) {
	t.Parallel()
	for _, b := range Servers() {
		reporttest.Golden(t, *update, "weekly."+b.Name, rules(t, b.Name, reporttest.Weekly()))
		reporttest.Golden(t, *update, "empty."+b.Name, rules(t, b.Name, reporttest.Empty()))
		if got, want := rules(t, b.Name, reporttest.Hostile()), rules(t, b.Name, reporttest.Empty()); got != want {
			t.Errorf("%s: hostile names: got the rules\n%s\nwant\n%s", b.Name, got, want)
		}
	}
	if _, err := For("qmail"); err == nil || !strings.Contains(err.Error(), "exchange-online") {
		t.Errorf("for qmail: got %v, want an error that names the servers", err)
	}
}

// The rules are the same whatever the order of the findings.
func TestBlockOrder(t *testing.T) {
	t.Parallel()
	r := reporttest.Weekly()
	r.Lookalikes[0], r.Lookalikes[4] = r.Lookalikes[4], r.Lookalikes[0]
	for _, b := range Servers() {
		if rules(t, b.Name, r) != rules(t, b.Name, reporttest.Weekly()) {
			t.Errorf("%s: another order, other rules", b.Name)
		}
	}
}

// A domain of the reference is never blocked, nor one that is not sure enough.
func TestBlocks(t *testing.T) {
	t.Parallel()
	r := reporttest.Weekly()
	r.Lookalikes = append(r.Lookalikes,
		result.Lookalike{Domain: "corp.example", Intended: "corpo.example", Confidence: 1},
		result.Lookalike{Domain: "army.mil", Intended: "arm.mil", Confidence: 1},
		result.Lookalike{Domain: "gmx.de", Intended: "gmail.com", Confidence: 1},
		result.Lookalike{Domain: "co.uk", Intended: "co.com", Confidence: 1},
		result.Lookalike{Domain: "a.com\n/.*/ REJECT", Intended: "b.com", Confidence: 1},
	)
	exempt := func(n domain.Name) string {
		if n.String() == "gmx.de" {
			return "gmx.de is a provider"
		}
		return ""
	}
	blocks, left := r.Blocks(0.9, exempt)
	var got []string
	for _, b := range blocks {
		got = append(got, b.Domain.String()+" "+b.Intended.String())
	}
	if diff := cmp.Diff([]string{"acme-suply.com acme-supply.com", "army.ml army.mil", "outlook.con outlook.com"}, got); diff != "" {
		t.Error(diff)
	}
	if len(left) != 7 {
		t.Errorf("left out: got %q, want 7", left)
	}
}

// Exim reads so many letters of a router's name, and takes no two of one name.
func TestRouterName(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 60) + "."
	names := map[string]bool{}
	for _, domain := range []string{"army.ml", "army-ml.example", "army.ml.example", "army_ml.example", long + "ml", long + "mil"} {
		name := routerName(domain)
		if len(name) > 63 || strings.ContainsAny(name, ".-") {
			t.Errorf("%s: %q", domain, name)
		}
		names[name] = true
	}
	if len(names) != 5 { // an underscore is in no domain, and counts as a dot
		t.Errorf("%d names, want 5: %v", len(names), names)
	}
}
