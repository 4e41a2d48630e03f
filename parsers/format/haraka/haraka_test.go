package haraka_test

import (
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/haraka"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func TestSamples(t *testing.T) { parserstest.RunStream(t, haraka.Format{}, "testdata", "*") }

func FuzzRead(f *testing.F) {
	parserstest.FuzzStream(f, []parsers.StreamFormat{haraka.Format{}}, "testdata")
}

func BenchmarkRead(b *testing.B) {
	parserstest.BenchStream(b, haraka.Format{}, "testdata/haraka.in")
}

// TestQuiet: a log of the server's own lines is one in which nothing happened.
func TestQuiet(t *testing.T) {
	t.Parallel()
	const line = "2026-11-20T09:00:00.845Z [NOTICE] [-] [server] Listening on 127.0.0.1:25\n"
	for text, want := range map[string]bool{"2026-11-20T09:00:00.812Z loglevel: INFO\n" + line: true, strings.Replace(line, "[-]", "[x]", 1): false} {
		f := haraka.Format{}
		tally, err := f.Read(t.Context(), parsers.Piece{Location: time.UTC}, strings.NewReader(text), nil) // nothing is emitted
		if got := f.Sniff([]byte(text)) > 0; err != nil || got != want || tally.Known != want || tally.Malformed != 0 {
			t.Errorf("%s: %v, recognised %v, known %v, %d malformed; want %v", text, err, got, tally.Known, tally.Malformed, want)
		}
	}
}
