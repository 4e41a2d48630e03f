package audit

import (
	"cmp"
	"slices"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// minLoginShare is the share of all logins that must write from a domain for
// it to be taken as ours: now and then somebody sends from a foreign address.
const minLoginShare = 0.02

// InferInternal tells the organisation's own domains from its traffic: those
// for which mail is stored here, and those that people who log in write from;
// where nobody logs in, those that trusted hosts write from. Providers are
// nobody's own. A name below another one is left out; the rest are sorted.
func InferInternal(l *Ledger, isProvider func(domain.Name) bool) []domain.Name {
	votes := l.loginDomains()
	total := 0
	for _, n := range votes {
		total += n
	}
	remote := l.remoteSent()
	var own []domain.Name
	for id := range l.stats {
		name := domain.Canonical(string(l.domains.get(uint32(id))))
		stored := int64(l.stats[id].stored)
		home := stored > 0 && stored >= remote[id]
		if (home || votes[uint32(id)] > 0 && float64(votes[uint32(id)]) >= minLoginShare*float64(total)) && !isProvider(name) {
			own = append(own, name)
		}
	}
	return topmost(own)
}

// loginDomains counts, for each domain, the logins that write from it most.
func (l *Ledger) loginDomains() map[uint32]int {
	sent := make([]int64, l.people.len())
	for id := range l.edges.n {
		e := l.edges.get(id)
		sent[e.person()] += int64(e.sent)
	}
	byLogin, trusted := map[string]map[uint32]int64{}, map[string]map[uint32]int64{}
	for id := range sent {
		p := unpackPerson(l.people.get(uint32(id)))
		a, ok := l.canonical(p.sender)
		if p.flags&personSubmitted == 0 || p.flags&personRefused != 0 || !ok {
			continue
		}
		dom, ok := l.domains.find(domainPart(a))
		if !ok {
			continue
		}
		to, key := byLogin, p.login
		if key == "" {
			to, key = trusted, p.sender
		}
		if to[key] == nil {
			to[key] = map[uint32]int64{}
		}
		to[key][dom] += sent[id] + 1
	}
	if len(byLogin) == 0 {
		byLogin = trusted
	}
	votes := map[uint32]int{}
	for _, domains := range byLogin {
		votes[most(domains)]++
	}
	return votes
}

// most returns the key with the largest value, the smallest of equal ones.
func most(m map[uint32]int64) uint32 {
	var best uint32
	var n int64 = -1
	for k, v := range m {
		if v > n || v == n && k < best {
			best, n = k, v
		}
	}
	return best
}

// remoteSent sums the deliveries to each domain that were not stored here.
func (l *Ledger) remoteSent() []int64 {
	sent := make([]int64, l.domains.len())
	for id := range l.edges.n {
		e := l.edges.get(id)
		sent[l.domainOf[e.address()]] += int64(e.sent)
	}
	return sent
}

// topmost sorts names and leaves out those below another one.
func topmost(names []domain.Name) (top []domain.Name) {
	for _, n := range names {
		below := slices.ContainsFunc(names, func(p domain.Name) bool { return p != n && n.SubdomainOf(p) })
		if !below {
			top = append(top, n)
		}
	}
	slices.SortFunc(top, func(a, b domain.Name) int { return cmp.Compare(a.String(), b.String()) })
	return slices.Compact(top)
}
