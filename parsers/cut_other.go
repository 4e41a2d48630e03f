//go:build !amd64

package parsers

import "bytes"

// lineEnds notes the places of the line ends of b, which is no longer than
// ends, and returns how many there are.
func lineEnds(b []byte, ends *[MaxCuts]uint16) (n int) {
	for at := 0; ; n++ {
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 {
			return n
		}
		ends[n] = uint16(at + i)
		at += i + 1
	}
}
