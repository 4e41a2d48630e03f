package events_test

import (
	"os"
	"testing"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/events"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestSamples holds each layout to a sample of its name.
func TestSamples(t *testing.T) {
	t.Parallel()
	for _, f := range events.Formats() {
		t.Run(f.Name(), func(t *testing.T) {
			parserstest.RunStream(t, f.(parsers.StreamFormat), "testdata", f.Name())
		})
	}
}

// TestNoOther: no layout takes the sample of another one for its own.
func TestNoOther(t *testing.T) {
	t.Parallel()
	for _, f := range events.Formats() {
		sample, err := os.ReadFile("testdata/" + f.Name() + ".in")
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range events.Formats() {
			if n := other.Sniff(sample); n > 0 && other.Name() != f.Name() {
				t.Errorf("%s: %s recognises it with %d", f.Name(), other.Name(), n)
			}
		}
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
