package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"github.com/typoaudit/typoaudit/audit/result"
)

// dangerous finds what no output may hold, told apart from hidden: controls
// but for the line feed, bidirectional and zero-width characters, separators,
// tags, fillers and variation selectors.
func dangerous() *regexp.Regexp {
	return regexp.MustCompile(`[\x00-\x09\x0b-\x1f\x7f-\x{9f}\x{ad}\x{34f}\x{61c}\x{115f}\x{1160}\x{180b}-\x{180f}\x{200b}-\x{200f}` +
		`\x{2028}-\x{202e}\x{2060}-\x{206f}\x{2800}\x{3164}\x{fe00}-\x{fe0f}\x{feff}\x{ffa0}\x{fff9}-\x{fffd}\x{e0000}-\x{e0fff}]`)
}

func checkHarmless(t *testing.T, what, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Errorf("%s: not UTF-8", what)
	}
	if x := dangerous().FindString(out); x != "" {
		t.Errorf("%s: %+q got through", what, x)
	}
}

func TestHostile(t *testing.T) {
	for _, f := range Formats() {
		for _, by := range bys() {
			for _, width := range []int{0, 40, 80, 120, 500} {
				for _, wide := range []bool{true, false} {
					out := write(t, f, hostile(), Options{By: by, Width: width, Unicode: wide, Verbose: 1, Now: now()})
					checkHarmless(t, f.Name()+" by "+string(by), out)
					if regexp.MustCompile(`(?m)^ *INJECTED`).MatchString(out) {
						t.Errorf("%s by %s: a line break got through", f.Name(), by)
					}
					if f == (Table{}) && !wide && strings.ContainsFunc(out, func(r rune) bool { return r > unicode.MaxASCII }) {
						t.Errorf("table by %s: more than ASCII", by)
					}
				}
			}
		}
	}
}

// What is escaped in JSON reads as it was, but for bytes that JSON cannot hold.
func TestJSONKeepsText(t *testing.T) {
	r := findings()
	raw := strings.ToValidUTF8(hostileText, "")
	poison(reflect.ValueOf(r).Elem(), raw)
	var back result.Result
	if err := json.Unmarshal([]byte(write(t, JSON{}, r, Options{})), &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(&back, r) {
		t.Errorf("read back:\n%+v\nwant\n%+v", &back, r)
	}
}

func TestJSONEmptyArrays(t *testing.T) {
	out := write(t, JSON{}, empty(), Options{})
	for _, want := range []string{`"senders": [],`, `"lookalikes": [],`, `"deliveries": []`, `"problems": []`, `"ignore_rules": []`, `"kinds": [],`, `"weeks": [],`} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	if !strings.HasSuffix(out, "}\n") || strings.Contains(write(t, JSON{}, findings(), Options{}), `\u003`) {
		t.Error("no closing newline, or HTML escapes")
	}
}

func readCSV(t *testing.T, out string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestCSVFormulas(t *testing.T) {
	for _, start := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠"} {
		r := findings()
		poison(reflect.ValueOf(r).Elem(), start+"1+1;"+start+"2")
		for _, by := range bys() {
			for _, row := range readCSV(t, write(t, CSV{}, r, Options{By: by}))[1:] {
				for i, x := range row {
					if strings.HasPrefix(x, start) || strings.Contains(x, ";"+start) {
						t.Errorf("by %s, column %d: %q", by, i, x)
					}
				}
				if !slices.ContainsFunc(row, func(x string) bool { return strings.HasPrefix(x, "'") }) {
					t.Errorf("by %s: the poisoned text is in no column of %q", by, row)
				}
			}
		}
	}
}

// The columns are those of the JSON form, in its words.
func TestCSVColumns(t *testing.T) {
	for by, record := range map[By]any{BySender: findings().Senders[0], ByLookalike: findings().Lookalikes[0], ByDelivery: findings().Deliveries[0]} {
		text, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(text, &fields); err != nil {
			t.Fatal(err)
		}
		var want []string
		for name, value := range fields {
			if counts, ok := value.(map[string]any); ok && name == "arrived" {
				for word := range counts {
					want = append(want, name+"_"+word)
				}
				continue
			}
			want = append(want, name)
		}
		got := readCSV(t, write(t, CSV{}, empty(), Options{By: by}))[0]
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("by %s: columns %v, want %v", by, got, want)
		}
	}
}

func TestSafeText(t *testing.T) {
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
		if got := SafeText(in); got != want {
			t.Errorf("SafeText(%+q) = %+q, want %+q", in, got, want)
		}
	}
}

func FuzzSafeText(f *testing.F) {
	f.Add(hostileText)
	f.Add("kim@corp.example")
	f.Fuzz(func(t *testing.T, s string) {
		safe := SafeText(s)
		checkHarmless(t, "SafeText", safe)
		if strings.Contains(safe, "\n") {
			t.Errorf("a line feed in %q", safe)
		}
		if isPlainDomain(s) && safe != s {
			t.Errorf("a domain is shown as %q", safe)
		}
		if again := SafeText(safe); again != safe {
			t.Errorf("SafeText twice: %q, once %q", again, safe)
		}
		if ascii := visible(s, false); strings.ContainsFunc(ascii, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("not ASCII: %+q", ascii)
		}
	})
}

func FuzzCSVCell(f *testing.F) {
	f.Add(hostileText)
	f.Add("a;=b")
	f.Add("\"quoted\",;\"+\"@corp.example")
	f.Fuzz(func(t *testing.T, s string) {
		x := defused(s)
		checkHarmless(t, "cell", x)
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
		if row := readCSV(t, b.String()); len(row) != 1 || !slices.Equal(row[0], []string{x, "end"}) {
			t.Errorf("%q reads as %q", x, row)
		}
	})
}

// The table does not ask the environment how wide characters are.
func TestEastAsianLocale(t *testing.T) {
	want := tables(t, findings(), BySender)
	twwidth.SetEastAsian(true)
	defer twwidth.SetEastAsian(false)
	if got := tables(t, findings(), BySender); got != want {
		t.Errorf("in an East Asian locale:\n%s", got)
	}
}
