package report

import (
	"encoding/csv"
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/olekukonko/tablewriter/pkg/twwidth"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/reporttest"
)

func TestHostile(t *testing.T) {
	t.Parallel()
	injected := regexp.MustCompile(`(?m)^ *INJECTED`)
	for _, f := range Formats() {
		for _, by := range bys() {
			widths := []int{0, 40, 80, 120, 500}
			if testing.Short() {
				widths = []int{80, 0}
				if f != (Table{}) { // which alone heeds it
					widths = widths[:1]
				}
			}
			for _, width := range widths {
				for _, wide := range []bool{true, false} {
					out := write(t, f, reporttest.Hostile(), Options{By: by, Width: width, Unicode: wide, Verbose: 1, Now: reporttest.Now()})
					reporttest.CheckHarmless(t, f.Name()+" by "+string(by), out)
					if injected.MatchString(out) {
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
	t.Parallel()
	r := reporttest.Findings()
	raw := strings.ToValidUTF8(reporttest.HostileText, "")
	reporttest.Poison(reflect.ValueOf(r).Elem(), raw)
	var back result.Result
	if err := json.Unmarshal([]byte(write(t, JSON{}, r, Options{})), &back); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(&back, r) {
		t.Errorf("read back: got\n%+v\nwant\n%+v", &back, r)
	}
}

func TestJSONEmptyArrays(t *testing.T) {
	t.Parallel()
	out := write(t, JSON{}, reporttest.Empty(), Options{})
	for _, want := range []string{`"senders": [],`, `"lookalikes": [],`, `"deliveries": []`, `"problems": []`, `"ignore_rules": []`, `"kinds": [],`, `"weeks": [],`} {
		if !strings.Contains(out, want) {
			t.Errorf("want %s in\n%s", want, out)
		}
	}
	if !strings.HasSuffix(out, "}\n") || strings.Contains(write(t, JSON{}, reporttest.Findings(), Options{}), `\u003`) {
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
	t.Parallel()
	for _, start := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "\x00", "＝", "＋", "－", "＠"} {
		r := reporttest.Findings()
		reporttest.Poison(reflect.ValueOf(r).Elem(), start+"1+1;"+start+"2")
		for _, by := range bys() {
			for _, row := range readCSV(t, write(t, CSV{}, r, Options{By: by}))[1:] {
				for i, x := range row {
					if strings.HasPrefix(x, start) || strings.Contains(x, ";"+start) {
						t.Errorf("by %s, column %d: got the formula %q, want text", by, i, x)
					}
				}
				if !slices.ContainsFunc(row, func(x string) bool { return strings.HasPrefix(x, "'") }) {
					t.Errorf("by %s: the poisoned text is in no column of %q", by, row)
				}
			}
		}
	}
}

// The columns are those of the JSON form, in its words, and one for what was not read.
func TestCSVColumns(t *testing.T) {
	t.Parallel()
	for by, record := range map[By]any{BySender: reporttest.Findings().Senders[0], ByLookalike: reporttest.Findings().Lookalikes[0], ByDelivery: reporttest.Findings().Deliveries[0]} {
		text, err := json.Marshal(record)
		if err != nil {
			t.Fatal(err)
		}
		var fields map[string]any
		if err := json.Unmarshal(text, &fields); err != nil {
			t.Fatal(err)
		}
		want := []string{"problem"}
		for name, value := range fields {
			if counts, ok := value.(map[string]any); ok && name == "arrived" {
				for word := range counts {
					want = append(want, name+"_"+word)
				}
				continue
			}
			want = append(want, name)
		}
		got := readCSV(t, write(t, CSV{}, reporttest.Empty(), Options{By: by}))[0]
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("by %s: columns %v, want %v", by, got, want)
		}
	}
}

// The table does not ask the environment how wide characters are.
func TestEastAsianLocale(t *testing.T) {
	want := tables(t, reporttest.Findings(), BySender)
	twwidth.SetEastAsian(true)
	defer twwidth.SetEastAsian(false)
	if got := tables(t, reporttest.Findings(), BySender); got != want {
		t.Errorf("in an East Asian locale: got\n%s\nwant\n%s", got, want)
	}
}
