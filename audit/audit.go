// Package audit turns deliveries into a verdict: who wrote to which lookalike
// domain, whether it arrived, and how exposed each sender is. A Ledger takes
// the deliveries; an Auditor turns it into a Result. The package opens no
// files and knows no clock and no terminal.
package audit

import (
	"cmp"
	"math"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/audit/reference"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// Options say what is audited.
type Options struct {
	Internal      []domain.Name // our own domains; empty: inferred
	Protect       []domain.Name // domains that our people mean to write to
	Reference     []domain.Name // partners: domains that may be meant, and are meant as they stand
	AllSenders    bool          // audit strangers' mail as well
	MinConfidence float64       // of what is told, 0 to 1
	Ignore        result.Rules  // findings that are left out
	Providers     *reference.Set
	MailTo        []string // whom the report is to be mailed to: see CheckRecipients
	Subjects      bool     // report the subjects as well
	Jobs          int
	Tool          result.Tool
	Now           time.Time
	Earlier       *Earlier              // what earlier runs told; nil without a history
	OnlyNew       bool                  // report only what was not reported before
	Spill         func() (Spill, error) // see Ledgering
	// Inspect returns an Inspector for one core. It is given the deliveries that
	// are told and of which there is a copy, after the verdict and in the order of
	// the sources; nil leaves them closed.
	Inspect func() Inspector
}

// Ledgering returns how the ledgers of an audit must be made.
func (o Options) Ledgering(since, until time.Time) Ledgering {
	return Ledgering{Since: since, Until: until, Subjects: o.Subjects, Strangers: o.AllSenders, Spill: o.Spill, Keep: func(canonical string) bool {
		_, known := o.Providers.Find(domain.Canonical(canonical))
		return !known
	}}
}

// minReference is how many mails make a domain one that others may be slips
// for: less is no evidence that anybody means it.
const minReference = 3

// An Auditor takes the verdict from one ledger.
type Auditor struct {
	o        Options
	l        *Ledger
	own      Own
	inferred bool
	protect  map[domain.Name]bool
	listed   map[domain.Name]bool

	people  []personInfo
	names   []domain.Name
	traffic []lookalike.Traffic
	earlier []int64 // of traffic.Sent, from before the window
	roles   []role  // of each domain

	byDomain   []uint32 // the first address of each domain, and the end of them
	edges      edges    // to each address
	locals     []uint64 // hash of the local part, and the address
	localsFrom []uint32
	index      *lookalike.Index
	targets    []lookalike.Target
	targetOf   []int32  // of each domain, -1 for none
	domainOf   []uint32 // of each target; noDomain for a provider that had no mail
	smarthost  uint32
	all        []found // what judgeAll found
	slips      []bool  // the targets that are slips themselves
	judged     bool    // all and slips are told
	slipAt     float64 // the confidence from which on a domain is taken for a slip

	auditedSent int64 // deliveries that are audited
	audited     edge  // their span
}

type role uint8

const (
	roleOther role = iota
	roleOwn
	roleProtected
	roleListed
	roleProvider
	roleNeighbour // well known, and near a provider: never a slip
)

// personInfo is what is told of a person key. Summing the edges asks for it all
// the time: it is small.
type personInfo struct {
	domain   uint32 // of the sender, noDomain if there is none
	flags    byte
	fromUs   bool
	audited  bool // mail to strangers' domains is ours to audit
	evidence bool // its mail tells what people mean to write to
}

const noDomain = ^uint32(0)

// NewAuditor prepares the verdict on l, which must not change any more.
func NewAuditor(l *Ledger, o Options) *Auditor {
	a := &Auditor{o: o, l: l, slipAt: 0.5, protect: map[domain.Name]bool{}, listed: map[domain.Name]bool{}}
	for _, n := range o.Protect {
		a.protect[n] = true
	}
	for _, n := range o.Reference {
		a.listed[n] = true
	}
	l.settle()
	own := o.Internal
	if len(own) == 0 {
		isProvider := func(n domain.Name) bool { _, ok := o.Providers.Find(n); return ok }
		if own = InferInternal(l, isProvider); len(own) == 0 && !o.AllSenders {
			own = InferOwner(l, isProvider)
		}
		a.inferred = true
	}
	a.own = NewOwn(own)
	if len(own) == 0 {
		a.o.AllSenders = true // nobody can be told from strangers
	}
	a.learnPeople()
	a.byDomain = l.sortAddresses()
	var edges sync.WaitGroup
	edges.Go(func() { a.edges = l.edges.sorted(l.addresses.len()) })
	a.learnDomains()
	a.learnLocals()
	edges.Wait()
	a.learnTraffic()
	a.learnReports()
	a.smarthost = a.findSmarthost()
	a.buildIndex()
	return a
}

// Err tells what went wrong in taking the verdict; then a Result has gaps. It is
// nil unless what was laid outside memory could not be read back.
func (a *Auditor) Err() error { return a.l.err }

// learnPeople unpacks the people, and makes the addresses that they write from
// known: a recipient of the same name there is a twin as well.
func (a *Auditor) learnPeople() {
	a.people = make([]personInfo, a.l.people.Len())
	for id := range a.people {
		who := a.person(uint32(id))
		p := personInfo{flags: who.flags, domain: noDomain}
		if address, ok := a.l.address(who.sender); ok {
			p.domain = a.l.addresses.at(address).domain
			p.fromUs = a.own.Has(domain.Canonical(string(a.l.domains.Get(p.domain))))
		}
		known := p.flags&personKnown != 0
		refused := p.flags&personRefused != 0
		switch {
		case p.flags&(personInbound|personInternal) != 0:
		case a.o.AllSenders, p.flags&personOutbound != 0, p.fromUs, p.flags&personSubmitted != 0:
			p.audited = true
		case p.flags&personForwarding != 0:
			p.audited = a.own.HasAddress(who.alias)
		default:
			p.audited = !known && !refused
		}
		// An automatic reply goes where the message came from: nobody typed it.
		p.evidence = p.audited && !(known && who.sender == "")
		a.people[id] = p
	}
}

// person unpacks the key of a person.
func (a *Auditor) person(id uint32) person { return unpackPerson(a.l.people.Get(id)) }

func (a *Auditor) learnDomains() {
	n := a.l.domains.Len()
	a.names, a.roles = make([]domain.Name, n), make([]role, n)
	for id := range n {
		name := domain.Canonical(string(a.l.domains.Get(uint32(id))))
		a.names[id] = name
		_, provider := a.o.Providers.Find(name)
		switch {
		case a.own.Has(name):
			a.roles[id] = roleOwn
		case a.protect[name]:
			a.roles[id] = roleProtected
		case a.listed[name]:
			a.roles[id] = roleListed
		case provider:
			a.roles[id] = roleProvider
		case a.isNeighbour(name):
			a.roles[id] = roleNeighbour
		}
	}
}

func (a *Auditor) isNeighbour(name domain.Name) bool {
	_, ok := a.o.Providers.Neighbour(name)
	return ok
}

// Thresholds of a smarthost: one relay that takes nearly all mail, to several
// domains.
const (
	smarthostShare   = 0.9
	smarthostDomains = 5
	smarthostMails   = 20
)

// findSmarthost tells the host that takes nearly all our mail, whosever it is,
// by its hash: what becomes of mail behind it is not in the log. It is 0 if
// there is none.
func (a *Auditor) findSmarthost() (host uint32) {
	domains := 0
	var total, most, lead int64
	each := func(yield func(relay uint32, mails int64)) {
		for id := range a.traffic {
			if n := a.traffic[id].Arrived; a.roles[id] != roleOwn && n > 0 {
				yield(a.l.stats.At(uint32(id)).relay, n)
			}
		}
	}
	each(func(relay uint32, n int64) { // the only one that can have more than half (Boyer and Moore 1981)
		domains++
		total += n
		if relay == host {
			lead += n
		} else if lead -= n; lead < 0 {
			host, lead = relay, -lead
		}
	})
	each(func(relay uint32, n int64) {
		if relay == host {
			most += n
		}
	})
	if total < smarthostMails || domains < smarthostDomains || float64(most) < smarthostShare*float64(total) {
		return 0
	}
	return host
}

// buildIndex makes the targets, those of most weight first.
func (a *Auditor) buildIndex() {
	a.targetOf = make([]int32, len(a.names))
	special := map[domain.Name]uint32{} // those that are targets without traffic as well
	for id := range a.names {
		a.targetOf[id] = -1
		if a.roles[id] != roleOther && a.roles[id] != roleNeighbour {
			special[a.names[id]] = uint32(id)
		}
	}
	var places []targetPlace
	place := func(n domain.Name, id uint32, before int) {
		p := targetPlace{name: n, domain: id, before: before}
		t := a.target(&p)
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
	for _, n := range slices.Concat(a.own.names, a.o.Protect, a.o.Reference) {
		add(n)
	}
	for _, p := range a.o.Providers.All() { // in its order: the main domain of a family comes first
		add(p.Name)
	}
	for id := range a.names {
		t := &a.traffic[id]
		if !added[a.names[id]] && (a.roles[id] != roleOther || t.Sent+t.Received >= minReference) {
			place(a.names[id], uint32(id), math.MaxInt)
		}
	}
	slices.SortFunc(places, func(x, y targetPlace) int {
		switch {
		case x.weight != y.weight:
			return cmp.Compare(y.weight, x.weight)
		case x.mails != y.mails:
			return cmp.Compare(y.mails, x.mails)
		case x.before != y.before:
			return cmp.Compare(x.before, y.before)
		}
		return cmp.Compare(x.name.String(), y.name.String())
	})
	a.targets, a.domainOf = make([]lookalike.Target, len(places)), make([]uint32, len(places))
	for i := range places {
		a.targets[i], a.domainOf[i] = a.target(&places[i]), places[i].domain
		if id := places[i].domain; id != noDomain {
			a.targetOf[id] = int32(i)
		}
	}
	a.index = lookalike.NewIndex(a.targets)
}

// A targetPlace is a target on its way to its place.
type targetPlace struct {
	name   domain.Name
	domain uint32
	weight int
	mails  int64
	before int // its place among those that are targets without traffic as well, math.MaxInt for others
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
func (a *Auditor) target(at *targetPlace) lookalike.Target {
	// Of these nothing else is told: there is no need to ask.
	if at.domain != noDomain && (a.roles[at.domain] == roleOther || a.roles[at.domain] == roleNeighbour) {
		return lookalike.Target{Name: at.name, Traffic: a.traffic[at.domain]}
	}
	p, known := a.o.Providers.Find(at.name)
	t := lookalike.Target{Name: at.name, Known: known, Major: p.Major, Family: p.Family, Own: a.own.Has(at.name), Protected: a.protect[at.name], Listed: a.listed[at.name]}
	if at.domain != noDomain {
		t.Traffic = a.traffic[at.domain]
	}
	return t
}

// A found verdict is one on a domain of the traffic.
type found struct {
	domain  uint32
	verdict lookalike.Verdict
}

// judgeAll judges every domain that was written to, on several cores. The
// answer is in the order of the names.
func (a *Auditor) judgeAll() []found {
	if a.judged {
		return a.all
	}
	a.judged = true
	var subjects []uint32
	for id := range a.names {
		if a.roles[id] == roleOther && a.traffic[id].Sent > 0 {
			subjects = append(subjects, uint32(id))
		}
	}
	all := a.judgeSome(subjects, nil)
	a.slips = a.slipTargets(all)
	var again []uint32
	rest := slices.DeleteFunc(all, func(f found) bool {
		if a.slips[f.verdict.Target] || f.verdict.Also.IsValid() && a.slips[f.verdict.AlsoTarget] {
			again = append(again, f.domain)
			return true
		}
		return false
	})
	all = append(rest, a.judgeSome(again, a.slips)...)
	slices.SortFunc(all, func(x, y found) int { return cmp.Compare(a.names[x.domain].String(), a.names[y.domain].String()) })
	a.all = all
	return all
}

// slipTargets tells the targets that are slips themselves, made often enough
// to look like a partner: nobody means them. Where two are told as slips for
// each other, the surer verdict counts.
func (a *Auditor) slipTargets(all []found) []bool {
	sure := make(map[uint32]*lookalike.Verdict, len(all))
	for i := range all {
		if all[i].verdict.Confidence >= a.slipAt {
			sure[all[i].domain] = &all[i].verdict
		}
	}
	slips := make([]bool, len(a.targets))
	for id, v := range sure {
		t := a.targetOf[id]
		if t < 0 {
			continue
		}
		back := sure[a.domainOf[v.Target]]
		slips[t] = back == nil || back.Target != t || back.Confidence < v.Confidence
	}
	return slips
}

// judgeSome judges the subjects; targets in without are not considered.
func (a *Auditor) judgeSome(subjects []uint32, without []bool) []found {
	jobs := a.o.Jobs
	if jobs < 1 {
		jobs = runtime.GOMAXPROCS(0)
	}
	parts := make([][]found, jobs)
	var wg sync.WaitGroup
	for j := range jobs {
		wg.Go(func() {
			m := matcher{a: a, query: a.index.Query(a.o.MinConfidence, without)}
			for i := j; i < len(subjects); i += jobs {
				if v, ok := m.judge(subjects[i]); ok {
					parts[j] = append(parts[j], found{subjects[i], v})
				}
			}
		})
	}
	wg.Wait()
	return slices.Concat(parts...)
}

// A matcher judges domains; it reuses its memory.
type matcher struct {
	a     *Auditor
	query *lookalike.Query
	twins []int32
}

func (m *matcher) judge(id uint32) (lookalike.Verdict, bool) {
	a := m.a
	m.twins = a.twinTargets(id, m.twins[:0])
	s := lookalike.Subject{Name: a.names[id], Traffic: a.traffic[id], Number: a.targetOf[id] + 1}
	return m.query.Judge(s, m.twins, func(target int32) lookalike.Pair { return m.pair(id, a.domainOf[target]) })
}

// audits tells whether a delivery that was kept is one of those audited.
func (a *Auditor) audits(x *detail) bool {
	if a.isRefused(x.person) {
		return a.o.AllSenders || a.own.HasAddress(envelope.PlainSender(x.d.Sender))
	}
	return a.people[x.person].audited && x.d.Direction != parsers.DirectionInbound && x.d.Direction != parsers.DirectionInternal
}

// isRefused tells the person that stands for all who were refused unknown.
func (a *Auditor) isRefused(id uint32) bool {
	return a.people[id].flags&(personRefused|personSubmitted) == personRefused
}
