package barracuda_test

import (
	"os"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/barracuda"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func format() syslog.Format { return syslog.Format{Bodies: []syslog.Body{barracuda.Body{}}} }

func TestConformance(t *testing.T) {
	t.Parallel()
	parserstest.Run(t, format(), "testdata")
}

// TestDamage: a damaged line of a delivery is counted.
func TestDamage(t *testing.T) {
	t.Parallel()
	t.Run("sample", func(t *testing.T) { parserstest.Damage(t, format(), "testdata/esg.log") })
}

func FuzzParse(f *testing.F) {
	data, err := os.ReadFile("testdata/esg.log")
	if err != nil {
		f.Fatal(err)
	}
	parserstest.Fuzz(f, format(), string(data))
}
