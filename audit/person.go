package audit

import (
	"encoding/binary"
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/addresses"
	"github.com/typoaudit/typoaudit/audit/internal/compact"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/audit/organisation"
	"github.com/typoaudit/typoaudit/parsers"
)

// appendPerson appends the key of who sent d, whose plain sender is given, and says whether
// it has the sender as it was logged.
func appendPerson(key []byte, d *parsers.Delivery, sender string, flags byte) (_ []byte, asLogged bool) {
	orig := ""
	if flags&personForwarding != 0 {
		orig = d.OrigRecipient
	}
	asLogged = sender == d.Sender && isLower(sender) && len(sender) <= addresses.MaxField
	if !asLogged || !isLower(orig) {
		sender, orig = strings.ToLower(sender), strings.ToLower(orig)
	}
	return appendPersonKey(key, flags, d.AuthUser, sender, orig), asLogged
}

func isLower(s string) bool {
	for i := range len(s) {
		if s[i]-'A' < 26 || s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// appendPersonKey packs who sent a message: flags, login, sender and the alias
// that forwarded it, each after its length.
func appendPersonKey(key []byte, flags byte, login, sender, alias string) []byte {
	key = append(key, flags)
	for _, f := range [...]string{login, sender, alias} {
		f = f[:min(len(f), addresses.MaxField)]
		key = binary.AppendUvarint(key, uint64(len(f)))
		key = append(key, f...)
	}
	return key
}

// A person is an unpacked person key.
type person struct {
	flags                byte
	login, sender, alias string
}

// unpackPerson undoes appendPersonKey.
func unpackPerson(key []byte) person {
	all, at := string(key), 1 // one copy for all strings
	next := func() string {
		n, used := binary.Uvarint(key[at:])
		begin := at + used
		at = begin + int(n)
		return all[begin:at]
	}
	return person{flags: key[0], login: next(), sender: next(), alias: next()}
}

// People are those of a ledger, by their number, with what is inferred of them.
type people struct {
	keys compact.Interner
	all  []personInfo
	own  organisation.Own
	// addressed has the logins without a domain, in lower case, of which the address at
	// our only domain occurs.
	addressed map[string]bool
	// strangers says that strangers' mail is audited as well.
	strangers bool
	machines  []bool // those that are programs; nil if that is not known
	writing   int64  // how many people write, as far as their mail is evidence; see countWriting
}

// countWriting counts the people whose mail is evidence, each once.
func (p *people) countWriting() {
	counted := make([]bool, len(p.all))
	p.writing = 0
	for i := range p.all {
		if x := &p.all[i]; x.evidence && !counted[x.as] {
			counted[x.as] = true
			p.writing++
		}
	}
}

// personInfo is what is inferred of a person. Summing the edges asks for it all
// the time: it is small.
type personInfo struct {
	domain   uint32 // of the sender, noDomain if there is none
	local    uint32 // short hash of the sender's local part, 0 if there is none
	as       uint32 // the person that it counts as: of an alias, whatever stranger it forwards for
	flags    byte
	fromUs   bool
	audited  bool // mail to strangers' domains is ours to audit
	evidence bool // its mail shows what people mean to write to
}

// learnPeople unpacks the people of l, and adds the addresses that they write
// from to it.
func learnPeople(l *Ledger, own organisation.Own, strangers bool) people {
	p := people{keys: l.people, all: make([]personInfo, l.people.Len()), own: own, addressed: map[string]bool{}, strangers: strangers}
	aliases := map[string]uint32{}
	for id := range p.all {
		who := p.of(uint32(id))
		from, local, fromUs := noDomain, uint32(0), false
		if address, ok := l.address(who.sender); ok {
			a := l.addresses.At(address)
			from, local = a.Domain, shortHash(a.Local)
			fromUs = own.Has(domain.Canonical(string(l.domains.Get(from))))
		}
		p.all[id] = p.infer(who, from, fromUs)
		p.all[id].local, p.all[id].as = local, uint32(id)
		if who.alias != "" {
			if _, known := aliases[who.alias]; !known {
				aliases[who.alias] = uint32(id)
			}
			p.all[id].as = aliases[who.alias]
		}
		if who.login != "" && !fromUs && !strings.Contains(who.login, "@") {
			p.addressed[strings.ToLower(who.login)] = false
		}
	}
	p.findAddressed(l)
	return p
}

// findAddressed looks for the addresses of the logins without a domain.
func (p *people) findAddressed(l *Ledger) {
	if len(p.own.Names()) != 1 {
		return
	}
	dom, ok := l.domains.Find([]byte(p.own.Names()[0].String()))
	if !ok {
		return
	}
	for login := range p.addressed {
		local := addresses.HashLocal([]byte(login))
		_, _, p.addressed[login] = l.addresses.Probe(l.addresses.Hash(local, dom), local, dom)
	}
}

// infer says whose mail is audited, and whose is evidence.
func (p *people) infer(who person, from uint32, fromUs bool) personInfo {
	x := personInfo{domain: from, flags: who.flags, fromUs: fromUs}
	known := x.flags&personKnown != 0
	refused := x.flags&personRefused != 0
	switch {
	case x.flags&(personInbound|personInternal) != 0:
	case p.strangers, x.flags&personOutbound != 0, fromUs, x.flags&personSubmitted != 0:
		x.audited = true
	case x.flags&personForwarding != 0:
		x.audited = p.own.HasAddress(who.alias)
	default:
		x.audited = !known && !refused
	}
	// An automatic reply goes where the message came from: nobody typed it.
	x.evidence = x.audited && !(known && who.sender == "")
	return x
}

// of unpacks the key of a person.
func (p *people) of(id uint32) person { return unpackPerson(p.keys.Get(id)) }

// audits says whether a delivery that was kept is one of those audited.
func (p *people) audits(x *detail) bool {
	if p.isRefused(x.person) {
		return p.strangers || p.own.HasAddress(envelope.PlainSender(x.d.Sender))
	}
	return p.all[x.person].audited && mayBeFinding(x.d)
}

// mayBeHop says whether a delivery that is not audited may be of a later hop, as
// that of a gateway to which nobody logs in: what an alias sent on for a stranger,
// or who logged in under a foreign address, is known to the hop before alone.
func (p *people) mayBeHop(x *detail) bool {
	return x.d.MessageID != "" && !p.isRefused(x.person) && mayBeFinding(x.d)
}

// isRefused says whether a person stands for all who were refused unknown.
func (p *people) isRefused(id uint32) bool {
	return p.all[id].flags&(personRefused|personSubmitted) == personRefused
}

// nameOf returns the name under which who sent a delivery is ranked: the login, with
// the domain of ours that it wrote from, if there was one; else the alias that sent the
// mail on, else the sender. A login without a domain that wrote from none of ours has
// that of our only one if the address occurs; else it stays as it was logged, for nobody
// knows whether it has an address. It is "" for the null reverse-path and an unknown sender.
// names are those of the domains.
func (p *people) nameOf(x *detail, names []domain.Name) string {
	if p.isRefused(x.person) {
		return strings.ToLower(envelope.PlainSender(x.d.Sender))
	}
	host := ""
	if info := &p.all[x.person]; info.fromUs {
		host = names[info.domain].String()
	}
	return p.nameFor(p.of(x.person), host)
}

// nameFor is nameOf for whom a delivery does not stand; host is the domain of ours that the
// person wrote from, "" if it is none of ours.
func (p *people) nameFor(who person, host string) string {
	switch {
	case who.alias != "":
		return who.alias
	case who.login == "":
		return who.sender
	case strings.Contains(who.login, "@"):
		return strings.ToLower(who.login)
	}
	login := strings.ToLower(who.login)
	switch {
	case host != "":
		login += "@" + host
	case p.addressed[login]:
		login += "@" + p.own.Names()[0].String()
	}
	return login
}

// Thresholds of a program that has a person's name: without a login, where others have
// one, it writes to people's private mailboxes.
const (
	machineMails = 50
	machineShare = 0.7
)

// findMachines marks the people who are programs. It is asked for where there is
// anything to report.
func (e *Evidence) findMachines() {
	all, private := make([]int64, len(e.people.all)), make([]int64, len(e.people.all))
	hasLogins := slices.ContainsFunc(e.people.all, func(p personInfo) bool { return p.flags&personSubmitted != 0 })
	if !hasLogins {
		return
	}
	e.recipients.edges.log.mails(func(person, address uint32, n int64) {
		if p := &e.people.all[person]; p.flags&(personSubmitted|personForwarding) != 0 || !p.evidence {
			return
		}
		all[person] += n
		if e.roles[e.recipients.addresses.At(address).Domain] == roleProvider {
			private[person] += n
		}
	})
	e.people.machines = make([]bool, len(e.people.all))
	for id, n := range all {
		e.people.machines[id] = n >= machineMails && float64(private[id]) >= machineShare*float64(n)
	}
}

// isMachine says whether a person is a program.
func (p *people) isMachine(id uint32) bool { return p.machines != nil && p.machines[id] }
