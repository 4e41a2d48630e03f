package audit

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// TestLearnEmptiesTheLedger: what a ledger knew is the evidence's, and the ledger
// is as a new one, which may be filled again.
func TestLearnEmptiesTheLedger(t *testing.T) {
	t.Parallel()
	o := options(t)
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	var first string
	for round := range 2 {
		for _, d := range ofSmallOrganisation() {
			l.Add(&d)
		}
		r := resultOf(t, l, o)
		if !l.isEmpty() || l.Size() != 0 {
			t.Errorf("round %d: the ledger got size %d, want 0", round, l.Size())
		}
		switch got := copyOf(r); {
		case round == 0:
			first = got
		case got != first:
			t.Error(cmp.Diff(first, got))
		}
	}
}

// TestVerdictsAnswerInAnyOrder: what verdicts are asked changes none of their
// answers.
func TestVerdictsAnswerInAnyOrder(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.MailTo = []string{"lucia@gmial.com"}
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for _, d := range ofSmallOrganisation() {
		l.Add(&d)
	}
	v := judged(t, l, o)
	before, err := v.Explain("bigcustmoer.example", "")
	if err != nil || !before.Lookalike {
		t.Fatalf("explained as %+v, %v", before, err)
	}
	first := copyOf(resultOn(t, v, reading()))
	if v.CheckRecipients() == nil {
		t.Error("got no error for a recipient at a lookalike")
	}
	after, err := v.Explain("bigcustmoer.example", "")
	if diff := cmp.Diff(before, after); diff != "" || err != nil {
		t.Errorf("after the result: %v %s", err, diff)
	}
	if diff := cmp.Diff(first, copyOf(resultOn(t, v, reading()))); diff != "" {
		t.Errorf("a second result: %s", diff)
	}
}

// TestLostDeliveries: what cannot be read back fails the result, and the evidence
// where that needs it.
func TestLostDeliveries(t *testing.T) {
	t.Parallel()
	for _, bounced := range []bool{false, true} {
		o := options(t)
		spill := &parserstest.Spill{Left: 1 << 30}
		l, _ := filled(func() (parsers.Spill, error) { return spill, nil })
		if bounced {
			add(l, bounce("id", lookalikeAddress, parsers.StatusBounced, parsers.FailureNoDomain))
		}
		for _, d := range ofSmallOrganisation() {
			l.Add(&d)
		}
		spill.Broken = true
		e, err := Learn(l, o)
		if err == nil && !bounced {
			var v *Verdicts
			if v, err = e.Judge(); err == nil {
				_, err = v.Result(reading())
			}
		}
		if !errors.Is(err, parserstest.ErrBroken) {
			t.Errorf("with bounces %v: got %v, want %v", bounced, err, parserstest.ErrBroken)
		}
	}
}

func TestExempt(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Internal, o.Protect, o.Reference = names("corp.example"), names("army.mil"), names("bigcustomer.example")
	exempt := o.Exempt()
	v := judged(t, NewLedger(o.Ledgering(time.Time{}, time.Time{})), o)
	for name, want := range map[string]string{
		"corp.example":        "corp.example is your own.",
		"mail.corp.example":   "mail.corp.example is your own.",
		"army.mil":            "army.mil is protected: it is never itself a lookalike.",
		"sub.army.mil":        "sub.army.mil is protected: it is never itself a lookalike.",
		"bigcustomer.example": "bigcustomer.example is in your list of partners: it is meant as it stands.",
		"gmail.com":           "gmail.com is a well-known mailbox provider: it is meant as it stands.",
		"msdn.com":            "msdn.com is well known (Microsoft): it is meant as it stands.",
		"army.ml":             "",
	} {
		if got := exempt(names(name)[0]); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
		x, err := v.Explain(name, "")
		if err != nil || want != "" && x.Because != want {
			t.Errorf("%s: explained by %q, %v, want %q", name, x.Because, err, want)
		}
	}
}

// TestWeigh: what is said of a delivery is what a report says of it that has it as well.
func TestWeigh(t *testing.T) {
	t.Parallel()
	v := judgedSmall(t, options(t))
	listed := map[uint64]string{}
	for _, d := range resultOn(t, v, reading()).Deliveries {
		listed[d.Key()] = d.Lookalike
	}
	if len(listed) == 0 {
		t.Fatal("the report lists nothing")
	}
	snapshot := v.Snapshot()
	for _, d := range ofSmallOrganisation() {
		a := snapshot.Weigh(&d, nil, time.Time{})
		if a == nil || a.Question != "" {
			continue
		}
		if lookalike, ok := listed[a.Delivery.Key()]; !ok || lookalike != a.Domain {
			t.Errorf("%s is found, and not listed: %+v", d.Recipient, a.Delivery)
		}
		delete(listed, a.Delivery.Key())
	}
	for _, lookalike := range listed {
		t.Errorf("%s is listed, and not found", lookalike)
	}
	stranger := parsers.Delivery{Sender: "a@y.example", SenderKnown: true, Recipient: lookalikeAddress, Direction: parsers.DirectionInbound, Arrived: parsers.ArrivedYes}
	if a := snapshot.Weigh(&stranger, nil, time.Time{}); a != nil {
		t.Errorf("mail of a stranger is found: %+v", a)
	}
}
