package parserstest

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers"
)

var update = flag.Bool("update", false, "write the reading of the samples as the one that is wanted")

// golden compares the reading of a sample with the file beside it, NAME.want: a
// line for each delivery, with all of its fields, then the problems and the
// malformed records. With -update it writes the file.
func golden(t *testing.T, sample string, all []parsers.Delivery, tally parsers.Tally) {
	t.Helper()
	path := strings.TrimSuffix(sample, filepath.Ext(sample)) + ".want"
	var b strings.Builder
	for _, line := range describeAll(all) {
		b.WriteString(line + "\n")
	}
	for _, p := range tally.Problems {
		b.WriteString("problem: " + p + "\n")
	}
	for _, e := range tally.Errors {
		fmt.Fprintf(&b, "malformed: line %d: %s\n", e.Origin.Line, e.Reason)
	}
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
