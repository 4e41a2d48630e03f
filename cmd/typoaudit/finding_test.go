package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
)

// TestPrintedBefore: the line of a watch that was killed before it was noted is not printed
// again, whatever was complained of after it in the same file; one that is noted is, as it is of
// another mail.
func TestPrintedBefore(t *testing.T) {
	t.Parallel()
	finding := func(n int) *pipeline.Finding {
		return &pipeline.Finding{Found: &audit.Found{Delivery: result.Delivery{Recipient: fmt.Sprintf("n%d@army.ml", n)}}}
	}
	for _, noted := range []bool{false, true} {
		for _, complaint := range []string{"", "typoaudit: mail.log: no such file\n"} {
			out, err := os.OpenFile(filepath.Join(t.TempDir(), "out"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
			if err != nil {
				t.Fatal(err)
			}
			defer out.Close()
			p := findingPrinter{w: out}
			var said [2]uint64
			for n := range said {
				if said[n], err = p.print(finding(n)); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := out.WriteString(complaint); err != nil {
				t.Fatal(err)
			}
			last, want := said[0], 1
			if noted {
				last, want = said[1], 2
			}
			next := findingPrinter{w: out}
			next.resume(last)
			for range 2 { // the second one is of another mail
				if got, err := next.print(finding(1)); err != nil || got != said[1] {
					t.Errorf("%v, checksum %x, not %x", err, got, said[1])
				}
				text, err := os.ReadFile(out.Name())
				if lines := strings.Count(string(text), "n1@army.ml"); err != nil || lines != want {
					t.Errorf("noted %v, after %q: %d lines, not %d: %v", noted, complaint, lines, want, err)
				}
				want++
			}
		}
	}
}
