// Package audit turns deliveries into a verdict: who wrote to which lookalike
// domain, whether it arrived, and how exposed each sender is. A Ledger takes
// the deliveries. Learn makes Evidence of it: whose domains are ours, who wrote
// to whom, and which domains may be meant. Evidence.Judge gives the Verdicts on
// the domains that were written to, and these give the Result, explain any name,
// and check whom the report goes to. The package opens no files and knows no
// clock and no terminal.
package audit

import (
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/workers"
	"github.com/typoaudit/typoaudit/audit/reference"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
)

// Options say what is audited.
type Options struct {
	Internal      []domain.Name // our own domains; empty: inferred
	Protect       []domain.Name // domains that our people mean to write to
	Smarthosts    []string      // who delivers for us: what they took may not have arrived
	Reference     []domain.Name // partners: domains that may be meant, and are meant as they stand
	AllSenders    bool          // audit strangers' mail as well
	MinConfidence float64       // of what is reported, 0 to 1
	Ignore        result.Rules  // findings that are left out
	Providers     *reference.Set
	MailTo        []string // whom the report is to be mailed to: see CheckRecipients
	Subjects      bool     // report the subjects as well
	Jobs          int
	Tool          result.Tool
	Now           time.Time
	Earlier       *result.Earlier               // what earlier runs reported; nil without a history
	OnlyNew       bool                          // report only what was not reported before
	Spill         func() (parsers.Spill, error) // see Ledgering
	// Inspect returns an Inspector for one core. It is given the deliveries that
	// are reported and of which there is a copy, after the verdict and in the order
	// of the sources; nil leaves them closed.
	Inspect func() Inspector
}

// Ledgering returns how the ledgers of an audit must be made.
func (o Options) Ledgering(since, until time.Time) Ledgering {
	return Ledgering{Since: since, Until: until, Subjects: o.Subjects, Strangers: o.AllSenders, Spill: o.Spill, Keep: func(canonical string) bool {
		_, known := o.Providers.Find(domain.Canonical(canonical))
		return !known
	}}
}

// Evidence is what the deliveries say of the people and domains in them.
type Evidence struct {
	options  Options // AllSenders is set as well where nobody's domain is known
	inferred bool    // our own domains are

	names      []domain.Name // of the domains that have mail
	roles      []role        // of each of them
	traffic    traffic
	exempt     exemptions
	people     people
	recipients recipients
	targets    targets
	smarthost  uint32          // hash of its operator, 0 if there is none
	timeline   *timeline       // nil until domains were found that look like others
	acquainted map[uint64]bool // who of those who wrote to such a domain wrote to what was meant then
	answered   map[uint32]bool // of the domains that were meant then, those that ours only answered

	kept     kept
	from     time.Time // begin of the window, see Ledgering
	inWindow int64     // deliveries of every kind in it
	unseen   Unseen
}

// noDomain stands for the number of a domain where there is none.
const noDomain = ^uint32(0)

// Learn makes evidence of the deliveries in l, which it empties. It fails if what
// l laid outside memory cannot be read back.
func Learn(l *Ledger, o Options) (*Evidence, error) {
	e, err := learn(l, o)
	if err != nil {
		return nil, err
	}
	e.targets = findTargets(e)
	return e, nil
}

// learn makes the evidence of the traffic.
func learn(l *Ledger, o Options) (*Evidence, error) {
	l = l.takeAll()
	if err := l.loadEdges(); err != nil {
		return nil, err
	}
	own, inferred := ownDomains(l, &o)
	if len(own) == 0 {
		o.AllSenders = true // nobody differs from strangers
	}
	e := &Evidence{options: o, inferred: inferred, exempt: newExemptions(&o, own), from: l.config.From, inWindow: l.deliveries - l.earlier}
	e.people = learnPeople(l, e.exempt.own, o.AllSenders)
	starts := l.sortAddresses() // those of the people are among them: one of the same name is a twin as well
	var sorting workers.Group
	var sorted edges
	sorting.Go(func() { sorted = l.edges.sorted(l.addresses.Len()) })
	e.kept = l.kept()
	e.names, e.roles = e.exempt.rolesOf(&l.domains)
	e.unseen = e.findUnseen()
	e.recipients = newRecipients(l.addresses, starts)
	sorting.Wait()
	e.recipients.edges = sorted
	e.traffic = learnTraffic(l, e)
	if err := e.learnBounces(); err != nil {
		return nil, err
	}
	e.smarthost = findSmarthost(l, e)
	return e, nil
}

// ownDomains returns the organisation's domains, and whether they are inferred.
func ownDomains(l *Ledger, o *Options) (own []domain.Name, inferred bool) {
	if len(o.Internal) > 0 {
		return o.Internal, false
	}
	isProvider := func(n domain.Name) bool { _, ok := o.Providers.Find(n); return ok }
	if own = inferInternal(l, isProvider); len(own) == 0 && !o.AllSenders {
		own = inferOwner(l, isProvider)
	}
	return own, true
}

// takeAll moves all that l knows into another ledger. l is as empty as a new one
// afterwards.
func (l *Ledger) takeAll() *Ledger {
	l.settle()
	taken := *l
	*l = *NewLedger(l.config)
	return &taken
}
