package parsers

import (
	"math/rand/v2"
	"testing"
)

// TestBad: the first records of a source that were not understood are kept, whatever the order in
// which they were found, and by which of several readers.
func TestBad(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var parts [3]Tally
		for _, line := range r.Perm(5 * maxSyntaxErrors) {
			part := &parts[r.IntN(len(parts))]
			part.Bad(Origin{Line: int64(line)}, "no record")
			shared := *part
			shared.Bad(Origin{Line: -1}, "of a copy")
		}
		var all Tally
		for _, part := range parts {
			all.Merge(part)
		}
		if len(all.Errors) != maxSyntaxErrors || all.Malformed != 5*maxSyntaxErrors {
			t.Fatalf("%d of %d are kept", len(all.Errors), all.Malformed)
		}
		for i, e := range all.Errors {
			if e.Origin.Line != int64(i) || e.Reason != "no record" {
				t.Fatalf("the error %d is that of line %d: %s", i, e.Origin.Line, e.Reason)
			}
		}
	}
}
