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

// TestWithoutRepeated: a line that stands twice is one delivery, and what differs in anything is another.
func TestWithoutRepeated(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 18, 31, 0, time.UTC)
	row := func(change func(r *Row)) Row {
		when := at
		r := Row{Audited: true, Delivery: result.Delivery{QueueID: "3F2A", Recipient: "jane@army.ml", Relay: "mx.army.ml", Time: &when, Status: parsers.StatusDelivered}}
		change(&r)
		return r
	}
	for name, test := range map[string]struct {
		change func(r *Row)
		want   int
	}{
		"the same line":        {func(r *Row) { r.Delivery.Line, r.Origin.Line = 7, 7 }, 1},
		"of another file":      {func(r *Row) { r.Origin.Source = 1 }, 1},
		"later":                {func(r *Row) { *r.Delivery.Time = at.Add(time.Second) }, 2},
		"another message":      {func(r *Row) { r.Delivery.QueueID = "3F2B" }, 2},
		"another id":           {func(r *Row) { r.Delivery.MessageID = "2@corp.example" }, 2},
		"another recipient":    {func(r *Row) { r.Delivery.Recipient = "kim@army.ml" }, 2},
		"another alias":        {func(r *Row) { r.Delivery.Orig = "team@corp.example" }, 2},
		"without a queue's id": {func(r *Row) { r.Delivery.QueueID = "" }, 2},
	} {
		if got := len(withoutRepeated([]Row{row(func(*Row) {}), row(test.change)})); got != test.want {
			t.Errorf("%s: %d deliveries, want %d", name, got, test.want)
		}
	}
	nobodys := row(func(r *Row) { r.Audited = false })
	if got := withoutRepeated([]Row{nobodys, row(func(*Row) {})}); len(got) != 1 || !got[0].Audited {
		t.Errorf("got %+v, want the one whose sender is audited", got)
	}
}
