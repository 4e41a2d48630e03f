package records

import (
	"encoding/csv"
	"errors"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

func readAll(in io.Reader) (all [][]string, lines []int64, broken int) {
	r := NewCSVReader(in)
	for {
		fields, err := r.Read()
		if errors.Is(err, ErrBroken) {
			broken++
			continue
		}
		if err != nil {
			return all, lines, broken
		}
		row := []string{}
		for _, f := range fields {
			row = append(row, string(f))
		}
		all = append(all, row)
		lines = append(lines, r.Line)
	}
}

func TestCSV(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		in    string
		want  [][]string
		lines []int64
	}{
		{"a,b\nc,d\n", [][]string{{"a", "b"}, {"c", "d"}}, []int64{1, 2}},
		{"a,b\r\n\r\nc,\r\n", [][]string{{"a", "b"}, {"c", ""}}, []int64{1, 3}},
		{"\"a,\"\"x\"\"\",b", [][]string{{`a,"x"`, "b"}}, []int64{1}},
		{"\"a\nb\",c\nd,\"\"\n", [][]string{{"a\nb", "c"}, {"d", ""}}, []int64{1, 3}},
		{`a,b"c"d,"e"`, [][]string{{"a", `b"c"d`, "e"}}, []int64{1}},
		{`"a"b",c` + "\n", [][]string{{`a"b`, "c"}}, []int64{1}},
	} {
		for name, in := range map[string]io.Reader{"whole": strings.NewReader(test.in), "byte by byte": iotest.OneByteReader(strings.NewReader(test.in))} {
			got, lines, broken := readAll(in)
			if !reflect.DeepEqual(got, test.want) || !reflect.DeepEqual(lines, test.lines) || broken > 0 {
				t.Errorf("%q %s: %q at %v, %d broken", test.in, name, got, lines, broken)
			}
		}
	}
}

// TestCSVBroken has quotes that never end: one line is lost, and no more.
func TestCSVBroken(t *testing.T) {
	t.Parallel()
	const rows = lines.MaxLine / 32
	in := "a,\"b\nc,d\n" + strings.Repeat("e,"+strings.Repeat("f", 61)+"\n", rows)
	got, numbers, broken := readAll(strings.NewReader(in))
	if broken != 1 || len(got) != 1+rows || numbers[0] != 2 {
		t.Errorf("%d broken, %d records", broken, len(got))
	}
}

func FuzzCSV(f *testing.F) {
	f.Add("a,\"b\"\"c\"\r\nd,e\n")
	f.Add("\"a\nb\",c\n\"\n")
	f.Fuzz(func(t *testing.T, in string) {
		got, _, broken := readAll(strings.NewReader(in))
		small, _, _ := readAll(iotest.OneByteReader(strings.NewReader(in)))
		if !reflect.DeepEqual(got, small) {
			t.Fatalf("%q: %q whole, %q byte by byte", in, got, small)
		}
		r := csv.NewReader(strings.NewReader(in))
		r.FieldsPerRecord = -1
		want, err := r.ReadAll()
		if err != nil || broken > 0 || strings.Contains(strings.ReplaceAll(in, "\r\n", "\n"), "\r") || strings.Contains(in, "\r\n") {
			return // text that is no RFC 4180 has no one reading
		}
		if len(want) == 0 && len(got) == 0 {
			return
		}
		if !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %q, encoding/csv %q", in, got, want)
		}
	})
}

func BenchmarkCSV(b *testing.B) {
	text := strings.Repeat("2026-11-20T09:12:44Z,alice@corp.example,alice,jane@army.ml,delivered,48213,<1@corp.example>,\"Plan, v2\",outbound,1\n", 100_000)
	b.SetBytes(int64(len(text)))
	for b.Loop() {
		r := NewCSVReader(strings.NewReader(text))
		for {
			if _, err := r.Read(); err != nil {
				break
			}
		}
	}
}
