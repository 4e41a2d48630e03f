package parsers

import (
	"fmt"
	"io"
)

// A Spill is a place outside memory: each Write appends, and all of it can be
// read again.
type Spill interface {
	io.Writer
	io.ReaderAt
}

// ReadBack fills b with what was written to s at an offset in bytes. Its error says that what did
// not fit into memory is lost.
func ReadBack(s Spill, b []byte, at int64) error {
	if _, err := s.ReadAt(b, at); err != nil {
		return fmt.Errorf("read back what did not fit into memory: %w", err)
	}
	return nil
}
