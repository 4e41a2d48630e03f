package compact

// A CSR lists, for each key, the items that have it (compressed sparse rows).
type CSR struct {
	Starts []uint32 // of each key in Items, and the end of the last one
	Items  []uint32
}

// NewCSR returns the items of keys, in the order of their numbers.
func NewCSR(keys, items int, keyOf func(item int) uint32) CSR {
	c := CSR{Starts: make([]uint32, keys+1), Items: make([]uint32, items)}
	for i := range items {
		c.Starts[keyOf(i)]++
	}
	for k := range keys {
		c.Starts[k+1] += c.Starts[k]
	}
	for i := items - 1; i >= 0; i-- { // the end of a key becomes its start
		k := keyOf(i)
		c.Starts[k]--
		c.Items[c.Starts[k]] = uint32(i)
	}
	return c
}

// Of returns the items of a key, none for one beyond those that it was made for.
func (c *CSR) Of(key uint32) []uint32 {
	if int(key)+1 >= len(c.Starts) {
		return nil
	}
	return c.Items[c.Starts[key]:c.Starts[key+1]]
}
