package result

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// Exposures at which the next risk begins.
const (
	mediumExposure   = 1
	highExposure     = 5
	criticalExposure = 20
)

// A ranked sender sums the deliveries of one.
type ranked struct {
	Sender
	recipients map[string]bool
	lookalikes map[string]float64 // exposure by domain
	intended   map[string]string
	first      time.Time
	last       time.Time
	leaked     bool // something sensitive arrived
	byPeople   bool // somebody sent one of the deliveries, and no program
}

// sendersOf ranks those who made the slips.
func sendersOf(ds []Delivery, verdicts map[string]Verdict) []Sender {
	people := map[string]*ranked{}
	for i := range ds {
		d := &ds[i]
		if d.Person == "" {
			continue
		}
		p := people[d.Person]
		if p == nil {
			p = &ranked{recipients: map[string]bool{}, lookalikes: map[string]float64{}, intended: map[string]string{}}
			p.Sender.Sender, p.Sensitive = d.Person, map[string]int64{}
			people[d.Person] = p
		}
		p.add(d, verdicts[d.Lookalike].Confidence)
	}
	all := make([]Sender, 0, len(people))
	for _, p := range people {
		all = append(all, p.finish())
	}
	rankSenders(all)
	return all
}

func (p *ranked) add(d *Delivery, confidence float64) {
	x := d.exposure(confidence)
	p.Exposure += x
	p.Messages += d.Count
	p.Arrived.Add(d.Arrived, d.Count)
	p.recipients[strings.ToLower(d.Recipient)] = true
	p.lookalikes[d.Lookalike] += x
	p.intended[d.Lookalike] = d.Intended
	p.Bytes += d.Bytes * d.Count
	p.byPeople = p.byPeople || !d.Cause.IsMachine()
	p.carried(d)
	p.first, p.last = widen(p.first, p.last, d.Time)
}

// carried adds what was in a delivery to what its sender let go.
func (p *ranked) carried(d *Delivery) {
	p.Attachments += int64(d.Attachments) * d.Count
	for _, class := range d.Sensitive {
		p.Sensitive[class] += d.Count
	}
	p.leaked = p.leaked || d.Arrived == parsers.ArrivedYes && len(d.Sensitive) > 0
}

func (p *ranked) finish() Sender {
	s := p.Sender
	s.Exposure = Round(s.Exposure)
	s.Risk = riskOf(s.Exposure)
	if p.leaked {
		s.Risk = RiskCritical
	}
	s.Machine = !p.byPeople
	s.Recipients = len(p.recipients)
	s.Lookalikes = slices.SortedFunc(maps.Keys(p.lookalikes), func(x, y string) int {
		return cmp.Or(cmp.Compare(p.lookalikes[y], p.lookalikes[x]), cmp.Compare(x, y))
	})
	s.Worst = s.Lookalikes[0]
	s.Intended = p.intended[s.Worst]
	s.First, s.Last = TimeOf(p.first), TimeOf(p.last)
	return s
}

func riskOf(exposure float64) Risk {
	switch {
	case exposure >= criticalExposure:
		return RiskCritical
	case exposure >= highExposure:
		return RiskHigh
	case exposure >= mediumExposure:
		return RiskMedium
	case exposure > 0:
		return RiskLow
	}
	return RiskNone
}

// rankSenders sorts people before machines, and those by exposure, then arrival, then
// name, and numbers them: the order is total. Whom to talk to stands first; a newsletter
// of a thousand mistyped addresses is repaired at its form.
func rankSenders(all []Sender) {
	slices.SortFunc(all, func(x, y Sender) int {
		return cmp.Or(compareBools(x.Machine, y.Machine), cmp.Compare(y.Exposure, x.Exposure), cmp.Compare(y.Arrived.Yes, x.Arrived.Yes), cmp.Compare(x.Sender, y.Sender))
	})
	for i := range all {
		all[i].Rank = i + 1
	}
}

// compareBools puts what is not before what is.
func compareBools(x, y bool) int {
	switch {
	case x == y:
		return 0
	case y:
		return -1
	}
	return 1
}
