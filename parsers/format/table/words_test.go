package table_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/table"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestWords reads the words that other systems have for a status, and recipients that are
// objects.
func TestWords(t *testing.T) {
	t.Parallel()
	for word, want := range map[string]string{
		"Sent": "delivered yes", "success": "delivered yes", "failed": "bounced no", "queued": "deferred no", "refused": "rejected no",
		"dropped": "discarded no", "quarantined": "held no", "held": "held no",
	} {
		line := fmt.Sprintf(`{"time":1795174364,"sender":"ann@corp.example","recipient":[{"email":"jane@army.ml"},{"address":"kim@army.ml"}],"status":%q}`, word)
		all, tally := parserstest.Read(table.JSONL{}, []byte(line+"\n"))
		var got []string
		for _, d := range all {
			got = append(got, fmt.Sprintf("%s %s %s", d.Recipient, d.Status, d.Arrived))
		}
		if want := "jane@army.ml " + want + ", kim@army.ml " + want; strings.Join(got, ", ") != want || tally.Malformed > 0 {
			t.Errorf("%s: got %q, want %q; %d malformed", word, got, want, tally.Malformed)
		}
	}
}
