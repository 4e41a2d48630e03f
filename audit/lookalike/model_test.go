package lookalike

import (
	"math"
	"slices"
	"testing"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// valueOf returns how much of a term there is where typed is a slip for the target.
func valueOf(at term, typed string, e Target) (value float64) {
	d := Subject{Name: domain.Must(typed), Traffic: Traffic{Sent: 1, Senders: 1, Recipients: 1}, background: Background{Established: true}}
	dp, ep := cut(d.Name), cut(e.Name)
	s, _ := compare(&dp, &ep, maxEdits)
	for _, f := range features(nil, &s, &d, &dp, &e, &ep, &Pair{}) {
		if f.term == at {
			value += f.value
		}
	}
	return value
}

// TestWhatIsOfOne: what is known of a domain says nothing of one name below it against
// another one below it.
func TestWhatIsOfOne(t *testing.T) {
	t.Parallel()
	below, beside := Target{Name: domain.Must("lists.acme.edu")}, Target{Name: domain.Must("lists.acne.edu")}
	for _, at := range []term{termEstablished, termRestricted} {
		if got := valueOf(at, "litss.acme.edu", below); got != 0 {
			t.Errorf("term %d of names below one domain: %g", at, got)
		}
		if got := valueOf(at, "lists.acme.edu", beside); got != 1 {
			t.Errorf("term %d of another domain: %g, want 1", at, got)
		}
	}
}

// TestNumberedHosts: a number says more of two hosts of one organisation than of two names.
func TestNumberedHosts(t *testing.T) {
	t.Parallel()
	hosts := valueOf(termDigit, "uplink.acme.example", Target{Name: domain.Must("uplink4.acme.example")})
	names := valueOf(termDigit, "uplink.example", Target{Name: domain.Must("uplink4.example")})
	if hosts != 2 || names != 1 {
		t.Errorf("hosts %g, names %g, want 2 and 1", hosts, names)
	}
}

// TestBrand: the mail to a provider's name under one suffix counts for that name under the
// others, and not for another provider of that name.
func TestBrand(t *testing.T) {
	t.Parallel()
	x := NewIndex([]Target{
		{Name: domain.Must("webmailer.com"), Known: true, Family: "a", Traffic: Traffic{Sent: 99}},
		{Name: domain.Must("webmailer.es"), Known: true, Family: "a"},
		{Name: domain.Must("webmailer.fr"), Known: true, Family: "b"},
	})
	for i, want := range []float64{0, 2, 0} {
		if got := valueOf(termBrand, "webmialer.xy", x.targets[i]); got != want {
			t.Errorf("%s: got %g, want %g", x.targets[i].Name, got, want)
		}
	}
}

// TestConfidence: a score of zero is as sure as a coin, above it the scores say too little,
// and nothing is surer than the labels were.
func TestConfidence(t *testing.T) {
	t.Parallel()
	logistic := func(z float64) float64 { return 1 / (1 + math.Exp(-z)) }
	for score, want := range map[float64]float64{0: 0.5, -1: logistic(-1), 1: logistic(Firmness), 50: surest} {
		if got := Confidence(score); math.Abs(got-want) > 1e-9 {
			t.Errorf("score %g: got %g, want %g", score, got, want)
		}
	}
}

// TestForwardedHasNoTwin: where a rule sends all mail, the recipient is who made it, and
// nobody of that name is to be expected at the other domain.
func TestForwardedHasNoTwin(t *testing.T) {
	t.Parallel()
	e := Target{Name: domain.Must("northvale.de"), Traffic: Traffic{Sent: 9}}
	for forwarded, want := range map[int64]bool{0: true, 9: false} {
		d := Subject{Name: domain.Must("northvale.eu"), Traffic: Traffic{Sent: 9, Recipients: 2, Forwarded: forwarded}}
		dp, ep := cut(d.Name), cut(e.Name)
		s, _ := compare(&dp, &ep, maxEdits)
		fs := features(nil, &s, &d, &dp, &e, &ep, &Pair{})
		for _, at := range []term{termNoTwin, termSwapNoTwin} {
			if got := slices.ContainsFunc(fs, func(f feature) bool { return f.term == at }); got != want {
				t.Errorf("%d forwarded: term %d is %v, want %v", forwarded, at, got, want)
			}
		}
	}
}
