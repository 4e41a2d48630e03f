package result

import (
	"testing"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// A domain is asked for as people write it, and what lies below it belongs to it.
func TestSelectDomain(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		asked string
		want  int
	}{
		{"müller.de", 2}, {"XN--MLLER-KVA.DE.", 2}, {"mueller.de", 2}, {"ller.de", 0}, {"mail.müller.de", 1},
	} {
		r := &Result{Deliveries: []Delivery{
			misaddressed("kim@corp.example", func(d *Delivery) { d.Lookalike, d.Intended = "xn--mller-kva.de", "mueller.de" }),
			misaddressed("kim@corp.example", func(d *Delivery) { d.Lookalike, d.Intended = "mail.xn--mller-kva.de", "mail.mueller.de" }),
		}}
		r.Summarise(map[string]Verdict{"xn--mller-kva.de": {Confidence: 1}, "mail.xn--mller-kva.de": {Confidence: 1}})
		s := Selection{Domain: domain.Must(test.asked)}
		if r.Select(&s); len(r.Deliveries) != test.want || len(r.Lookalikes) != test.want {
			t.Errorf("%s (%s): %d deliveries, %d lookalikes, want %d", test.asked, s.String(), len(r.Deliveries), len(r.Lookalikes), test.want)
		}
	}
}

// Questions and addresses of lists are selected as the findings are.
func TestSelectQuestionsAndListed(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		asked             Selection
		questions, listed int
	}{
		"all":           {Selection{}, 2, 2},
		"sender":        {Selection{Sender: "KIM"}, 0, 1},
		"domain":        {Selection{Domain: domain.Must("acme.com")}, 1, 0},
		"listed domain": {Selection{Domain: domain.Must("gmial.com")}, 0, 1},
		"risk":          {Selection{Risk: RiskLow}, 0, 1},
		"high risk":     {Selection{Risk: RiskHigh}, 0, 0},
		"since":         {Selection{Since: *at(20, 0)}, 2, 2},
	} {
		r := &Result{
			Questions: []Question{{Domain: "acme.de", Near: "acme.com"}, {Domain: "army.de", Near: "army.mil"}},
			Listed: []Listed{
				{Place: "kim@corp.example", Lookalike: "gmial.com", Intended: "gmail.com"},
				{Place: "lee@corp.example", Lookalike: "army.ml", Intended: "army.mil"},
			},
			Deliveries: []Delivery{misaddressed("kim@corp.example", func(d *Delivery) { d.Time = at(21, 9) })},
		}
		r.Summarise(map[string]Verdict{"army.ml": {Confidence: 0.5}})
		whole := *r
		if r.Select(&test.asked); len(r.Questions) != test.questions || len(r.Listed) != test.listed {
			t.Errorf("%s: %d questions and %d listed, want %d and %d", name, len(r.Questions), len(r.Listed), test.questions, test.listed)
		}
		if whole.Questions[0].Domain != "acme.de" || whole.Listed[1].Lookalike != "army.ml" {
			t.Errorf("%s: the report itself was changed", name)
		}
	}
}
