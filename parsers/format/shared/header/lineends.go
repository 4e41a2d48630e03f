package header

import (
	"bufio"
	"bytes"
	"io"
)

// HasLoneCR reports whether the lines of a text end with CR alone, as those of classic
// Mac OS do, by its beginning.
func HasLoneCR(head []byte) bool {
	return bytes.IndexByte(head, '\r') >= 0 && bytes.IndexByte(head, '\n') < 0
}

// TextReader returns a reader of the text of r in which LF stands for CR, if r begins with
// lines that end with CR alone. As much as fits into the buffer of r shows it.
func TextReader(r *bufio.Reader) io.Reader {
	head, _ := r.Peek(r.Size()) // an error comes again
	if HasLoneCR(head) {
		return LFReader{r}
	}
	return r
}

// An LFReader reads R with LF for each CR.
type LFReader struct{ R io.Reader }

// Read implements io.Reader. Its errors are those of R.
func (l LFReader) Read(b []byte) (int, error) {
	n, err := l.R.Read(b)
	for i, x := range b[:n] {
		if x == '\r' {
			b[i] = '\n'
		}
	}
	return n, err
}
