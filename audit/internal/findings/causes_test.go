package findings

import (
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
)

// Mails of which nobody knows who sent them are not all one person's, and who wrote after
// them need not answer another one.
func TestCausesOfNobody(t *testing.T) {
	t.Parallel()
	causes := func(people ...string) (all []result.Cause) {
		var rows []Row
		for i, who := range people {
			at := time.Date(2026, 3, 2+4*i, 9, 0, 0, 0, time.UTC)
			if i == len(people)-1 {
				at = at.AddDate(0, 0, -3) // soon after the one before it
			}
			rows = append(rows, Row{Delivery: result.Delivery{Time: &at, Person: who, Recipient: "jane@army.ml", Count: 1}})
		}
		findCauses(rows)
		for i := range rows {
			all = append(all, rows[i].Delivery.Cause)
		}
		return all
	}
	for _, cause := range causes("", "", "", "", "kim") {
		if cause != result.CauseTyped {
			t.Errorf("of nobody: %s", cause)
		}
	}
	known := causes("lee", "lee", "lee", "lee", "kim")
	if known[0] != result.CauseAddressBook || known[4] != result.CauseReplyAll {
		t.Errorf("of lee and kim: %v", known)
	}
}
