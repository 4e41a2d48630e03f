package haraka_test

import (
	"testing"

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
