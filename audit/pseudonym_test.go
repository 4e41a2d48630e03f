package audit

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// Under a key no name of a person is in the report, and the same person has the
// same name in every place and run.
func TestPseudonymize(t *testing.T) {
	o := options(t)
	o.Subjects = true
	var err error
	if o.Ignore, err = result.ParseRules("sender=nobody@corp.example *\n", time.UTC); err != nil {
		t.Fatal(err)
	}
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for _, d := range ofSmallOrganisation() {
		d.Subject, d.MessageID = "canary", "alice.1234@corp.example"+d.QueueID
		l.Add(&d)
	}
	d := parsers.Delivery{Sender: "alice@corp.example", SenderKnown: true, Submitted: true, Recipient: "lucia@gmail.co", OrigRecipient: "lucia-alias@corp.example",
		Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, Time: time.Date(2026, 11, 18, 8, 0, 0, 0, time.UTC)}
	l.Add(&d)
	r := resultOf(t, l, o)
	p, err := result.NewPseudonymizer([]byte("sixteen bytes or more"))
	if err != nil {
		t.Fatal(err)
	}
	before, _ := json.Marshal(r)
	out := p.Apply(r)
	text, _ := json.Marshal(out)
	for _, name := range []string{"alice", "bob", "lucia", "mori", "canary", "nobody"} {
		if !strings.Contains(string(before), name) {
			t.Errorf("%s is not in the report at all", name)
		}
		if strings.Contains(string(text), name) {
			t.Errorf("%s got through: %s", name, text)
		}
	}
	if after, _ := json.Marshal(r); string(after) != string(before) {
		t.Error("the report itself was changed")
	}
	if out.Senders[0].Sender != out.Deliveries[0].Person || !strings.HasSuffix(out.Senders[0].Sender, "@corp.example") {
		t.Errorf("%s and %s are one person", out.Senders[0].Sender, out.Deliveries[0].Person)
	}
	local, host, _ := strings.Cut(out.Deliveries[0].Recipient, "@")
	if meant := local + "@" + out.Deliveries[0].Intended; meant != out.Deliveries[0].Meant || host != out.Deliveries[0].Lookalike {
		t.Errorf("recipient %s, meant %s", out.Deliveries[0].Recipient, out.Deliveries[0].Meant)
	}
	if again := p.Apply(out); again.Senders[0].Sender != out.Senders[0].Sender {
		t.Error("twice is not once")
	}
	other, err := result.NewPseudonymizer([]byte("another sixteen bytes"))
	if err != nil || other.Apply(r).Senders[0].Sender == out.Senders[0].Sender {
		t.Errorf("another key, the same name (%v)", err)
	}
	if _, err := result.NewPseudonymizer([]byte("short")); err == nil {
		t.Error("a short key was taken")
	}
}
