package source

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// A link that leads nowhere is an error of its own, named or matched by a pattern: it hides
// no other file. A name with the characters of a pattern is that of its file.
func TestPaths(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	in := func(name string) string { return filepath.Join(dir, name) }
	for _, name := range []string{"mail.log", "x[1]", "x1"} {
		if err := os.WriteFile(in(name), []byte("x\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(in("missing"), in("mail.log.1")); err != nil {
		t.Skip(err)
	}
	for _, c := range []struct {
		path   string
		names  []string
		errors int
	}{
		{"mail.log.1", nil, 1},
		{"mail.log*", []string{"mail.log"}, 1},
		{"x[1]", []string{"x[1]"}, 0},
		{"x[0-9]", []string{"x1"}, 0},
		{"none*", nil, 1},
		{"x[", nil, 1},
	} {
		inputs, errs := Expand([]string{in(c.path)}, nil, time.Now())
		var names []string
		for _, input := range inputs {
			names = append(names, filepath.Base(input.name))
		}
		if !slices.Equal(names, c.names) || len(errs) != c.errors {
			t.Errorf("%s: %q, %v", c.path, names, errs)
		}
	}
}
