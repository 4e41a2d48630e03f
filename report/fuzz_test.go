package report

import (
	"bytes"
	"io"
	"os"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
)

// FuzzReports: a report that was saved, and changed by anybody, is shown in each format or
// refused.
func FuzzReports(f *testing.F) {
	for _, name := range []string{"testdata/findings.json", "testdata/hostile.json"} {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		for _, name := range Names() {
			r, err := result.Read(bytes.NewReader(text))
			if err != nil {
				return
			}
			format, err := ByName(name)
			if err != nil {
				t.Fatal(err)
			}
			if err := format.Write(io.Discard, r, Options{Now: time.Unix(1795000000, 0), Location: time.UTC, Width: 80, Unicode: true}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}
