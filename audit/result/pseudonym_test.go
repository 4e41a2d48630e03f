package result

import (
	"encoding/json"
	"strings"
	"testing"
)

// report is one that names people wherever it may.
func report() *Result {
	r := &Result{Coverage: Coverage{IgnoreRules: []RuleUse{{Rule: "sender=nobody@corp.example *", Line: 1, Reason: "nobody asked"}}}}
	for _, person := range []string{"alice@corp.example", "bob"} {
		d := misaddressed(person, func(d *Delivery) {
			d.Recipient, d.Meant, d.Lookalike, d.Intended = "lucia@gmail.co", "lucia@gmail.com", "gmail.co", "gmail.com"
			d.AuthUser, d.Orig, d.MessageID, d.Subject = &person, "lucia-alias@corp.example", "alice.1234@corp.example", "canary"
		})
		r.Deliveries = append(r.Deliveries, d)
	}
	r.Summarise(map[string]Verdict{"gmail.co": {Intended: "gmail.com", Confidence: 1, Evidence: []Evidence{
		{Code: "twins", Text: "3 of 4 recipients exist at gmail.com, such as mori."},
		{Code: "twin", Text: "The same person, mori, is written to at gmail.com."},
	}}})
	return r
}

// Under a key no name of a person is in the report, and the same person has the
// same name in every place and run.
func TestPseudonymize(t *testing.T) {
	t.Parallel()
	r := report()
	p, err := NewPseudonymizer([]byte("sixteen bytes or more"))
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
	other, err := NewPseudonymizer([]byte("another sixteen bytes"))
	if err != nil || other.Apply(r).Senders[0].Sender == out.Senders[0].Sender {
		t.Errorf("another key, the same name (%v)", err)
	}
	if _, err := NewPseudonymizer([]byte("short")); err == nil {
		t.Error("a short key was taken")
	}
}
