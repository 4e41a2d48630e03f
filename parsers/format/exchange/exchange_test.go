package exchange_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/exchange"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func TestSamples(t *testing.T) {
	t.Parallel()
	parserstest.RunStream(t, exchange.Format().(parsers.StreamFormat), "testdata", "*")
}

func FuzzRead(f *testing.F) {
	parserstest.FuzzStream(f, []parsers.StreamFormat{exchange.Format().(parsers.StreamFormat)}, "testdata")
}

func BenchmarkRead(b *testing.B) {
	parserstest.BenchStream(b, exchange.Format().(parsers.StreamFormat), "testdata/msgtrk.in")
}
