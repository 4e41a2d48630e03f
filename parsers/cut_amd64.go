package parsers

// lineEnds notes the places of the line ends of b, which is no longer than
// ends, and returns how many there are.
func lineEnds(b []byte, ends *[MostCuts]uint16) int {
	whole := len(b) / 64
	if whole == 0 {
		return appendEnds(b, 0, ends, 0)
	}
	return appendEnds(b[64*whole:], 64*whole, ends, lineEnds64(&b[0], whole, &ends[0]))
}

// appendEnds adds the places of the line ends of b to the first n of ends, and
// returns how many there are then. b lies at a place in its window.
func appendEnds(b []byte, at int, ends *[MostCuts]uint16, n int) int {
	for i, c := range b {
		if c == '\n' {
			ends[n] = uint16(at + i)
			n++
		}
	}
	return n
}

// lineEnds64 is lineEnds for a number of times 64 bytes, at least one.
//
//go:noescape
func lineEnds64(b *byte, times int, ends *uint16) int
