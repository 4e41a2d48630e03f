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
	l.settle()
	m.settle()
	l.deliveries += m.deliveries
	l.copies += m.copies
	for _, b := range m.bounces {
		l.addBounce(&b)
	}
	var people []uint32
	var merging sync.WaitGroup
	merging.Go(func() { people = l.mergePeople(m) })
	domains := l.mergeDomains(m)
	addresses := l.mergeAddresses(m, domains)
	merging.Wait()
	l.edges.take(&m.edges, people, addresses)
	to := renumbered{domains, people, addresses}
	m.renumberDetails(to)
	l.details = append(l.details, m.details...)
}

// mergeDomains adds the domains of m, and returns their numbers in l.
func (l *Ledger) mergeDomains(m *Ledger) []uint32 {
	domains := make([]uint32, m.domains.Len())
	for id := range domains {
		to := l.domain(m.domains.Get(uint32(id)))
		domains[id] = to
		s, t := l.stats.At(to), m.stats.At(uint32(id))
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
const mergeBatch = 256

// mergeAddresses adds the addresses of m, and returns their numbers in l.
func (l *Ledger) mergeAddresses(m *Ledger, domains []uint32) []uint32 {
	ids := make([]uint32, m.addresses.len())
	var hashes [mergeBatch]uint64
	for from := 0; from < len(ids); from += mergeBatch {
		some := ids[from:min(len(ids), from+mergeBatch)]
		for i := range some {
			a := m.addresses.at(uint32(from + i))
			hashes[i] = l.addresses.hash(a.local, domains[a.domain])
		}
		l.batch.reached += l.addresses.reach(hashes[:len(some)])
		for i := range some {
			id := uint32(from + i)
			a := m.addresses.at(id)
			some[i] = l.addresses.add(hashes[i], a.local, domains[a.domain], m.addresses.local(id))
		}
	}
	return ids
}

// mergePeople adds the people of m, and returns their numbers in l.
func (l *Ledger) mergePeople(m *Ledger) []uint32 {
	ids := make([]uint32, m.people.Len())
	for id := range ids {
		ids[id], _ = l.people.Add(m.people.Get(uint32(id)))
	}
	return ids
}

// isEmpty returns whether a ledger knows nothing.
func (l *Ledger) isEmpty() bool {
	return l.deliveries == 0 && len(l.bounces) == 0 && l.domains.Len() == 0 && l.people.Len() == 0
}

// Size returns how much a ledger knows, to choose which of several is merged into
// which.
func (l *Ledger) Size() int { return l.edges.pairs.Len() + l.domains.Len() }
