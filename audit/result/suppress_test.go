package result

import (
	"fmt"
	"math/rand/v2"
	"slices"
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

// TestRuleIndex: the rule that counts is the first that matches, whatever finds it.
func TestRuleIndex(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	pick := func(all ...string) string { return all[random.IntN(len(all))] }
	name := func() string {
		return pick("army", "navy", "Arm\xff", "é", "a", "") + pick(".ml", ".mil", ".co.uk")
	}
	pattern := func() string { return pick("*", "?", "", "*a", "x*") + name() + pick("", "", "*", "?") }
	for range 2000 {
		var rules Rules
		for i := range 1 + random.IntN(12) {
			r := Rule{Line: i, Text: fmt.Sprint(i), Pattern: pick(pattern(), pick("jane", "*", "j?ne")+"@"+pattern(), "*")}
			if random.IntN(3) == 0 {
				r.Intended = pattern()
			}
			if random.IntN(3) == 0 {
				r.Sender = pick("kim", "*", "lee") + "@" + pattern()
			}
			if random.IntN(5) == 0 {
				r.Until = time.Unix(1, 0)
			}
			rules = append(rules, r)
		}
		sender := pick("kim", "lee") + "@" + name()
		d := &Delivery{Recipient: pick("jane", "joe") + "@" + name(), Lookalike: name(), Intended: name(), Person: pick(sender, "kim"), Sender: &sender, Count: 1}
		now := time.Now()
		want := -1
		for i := range rules {
			if want < 0 && !rules[i].Expired(now) && rules[i].Matches(d) {
				want = i
			}
		}
		s := NewSuppressor(rules, now)
		got := -1
		if s.LeavesOut(d) {
			got = slices.IndexFunc(s.uses, func(u RuleUse) bool { return u.Messages > 0 })
		}
		if got != want {
			t.Fatalf("%+v\n%+v\ngot rule %d, want %d", rules, d, got, want)
		}
	}
}
