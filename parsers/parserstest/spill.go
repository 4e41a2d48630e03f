package parserstest

import (
	"bytes"
	"errors"
)

// ErrBroken is the error of a Spill that cannot be read.
var ErrBroken = errors.New("broken")

// A Spill is a parsers.Spill in memory, that takes a limited number of bytes.
type Spill struct {
	Left   int
	Broken bool // it cannot be read
	text   bytes.Buffer
}

// Write implements io.Writer.
func (s *Spill) Write(b []byte) (int, error) {
	n, err := min(len(b), s.Left), error(nil)
	if n < len(b) {
		err = errors.New("full")
	}
	s.Left -= n
	s.text.Write(b[:n])
	return n, err
}

// ReadAt implements io.ReaderAt.
func (s *Spill) ReadAt(b []byte, at int64) (int, error) {
	if s.Broken {
		return 0, ErrBroken
	}
	return bytes.NewReader(s.text.Bytes()).ReadAt(b, at)
}
