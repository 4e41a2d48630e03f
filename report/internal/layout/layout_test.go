package layout

import (
	"reflect"
	"testing"
)

func TestDiffering(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ a, b, want string }{
		{"army.ml", "army.mil", "ml"},
		{"army.mil", "army.ml", "i"},
		{"bigcustmoer.example", "bigcustomer.example", "mo"},
		{"gmail.con", "gmail.com", "n"},
		{"outlook.co", "outlook.com", "o"},
		{"bücher.example", "bächer.example", "ü"},
		{"same.example", "same.example", ""},
		{"", "army.mil", ""},
	} {
		if from, to := Differing(c.a, c.b); c.a[from:to] != c.want {
			t.Errorf("Differing(%q, %q) = %q, want %q", c.a, c.b, c.a[from:to], c.want)
		}
	}
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text          string
		width, indent int
		want          []string
	}{
		{"one two three", 0, 0, []string{"one two three"}},
		{"one two three", 13, 0, []string{"one two three"}},
		{"one two three", 12, 2, []string{"one two", "  three"}},
		{"one two three", 7, 2, []string{"one two", "  three"}},
		{"went.   16 Nov", 10, 0, []string{"went.   16", "Nov"}},
		{"unbreakable", 4, 1, []string{"unbr", " eak", " abl", " e"}},
		{"  x: unbreakable", 6, 4, []string{"  x:", "    un", "    br", "    ea", "    ka", "    bl", "    e"}},
		{"漢字漢字", 5, 0, []string{"漢字", "漢字"}},
		{"", 5, 0, []string{""}},
	} {
		if got := wrap(c.text, c.width, c.indent); !reflect.DeepEqual(got, c.want) {
			t.Errorf("wrap(%q, %d, %d) = %q, want %q", c.text, c.width, c.indent, got, c.want)
		}
	}
}

func TestWrapCommand(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"  one two three", 0, []string{"  one two three"}},
		{"  one two three", 80, []string{"  one two three"}},
		{"  one two three", 12, []string{`  one two \`, "    three"}},
		{"  scan 'a b c' log", 12, []string{`  scan \`, `    'a b c' \`, "    log"}},
		{`add a --reason "one organisation"`, 14, []string{`add a \`, `    --reason \`, `    "one organisation"`}},
		{`'it'\''s a' b`, 5, []string{`'it'\''s a' \`, `    b`}},
		{"one unbreakable", 5, []string{`one \`, "    unbreakable"}},
	} {
		if got := wrapCommand(c.text, c.width, 4); !reflect.DeepEqual(got, c.want) {
			t.Errorf("wrapCommand(%q, %d) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
}
