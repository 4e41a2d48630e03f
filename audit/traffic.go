package audit

import (
	"iter"

	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/audit/internal/workers"
	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/audit/organisation"
	"github.com/typoaudit/typoaudit/parsers"
)

// Traffic is the mail of each domain.
type traffic struct {
	byDomain []lookalike.Traffic
	writers  []*writers // of each domain, nil for none
	spans    []span     // of each domain, in which it was written to
	earlier  []int64    // of Sent, from before the window
	sent     int64      // deliveries that are audited
	span     edge       // theirs
}

// learnTraffic sums the edges for each domain, on several cores.
func learnTraffic(l *Ledger, e *Evidence) traffic {
	domains := len(e.names)
	t := traffic{byDomain: make([]lookalike.Traffic, domains), earlier: make([]int64, domains), writers: make([]*writers, domains), spans: make([]span, domains)}
	learners := make([]*trafficLearner, workers.Count(maxLearners))
	workers.Share(domains, domainBatch, len(learners), func(worker int, numbers iter.Seq[int]) {
		// It is made here, for two in one line of the cache would be written to by both cores.
		learner := &trafficLearner{t: &t, e: e, wroteTo: make([]uint32, len(e.people.all)), received: make([]received, domains)}
		learners[worker] = learner
		for id := range numbers {
			learner.learnDomain(uint32(id))
		}
	})
	for i := range learners {
		t.add(learners[i])
	}
	workers.Share(domains, domainBatch, len(learners), func(_ int, numbers iter.Seq[int]) {
		for id := range numbers {
			t.addStats(l, id, e.roles[id])
		}
	})
	return t
}

// addStats adds what the ledger sums for a domain beside the edges.
func (t *traffic) addStats(l *Ledger, id int, r role) {
	s := l.stats.At(uint32(id))
	t.byDomain[id].Received += int64(s.received)
	if s.writers > 0 {
		t.writersOf(id).merge(l.writersOf(s))
	}
	if w := t.writers[id]; w != nil {
		t.byDomain[id].Writers = w.count()
	}
	if r == roleOwn {
		t.byDomain[id].Sent += int64(s.stored)
	}
}

// add takes over what a learner learned beside the mail to its own domains.
func (t *traffic) add(l *trafficLearner) {
	t.sent += l.sent
	t.span.merge(&l.span)
	for id, r := range l.received {
		t.byDomain[id].Received += r.messages
		if r.writers != nil {
			t.writersOf(id).merge(r.writers)
		}
	}
}

// writersOf returns the writers of a domain.
func (t *traffic) writersOf(id int) *writers {
	if t.writers[id] == nil {
		t.writers[id] = new(writers)
	}
	return t.writers[id]
}

// maxLearners bounds those: each holds a few words for each person and domain.
const maxLearners = 4

// domainBatch is how many domains a worker takes at a time: few, for some have most of the mail.
const domainBatch = 32

// A trafficLearner sums the edges of some of the domains.
type trafficLearner struct {
	t        *traffic
	e        *Evidence
	wroteTo  []uint32   // the last domain that a person was seen to write to, and 1
	received []received // from each domain
	sent     int64      // deliveries that are audited
	span     edge       // theirs
}

// received is mail from elsewhere to us.
type received struct {
	messages int64
	writers  *writers // nil if there are none
}

func (l *trafficLearner) learnDomain(to uint32) {
	t, r := &l.t.byDomain[to], &l.e.recipients
	for address := r.byDomain[to]; address < r.byDomain[to+1]; address++ {
		written := false
		ours := shortHash(r.addresses.At(address).Local)
		for e := range r.edges.to(address) {
			if !l.learnEdge(to, ours, &e) {
				continue
			}
			written = true
			p := &l.e.people.all[e.person]
			if isNew := l.wroteTo[p.as] != to+1; isNew {
				l.wroteTo[p.as] = to + 1
				t.Senders++
				if p.flags&personForwarding != 0 {
					t.Aliases++
				}
			}
			if p.flags&personForwarding != 0 {
				t.Forwarded += int64(e.sent)
			}
		}
		if written {
			t.Recipients++ // all of a provider's are one: nobody asks
		}
	}
}

// learnEdge adds e to the traffic of the domain, and says whether it is
// evidence of what people mean to write to.
func (l *trafficLearner) learnEdge(to, ours uint32, e *edge) bool {
	p := &l.e.people.all[e.person]
	l.learnReceived(p, to, ours, e)
	if l.e.roles[to] == roleOwn || !p.audited {
		return false
	}
	if e.sent > e.earlier {
		l.sent += int64(e.sent - e.earlier)
		l.span.merge(e)
	}
	l.t.earlier[to] += int64(e.earlier)
	l.t.spans[to].add(e.first, e.last, e.sent)
	if !p.evidence {
		return false
	}
	t := &l.t.byDomain[to]
	t.Sent += int64(e.sent)
	t.Arrived += int64(e.arrived)
	t.NoDomain += int64(e.noDomain)
	return true
}

