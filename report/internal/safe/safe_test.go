package safe

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/typoaudit/typoaudit/report/internal/reporttest"
)

func TestText(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"":                                "",
		"kim@corp.example":                "kim@corp.example",
		"jürgen 漢字":                       "jürgen 漢字",
		"\x1b[31m":                        `\x1b[31m`,
		"a\u202eb":                        `a\u202eb`,
		"a\u0085\x7f\n":                   `a\x85\x7f\x0a`,
		"\xff\xc0":                        `\xff\xc0`,
		"\U000e0041":                      `\U000e0041`,
		"e\u0301\u0301\u0301\u0301":       "e\u0301\u0301\u0301\u0301",
		"e\u0301\u0301\u0301\u0301\u0301": "e\u0301\u0301\u0301\u0301\\u0301",
		"\u3164\u200d\u00a0":              `\u3164\u200d\xa0`,
		"\ufffc\u2800":                    `\ufffc\u2800`,
	} {
		if got := Text(in); got != want {
			t.Errorf("Text(%+q) = %+q, want %+q", in, got, want)
		}
	}
}

func FuzzText(f *testing.F) {
	f.Add(reporttest.HostileText)
	f.Add("kim@corp.example")
	f.Fuzz(func(t *testing.T, s string) {
		safe := Text(s)
		reporttest.CheckHarmless(t, "Text", safe)
		if strings.Contains(safe, "\n") {
			t.Errorf("a line feed in %q", safe)
		}
		if IsShellDomain(s) && safe != s {
			t.Errorf("a domain is shown as %q", safe)
		}
		if again := Text(safe); again != safe {
			t.Errorf("Text twice: got %q, want %q", again, safe)
		}
		if ascii := ASCII(s); strings.ContainsFunc(ascii, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("not ASCII: %+q", ascii)
		}
	})
}

func FuzzCell(f *testing.F) {
	f.Add(reporttest.HostileText)
	f.Add("a;=b")
	f.Add("\"quoted\",;\"+\"@corp.example")
	f.Fuzz(func(t *testing.T, s string) {
		x := Cell(s)
		reporttest.CheckHarmless(t, "cell", x)
		for part := range strings.SplitSeq(x, ";") {
			if r, _ := utf8.DecodeRuneInString(part); part != "" && strings.ContainsRune(formulaStarts, r) {
				t.Errorf("%q is a formula", x)
			}
		}
		var b bytes.Buffer
		out := csv.NewWriter(&b)
		if err := out.WriteAll([][]string{{x, "end"}}); err != nil {
			t.Fatal(err)
		}
		row, err := csv.NewReader(&b).Read()
		if err != nil || !slices.Equal(row, []string{x, "end"}) {
			t.Errorf("got %q, error %v, want the cell %q", row, err, x)
		}
	})
}

func TestCodeSpan(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"": "", "a": "`a`", "a`b": "`` a`b ``", "``": "``` `` ```", "a|b": "`a\\|b`", "\x1b[2J": "`\\x1b[2J`", " a ": "`  a  `",
	} {
		if got := CodeSpan(in); got != want {
			t.Errorf("CodeSpan(%q) = %q, want %q", in, got, want)
		}
	}
}
