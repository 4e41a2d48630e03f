package manual

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// sample reads the document that has every block, and adds the block that Markdown has
// not.
func sample(t *testing.T) *Document {
	t.Helper()
	text, err := os.ReadFile("testdata/sample.md")
	if err != nil {
		t.Fatal(err)
	}
	d := Parse(string(text))
	d.Blocks = append(d.Blocks, Heading{2, "Flags"},
		Definitions{{"-o, --output FILE", "write to FILE, in the format of its extension, and not elsewhere"}, {"    --a-flag-with-a-very-long-name=VALUE", "below its name"}},
		Heading{2, "Exit status"}, Definitions{{"0", "done"}, {"130, 143", "ended by a signal"}})
	return d
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s: -want +got:\n%s", name, diff)
	}
}

func TestTerminal(t *testing.T) {
	d := sample(t)
	for name, terminal := range map[string]Terminal{"80.txt": {}, "40.txt": {Width: 40}, "color.txt": {Width: 80, Color: true}} {
		var b bytes.Buffer
		if err := terminal.Write(&b, d); err != nil {
			t.Fatal(err)
		}
		golden(t, name, strings.ReplaceAll(b.String(), "\x1b", "^["))
	}
}

// TestWidths: no line but one of code or a single word is wider than the terminal.
func TestWidths(t *testing.T) {
	d := sample(t)
	for width := 1; width < 130; width++ {
		var b bytes.Buffer
		if err := (Terminal{Width: width}).Write(&b, d); err != nil {
			t.Fatal(err)
		}
		columns := Terminal{Width: width}.columns()
		for line := range strings.Lines(b.String()) {
			words := strings.Fields(line)
			isCode := strings.Contains(line, "typoaudit scan") || strings.Contains(line, ".not a") || strings.Contains(line, "--a-flag")
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > columns && len(words) > 1 && !isCode {
				t.Errorf("%d columns: %q has %d", width, line, n)
			}
		}
	}
}

func TestPage(t *testing.T) {
	d := sample(t)
	p := Page{Title: "SAMPLE", Section: 7, Date: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC), Source: "typoaudit", Name: d.Name, Summary: d.Summary, Blocks: d.Blocks}
	var b bytes.Buffer
	if err := p.Write(&b); err != nil {
		t.Fatal(err)
	}
	golden(t, "sample.7", b.String())
}
