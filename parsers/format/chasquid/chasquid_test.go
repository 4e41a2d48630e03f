package chasquid_test

import (
	"os"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/chasquid"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func format() syslog.Format { return syslog.Format{Bodies: []syslog.Body{chasquid.Body{}}} }

func TestConformance(t *testing.T) { parserstest.Run(t, format(), "testdata") }

func FuzzChasquid(f *testing.F) {
	var seeds []string
	for _, file := range []string{"own.log", "syslog.log"} {
		data, err := os.ReadFile("testdata/" + file)
		if err != nil {
			f.Fatal(err)
		}
		seeds = append(seeds, string(data))
	}
	parserstest.Fuzz(f, format(), seeds...)
}

// BenchmarkParse measures the same as the benchmark of Postfix, to compare.
func BenchmarkParse(b *testing.B) { parserstest.BenchLines(b, format(), "testdata/own.log") }

// TestDamage: a damaged line of a delivery is counted.
func TestDamage(t *testing.T) {
	t.Parallel()
	t.Run("own", func(t *testing.T) { parserstest.Damage(t, format(), "testdata/own.log") })
	t.Run("syslog", func(t *testing.T) { parserstest.Damage(t, format(), "testdata/syslog.log") })
}
