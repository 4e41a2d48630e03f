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
