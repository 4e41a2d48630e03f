package records

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func pairsOf(p Pairs, line string) string {
	s := Schema{Columns: []string{"from", "to|rcpt", "subject", "status"}, Pairs: &p}
	row := s.newRow()
	s.newPairReader().read([]byte(line), row)
	return fmt.Sprintf("%q", row.values)
}

func TestPairs(t *testing.T) {
	t.Parallel()
	quoted, spaced := Pairs{Free: "subject"}, Pairs{Free: "subject", Spaced: true}
	barred := Pairs{Free: "reply|subject", Barred: true}
	for _, test := range []struct {
		pairs      Pairs
		line, want string
	}{
		{quoted, `<22>Nov 20 09:00:00 gw from=a@x.example,to="b@y.example",subject="x, y",status='ok'`, `["a@x.example" "b@y.example" "x, y" "ok"]`},
		{quoted, `from=a rcpt=b`, `["a" "b" "" ""]`},
		{quoted, `from="a" b" to=b`, `["a" "b" "" ""]`}, // quotes close where a separator follows
		{quoted, `from="a\" to=evil" to=b`, `["a\" to=evil" "b" "" ""]`},
		{quoted, `from=a to=b subject="x" to="evil" status="forged" status=real`, `["a" "b" "x" "real"]`},
		{quoted, `subject="x" from="forged" from=real`, `["real" "" "x" ""]`},
		{quoted, `from="never closed to=b`, `["\"never" "b" "" ""]`},
		{quoted, `=x from=a ==`, `["a" "" "" ""]`},
		{spaced, `from=Ann to\=evil <a@x.example> to=b c status=d`, `["Ann to=evil <a@x.example>" "b c" "" "d"]`},
		{spaced, `from=a\\=b to=c\\d`, `["a=b" "c\\d" "" ""]`},
		{spaced, `from= to=b`, `["" "b" "" ""]`},
		{barred, `from=a b|reply=250 ok|to=evil|subject=x|status=forged|to=b|status=d`, `["a b" "b" "x" "d"]`},
		{spaced, `nothing`, `["" "" "" ""]`},
	} {
		if got := pairsOf(test.pairs, test.line); got != test.want {
			t.Errorf("%s: got %s, want %s", test.line, got, test.want)
		}
	}
}

// TestCells: a row of a collector has its line in quotes, in whichever column. What is no row
// stays as it is, and a subject is none.
func TestCells(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ row, want string }{
		{`2026-11-23T09:18:31Z,"from=""a"" to=b",mail`, `from="a" to=b`},
		{`"23.11.2026 09:18";mail;"from=a to=b"`, `from=a to=b`},
		{"\"x\"\t\"from=a\"\t\"to=b\"", `from=a`},
		{`"no pair","from=never closed`, `"no pair","from=never closed`},
		{`mail,from=a,"to=b"`, `mail,from=a,"to=b"`},
		{`from=a subject="x,""from=evil" to=b`, `from=a subject="x,""from=evil" to=b`},
		{`"a","b"`, `"a","b"`},
	} {
		if got := string(cellOf([]byte(test.row))); got != test.want {
			t.Errorf("%s: got %s, want %s", test.row, got, test.want)
		}
	}
}

func TestSplitList(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		list string
		want []string
	}{
		{`a@x.example;b@x.example`, []string{"a@x.example", "b@x.example"}},
		{`"doe; jane"@x.example;b@x.example;`, []string{`"doe; jane"@x.example`, "b@x.example"}},
		{`it"s@x.example;b@x.example`, []string{`it"s@x.example`, "b@x.example"}},
		{`;;`, nil},
		{``, nil},
	} {
		if diff := cmp.Diff(test.want, SplitList(test.list, ";")); diff != "" {
			t.Errorf("%s: %s", test.list, diff)
		}
	}
}

// FuzzPairs: whatever a line is, it ends, and no value is longer than it.
func FuzzPairs(f *testing.F) {
	f.Add(`from="a" to=b,subject="x\"`, false)
	f.Add(`from=a b\=c to=d`, true)
	f.Fuzz(func(t *testing.T, line string, spaced bool) {
		s := Schema{Columns: []string{"from", "to"}, Pairs: &Pairs{Free: "from", Spaced: spaced}}
		row := s.newRow()
		s.newPairReader().read([]byte(line), row)
		for _, v := range row.values {
			if len(v) > len(line) {
				t.Fatalf("%q in %q", v, line)
			}
		}
	})
}
