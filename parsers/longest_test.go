package parsers_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
)

// longestOf notes the lines of parts, each by itself, and merges them.
func longestOf(parts ...[]string) (all parsers.Longest) {
	for _, lines := range parts {
		var l parsers.Longest
		for _, line := range lines {
			l.Note([]byte(line))
		}
		all.Merge(l)
	}
	return all
}

// TestCutLines: lines that were cut at any width are seen, whatever marks the place, and
// whole ones of equal length are not taken for cut ones.
func TestCutLines(t *testing.T) {
	t.Parallel()
	cut := func(mark string) (lines []string) {
		for i := range 40 {
			text := strings.Repeat("ein Wörtchen und noch eins ", 3)[i%20:]
			lines = append(lines, string([]rune(text)[:40])+mark, "short")
		}
		return lines
	}
	whole := func(format string) (lines []string) {
		for i := range 60 {
			lines = append(lines, fmt.Sprintf(format, i+10), "short")
		}
		return lines
	}
	for name, test := range map[string]struct {
		lines []string
		want  bool
	}{
		"cut":         {cut(""), true},
		"padded":      {cut("   "), true},
		"ellipsis":    {cut("…"), true},
		"dots":        {cut("..."), true},
		"less":        {cut(">"), true},
		"one longer":  {append(cut(""), strings.Repeat("x", 99)), false},
		"few":         {cut("")[:18], false},
		"among many":  {append(cut(""), whole("%d a line")...), true},
		"whole":       {whole("delivery %d of the same length (250 ok)"), false},
		"ids":         {whole("message-id=<%d@mail.example>"), false},
		"blank lines": {make([]string, 50), false},
		"none":        {nil, false},
	} {
		half := len(test.lines) / 3
		got, parted := longestOf(test.lines), longestOf(test.lines[half:], nil, test.lines[:half])
		if got != parted {
			t.Errorf("%s: %+v in one piece, %+v in parts", name, got, parted)
		}
		if got := got.AreCut(int64(len(test.lines)), 1); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}

// TestCutIDs: lines of which not even the ids are whole end alike, and none is a delivery.
func TestCutIDs(t *testing.T) {
	t.Parallel()
	all := longestOf(strings.Split(strings.Repeat("Nov 23 09:26:03 mail sendmail[171]: 6AN9\n", 20)+"Nov 23 09:26:03 mail x", "\n"))
	if !all.AreCut(21, 0) || all.AreCut(21, 1) || all.AreCut(40, 0) {
		t.Errorf("%+v: got %v, %v, %v; want true, false, false", all, all.AreCut(21, 0), all.AreCut(21, 1), all.AreCut(40, 0))
	}
}
