package audit

import (
	"cmp"
	"iter"
	"math"
	"slices"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/workers"
	"github.com/typoaudit/typoaudit/audit/lookalike"
)

// minReference is how many mails make a domain one that others may be slips
// for: less is no evidence that anybody means it, unless a person there has a
// namesake at a domain that looks alike.
const minReference = 3

// maxThinDomains is of how many domains a log is small: there less mail counts, for of a
// day's log most partners had one mail or two.
const maxThinDomains = 10_000

// Targets are the domains that may be meant, those of most weight first.
type targets struct {
	all    []lookalike.Target
	index  *lookalike.Index
	of     []int32  // the target of each domain, -1 for none
	domain []uint32 // of each target; noDomain for a provider that had no mail
	slipAt float64  // the score from which on a target is taken for a slip itself
}

// target returns the target of a verdict; nothing is known of one that is guessed.
func (t *targets) target(id int32) *lookalike.Target {
	if id < 0 {
		return &lookalike.Target{}
	}
	return &t.all[id]
}

// domainOf returns the number of the domain of a target, if it had mail.
func (t *targets) domainOf(id int32) (domain uint32, ok bool) {
	if id < 0 || t.domain[id] == noDomain {
		return noDomain, false
	}
	return t.domain[id], true
}

func findTargets(e *Evidence) targets {
	places := e.targetPlaces()
	t := targets{
		all: make([]lookalike.Target, len(places)), domain: make([]uint32, len(places)), of: make([]int32, len(e.names)),
	}
	for id := range t.of {
		t.of[id] = -1
	}
	for i := range places {
		t.all[i], t.domain[i] = e.target(&places[i]), places[i].domain
		if id := places[i].domain; id != noDomain {
			t.of[id] = int32(i)
		}
	}
	t.index = lookalike.NewIndex(t.all)
	return t
}

// targetPlaces returns the domains that may be meant in their order.
func (e *Evidence) targetPlaces() []targetPlace {
	special := map[domain.Name]uint32{} // those that are targets without traffic as well
	for id := range e.names {
		if e.roles[id].isTarget() {
			special[e.names[id]] = uint32(id)
		}
	}
	var places []targetPlace
	place := func(n domain.Name, id uint32, before int) {
		p := targetPlace{name: n, domain: id, before: before}
		t := e.target(&p)
		p.weight, p.mails = weightOf(&t), t.Traffic.Sent+t.Traffic.Received
		places = append(places, p)
	}
	added := map[domain.Name]bool{}
	add := func(n domain.Name) {
		id, had := special[n]
		if !had {
			id = noDomain
		}
		if !added[n] {
			added[n] = true
			place(n, id, len(places))
		}
	}
	for _, n := range slices.Concat(e.exempt.own.Names(), e.options.Protect, e.options.Reference) {
		add(n)
	}
	for _, p := range e.options.Providers.All() { // in its order: the main domain of a family comes first
		add(p.Name)
	}
	mayBeMeant := make([]bool, len(e.names))
	workers.Share(len(e.names), domainBatch, workers.Count(maxLearners), func(_ int, numbers iter.Seq[int]) {
		for id := range numbers {
			mayBeMeant[id] = e.mayBeMeant(uint32(id))
		}
	})
	for id, may := range mayBeMeant {
		if may && !added[e.names[id]] {
			place(e.names[id], uint32(id), math.MaxInt)
		}
	}
	slices.SortFunc(places, func(x, y targetPlace) int { return x.compare(&y) })
	return places
}

// mayBeMeant says whether a domain of the traffic is a target, thin ones included.
func (e *Evidence) mayBeMeant(id uint32) bool {
	t := &e.traffic.byDomain[id]
	mails := t.Sent + t.Received
	return e.roles[id] != roleOther || mails >= minReference || mails > 0 && (len(e.names) <= maxThinDomains || e.hasTwinNearby(id))
}

// A targetPlace is a target on its way to its place.
type targetPlace struct {
	name   domain.Name
	domain uint32
	weight int
	mails  int64
	before int // its place among those that are targets without traffic as well, math.MaxInt for others
}

// compare puts the places of more weight first, and then those of more mail. The
// order is total.
func (p *targetPlace) compare(q *targetPlace) int {
	return cmp.Or(
		cmp.Compare(q.weight, p.weight), cmp.Compare(q.mails, p.mails),
		cmp.Compare(p.before, q.before), cmp.Compare(p.name.String(), q.name.String()),
	)
}

func weightOf(t *lookalike.Target) int {
	switch {
	case t.Own || t.Protected || t.Listed:
		return 3
	case t.Major:
		return 2
	case t.Known:
		return 1
	}
	return 0
}

// target makes the target of a place.
func (e *Evidence) target(at *targetPlace) lookalike.Target {
	// Of these nothing else is known: there is no need to ask.
	if at.domain != noDomain && !e.roles[at.domain].isTarget() {
		t := &e.traffic.byDomain[at.domain]
		isThin := t.Sent+t.Received < minReference && e.roles[at.domain] == roleOther
		return lookalike.Target{Name: at.name, Traffic: *t, Thin: isThin, Sought: isThin && len(e.names) <= maxThinDomains}
	}
	p, known := e.options.Providers.Find(at.name)
	t := lookalike.Target{Name: at.name, Known: known, Major: p.Major, Family: p.Family, Own: e.exempt.own.Has(at.name), Protected: e.exempt.protected.Has(at.name), Listed: e.exempt.partner[at.name]}
	if at.domain != noDomain {
		t.Traffic = e.traffic.byDomain[at.domain]
	}
	return t
}