// learnReceived notes mail from elsewhere to us; where every sender is
// audited, all mail is.
func (l *trafficLearner) learnReceived(p *personInfo, to, ours uint32, e *edge) {
	if p.domain == noDomain || p.fromUs || p.flags&personRefused != 0 {
		return
	}
	if l.e.options.AllSenders || l.e.roles[to] == roleOwn || p.flags&personInbound != 0 {
		r := &l.received[p.domain]
		r.messages += int64(e.sent)
		if r.writers == nil {
			r.writers = new(writers)
		}
		w := newWriting(p.local, ours, e.sent, e.first, e.last)
		r.writers.add(&w)
	}
}

// InferGateways returns the organisation's own domains and the gateways: what an audit of
// the mail in l, which it empties, takes for that. It fails if what l laid outside memory
// cannot be read back.
func InferGateways(l *Ledger, o Options) (organisation.Own, organisation.Gateways, error) {
	e, err := learn(l, o)
	if err != nil {
		return organisation.Own{}, organisation.Gateways{}, err
	}
	return e.exempt.own, e.gateways(), nil
}

// gateways returns those of the audit.
func (e *Evidence) gateways() organisation.Gateways {
	return organisation.NewGateways(e.exempt.own, e.options.Smarthosts, e.smarthost)
}

// Thresholds of a smarthost: one operator's relays take nearly all mail, to
// several domains; of little mail they take all.
const (
	smarthostShare   = 0.9
	smarthostDomains = 5
	smarthostMails   = 20
	fewDomains       = 3
	fewMails         = 5
)

// findSmarthost returns the hash of the operator whose relays take nearly all our
// mail, whosever it is, 0 if there is none: what becomes of the mail that they
// took is not in the log.
func findSmarthost(l *Ledger, e *Evidence) uint32 {
	t := tookMost(l, e)
	switch {
	case t.host == 0:
		return 0
	case t.all >= smarthostMails && t.domains >= smarthostDomains && float64(t.most) >= smarthostShare*float64(t.all):
		return t.host
	case t.most == t.all && t.all >= fewMails && t.domains >= fewDomains && !envelope.TakesMany(t.host):
		return t.host
	}
	return 0
}

// taken is how much of our mail a host took.
type taken struct {
	host      uint32
	most, all int64 // mail that it took, and that anybody did
	domains   int   // of the mail that it took
}

// tookMost returns the host that took more than half of our mail, the only one
// that can (Boyer and Moore 1981), or any other.
func tookMost(l *Ledger, e *Evidence) (t taken) {
	lead := int64(0)
	eachRelay(l, e, func(relay uint32, n int64) {
		t.all += n
		if relay == t.host {
			lead += n
		} else if lead -= n; lead < 0 {
			t.host, lead = relay, -lead
		}
	})
	eachRelay(l, e, func(relay uint32, n int64) {
		if relay == t.host {
			t.most += n
			t.domains++
		}
	})
	return t
}

// eachRelay yields who took our mail to each domain, 0 for its own server or
// where it is not known.
func eachRelay(l *Ledger, e *Evidence, yield func(relay uint32, mails int64)) {
	for id := range e.traffic.byDomain {
		t := &e.traffic.byDomain[id]
		if e.roles[id] == roleOwn || t.Arrived == 0 {
			continue
		}
		relay := l.stats.At(uint32(id)).relay
		if relay == envelope.HashHost(e.names[id].String()) {
			relay = 0
		}
		yield(relay, t.Arrived)
	}
}

// learnBounces adds the bounces of copies to the traffic: a domain that does not
// exist is evidence of a slip.
func (e *Evidence) learnBounces() error {
	if len(e.kept.bounces) == 0 {
		return nil
	}
	counted := map[parsers.Bounce]bool{} // of several copies one counts
	return e.kept.each(&detailQuery{}, func(x detail) {
		if !x.d.Copy || !e.people.all[x.person].evidence {
			return
		}
		b, ok := e.kept.bounces.Of(parsers.CopiedOf(x.d))
		if !ok || counted[b] {
			return
		}
		counted[b] = true
		said := edgeOf(0, sendingOf(&parsers.Delivery{Status: b.Status, Arrived: b.Arrived, Failure: b.Failure}, 1, false))
		e.traffic.byDomain[x.domain].Arrived += int64(said.arrived)
		e.traffic.byDomain[x.domain].NoDomain += int64(said.noDomain)
	})
}
