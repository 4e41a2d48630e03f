// Package lines cuts text into blocks of whole lines, and blocks into lines: the
// first step of every reader of logs.
package lines

import (
	"bytes"
	"io"
)

// BlockSize is how much is read at a time, in bytes: a block stays in the
// cache of a core while it is parsed.
const BlockSize = 256 << 10

// MaxLine bounds a line, in bytes: the rest is left out, and counted. No
// mail server writes a longer one.
const MaxLine = 1 << 20

// Blocks yields r in blocks of whole lines; only the last line of the input
// may lack its line end. A block is valid until yield returns. An overlong
// line is cut and counted.
func Blocks(r io.Reader, buf []byte, yield func(block []byte) error) (overlong int64, err error) {
	kept, skipping := 0, false
	for {
		n, err := r.Read(buf[kept:min(len(buf), kept+BlockSize)])
		data := buf[:kept+n]
		if skipping {
			i := bytes.IndexByte(data, '\n')
			if skipping = i < 0; skipping {
				data = data[:0]
			} else {
				data = data[i+1:]
			}
		}
		end := bytes.LastIndexByte(data, '\n') + 1
		if end > 0 {
			if err := yield(data[:end]); err != nil {
				return overlong, err
			}
		}
		kept = copy(buf, data[end:])
		if kept >= MaxLine {
			overlong++
			buf[MaxLine-1] = '\n'
			if err := yield(buf[:MaxLine]); err != nil {
				return overlong, err
			}
			kept, skipping = 0, true
		}
		if err != nil {
			if kept > 0 {
				if err := yield(buf[:kept]); err != nil {
					return overlong, err
				}
			}
			if err == io.EOF {
				err = nil
			}
			return overlong, err
		}
	}
}

// First returns the first n lines of text, all of it where there are fewer.
func First(text []byte, n int) []byte {
	end := 0
	for range n {
		i := bytes.IndexByte(text[end:], '\n')
		if i < 0 {
			return text
		}
		end += i + 1
	}
	return text[:end]
}

// NewBuffer returns a buffer for Blocks.
func NewBuffer() []byte { return make([]byte, MaxLine+BlockSize) }

// A PieceReader reads the lines of a file that begin in [from, to), each of
// them whole, so that every line belongs to one piece.
type PieceReader struct {
	f        io.ReaderAt
	at, to   int64
	skipping bool // the line that began before from is another piece's
	last     byte
}

// NewPieceReader returns a reader of the lines that begin in [from, to), in bytes.
func NewPieceReader(f io.ReaderAt, from, to int64) *PieceReader {
	if from == 0 {
		return &PieceReader{f: f, to: to, last: '\n'}
	}
	// The byte before shows whether a line begins at from.
	return &PieceReader{f: f, at: from - 1, to: to, skipping: true}
}

// Read implements io.Reader.
func (p *PieceReader) Read(b []byte) (int, error) {
	if p.at < p.to {
		return p.readWithin(b)
	}
	if p.skipping || p.last == '\n' {
		return 0, io.EOF
	}
	n, err := p.f.ReadAt(b[:min(len(b), 64<<10)], p.at)
	if i := bytes.IndexByte(b[:n], '\n'); i >= 0 {
		n, err = i+1, nil
	}
	p.at += int64(n)
	if n > 0 {
		p.last = b[n-1]
	}
	return n, err
}

func (p *PieceReader) readWithin(b []byte) (int, error) {
	b = b[:min(int64(len(b)), p.to-p.at)]
	n, err := p.f.ReadAt(b, p.at)
	p.at += int64(n)
	if n > 0 {
		p.last = b[n-1]
	}
	if p.skipping {
		i := bytes.IndexByte(b[:n], '\n')
		if i < 0 {
			return 0, err
		}
		p.skipping = false
		n = copy(b, b[i+1:n])
	}
	return n, err
}

// Whole returns how many bytes of text before size are whole lines. The
// last one may be being written.
func Whole(f io.ReaderAt, size int64) (int64, error) {
	const step = 64 << 10
	b := make([]byte, step)
	for to := size; to > 0 && size-to < MaxLine; to -= step {
		from := max(0, to-step)
		n, err := f.ReadAt(b[:to-from], from)
		if err != nil && err != io.EOF {
			return 0, err
		}
		if i := bytes.LastIndexByte(b[:n], '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
	}
	if size < MaxLine {
		return 0, nil
	}
	return size, nil // no line is so long: it is cut
}
