package audit

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/parsers"
)

// mailboxOf is what a mailbox says of messages, each "from to".
func mailboxOf(all ...[2]string) *Ledger {
	l := NewLedger(Ledgering{})
	for i, m := range all {
		l.Add(&parsers.Delivery{Sender: m[0], SenderKnown: true, Recipient: m[1], Copy: true, Time: sentAt, Origin: parsers.Origin{Line: int64(i)}})
	}
	return l
}

func TestInferOwner(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		mail [][2]string
		want []domain.Name
	}{
		{"what one sent", [][2]string{{"a@corp.example", "x@one.example"}, {"a@corp.example", "y@two.example"}}, names("corp.example")},
		{"what came in", [][2]string{{"x@one.example", "a@corp.example"}, {"y@two.example", "a@corp.example"}}, names("corp.example")},
		{"all to one partner", [][2]string{{"a@corp.example", "x@one.example"}, {"a@corp.example", "y@one.example"}}, names("corp.example")},
		{"among ourselves", [][2]string{{"a@corp.example", "b@corp.example"}, {"x@one.example", "y@two.example"}}, names("corp.example")},
		{"of a provider's customer", [][2]string{{"a@gmail.com", "x@one.example"}, {"a@gmail.com", "y@two.example"}, {"a@gmail.com", "z@three.example"}}, nil},
		{"of everybody", [][2]string{{"a@one.example", "b@two.example"}, {"c@three.example", "d@four.example"}, {"e@five.example", "f@six.example"}}, nil},
		{"nothing", nil, nil},
	} {
		isProvider := func(n domain.Name) bool { return n.String() == "gmail.com" }
		if diff := cmp.Diff(test.want, inferOwner(mailboxOf(test.mail...), isProvider), cmp.Comparer(func(a, b domain.Name) bool { return a == b })); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
	log := NewLedger(Ledgering{})
	log.Add(&parsers.Delivery{Sender: "a@corp.example", SenderKnown: true, Recipient: "x@one.example"})
	if got := inferOwner(log, func(domain.Name) bool { return false }); got != nil {
		t.Errorf("the owner of a log: got %v, want none", got)
	}
}

// TestOneStoredMessageIsNoEvidence: what one message that came in says of whose domain
// it is does not stand against the senders of a Sent folder.
func TestOneStoredMessageIsNoEvidence(t *testing.T) {
	t.Parallel()
	stored := func(to string) parsers.Delivery {
		return parsers.Delivery{
			Time: sentAt, Sender: "x@partner.example", SenderKnown: true, Recipient: to, Copy: true, Local: true,
			Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes,
		}
	}
	sent := parsers.Delivery{Time: sentAt, Sender: "ann@corp.example", SenderKnown: true, Submitted: true, Recipient: "jane@army.ml", Copy: true}
	for _, test := range []struct {
		name string
		all  []parsers.Delivery
		want []domain.Name
	}{
		{"one", []parsers.Delivery{sent, stored("jane@army.ml")}, names("corp.example")},
		{"as many as were sent there", []parsers.Delivery{sent, sent, stored("jane@army.ml"), stored("jane@army.ml")}, names("corp.example")},
		{"of another domain of ours", []parsers.Delivery{sent, stored("ann@shop.example"), stored("ann@shop.example")}, names("corp.example", "shop.example")},
		{"without sent mail", []parsers.Delivery{stored("ann@shop.example")}, names("shop.example")},
	} {
		l := NewLedger(Ledgering{})
		for _, d := range test.all {
			l.Add(&d)
		}
		got := inferInternal(l, func(domain.Name) bool { return false })
		if diff := cmp.Diff(test.want, got, cmp.Comparer(func(a, b domain.Name) bool { return a == b })); diff != "" {
			t.Errorf("%s: %s", test.name, diff)
		}
	}
}

// TestStrangers: what came in at a lookalike is audited where all senders are,
// and is evidence elsewhere.
func TestStrangers(t *testing.T) {
	t.Parallel()
	arrived := parsers.Delivery{
		Time: sentAt, Sender: "ann@partner.example", SenderKnown: true, Recipient: "lucia@gmail.con", MessageID: "in", Copy: true,
		Local: true, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes,
	}
	for _, all := range []bool{true, false} {
		o := options(t)
		o.AllSenders = all
		l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
		for _, d := range append(ofSmallOrganisation(), arrived) {
			l.Add(&d)
		}
		got := copies(resultOf(t, l, o))
		if all != (len(got) == 1 && got[0] == "in lucia@gmail.con delivered yes") {
			t.Errorf("with all senders %v: %q", all, got)
		}
	}
}
