package compact

import "math/bits"

// A Filter is a Bloom filter of texts: sixteen bits each, which take one unknown text in
// 2,000 for a known one. No text can be read out of it.
type Filter string

// probes is how many bits of a filter a text sets: of sixteen bits a text, eleven make
// the fewest false answers.
const probes = 11

// NewFilter returns the filter of texts.
func NewFilter(texts []string) Filter {
	filter := make([]byte, 2*len(texts))
	for _, text := range texts {
		h, step := hashText(text)
		for range probes {
			bit, _ := bits.Mul64(h, uint64(len(filter))*8)
			filter[bit/8] |= 1 << (bit % 8)
			h += step
		}
	}
	return Filter(filter)
}

// Has says whether a text is one of those that the filter is of, or passes for one.
func (f Filter) Has(text string) bool {
	h, step := hashText(text)
	n := uint64(len(f)) * 8
	for range probes {
		bit, _ := bits.Mul64(h, n)
		if f[bit/8]>>(bit%8)&1 == 0 {
			return false
		}
		h += step
	}
	return true
}

// hashText returns the first place of a text, and the step to the next (Kirsch
// and Mitzenmacher 2006): FNV-1a with the finaliser of SplitMix64.
func hashText(text string) (h, step uint64) {
	h = 0xcbf29ce484222325
	for i := range len(text) {
		h = (h ^ uint64(text[i])) * 0x100000001b3
	}
	step = Mix(h)
	return Mix(step ^ h), step | 1
}
