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
		notUnderstood    int
	}{
		{"aliases", "aliases", "a: b@c.example, |x, /y, \\z, \"|q y@z\"\n  d@e.example # no\n\"f g\": h@i.example\nj: :include:/k\n", []string{"1 a b@c.example false", "2 a d@e.example false", "3 f g h@i.example false"}, 0},
		{"postalias -s", "out", "a:\tb@c.example\nd:\te\n", []string{"1 a b@c.example false"}, 0},
		{"virtual", "virtual", "a@b.example\tc@d.example e@f.example\n@g.example h@i.example\nj.example any\n", []string{"1 a@b.example c@d.example false", "1 a@b.example e@f.example false", "2 @g.example h@i.example false"}, 0},
		{"members", "lab.members", "a@b.example\nC D <e@f.example>\ng@h.example Name Of\nemail i@j.example\ngecos X\n", []string{"1 lab a@b.example true", "2 lab e@f.example true", "3 lab g@h.example true", "4 lab i@j.example true"}, 0},
		{"forward", "/home/kim/.forward", "\\kim, a@b.example\r\n", []string{"1 kim a@b.example false"}, 0},
		{"sieve", "kim.sieve", "require \"copy\";\nredirect :copy\n \"a@b.example\";\n# redirect \"c@d.example\";\n", []string{"2 kim a@b.example false"}, 0},
		{"odd", "x", "???\nonly words here\n", nil, 2},
		{"empty", "x", "", nil, 0},
	} {
		got, f := entries(t, c.file, c.text)
		if diff := cmp.Diff(c.want, got); diff != "" || f.NotUnderstood != c.notUnderstood {
			t.Errorf("%s: %d not understood, %s", c.name, f.NotUnderstood, diff)
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
