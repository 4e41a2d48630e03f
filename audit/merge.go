package audit

// Merge adds m to l. m must not be used any more.
func (l *Ledger) Merge(m *Ledger) {
	l.edges.settle()
	m.edges.settle()
	if m.isEmpty() {
		return
	}
	if l.isEmpty() {
		*l = *m
		return
	}
	l.deliveries += m.deliveries
	l.copies += m.copies
	l.reports += m.reports
	domains := make([]uint32, m.domains.len())
	for id := range domains {
		to := l.domain(m.domains.get(uint32(id)))
		domains[id] = to
		s, t := l.stats.at(to), m.stats.at(uint32(id))
		s.stored += t.stored
		s.received += t.received
		if t.relay != 0 && (s.relay == 0 || t.relay < s.relay) {
			s.relay = t.relay
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
	addresses := l.mergeAddresses(m, domains)
	people := make([]uint32, m.people.len())
	for id := range people {
		people[id], _ = l.people.add(m.people.get(uint32(id)))
	}
	l.mergeEdges(m, people, addresses)
	to := renumbered{domains, people, addresses}
	for _, p := range m.details {
		l.details = append(l.details, detailPart{p.log, p.then(to)})
	}
	if !m.log.isEmpty() {
		l.details = append(l.details, detailPart{m.log, to})
	}
}

// mergeBatch is how many look-ups of a merge are begun at once, so that their
// misses overlap.
const mergeBatch = 32

// mergeAddresses adds the addresses of m, and tells their numbers in l.
func (l *Ledger) mergeAddresses(m *Ledger, domains []uint32) []uint32 {
	ids := make([]uint32, m.addresses.len())
	var hashes [mergeBatch]uint64
	for from := 0; from < len(ids); from += mergeBatch {
		batch := ids[from:min(len(ids), from+mergeBatch)]
		for i := range batch {
			hashes[i] = l.addresses.hash(m.addresses.get(uint32(from + i)))
			l.touched += l.addresses.touch(hashes[i])
		}
		for i := range batch {
			id := uint32(from + i)
			to, added := l.addresses.addHashed(m.addresses.get(id), hashes[i])
			if added {
				l.domainOf.add(domains[*m.domainOf.at(id)])
			}
			batch[i] = to
		}
	}
	return ids
}

// mergeEdges adds the edges of m, whose people and addresses became those.
func (l *Ledger) mergeEdges(m *Ledger, people, addresses []uint32) {
	var keys [mergeBatch]uint64
	for from := 0; from < m.edges.len(); from += mergeBatch {
		n := min(mergeBatch, m.edges.len()-from)
		for i := range n {
			e := m.edges.get(uint32(from + i))
			keys[i] = uint64(people[e.person()])<<32 | uint64(addresses[e.address()])
			l.touched += l.edges.touch(mix(keys[i]))
		}
		for i := range n {
			l.edges.add(uint32(keys[i]>>32), uint32(keys[i])).merge(m.edges.get(uint32(from + i)))
		}
	}
}

// isEmpty tells a ledger that knows nothing.
func (l *Ledger) isEmpty() bool {
	return l.deliveries == 0 && l.reports == 0 && l.domains.len() == 0 && l.people.len() == 0
}

// Size tells how much a ledger knows, to choose which of several is merged into
// which.
func (l *Ledger) Size() int { return l.edges.len() + l.domains.len() }
