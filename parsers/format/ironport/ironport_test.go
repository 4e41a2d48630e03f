package ironport_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/ironport"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func TestSamples(t *testing.T) {
	t.Parallel()
	parserstest.RunStream(t, ironport.Format{}, "testdata", "*")
}

func FuzzRead(f *testing.F) {
	parserstest.FuzzStream(f, []parsers.StreamFormat{ironport.Format{}}, "testdata")
}

func BenchmarkRead(b *testing.B) {
	parserstest.BenchStream(b, ironport.Format{}, "testdata/esa.in")
}
