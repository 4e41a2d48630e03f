package audit

import (
	"sync"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
)

// snapshotOf makes one of the small organisation.
func snapshotOf(t *testing.T) *Snapshot {
	t.Helper()
	return judgedSmall(t, options(t)).Snapshot()
}

// judgedSmall judges the small organisation.
func judgedSmall(t *testing.T, o Options) *Verdicts {
	t.Helper()
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for _, d := range ofSmallOrganisation() {
		l.Add(&d)
	}
	return judged(t, l, o)
}

// TestSnapshot: several who ask at the same time get what one gets, and what Explain says.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	v := judgedSmall(t, options(t))
	queries := []string{"lucia@gmial.com", "someone@bigcustmoer.example", "someone@bigcustomer.example", "a@gmail.com", "new@hotmial.com"}
	want := map[string]float64{}
	for _, q := range queries {
		x, err := v.Explain(q, "")
		if err != nil {
			t.Fatal(err)
		}
		want[q] = x.Confidence
	}
	if want["lucia@gmial.com"] < 0.5 || want["a@gmail.com"] != 0 {
		t.Fatalf("explained as %v", want)
	}
	s := v.Snapshot()
	var asking sync.WaitGroup
	for range 8 {
		asking.Go(func() {
			for range 20 {
				for _, q := range queries {
					a, err := s.Ask(Attempt{Login: "nobody", Recipient: q}, nil, time.Time{})
					if err != nil || a.Confidence != want[q] {
						t.Errorf("%s: got %v, %v, want %v", q, a.Explanation, err, want[q])
					}
				}
			}
		})
	}
	asking.Wait()
}

// TestSnapshotRules: ignore rules count as they are when it is asked.
func TestSnapshotRules(t *testing.T) {
	t.Parallel()
	s := snapshotOf(t)
	ask := Attempt{Login: "bob", Sender: "bob@corp.example", Recipient: "lucia@gmial.com"}
	for text, want := range map[string]bool{"": true, "gmial.com": false, "sender=alice *": true, "!gmial.com": true, "gmial.com until=2020-01-01": true} {
		rules, err := result.ParseRules(text, time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		a, err := s.Ask(ask, rules, time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC))
		if err != nil || a.Lookalike != want {
			t.Errorf("%q: got %v, %v, want %v", text, a.Lookalike, err, want)
		}
	}
	if _, err := s.Ask(Attempt{Recipient: "bob@[192.0.2.1]"}, nil, time.Time{}); err == nil {
		t.Error("an address literal: got no error")
	}
}

// TestSnapshotOwn: only mail of ours is asked about.
func TestSnapshotOwn(t *testing.T) {
	t.Parallel()
	s := snapshotOf(t)
	own := s.verdicts.evidence.exempt.own.Names()[0].String()
	for a, want := range map[Attempt]bool{{Login: "x", Sender: "x@elsewhere.example"}: true, {Sender: "x@" + own}: true, {Sender: "x@elsewhere.example"}: false, {}: false} {
		if got := s.IsOurs(a); got != want {
			t.Errorf("%+v: got %v, want %v", a, got, want)
		}
	}
	if !s.IsInside("x@"+own) || s.IsInside("x@elsewhere.example") || s.Deliveries() == 0 {
		t.Error("the domains of the snapshot are others")
	}
}
