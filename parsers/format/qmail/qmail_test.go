package qmail_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/qmail"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func TestSamples(t *testing.T) {
	t.Parallel()
	parserstest.RunStream(t, qmail.Format{}, "testdata", "*")
}

func FuzzRead(f *testing.F) {
	parserstest.FuzzStream(f, []parsers.StreamFormat{qmail.Format{}}, "testdata")
}

func BenchmarkRead(b *testing.B) {
	parserstest.BenchStream(b, qmail.Format{}, "testdata/multilog.in")
}
