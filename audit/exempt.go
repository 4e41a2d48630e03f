package audit

import (
	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/compact"
	"github.com/typoaudit/typoaudit/audit/reference"
)

// Exemptions are the domains that are meant as they stand: none of them is ever
// a lookalike, whatever it looks like.
type exemptions struct {
	own, protected Own // with what is below them
	partner        map[domain.Name]bool
	providers      *reference.Set
}

func newExemptions(o *Options, own []domain.Name) exemptions {
	set := func(names []domain.Name) map[domain.Name]bool {
		s := map[domain.Name]bool{}
		for _, n := range names {
			s[n] = true
		}
		return s
	}
	return exemptions{own: NewOwn(own), protected: NewOwn(o.Protect), partner: set(o.Reference), providers: o.Providers}
}

// A role is why a domain is exempt.
type role uint8

const (
	roleOther     role = iota // it is not
	roleOwn                   // with the subdomains
	roleProtected             // our people mean to write to it
	rolePartner
	roleProvider
	roleNeighbour // well known, and near a provider: nobody means it, and it is no slip
)

// isTarget says whether a domain may be meant for another one, however little
// mail it has.
func (r role) isTarget() bool { return r != roleOther && r != roleNeighbour }

// role returns why a domain is exempt.
func (x *exemptions) role(name domain.Name) role {
	_, isProvider := x.providers.Find(name)
	switch {
	case x.own.Has(name):
		return roleOwn
	case x.protected.Has(name):
		return roleProtected
	case x.partner[name]:
		return rolePartner
	case isProvider:
		return roleProvider
	}
	if _, ok := x.providers.Neighbour(name); ok {
		return roleNeighbour
	}
	return roleOther
}

// rolesOf returns the names of domains and their roles, by number.
func (x *exemptions) rolesOf(numbers *compact.Interner) (names []domain.Name, roles []role) {
	names, roles = make([]domain.Name, numbers.Len()), make([]role, numbers.Len())
	for id := range names {
		names[id] = domain.Canonical(string(numbers.Get(uint32(id))))
		roles[id] = x.role(names[id])
	}
	return names, roles
}

// why returns a sentence that says why a domain is exempt, "" if it is not.
func (x *exemptions) why(name domain.Name) string {
	switch x.role(name) {
	case roleOwn:
		return name.String() + " is your own."
	case roleProtected:
		return name.String() + " is protected: it is never itself a lookalike."
	case rolePartner:
		return name.String() + " is in your list of partners: it is meant as it stands."
	case roleProvider:
		return name.String() + " is a well-known mailbox provider: it is meant as it stands."
	case roleNeighbour:
		whose, _ := x.providers.Neighbour(name)
		return name.String() + " is well known (" + whose + "): it is meant as it stands."
	}
	return ""
}

// Exempt returns what says why a domain is never a lookalike, whatever it looks
// like: a sentence, or "" if nothing is known of it.
func (o *Options) Exempt() func(domain.Name) string {
	x := newExemptions(o, o.Internal)
	return x.why
}
