package main

import (
	"testing"
	"time"
)

// TestTimeLeft: nothing is said that nobody can know yet, and nothing below a second.
func TestTimeLeft(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		took        time.Duration
		done, total int64
		want        string
	}{
		{500 * time.Millisecond, 1, 100, ""},
		{2 * time.Second, 0, 100, ""},
		{2 * time.Second, 99, 100, ""},
		{2 * time.Second, 100, 100, ""},
		{2 * time.Second, 5, -1, ""},
		{2 * time.Second, 20, 100, ", 8 s left"},
		{time.Minute, 10, 100, ", 9 min left"},
	} {
		if got := timeLeft(c.took, c.done, c.total); got != c.want {
			t.Errorf("%v, %d of %d: got %q, want %q", c.took, c.done, c.total, got, c.want)
		}
	}
}
