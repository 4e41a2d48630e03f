package messagetrace_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/messagetrace"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func formats() (all []parsers.StreamFormat) {
	for _, f := range messagetrace.Formats() {
		all = append(all, f.(parsers.StreamFormat))
	}
	return all
}

func TestSamples(t *testing.T) {
	parserstest.RunStream(t, formats()[0], "testdata", "trace-*")
	parserstest.RunStream(t, formats()[1], "testdata", "enhanced")
}

func FuzzRead(f *testing.F) { parserstest.FuzzStream(f, formats(), "testdata") }

func BenchmarkRead(b *testing.B) {
	parserstest.BenchStream(b, formats()[0], "testdata/trace-us.in")
}
