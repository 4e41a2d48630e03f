package report

import (
	"strings"

	"github.com/typoaudit/typoaudit/audit/result"
)

// A senderNames shortens the names of senders in a table by the domain that
// most of them share, which the legend says once.
type senderNames struct {
	all []string
	// shared is "@domain", "" for none.
	shared string
}

// namesOf returns the names of the senders in a table of by.
func namesOf(r *result.Result, by By) senderNames {
	var n senderNames
	if by == ByDelivery {
		for i := range r.Deliveries {
			if person := r.Deliveries[i].Person; person != "" {
				n.all = append(n.all, person)
			}
		}
	} else {
		for i := range r.Senders {
			n.all = append(n.all, r.Senders[i].Sender)
		}
	}
	n.shared = sharedDomain(n.all, r.InternalDomains)
	return n
}

// sharedDomain returns "@domain" for the internal domain of most of the names.
// It is "" where none has one, and where a bare login is among them, which
// would read as if it had that domain.
func sharedDomain(names, internal []string) string {
	count := make(map[string]int, len(internal))
	for _, name := range names {
		at := strings.LastIndexByte(name, '@')
		if at <= 0 {
			return ""
		}
		count[name[at+1:]]++
	}
	shared, most := "", 0
	for _, d := range internal {
		if count[d] > most {
			shared, most = "@"+d, count[d]
		}
	}
	return shared
}

// short takes the shared domain off a name, unless the rest would read as an
// address.
func (n *senderNames) short(name string) string {
	if local := strings.TrimSuffix(name, n.shared); !strings.Contains(local, "@") {
		return local
	}
	return name
}

// mixed reports whether some names keep their domain beside the shortened ones.
func (n *senderNames) mixed() bool {
	for _, name := range n.all {
		if n.short(name) == name {
			return true
		}
	}
	return false
}

// sentBy names the person of a delivery, or says why there is none.
func sentBy(d *result.Delivery) string {
	switch {
	case d.Person != "":
		return d.Person
	case d.Sender == nil:
		return "(unknown)"
	}
	return "(auto)"
}
