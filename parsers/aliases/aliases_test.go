package aliases

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// entries are those of a file, a line each.
func entries(t *testing.T, name, text string) (lines []string, f *File) {
	t.Helper()
	f, err := Read(name, strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range f.Entries {
		lines = append(lines, fmt.Sprintf("%d %s %s %v", e.Line, e.Place, e.Address, e.List))
	}
	return lines, f
}

func TestRead(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, file, text string
		want             []string
		notUnderstood    []int
	}{
		{"aliases", "aliases", "a: b@c.example, |x, /y, \\z, \"|q y@z\"\n  d@e.example # no\n\"f g\": h@i.example\nj: :include:/k\n", []string{"1 a b@c.example false", "2 a d@e.example false", "3 f g h@i.example false"}, nil},
		{"postalias -s", "out", "@:\t@\na:\tb@c.example\nd:\te\n", []string{"2 a b@c.example false"}, nil},
		{"virtual", "virtual", "a@b.example\tc@d.example e@f.example\n@g.example h@i.example\nj.example any\n", []string{"1 a@b.example c@d.example false", "1 a@b.example e@f.example false", "2 @g.example h@i.example false"}, nil},
		{"members", "lab.members", "a@b.example\nC D <e@f.example>\ng@h.example Name Of\nemail i@j.example\ngecos X\n", []string{"1 lab a@b.example true", "2 lab e@f.example true", "3 lab g@h.example true", "4 lab i@j.example true"}, nil},
		{"forward", "/home/kim/.forward", "\\kim, a@b.example\r\n", []string{"1 kim a@b.example false"}, nil},
		{"sieve", "kim.sieve", "require \"copy\";\nredirect :copy\n \"a@b.example\";\n# redirect \"c@d.example\";\n", []string{"2 kim a@b.example false"}, nil},
		{"odd", "x", "???\nonly words here\n", nil, []int{1, 2}},
		{"empty", "x", "", nil, nil},
		{"a comma for a dot", "x", "a: b@gmial,com\n", nil, []int{1}},
		{"a semicolon between", "x", "a: b@c.example;d@e.example\nb@c.example;d@e.example F\n", nil, []int{1, 2}},
		{"broken domains", "x", "a: b@c..example, b@-c.example, b@c\n  b@, b@localhost, b@[192.0.2.1]\n", []string{"2 a b@localhost false", "2 a b@[192.0.2.1] false"}, []int{1, 2}},
		{"quoted", "x", "a: \"b c\"@d.example, \"e@f.example\", \\g@h.example # no, i@j\n", []string{"1 a \"b c\"@d.example false", "1 a e@f.example false", "1 a g@h.example false"}, nil},
		{"exim", "x", "a: :fail: write to b@c\n", nil, nil},
		{"rows", "x", "a@b.example,C D\nE,f@g.example\nH I,j@k.example,x\n\"l@m.example\",\"N, O\"\n", []string{"1 x a@b.example true", "2 x f@g.example true", "3 x j@k.example true", "4 x l@m.example true"}, nil},
		{"rows of a CSV file", "x.csv", "Name;Address;Since\nA B;c@d.example;2026-01-01T10:00:00\nE;f@g;x\nH;;x\n", []string{"2 x c@d.example true"}, []int{3, 4}},
		{"rows of a CSV file, a comma in a name", "x.csv", "Name;Address\n\"B, A\";c@d.example\n", []string{"2 x c@d.example true"}, nil},
		{"names with commas and strokes", "x", "a@b.example C, D\ne@f.example G (H/I)\n\"C, D\" <j@k.example>\nL <m@n.example>, O <p@q.example>\n", []string{"1 x a@b.example true", "2 x e@f.example true", "3 x j@k.example true", "4 x m@n.example true", "4 x p@q.example true"}, nil},
		{"maps are no rows", "x", "a@b.example c,d\ne  f,g@h.example\n", []string{"2 e g@h.example false"}, nil},
		{"a pattern", "x", "/^(a,b)@c\\.example$/ ${1}@d.example\n", []string{"1 /^(a,b)@c\\.example$/ ${1}@d.example false"}, nil},
		{"a member without a top level", "x", "a@gmial A\n", nil, []int{1}},
		{"UTF-16", "x", "\xff\xfea\x00:\x00b\x00@\x00c\x00.\x00d\x00\n\x00", []string{"1 a b@c.d false"}, nil},
		{"UTF-16 without a mark", "x", "\x00a\x00:\x00b\x00@\x00c\x00.\x00d\x00\n", []string{"1 a b@c.d false"}, nil},
		{"sieve texts", "x.sieve", "redirect text:\r\na@b.example\r\n.\r\n;\nif x { redirect text: # redirect\n${c}\n.\n; }", []string{"1 x a@b.example false"}, []int{5}},
		{"sieve without a literal", "x.sieve", "redirect \"${a}\";\nredirect\n :copy a;\nredirect \"b@c,d\"; redirect \"e\";\nredirect", nil, []int{1, 2, 4, 5}},
		{"sieve comments and strings", "x.sieve", "keep; # redirect \"a@b.example\";\nfileinto \"/* redirect\"; redirect :notify \"NEVER\" \"c#d@e.example\"; /* redirect \"f@g.example\"; */\n", []string{"2 x c#d@e.example false"}, nil},
		{"sieve by another name", "x", "keep; # a\n  redirect \"a@b.example\";\n", []string{"2 x a@b.example false"}, nil},
	} {
		got, f := entries(t, c.file, c.text)
		if diff := cmp.Diff(c.want, got) + cmp.Diff(c.notUnderstood, f.NotUnderstood); diff != "" {
			t.Errorf("%s: %v not understood, %s", c.name, f.NotUnderstood, diff)
		}
	}
	if _, f := entries(t, "aliases", "j: :include:/k, \":include:/l\"\n"); f.Includes != 2 {
		t.Errorf("got %d includes, want 2", f.Includes)
	}
	if _, err := Read("aliases.db", strings.NewReader("a\x00b")); !errors.Is(err, ErrBinary) {
		t.Errorf("a compiled map: got %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add("aliases", "a: b@c.example, \"|x\"\n")
	f.Add("x.sieve", "redirect \"a@b.example\";")
	f.Add(".forward", "\\a, <b@c.example>")
	f.Fuzz(func(t *testing.T, name, text string) {
		r, err := Read(name, strings.NewReader(text))
		if err != nil {
			return
		}
		for _, e := range r.Entries {
			if !isAddress(e.Address) || e.Line < 0 || e.Line > r.Lines+1 {
				t.Errorf("%+v of %d lines", e, r.Lines)
			}
		}
	})
}
