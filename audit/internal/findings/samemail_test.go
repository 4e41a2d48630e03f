package findings

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// plainOneOfEach is oneOfEach for rows of one message and recipient, each held against all
// before it.
func plainOneOfEach(rows []Row) []Row {
	var known []int
	for i := range rows {
		r := &rows[i]
		for _, j := range known {
			if !rows[j].isDifferent(r) {
				rows[j].take(r)
				break
			}
		}
		if !r.merged {
			known = append(known, i)
		}
	}
	return slices.DeleteFunc(rows, func(r Row) bool { return r.merged })
}

// TestOneOfEach holds oneOfEach against the plain way, on rows of all kinds.
func TestOneOfEach(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	rounds := 3000
	if testing.Short() {
		rounds /= 6
	}
	for range rounds {
		var rows []Row
		at := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
		for i := range 1 + random.IntN(20) {
			at = at.Add(time.Duration(random.IntN(3)*random.IntN(80)) * time.Hour)
			when := at
			r := Row{
				Delivery: result.Delivery{MessageID: "same", Recipient: "jane@army.ml", Time: &when, QueueID: fmt.Sprint(i), Status: parsers.StatusDelivered},
				Origin:   parsers.Origin{Source: int32(random.IntN(3)), Line: int64(i)}, File: int32(random.IntN(2)), Handed: random.IntN(2) == 0, Copied: random.IntN(4) == 0,
			}
			if random.IntN(10) == 0 && len(rows) == 0 {
				r.Delivery.Time = nil
			}
			rows = append(rows, r)
		}
		name := func(all []Row) (names []string) {
			for _, r := range all {
				names = append(names, fmt.Sprintf("%s from %v, %d, %v %v", r.Delivery.QueueID, r.Origin, r.File, r.Handed, r.Copied))
			}
			return names
		}
		want := name(plainOneOfEach(slices.Clone(rows)))
		if diff := cmp.Diff(want, name(oneOfEach(slices.Clone(rows)))); diff != "" {
			t.Fatal(diff)
		}
	}
}
