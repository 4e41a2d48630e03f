package source

import "bytes"

// WithoutColours returns a line without the sequences that control a terminal (ECMA-48 section 5.4,
// those that begin with ESC [), itself if it has none.
func WithoutColours(line []byte) []byte {
	if bytes.IndexByte(line, '\x1b') < 0 {
		return line
	}
	out := make([]byte, 0, len(line))
	for {
		text, rest, found := bytes.Cut(line, []byte("\x1b["))
		out = append(out, text...)
		if !found {
			return out
		}
		line = bytes.TrimLeft(rest, "0123456789:;?")
		if len(line) > 0 && line[0] >= '@' && line[0] <= '~' {
			line = line[1:]
		}
	}
}
