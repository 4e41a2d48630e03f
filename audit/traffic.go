package audit

import (
	"runtime"
	"sync"

	"github.com/typoaudit/typoaudit/audit/lookalike"
)

// learnTraffic sums the edges for each domain, on several cores.
func (a *Auditor) learnTraffic() {
	a.traffic = make([]lookalike.Traffic, len(a.names))
	a.earlier = make([]int64, len(a.names))
	learners := make([]trafficLearner, min(maxLearners, runtime.GOMAXPROCS(0)))
	var wg sync.WaitGroup
	for i := range learners {
		t := &learners[i]
		*t = trafficLearner{a: a, wroteTo: make([]uint32, len(a.people)), received: make([]received, len(a.names))}
		wg.Go(func() {
			for to := len(a.names) * i / len(learners); to < len(a.names)*(i+1)/len(learners); to++ {
				t.learnDomain(uint32(to))
			}
		})
	}
	wg.Wait()
	for i := range learners {
		a.auditedSent += learners[i].sent
		a.audited.merge(&learners[i].audited)
		for id, r := range learners[i].received {
			a.traffic[id].Received += r.messages
			a.traffic[id].Writers += r.writers
		}
	}
	for id := range a.traffic {
		s := a.l.stats.At(uint32(id))
		a.traffic[id].Received += int64(s.received)
		if s.writers > 0 {
			a.traffic[id].Writers += a.l.writersOf(s).count()
		}
		if a.roles[id] == roleOwn {
			a.traffic[id].Sent += int64(s.stored)
		}
	}
}

// maxLearners bounds those: each holds a few words for each person and domain.
const maxLearners = 4

// A trafficLearner sums the edges of some of the domains.
type trafficLearner struct {
	a        *Auditor
	wroteTo  []uint32   // the last domain that a person was seen to write to, and 1
	received []received // from each domain
	sent     int64      // deliveries that are audited
	audited  edge       // their span
}

// received is mail from elsewhere to us.
type received struct{ messages, writers int64 }

func (l *trafficLearner) learnDomain(to uint32) {
	t := &l.a.traffic[to]
	for address := l.a.byDomain[to]; address < l.a.byDomain[to+1]; address++ {
		written := false
		for e := range l.a.edges.to(address) {
			if !l.learnEdge(to, &e) {
				continue
			}
			written = true
			if l.wroteTo[e.person] != to+1 {
				l.wroteTo[e.person] = to + 1
				t.Senders++
			}
		}
		if written {
			t.Recipients++ // all of a provider's are one: nobody asks
		}
	}
}

// learnEdge adds e to the traffic of the domain, and tells whether it is
// evidence of what people mean to write to.
func (l *trafficLearner) learnEdge(to uint32, e *edge) bool {
	a := l.a
	p := &a.people[e.person]
	l.learnReceived(p, to, e)
	if a.roles[to] == roleOwn || !p.audited {
		return false
	}
	if e.sent > e.earlier {
		l.sent += int64(e.sent - e.earlier)
		l.audited.merge(e)
	}
	a.earlier[to] += int64(e.earlier)
	if !p.evidence {
		return false
	}
	t := &a.traffic[to]
	t.Sent += int64(e.sent)
	t.Arrived += int64(e.arrived)
	t.NoDomain += int64(e.noDomain)
	return true
}

// learnReceived notes mail from elsewhere to us; where every sender is
// audited, all mail is.
func (l *trafficLearner) learnReceived(p *personInfo, to uint32, e *edge) {
	if p.domain == noDomain || p.fromUs || p.flags&personRefused != 0 {
		return
	}
	if l.a.o.AllSenders || l.a.roles[to] == roleOwn || p.flags&personInbound != 0 {
		r := &l.received[p.domain]
		r.messages += int64(e.sent)
		r.writers++
	}
}
