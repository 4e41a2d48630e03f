package audit

import (
	"bytes"
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/compact"
	"github.com/typoaudit/typoaudit/audit/internal/workers"
	"github.com/typoaudit/typoaudit/audit/organisation"
	"github.com/typoaudit/typoaudit/audit/reference"
)

// minLoginShare is the share of all logins that must write from a domain for
// it to be taken as ours: now and then somebody sends from a foreign address.
const minLoginShare = 0.02

// inferInternal returns the organisation's own domains from its traffic: those
// for which mail is stored here, and those that people who log in write from;
// where nobody logs in, those that trusted hosts write from. Providers are
// nobody's own. A name below another one is left out; the rest are sorted.
//
// In mailboxes with sent mail its senders show whose they are. One message that
// another domain's fields brought in, such as one that was forwarded, makes that
// domain not ours: a lookalike would be no finding. The edges are loaded (loadEdges).
func inferInternal(l *Ledger, isProvider func(domain.Name) bool) []domain.Name {
	l.settle()
	var remote []int64
	var sums workers.Group
	sums.Go(func() { remote = l.remoteSent() })
	logins := l.loginDomains()
	sums.Wait()
	votes, total := map[uint32]int{}, 0
	for _, name := range slices.Sorted(maps.Keys(logins)) {
		votes[l.domain([]byte(name))] = logins[name] // it may be that nobody wrote there
		total += logins[name]
	}
	remote = append(remote, make([]int64, l.domains.Len()-len(remote))...)
	var own []domain.Name
	sentFolder := total > 0 && 2*l.copies >= l.deliveries
	for id := range l.stats.Len() {
		stored := int64(l.stats.At(uint32(id)).stored)
		home := stored > 0 && stored >= remote[id]
		if sentFolder && votes[uint32(id)] == 0 {
			home = home && stored > 1 && stored > remote[id]
		}
		if !home && (votes[uint32(id)] == 0 || float64(votes[uint32(id)]) < minLoginShare*float64(total)) {
			continue
		}
		if name := domain.Canonical(string(l.domains.Get(uint32(id)))); !isProvider(name) {
			own = append(own, name)
		}
	}
	return topmost(own)
}

// loginDomains counts, for each domain, the logins that write from it most.
func (l *Ledger) loginDomains() map[string]int {
	sent := make([]int64, l.people.Len())
	l.edges.mails(func(person, _ uint32, n int64) { sent[person] += n })
	logins, trusted := newVoters(), newVoters()
	for id := range sent {
		p := unpackPerson(l.people.Get(uint32(id)))
		if p.flags&personSubmitted == 0 || p.flags&personRefused != 0 {
			continue
		}
		a, ok := l.canonical(p.sender)
		if !ok {
			continue
		}
		if p.login == "" {
			trusted.add(p.sender, a.Domain, sent[id]+1)
		} else {
			logins.add(p.login, a.Domain, sent[id]+1)
		}
	}
	if len(logins.mails) == 0 {
		logins = trusted
	}
	type vote struct {
		domain uint32
		mails  int64
	}
	best := make([]vote, logins.who.Len())
	for of, n := range logins.mails {
		v, b := vote{uint32(of), n}, &best[of>>32]
		if n > b.mails || n == b.mails && bytes.Compare(logins.domains.Get(v.domain), logins.domains.Get(b.domain)) < 0 {
			*b = v
		}
	}
	votes := map[string]int{}
	for _, v := range best {
		votes[string(logins.domains.Get(v.domain))]++
	}
	return votes
}

// voters are those who write from our domains.
type voters struct {
	who, domains compact.Interner // domains in canonical form
	mails        map[uint64]int64 // of each of them, in the upper half, from a domain
}

func newVoters() *voters {
	return &voters{compact.NewInterner(), compact.NewInterner(), map[uint64]int64{}}
}

func (v *voters) add(who string, domain []byte, mails int64) {
	id, _ := v.who.Add([]byte(who))
	from, _ := v.domains.Add(domain)
	v.mails[uint64(id)<<32|uint64(from)] += mails
}

// remoteSent sums the deliveries to each domain that were not stored here.
func (l *Ledger) remoteSent() []int64 {
	sent := make([]int64, l.domains.Len())
	l.edges.mails(func(_, address uint32, n int64) { sent[l.addresses.At(address).Domain] += n })
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

// minOwnerShare is the share of the mail of a mailbox that its owner's domain
// takes part in.
const minOwnerShare = 0.5

// inferOwner returns whose mailbox it is, where nothing else shows our domains: in
// a mailbox all mail is from its owner or to the owner, so the domain that takes
// part in most of it is ours. It returns none where no domain takes part in
// half.
func inferOwner(l *Ledger, isProvider func(domain.Name) bool) []domain.Name {
	if 2*l.copies < l.deliveries || l.copies == 0 {
		return nil // no mailboxes
	}
	l.settle()
	from := make([]uint32, l.people.Len()) // the domain of each person
	for id := range from {
		from[id] = noDomain
		if address, ok := l.address(unpackPerson(l.people.Get(uint32(id))).sender); ok {
			from[id] = l.addresses.At(address).Domain
		}
	}
	taking, sent, total := l.participation(from)
	var best ownerVote
	for id := range taking {
		v := ownerVote{domain.Canonical(string(l.domains.Get(uint32(id)))), taking[id], sent[id]}
		if v.taking > 0 && float64(v.taking) >= minOwnerShare*float64(total) && !isProvider(v.name) && v.beats(best) {
			best = v
		}
	}
	if best.taking == 0 {
		return nil
	}
	return []domain.Name{best.name}
}

// An ownerVote has of how many deliveries a domain takes part in, and how many it
// sent.
type ownerVote struct {
	name         domain.Name
	taking, sent int64
}

func (v ownerVote) beats(w ownerVote) bool {
	return cmp.Or(cmp.Compare(v.taking, w.taking), cmp.Compare(v.sent, w.sent), cmp.Compare(w.name.String(), v.name.String())) > 0
}

// participation counts, for each domain, the deliveries that it takes part in
// as sender or recipient, those that it sent, and all. from is the domain of each
// person.
func (l *Ledger) participation(from []uint32) (taking, sent []int64, total int64) {
	taking, sent = make([]int64, l.domains.Len()), make([]int64, l.domains.Len())
	l.edges.mails(func(person, address uint32, n int64) {
		total += n
		to := l.addresses.At(address).Domain
		taking[to] += n
		if f := from[person]; f != noDomain {
			sent[f] += n
			if f != to {
				taking[f] += n
			}
		}
	})
	return taking, sent, total
}

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

// Exemptions are the domains that are meant as they stand: none of them is ever
// a lookalike, whatever it looks like.
type exemptions struct {
	own, protected organisation.Own // with what is below them
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
	return exemptions{own: organisation.NewOwn(own), protected: organisation.NewOwn(o.Protect), partner: set(o.Reference), providers: o.Providers}
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
