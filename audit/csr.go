package audit

import "slices"

// A csr lists, for each key, the items that have it (compressed sparse rows).
type csr struct{ starts, items []uint32 }

func newCSR(keys, items int, keyOf func(item int) uint32) csr {
	c := csr{starts: make([]uint32, keys+1), items: make([]uint32, items)}
	for i := range items {
		c.starts[keyOf(i)+1]++
	}
	for k := range keys {
		c.starts[k+1] += c.starts[k]
	}
	next := slices.Clone(c.starts[:keys])
	for i := range items {
		k := keyOf(i)
		c.items[next[k]] = uint32(i)
		next[k]++
	}
	return c
}

// of returns the items of a key, none for one beyond those that it was made for.
func (c *csr) of(key uint32) []uint32 {
	if int(key)+1 >= len(c.starts) {
		return nil
	}
	return c.items[c.starts[key]:c.starts[key+1]]
}

// keep leaves the items that want says, which is asked in the order of the keys.
func (c *csr) keep(want func(key, item uint32) bool) {
	kept, from := uint32(0), uint32(0)
	for key := range len(c.starts) - 1 {
		to := c.starts[key+1]
		for _, item := range c.items[from:to] {
			if want(uint32(key), item) {
				c.items[kept] = item
				kept++
			}
		}
		c.starts[key+1], from = kept, to
	}
	c.items = c.items[:kept]
}

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
