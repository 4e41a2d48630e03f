package lines

import "bytes"

// MaxCuts bounds the lines that a block is cut into at a time, and how much of it
// is searched for that, in bytes.
const MaxCuts = 4 << 10

// A Cutter cuts blocks into lines.
type Cutter struct {
	ends [MaxCuts]uint16 // of the lines that end in a window
}

// Cut finds where the first few lines of block end, and where the next one
// begins. There are no ends where block[:next] is one line, a very long one or
// the last one, which may lack its end.
func (c *Cutter) Cut(block []byte) (ends []uint16, next int) {
	if n := lineEnds(block[:min(len(block), MaxCuts)], &c.ends); n > 0 {
		return c.ends[:n], int(c.ends[n-1]) + 1
	}
	if i := bytes.IndexByte(block, '\n'); i >= 0 {
		return nil, i + 1
	}
	return nil, len(block)
}

// Each yields the lines of block, without their ends: LF or CRLF. The last one
// may lack its own.
func (c *Cutter) Each(block []byte, yield func(line []byte)) {
	for len(block) > 0 {
		ends, next := c.Cut(block)
		begin := 0
		for _, end := range ends {
			yield(WithoutCR(block[begin:end]))
			begin = int(end) + 1
		}
		if len(ends) == 0 {
			yield(WithoutCR(bytes.TrimSuffix(block[:next], []byte("\n"))))
		}
		block = block[next:]
	}
}

// WithoutCR takes off the CRs and blanks before a line's end: what was copied from a screen or
// converted twice has them.
func WithoutCR(line []byte) []byte {
	n := len(line)
	for n > 0 && (line[n-1] == '\r' || line[n-1] == ' ') {
		n--
	}
	return line[:n]
}

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
