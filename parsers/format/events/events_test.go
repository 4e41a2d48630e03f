package events_test

import (
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/events"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestSamples holds each layout to a sample of its name, and to no other's.
func TestSamples(t *testing.T) {
	t.Parallel()
	for _, f := range events.Formats() {
		t.Run(f.Name(), func(t *testing.T) {
			parserstest.RunStream(t, f.(parsers.StreamFormat), "testdata", f.Name())
		})
	}
}

func FuzzRead(f *testing.F) {
	var all []parsers.StreamFormat
	for _, format := range events.Formats() {
		all = append(all, format.(parsers.StreamFormat))
	}
	parserstest.FuzzStream(f, all, "testdata")
}

// BenchmarkRead reads the sample of each layout again and again, with other
// message ids.
func BenchmarkRead(b *testing.B) {
	for _, f := range events.Formats() {
		b.Run(f.Name(), func(b *testing.B) { parserstest.BenchStream(b, f.(parsers.StreamFormat), "testdata/"+f.Name()+".in") })
	}
}
