package audit

import (
	"runtime"
	"sync"
	"unsafe"

	"github.com/typoaudit/typoaudit/audit/lookalike"
)

// learnEdges lists the edges of each address, of which there are so many, and
// sums those of one pair.
func (a *Auditor) learnEdges(addresses int) {
	edges := &a.l.merged
	a.byAddress = newCSR(addresses, edges.len(), func(i int) uint32 { return edges.at(uint32(i)).address() })
	type seen struct{ address, edge uint32 }
	last := make([]seen, a.l.people.len()) // where each person was met last
	for i := range last {
		last[i].address = noAddress
	}
	a.byAddress.keep(func(address, id uint32) bool {
		e := edges.at(id)
		l := &last[e.person()]
		if l.address != address {
			*l = seen{address, id}
			return true
		}
		edges.at(l.edge).merge(e)
		*e = edge{key: e.key} // what it had is told once
		return false
	})
}

// edge returns that of a person and an address, nil if there is none.
func (a *Auditor) edge(person, address uint32) *edge {
	for _, id := range a.byAddress.of(address) {
		if e := a.l.merged.at(id); e.person() == person {
			return e
		}
	}
	return nil
}

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
		s := a.l.stats.at(uint32(id))
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

// edgesApart is how many edges of an address are looked at until one has come from
// memory.
const edgesApart = 8

func (l *trafficLearner) learnDomain(to uint32) {
	t := &l.a.traffic[to]
	from := l.a.byDomain.starts[to]
	for i, address := range l.a.byDomain.of(to) {
		l.a.reachEdges(int(from) + i)
		written := false
		row := l.a.byAddress.of(address)
		for j, id := range row {
			if j += edgesApart; j < len(row) {
				prefetch(unsafe.Pointer(l.a.l.merged.at(row[j])))
			}
			e := l.a.l.merged.at(id)
			if !l.learnEdge(to, e) {
				continue
			}
			written = true
			if person := e.person(); l.wroteTo[person] != to+1 {
				l.wroteTo[person] = to + 1
				t.Senders++
			}
		}
		if written {
			t.Recipients++ // all of a provider's are one: nobody asks
		}
	}
}

// reachEdges prefetches the edges of an address soon to come, when that of place
// i in byDomain is looked at: its row, the number there, and the edge.
func (a *Auditor) reachEdges(i int) {
	const apart = 6
	addresses, rows, edges := a.byDomain.items, a.byAddress.starts, a.byAddress.items
	if j := i + 3*apart; j < len(addresses) && int(addresses[j]) < len(rows) {
		prefetch(unsafe.Pointer(&rows[addresses[j]]))
	}
	edgeAt := func(j int) (at uint32, ok bool) {
		if j >= len(addresses) || int(addresses[j]) >= len(rows) {
			return 0, false
		}
		at = rows[addresses[j]]
		return at, int(at) < len(edges)
	}
	if at, ok := edgeAt(i + 2*apart); ok {
		prefetch(unsafe.Pointer(&edges[at]))
	}
	if at, ok := edgeAt(i + apart); ok {
		prefetch(unsafe.Pointer(a.l.merged.at(edges[at])))
	}
}

// learnEdge adds e to the traffic of the domain, and tells whether it is
// evidence of what people mean to write to.
func (l *trafficLearner) learnEdge(to uint32, e *edge) bool {
	a := l.a
	p := &a.people[e.person()]
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
