package result

import (
	"github.com/typoaudit/typoaudit/audit/content"
	"github.com/typoaudit/typoaudit/parsers"
)

// A Verdict says for which domain another one was taken, and how surely.
type Verdict struct {
	Unicode    string // the domain in U-labels, "" if the same or of mixed scripts
	Intended   string
	Also       string // a second domain that may have been meant, or ""
	Candidates []Meant
	Elder      bool // the domain was written to before the intended one appeared
	Kind       string
	How        string     // the kind in words
	Confidence float64    // not rounded: the exposure is summed from it
	Evidence   []Evidence // strongest first
}

// A Summary ranks and sums deliveries. Its slices are never nil.
type Summary struct {
	Totals     Totals
	Kinds      []Kind
	Weeks      []Week
	Senders    []Sender
	Lookalikes []Lookalike
}

// Summarise ranks the lookalikes and senders of deliveries, and sums them by
// kind and by week. It looks at nothing else. verdicts has the one on each
// lookalike by its name in A-labels: of a lookalike without one the exposure is
// 0.
func Summarise(ds []Delivery, verdicts map[string]Verdict) Summary {
	s := Summary{Lookalikes: lookalikesOf(ds, verdicts), Senders: sendersOf(ds, verdicts), Weeks: weeksOf(ds)}
	s.Kinds = kindsOf(s.Lookalikes)
	s.Totals = totalsOf(ds, s.Senders, s.Lookalikes)
	return s
}

// Summarise fills in what ranks and sums the deliveries of r.
func (r *Result) Summarise(verdicts map[string]Verdict) {
	s := Summarise(r.Deliveries, verdicts)
	r.Totals, r.Kinds, r.Weeks, r.Senders, r.Lookalikes = s.Totals, s.Kinds, s.Weeks, s.Senders, s.Lookalikes
}

// Weights of the exposure by arrival: the chance that a stranger holds it.
const (
	weightYes     = 1.0
	weightMaybe   = 0.5
	weightUnknown = 0.5
)

func weightOfArrival(a parsers.Arrived) float64 {
	switch a {
	case parsers.ArrivedYes:
		return weightYes
	case parsers.ArrivedMaybe:
		return weightMaybe
	case parsers.ArrivedUnknown:
		return weightUnknown
	}
	return 0
}

// Weights of the exposure by what the message carried; the heaviest counts.
const (
	weightPlain = 1
	// weightSensitive makes one such message that surely arrived critical by
	// the exposure alone, and one of which nothing is known high.
	weightSensitive = 20
	// weightPossible is of the classes that words alone show.
	weightPossible = 10
)

// weightOfContent returns how much more a message counts for what is in it.
func weightOfContent(d *Delivery) float64 {
	w := float64(weightPlain)
	for _, name := range d.Sensitive {
		if content.Class(name).IsPossible() {
			w = max(w, weightPossible)
		} else {
			w = max(w, weightSensitive)
		}
	}
	return w
}

// exposure returns that of a delivery whose lookalike has a confidence.
func (d *Delivery) exposure(confidence float64) float64 {
	return confidence * weightOfArrival(d.Arrived) * weightOfContent(d) * float64(d.Count)
}

func totalsOf(ds []Delivery, senders []Sender, lookalikes []Lookalike) Totals {
	t := Totals{Senders: len(senders), Lookalikes: len(lookalikes), Exposure: totalExposure(lookalikes)}
	for i := range ds {
		t.count(&ds[i])
	}
	return t
}

func (t *Totals) count(d *Delivery) {
	t.Messages += d.Count
	t.Arrived.Add(d.Arrived, d.Count)
	switch {
	case d.Person != "":
	case d.Sender == nil:
		t.UnknownSender += d.Count
	default:
		t.NullSender += d.Count
	}
}

func totalExposure(all []Lookalike) (sum float64) {
	for i := range all {
		sum += all[i].Exposure
	}
	return Round(sum)
}

// Add counts n messages of which that became.
func (a *Arrived) Add(how parsers.Arrived, n int64) {
	switch how {
	case parsers.ArrivedYes:
		a.Yes += n
	case parsers.ArrivedMaybe:
		a.Maybe += n
	case parsers.ArrivedNo:
		a.No += n
	default:
		a.Unknown += n
	}
}

func (a *Arrived) sum(other Arrived) {
	a.Yes += other.Yes
	a.Maybe += other.Maybe
	a.No += other.No
	a.Unknown += other.Unknown
}
