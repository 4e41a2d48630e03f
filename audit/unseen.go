package audit

import (
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// Unseen are the domains that somebody named and that never occur in what was read:
// they may be mistyped.
type Unseen struct {
	Internal, Protect []domain.Name
}

// Unseen returns the domains that never occur in the evidence. Where nothing was read at
// all there are none.
func (v *Verdicts) Unseen() Unseen { return v.evidence.unseen }

// findUnseen looks for the domains that the options name among all those of senders and
// recipients, and then among those of the logins and aliases.
func (e *Evidence) findUnseen() Unseen {
	if len(e.names) == 0 {
		return Unseen{}
	}
	u := Unseen{Internal: slices.Clone(e.options.Internal), Protect: slices.Clone(e.options.Protect)}
	for _, name := range e.names {
		u.leaveOut(name.SubdomainOf)
	}
	for id := 0; id < len(e.people.all) && len(u.Internal)+len(u.Protect) > 0; id++ {
		who := e.people.of(uint32(id))
		for _, address := range [...]string{who.login, who.alias} {
			host := "." + strings.ToLower(address[strings.LastIndexByte(address, '@')+1:])
			u.leaveOut(func(n domain.Name) bool { return strings.HasSuffix(host, "."+n.String()) })
		}
	}
	return u
}

// leaveOut leaves out the domains that occur.
func (u *Unseen) leaveOut(occurs func(domain.Name) bool) {
	u.Internal, u.Protect = slices.DeleteFunc(u.Internal, occurs), slices.DeleteFunc(u.Protect, occurs)
}
