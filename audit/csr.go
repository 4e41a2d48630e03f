package audit

// A csr lists, for each key, the items that have it (compressed sparse rows).
type csr struct{ starts, items []uint32 }

func newCSR(keys, items int, keyOf func(item int) uint32) csr {
	c := csr{starts: make([]uint32, keys+1), items: make([]uint32, items)}
	for i := range items {
		c.starts[keyOf(i)]++
	}
	for k := range keys {
		c.starts[k+1] += c.starts[k]
	}
	for i := items - 1; i >= 0; i-- { // what was the end of a key becomes its start
		k := keyOf(i)
		c.starts[k]--
		c.items[c.starts[k]] = uint32(i)
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
