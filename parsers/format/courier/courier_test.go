package courier_test

import (
	"os"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/courier"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func format() syslog.Format { return syslog.Format{Bodies: []syslog.Body{courier.Body{}}} }

func TestConformance(t *testing.T) { parserstest.Run(t, format(), "testdata") }

func FuzzCourier(f *testing.F) {
	data, err := os.ReadFile("testdata/own.log")
	if err != nil {
		f.Fatal(err)
	}
	parserstest.Fuzz(f, format(), string(data))
}

// BenchmarkParse measures the same as the benchmark of Postfix, to compare.
func BenchmarkParse(b *testing.B) { parserstest.BenchLines(b, format(), "testdata/own.log") }

// TestDamage: a damaged line of a delivery is counted.
func TestDamage(t *testing.T) {
	t.Parallel()
	t.Run("own", func(t *testing.T) { parserstest.Damage(t, format(), "testdata/own.log") })
}
