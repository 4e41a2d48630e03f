package audit

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// A ranked sender gathers what is told of one.
type ranked struct {
	Sender
	recipients map[string]bool
	lookalikes map[string]float64 // exposure by domain
	intended   map[string]string
	first      time.Time
	last       time.Time
	leaked     bool // something sensitive arrived
}

func (b *builder) senders() {
	people := map[string]*ranked{}
	for i := range b.r.Deliveries {
		d := &b.r.Deliveries[i]
		b.r.Totals.count(d)
		if d.Person == "" {
			continue
		}
		p := people[d.Person]
		if p == nil {
			p = &ranked{recipients: map[string]bool{}, lookalikes: map[string]float64{}, intended: map[string]string{}}
			p.Sender.Sender, p.Sensitive = d.Person, map[string]int64{}
			people[d.Person] = p
		}
		p.add(d, b.told[b.domains[i]].verdict.Confidence)
	}
	for _, p := range people {
		b.r.Senders = append(b.r.Senders, p.finish())
	}
	rankSenders(b.r.Senders)
}

func (t *Totals) count(d *Delivery) {
	t.Messages += d.Count
	t.Arrived.add(d.Arrived, d.Count)
	switch {
	case d.Person != "":
	case d.Sender == nil:
		t.UnknownSender += d.Count
	default:
		t.NullSender += d.Count
	}
}

func (p *ranked) add(d *Delivery, confidence float64) {
	x := confidence * weightOfArrival(d.Arrived) * weightOfContent(d) * float64(d.Count)
	p.Exposure += x
	p.Messages += d.Count
	p.Arrived.add(d.Arrived, d.Count)
	p.recipients[strings.ToLower(d.Recipient)] = true
	p.lookalikes[d.Lookalike] += x
	p.intended[d.Lookalike] = d.Intended
	p.Bytes += d.Bytes * d.Count
	p.carried(d)
	p.first, p.last = widen(p.first, p.last, d.Time)
}

func (p *ranked) finish() Sender {
	s := p.Sender
	s.Exposure = round(s.Exposure)
	s.Risk = riskOf(s.Exposure)
	if p.leaked {
		s.Risk = RiskCritical
	}
	s.Recipients = len(p.recipients)
	s.Lookalikes = slices.SortedFunc(maps.Keys(p.lookalikes), func(x, y string) int {
		return cmp.Or(cmp.Compare(p.lookalikes[y], p.lookalikes[x]), cmp.Compare(x, y))
	})
	s.Worst = s.Lookalikes[0]
	s.Intended = p.intended[s.Worst]
	s.First, s.Last = timeOf(p.first), timeOf(p.last)
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

func (b *builder) totals() {
	t := &b.r.Totals
	t.Senders, t.Lookalikes = len(b.r.Senders), len(b.r.Lookalikes)
	t.Exposure = totalExposure(b.r.Lookalikes)
}

func totalExposure(all []Lookalike) (sum float64) {
	for i := range all {
		sum += all[i].Exposure
	}
	return round(sum)
}

// nameOf returns the name under which a person is ranked: the login, with a
// domain of ours, if there was one; else the alias that sent the mail on, else
// the sender. It is "" for the null reverse-path and an unknown sender.
func (a *Auditor) nameOf(x *detail) string {
	p, info := a.person(x.person), &a.people[x.person]
	switch {
	case a.isRefused(x.person):
		return strings.ToLower(plainSender(x.d.Sender))
	case p.alias != "":
		return p.alias
	case p.login == "":
		return p.sender
	case strings.Contains(p.login, "@"):
		return strings.ToLower(p.login)
	}
	login := strings.ToLower(p.login)
	switch {
	case info.fromUs:
		return login + "@" + a.names[info.domain].String()
	case len(a.own.names) == 1:
		return login + "@" + a.own.names[0].String()
	}
	return login
}
