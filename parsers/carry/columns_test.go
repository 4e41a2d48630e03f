package carry

import (
	"bytes"
	"fmt"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// columnsOf returns deliveries of every layout in columns, and each packed. Its source is 3.
func columnsOf(t *testing.T, n int) (c *Columns, packed [][]byte) {
	t.Helper()
	c = NewColumns(DeliveryColumns)
	for i := range n {
		d := parsers.Delivery{
			Recipient: fmt.Sprintf("r%d@army.ml", i), QueueID: string(bytes.Repeat([]byte("q"), 70*i)), Bytes: int64(1000 * i), Origin: parsers.Origin{Line: int64(200 * i)},
		}
		if i%2 == 0 {
			d.Time = time.Unix(1_790_000_000-int64(1000*i), int64(i)).UTC()
		}
		if i%3 == 0 {
			d.Place = parsers.Place{Source: "old.log", Number: int32(i), Line: int64(300 * i)}
		}
		if i%5 == 0 {
			d.References, d.SubjectSum = "x@y z@y", uint32(i)
		}
		b := AppendDelivery(nil, &d, 3)
		if _, _, rest, err := c.AddDelivery(b); err != nil || len(rest) > 0 {
			t.Fatal(err, len(rest))
		}
		packed = append(packed, b)
	}
	return c, packed
}

// TestSkipDeliveries: after so many that are left out comes the same one as after so many that
// are taken.
func TestSkipDeliveries(t *testing.T) {
	t.Parallel()
	const n = 31
	for skipped := range n {
		c, want := columnsOf(t, n)
		clear(c.last) // as it is where they are read
		if !c.SkipDeliveries(skipped) {
			t.Fatalf("%d of %d are not skipped", skipped, n)
		}
		if got, ok := c.TakeDelivery(nil, 3, 0); !ok || !bytes.Equal(got, want[skipped]) {
			t.Errorf("after %d: got %x, %t, want %x", skipped, got, ok, want[skipped])
		}
		if left := n - skipped - 1; c.SkipDeliveries(left + 1) {
			t.Errorf("after %d: one more is skipped than the %d that are left", skipped, left)
		}
		c, _ = columnsOf(t, n)
		if !c.SkipDeliveries(n) || !c.AreEmpty() {
			t.Error("something is left after all")
		}
	}
}
