package reporttest

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// Golden compares got with a file of testdata, or writes it there.
func Golden(t *testing.T, update bool, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got == string(want) {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(string(want), "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("%s:%d:\ngot  %s\nwant %s", path, i+1, g[i], w[i])
		}
	}
	t.Fatalf("%s: got %d lines, want %d", path, len(g), len(w))
}

// dangerous finds what no output may hold, written apart from the code that
// hides it: controls
// but for the line feed, bidirectional and zero-width characters, separators,
// tags, fillers and variation selectors.
func dangerous() *regexp.Regexp {
	return regexp.MustCompile(`[\x00-\x09\x0b-\x1f\x7f-\x{9f}\x{ad}\x{34f}\x{61c}\x{115f}\x{1160}\x{180b}-\x{180f}\x{200b}-\x{200f}` +
		`\x{2028}-\x{202e}\x{2060}-\x{206f}\x{2800}\x{3164}\x{fe00}-\x{fe0f}\x{feff}\x{ffa0}\x{fff9}-\x{fffd}\x{e0000}-\x{e0fff}]`)
}

// CheckHarmless fails for what no output may hold.
func CheckHarmless(t *testing.T, title, out string) {
	t.Helper()
	if !utf8.ValidString(out) {
		t.Errorf("%s: got bytes that are not UTF-8", title)
	}
	if x := dangerous().FindString(out); x != "" {
		t.Errorf("%s: got %+q, want it shown by its number", title, x)
	}
}
