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
			text := strings.Repeat("to=<ü@b.example>, relay=mx.b.example[192.0.2.7]:25 (250 ok) ", 3)[i%30:]
			lines = append(lines, string([]rune(strings.ToValidUTF8(text, ""))[:50])+mark, "short")
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
		"numbers":     {whole("disconnect from mx.b.example[192.0.2.7] commands=%d"), false},
		"blank lines": {make([]string, 50), false},
		"none":        {nil, false},
	} {
		half := len(test.lines) / 3
		got, parted := longestOf(test.lines), longestOf(test.lines[half:], nil, test.lines[:half])
		if got != parted {
			t.Errorf("%s: %+v in one piece, %+v in parts", name, got, parted)
		}
		if got := got.AreCut(int64(len(test.lines))); got != test.want {
			t.Errorf("%s: got %v, want %v", name, got, test.want)
		}
	}
}
