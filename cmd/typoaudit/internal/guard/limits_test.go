package guard

import (
	"fmt"
	"testing"
	"time"
)

// TestOldQuestionsAreForgotten: people who are asked once and never come again do not stay for good.
func TestOldQuestionsAreForgotten(t *testing.T) {
	t.Parallel()
	l := newLimits(0)
	now := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	const people = 5 * leastSwept
	for n := range people {
		now = now.Add(week / leastSwept)
		if got := l.turn(asking{pair: pair{fmt.Sprint("u", n), "jane@army.ml"}, domain: "army.ml", at: now}, true); got != turnAsk {
			t.Fatalf("person %d: %v", n, got)
		}
	}
	if n := len(l.asked); n > 2*leastSwept {
		t.Errorf("the questions of %d people are known, of %d", n, people)
	}
	if got := l.turn(asking{pair: pair{fmt.Sprint("u", people-1), "jane@army.ml"}, domain: "army.ml", at: now.Add(time.Minute)}, true); got != turnConfirm {
		t.Errorf("the last question is forgotten: %v", got)
	}
}
