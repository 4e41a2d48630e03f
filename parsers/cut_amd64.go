package parsers

// lineEnds notes the places of the line ends of b, which is no longer than
// ends, and returns how many there are.
func lineEnds(b []byte, ends *[MaxCuts]uint16) (n int) {
	whole := len(b) / 64
	if whole > 0 {
		n = lineEnds64(&b[0], whole, &ends[0])
	}
	for i := 64 * whole; i < len(b); i++ {
		if b[i] == '\n' {
			ends[n] = uint16(i)
			n++
		}
	}
	return n
}

// lineEnds64 is lineEnds for a number of times 64 bytes, at least one.
//
//go:noescape
func lineEnds64(b *byte, times int, ends *uint16) int
