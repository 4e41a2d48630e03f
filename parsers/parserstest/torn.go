package parserstest

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
)

// Torn writes each line of a file, and each beginning of it, before another line without
// a newline between them, as a crash and a file that ends without one leave them. The
// other line is one of a delivery to recipient that is read by itself: it must be read or
// counted as missed.
func Torn(t *testing.T, f parsers.LineFormat, file, other, recipient string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if !emits(f, []byte(other), recipient) {
		t.Fatalf("%q: no delivery to %s", other, recipient)
	}
	seen := map[string]bool{}
	for line := range bytes.Lines(data) {
		line = bytes.TrimRight(line, "\r\n")
		if kind := shape(line); !seen[kind] {
			seen[kind] = true
			torn(t, f, line, other, recipient)
		}
	}
}

func torn(t *testing.T, f parsers.LineFormat, line []byte, other, recipient string) {
	t.Helper()
	step := 3
	if testing.Short() {
		step = 41
	}
	for n := len(line); n >= 0; n -= step {
		text := append(slices.Clone(line[:n]), other...)
		if all, tally := readAny(f, text); tally.Malformed == 0 && !slices.ContainsFunc(all, func(d parsers.Delivery) bool { return d.Recipient == recipient }) {
			t.Errorf("neither read nor counted: %q", text)
			return
		}
	}
}

func emits(f parsers.LineFormat, line []byte, recipient string) bool {
	all, _ := readAny(f, line)
	return slices.ContainsFunc(all, func(d parsers.Delivery) bool { return d.Recipient == recipient })
}

// shape returns line with one letter for each word and number: a line of each shape is
// enough.
func shape(line []byte) string {
	var b []byte
	for _, c := range line {
		if c-'0' < 10 || (c|0x20)-'a' < 26 {
			c = 'a'
		}
		if n := len(b); c != 'a' || n == 0 || b[n-1] != 'a' {
			b = append(b, c)
		}
	}
	return string(b)
}
