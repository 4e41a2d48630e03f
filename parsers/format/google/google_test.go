package google_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/google"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func TestSamples(t *testing.T) {
	t.Parallel()
	parserstest.RunStream(t, google.Format().(parsers.StreamFormat), "testdata", "els")
	parserstest.RunStream(t, google.BigQuery().(parsers.StreamFormat), "testdata", "bigquery")
}

func FuzzRead(f *testing.F) {
	parserstest.FuzzStream(f, []parsers.StreamFormat{google.Format().(parsers.StreamFormat), google.BigQuery().(parsers.StreamFormat)}, "testdata")
}

func BenchmarkRead(b *testing.B) {
	parserstest.BenchStream(b, google.Format().(parsers.StreamFormat), "testdata/els.in")
}
