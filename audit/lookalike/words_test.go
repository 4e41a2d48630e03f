package lookalike

import (
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/audit/internal/compact"
)

var wordsFile = flag.String("words", "", "list of words, one a line, to write words.bin from")

func TestWords(t *testing.T) {
	if *wordsFile != "" {
		text, err := os.ReadFile(*wordsFile)
		if err != nil {
			t.Fatal(err)
		}
		filter := compact.NewFilter(strings.Fields(string(text)))
		if err := os.WriteFile("words.bin", []byte(filter), 0o644); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d bytes", len(filter))
		return
	}
	for _, c := range []struct {
		name       string
		least, all float64
	}{
		{"schmidt-transport", 1, 1}, {"hansengroup", 1, 1}, {"xqzvkw", 0, 0}, {"hasnengroup", 0.4, 0.6},
	} {
		if got := worded(c.name); got < c.least || got > c.all {
			t.Errorf("%s: got %.2f, want %.2f to %.2f", c.name, got, c.least, c.all)
		}
	}
}
