package audit

import "sync"

// Merge adds m to l. m must not be used any more: its memory is given back.
func (l *Ledger) Merge(m *Ledger) {
	if m.isEmpty() {
		return
	}
	if l.isEmpty() {
		*l, *m = *m, Ledger{}
		return
	}
	defer func() { *m = Ledger{} }()
	l.gatherEdges() // it lets go of what finds them, before the other tables grow
	m.gatherEdges()
	l.deliveries += m.deliveries
	l.copies += m.copies
	l.reports += m.reports
	var people []uint32
	var merging sync.WaitGroup
	merging.Go(func() { people = l.mergePeople(m) })
	domains := l.mergeDomains(m)
	addresses := l.mergeAddresses(m, domains)
	merging.Wait()
	l.mergeEdges(m, people, addresses)
	to := renumbered{domains, people, addresses}
	for _, p := range m.details {
		l.details = append(l.details, detailPart{p.log, p.then(to)})
	}
	if !m.log.isEmpty() {
		l.details = append(l.details, detailPart{m.log, to})
	}
}

// mergeDomains adds the domains of m, and tells their numbers in l.
func (l *Ledger) mergeDomains(m *Ledger) []uint32 {
	domains := make([]uint32, m.domains.len())
	for id := range domains {
		to := l.domain(m.domains.get(uint32(id)))
		domains[id] = to
		s, t := l.stats.at(to), m.stats.at(uint32(id))
		s.stored += t.stored
		s.received += t.received
		if t.relay != 0 {
			s.tookBy(t.relay)
		}
		if t.writers == 0 {
			continue
		}
		for _, h := range m.writersOf(t) {
			if h != 0 {
				l.writersOf(s).add(h)
			}
		}
	}
	return domains
}

// mergeBatch is how many look-ups of a merge are begun at once.
const mergeBatch = 32

// mergeAddresses adds the addresses of m, and tells their numbers in l.
func (l *Ledger) mergeAddresses(m *Ledger, domains []uint32) []uint32 {
	domainHash := make([]uint64, len(domains))
	for id, to := range domains {
		domainHash[id] = l.domains.hash(l.domains.get(to))
	}
	ids := make([]uint32, m.addresses.len())
	var hashes [mergeBatch]uint64
	for from := 0; from < len(ids); from += mergeBatch {
		batch := ids[from:min(len(ids), from+mergeBatch)]
		for i := range batch {
			a := m.addresses.at(uint32(from + i))
			hashes[i] = addressHash(a.local, domainHash[a.domain])
			l.addresses.slots.reach(hashes[i])
		}
		for i := range batch {
			l.addresses.reach(hashes[i])
		}
		for i := range batch {
			id := uint32(from + i)
			a := m.addresses.at(id)
			batch[i] = l.addresses.add(hashes[i], a.local, domains[a.domain], m.addresses.local(id))
		}
	}
	return ids
}

// mergePeople adds the people of m, and tells their numbers in l.
func (l *Ledger) mergePeople(m *Ledger) []uint32 {
	ids := make([]uint32, m.people.len())
	for id := range ids {
		ids[id], _ = l.people.add(m.people.get(uint32(id)))
	}
	return ids
}

// mergeEdges moves the edges of both into one list, those of m under the
// numbers that its people and addresses have in l. They are summed at the
// verdict, where they lie by address anyway.
func (l *Ledger) mergeEdges(m *Ledger, people, addresses []uint32) {
	for id := range m.merged.len() {
		e := m.merged.at(uint32(id))
		e.key = edgeKey(people[e.person()], addresses[e.address()])
	}
	l.merged.take(&m.merged)
}

// gatherEdges moves all edges into the list of those that were merged.
func (l *Ledger) gatherEdges() {
	l.settle()
	l.merged.take(&l.edges.edges)
	l.edges = newEdgeTable(l.edges.edges.arena)
}

// isEmpty tells a ledger that knows nothing.
func (l *Ledger) isEmpty() bool {
	return l.deliveries == 0 && l.reports == 0 && l.domains.len() == 0 && l.people.len() == 0
}

// Size tells how much a ledger knows, to choose which of several is merged into
// which.
func (l *Ledger) Size() int { return l.edges.len() + l.merged.len() + l.domains.len() }
