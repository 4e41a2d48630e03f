package audit

import (
	"slices"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// Exempt says why a domain is never a lookalike, whatever it looks like: "" if
// nothing is known of it. own counts with its subdomains.
func (o *Options) Exempt(name domain.Name) string {
	_, provider := o.Providers.Find(name)
	switch {
	case slices.ContainsFunc(o.Internal, func(own domain.Name) bool { return name == own || name.SubdomainOf(own) }):
		return name.String() + " is your own."
	case slices.Contains(o.Protect, name):
		return name.String() + " is protected: it is never itself a lookalike."
	case slices.Contains(o.Reference, name):
		return name.String() + " is in your list of partners: it is meant as it stands."
	case provider:
		return name.String() + " is a well-known mailbox provider: it is meant as it stands."
	}
	if whose, ok := o.Providers.Neighbour(name); ok {
		return name.String() + " is well known (" + whose + "): it is meant as it stands."
	}
	return ""
}
