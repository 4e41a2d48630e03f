package audit

import (
	"runtime"
	"sync"

	"github.com/typoaudit/typoaudit/audit/lookalike"
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
	learners := make([]trafficLearner, min(maxLearners, runtime.GOMAXPROCS(0)))
	var wg sync.WaitGroup
	for i := range learners {
		learner := &learners[i]
		*learner = trafficLearner{t: &t, e: e, wroteTo: make([]uint32, len(e.people.all)), received: make([]received, domains)}
		wg.Go(func() {
			for to := domains * i / len(learners); to < domains*(i+1)/len(learners); to++ {
				learner.learnDomain(uint32(to))
			}
		})
	}
	wg.Wait()
	for i := range learners {
		t.add(&learners[i])
	}
	for id := range t.byDomain {
		s := l.stats.At(uint32(id))
		t.byDomain[id].Received += int64(s.received)
		if s.writers > 0 {
			t.writersOf(id).merge(l.writersOf(s))
		}
		if w := t.writers[id]; w != nil {
			t.byDomain[id].Writers = w.count()
		}
		if e.roles[id] == roleOwn {
			t.byDomain[id].Sent += int64(s.stored)
		}
	}
	return t
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
		ours := shortHash(r.addresses.at(address).local)
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
