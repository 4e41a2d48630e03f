package main

import (
	"strings"
	"testing"
)

// TestSuggestions: what is mistyped is named, with what may be meant, in our own words.
func TestSuggestions(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ args, stderr, hint string }{
		{"scam", "scam: no such command", `did you mean "typoaudit scan"?`},
		{"history shw", "shw: no such command", `did you mean "typoaudit history show"?`},
		{"suggest_test.go", "suggest_test.go: no such command", "to audit that file: typoaudit scan suggest_test.go"},
		{"scan --protct a.example x", "--protct: no such flag", `did you mean --protect? see "typoaudit scan --help"`},
		{"scan -x", "-x: no such flag", `see "typoaudit scan --help"`},
		{"scan --jobs", "--jobs: needs a value: --jobs N", `see "typoaudit scan --help"`},
		{"scan --jobs two x", "--jobs two: not a whole number", `see "typoaudit scan --help"`},
		{"scan --min-confidence much x", "--min-confidence much: not a number", `see "typoaudit scan --help"`},
		{"imap --timeout soon", "--timeout soon: not a span such as 45s, 10m or 2h", `see "typoaudit imap --help"`},
		{"scan --content=perhaps x", "--content perhaps: true or false", `see "typoaudit scan --help"`},
		{"scan --by sendr x", "--by sendr: sender, lookalike or delivery", "did you mean --by sender?"},
		{"scan --input-format pstfix suggest_test.go", "--input-format pstfix: no such format", "did you mean --input-format postfix?"},
		{"scan -f htlm x", "--format htlm: no such format", "did you mean --format html?"},
		{"domains -f cvs a.example", "--format cvs: table, csv or json", "did you mean --format csv?"},
		{"block", "no REPORT.json is given", "usage: typoaudit block REPORT.json --for SERVER [flags]"},
		{"block a b", "more than one REPORT.json: a, b", "usage: typoaudit block"},
		{"run x", "x: typoaudit run takes no argument", "usage: typoaudit run [flags]"},
		{"report suggest_test.go", "report suggest_test.go: no report in JSON: byte 1 is not JSON", ""},
	} {
		r := call(t.Context(), nil, strings.Fields(test.args)...)
		if r.status != exitUsage || r.stdout != "" || !strings.HasPrefix(r.stderr, "typoaudit: "+test.stderr) || !strings.Contains(r.stderr, test.hint) {
			t.Errorf("%s: status %d, %q, %s; want %s, hint %s", test.args, r.status, r.stdout, r.stderr, test.stderr, test.hint)
		}
		for _, word := range []string{"strconv", "pflag", "toml:", "struct", "sql", "looking for beginning"} {
			if strings.Contains(r.stderr, word) {
				t.Errorf("%s: %q is not our word: %s", test.args, word, r.stderr)
			}
		}
	}
}
