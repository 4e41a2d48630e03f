// Package tempfile makes temporary files of which nothing is left, whatever way the program
// ends.
package tempfile

import (
	"errors"
	"os"

	"github.com/typoaudit/typoaudit/parsers"
)

// NewSpill makes room in a file without a name. Where a system cannot do
// that, there is none.
func NewSpill() (parsers.Spill, error) {
	f, err := Unnamed()
	if err != nil {
		return nil, err
	}
	return f, nil
}

// Unnamed makes a file in the folder for temporary files, readable by this user
// alone. It has no name any more: nothing is left of it when the program ends, whatever
// way. Where a system cannot remove the name of an open file, that is an error.
func Unnamed() (*os.File, error) {
	f, err := os.CreateTemp("", "typoaudit-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(f.Name()); err != nil {
		return nil, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return f, nil
}
