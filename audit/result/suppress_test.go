package result

import (
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// What a rule is not about keeps its figures, and the trend loses what is left
// out.
func TestSuppressPart(t *testing.T) {
	t.Parallel()
	when := day("2026-11-17")
	delivery := func(person, to string, isNew bool) Delivery {
		return Delivery{Time: &when, Person: person, Sender: &person, Recipient: "x@" + to, Lookalike: to, Intended: to + "m", Arrived: parsers.ArrivedYes, Count: 2, New: isNew}
	}
	r := &Result{
		Trend:      &Trend{NewMessages: 4, NewLookalikes: 2, Weeks: []Week{{From: day("2026-11-16"), To: day("2026-11-23"), Messages: 6}}},
		Deliveries: []Delivery{delivery("a", "a.co", true), delivery("b", "a.co", false), delivery("b", "b.co", true)},
		Lookalikes: []Lookalike{{Domain: "a.co", Exposure: 3.9, Confidence: 0.9, New: true}, {Domain: "b.co", Exposure: 1.77, Confidence: 0.9, New: true}},
		Senders:    []Sender{{Sender: "b", Exposure: 3.7, Rank: 1}, {Sender: "a", Exposure: 1.8, Rank: 2}},
	}
	rules, err := ParseRules("sender=a a.co\n", time.UTC)
	if err != nil {
		t.Fatal(err)
	}
	r.Suppress(rules, day("2026-11-23"))
	if len(r.Senders) != 1 || r.Senders[0].Exposure != 3.7 || len(r.Lookalikes) != 2 || r.Lookalikes[0].Messages != 2 || r.Lookalikes[1].Exposure != 1.77 {
		t.Errorf("senders %+v, lookalikes %+v", r.Senders, r.Lookalikes)
	}
	if x := r.Trend; x.NewMessages != 2 || x.NewLookalikes != 2 || x.Weeks[0].Messages != 4 {
		t.Errorf("trend %+v", x)
	}
}
