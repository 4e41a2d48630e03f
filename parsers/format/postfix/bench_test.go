package postfix_test

import (
	"os"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/postfix"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// nowhere is a sink that only counts.
type nowhere struct{ n int }

func (s *nowhere) Add(*parsers.Delivery) { s.n++ }

func (s *nowhere) Bounce(*parsers.Bounce) {}

// BenchmarkParse reads the log named by TYPOAUDIT_BENCH_LOG (64 MiB of it),
// else the genuine one of the tests.
func BenchmarkParse(b *testing.B) {
	path := "testdata/classic.log"
	if p := os.Getenv("TYPOAUDIT_BENCH_LOG"); p != "" {
		path = p
	}
	f, err := os.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer f.Close()
	data := make([]byte, 64<<20)
	n, _ := f.Read(data)
	data = data[:n]
	format := syslog.Format{Bodies: []syslog.Body{postfix.Body{}}}
	b.SetBytes(int64(n))
	for b.Loop() {
		sink := &nowhere{}
		p := format.NewPiece(parsers.Piece{Start: time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), Location: time.UTC}, sink)
		for from := 0; from < n; from += 512 << 10 {
			p.Parse(data[from:min(n, from+512<<10)])
		}
		p.Close()
	}
}

// BenchmarkSample reads the genuine log in the way in which the other formats
// read theirs.
func BenchmarkSample(b *testing.B) {
	parserstest.BenchLines(b, syslog.Format{Bodies: []syslog.Body{postfix.Body{}}}, "testdata/classic.log")
}
