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
		{Code: "twin", Text: "3 of 4 recipients exist at gmail.com, such as mori.", Names: []string{"mori"}},
		{Code: "form", Text: "l.mori is likely the person who is mori at gmail.com.", Names: []string{"l.mori", "mori"}},
		{Code: "twin", Text: "The same person, oyama, is written to at gmail.com (2 mails)."}, // before there were names
	}}})
	r.Listed = []Listed{{Source: "home/sato/.forward", Place: "sato", Address: "sato@gmial.com", Meant: "sato@gmail.com"}}
	r.Coverage.Lists = []ListFile{{Name: "home/sato/.forward"}}
	r.Coverage.Problems = []string{"aliases home/sato/.forward: 1 lines not understood", "mail.log: no such file"}
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
	for _, name := range []string{"alice", "bob", "lucia", "mori", "oyama", "sato", "canary", "nobody"} {
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
	if form := out.Lookalikes[0].Evidence[1]; form.Text != form.Names[0]+" is likely the person who is "+form.Names[1]+" at gmail.com." {
		t.Errorf("the sentence is no longer one: %s", form.Text)
	}
	if out.Listed[0].Source != out.Coverage.Lists[0].Name || out.Coverage.Problems[1] != "mail.log: no such file" {
		t.Errorf("a list has two names, or a log none: %+v %q", out.Listed[0], out.Coverage.Problems)
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

// A name is replaced as a word, wherever it stands, and nothing else is.
func TestReplaceWord(t *testing.T) {
	t.Parallel()
	for _, test := range [][3]string{
		{"The same person, smith, is written to at smith.com (2 mails).", "smith", "The same person, P, is written to at smith.com (2 mails)."},
		{"2 of 3 recipients exist at a.com, such as as.", "as", "2 of 3 recipients exist at a.com, such P P."},
		{"a.b is likely the person who is b at b.com.", "b", "a.b is likely the person who is P at b.com."},
		{"nobody", "", "nobody"},
	} {
		if got := replaceWord(test[0], test[1], "P"); got != test[2] {
			t.Errorf("%q: %q, want %q", test[1], got, test[2])
		}
	}
}
