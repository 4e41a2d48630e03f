package read

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// TestPrinted reads the tables of shells as separated values.
func TestPrinted(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, want string }{
		"PowerShell": {
			"PS> Get-MessageTrace\n\nReceived   Sender     Name\n--------   ------     ----\n1.10.2026  ann@x.example  Ärger \"a\"\n2.10.2026  ann\nlast",
			"\n\nReceived\tSender\tName\n\n1.10.2026\tann@x.examp\t\"le  Ärger \"\"a\"\"\"\n2.10.2026\tann\t\nlast\t\t",
		},
		"in characters": {"Name   To\n----   --\nJürgen jane@army.ml\n", "Name\tTo\n\nJürgen\tjane@army.ml\n"},
		"quotes":        {"Name  To\n----  --\n\"J\"   jane@army.ml\n", "Name\tTo\n\n\"\"\"J\"\"\"\tjane@army.ml\n"},
		"psql":          {" to | at \n----+----\n a  | b\n    | c\n(2 rows)\n", "to\tat\n\na\tb\n\tc\n\n"},
		"below psql":    {" to | at \n----+----\n a  | b\n(1 row)\n\nto c@d.example by hand\n", "to\tat\n\na\tb\n\n\nto c@d.example by hand\n"},
		"mysql":         {"+----+----+\n| to | at |\n+----+----+\n| a  | b  |\n|    | c  |\n+----+----+\n2 rows in set\n", "\nto\tat\n\na\tb\n\tc\n\n\n"},
		"Markdown":      {"# Mail\n\n| to | at |\n|:---|---:|\n| a | b |\r\n", "\n\nto\tat\n\na\tb\n"},
	} {
		table := findPrinted([]byte(test.text))
		if table == nil {
			t.Errorf("%s: no table", name)
			continue
		}
		for how, in := range map[string]io.Reader{"whole": strings.NewReader(test.text), "byte by byte": iotest.OneByteReader(strings.NewReader(test.text))} {
			got, err := io.ReadAll(table.rows(in))
			if string(got) != test.want || err != nil {
				t.Errorf("%s, %s: got %q, %v; want %q", name, how, got, err, test.want)
			}
		}
	}
	for _, text := range []string{"", "a b\n---\n", "a b\nc d\n", "--- ---\n", "\n--- ---\na b\n", strings.Repeat("a\n", 30) + "a b\n- -\n"} {
		if table := findPrinted([]byte(text)); table != nil {
			t.Errorf("%q: got %+v, want none", text, table)
		}
	}
}

// TestPrintedLong: a line that is longer than a buffer goes on, and nothing of it is lost.
func TestPrintedLong(t *testing.T) {
	t.Parallel()
	const head = "a  b\n-- --\n"
	long := strings.Repeat("x", 10_000)
	got, err := io.ReadAll(findPrinted([]byte(head)).rows(strings.NewReader(head + long + "\nc  d\n")))
	if err != nil || bytes.Count(got, []byte("x")) != len(long) || !bytes.HasSuffix(got, []byte("\nc\td\n")) {
		t.Errorf("got %d bytes that end in %q, %v", len(got), got[max(0, len(got)-20):], err)
	}
}
