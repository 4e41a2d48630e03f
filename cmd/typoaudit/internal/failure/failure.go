// Package failure holds errors in the form in which a user reads them.
package failure

import (
	"errors"
	"io/fs"
	"os"
)

// A Hint is an error with a line that helps.
type Hint struct {
	Err  error
	Text string
}

// WithHint returns err with a line that helps.
func WithHint(err error, text string) error { return &Hint{err, text} }

// Cause returns err without the hint that is around it, if there is one.
func Cause(err error) error {
	if h, ok := err.(*Hint); ok {
		return h.Err
	}
	return err
}

// SameHint returns to with the hint that is around from, if there is one.
func SameHint(from, to error) error {
	if h, ok := from.(*Hint); ok {
		return WithHint(to, h.Text)
	}
	return to
}

// Error implements error. The hint is not part of it.
func (h *Hint) Error() string { return h.Err.Error() }

// Unwrap returns the error that the hint is for.
func (h *Hint) Unwrap() error { return h.Err }

// Plain takes the operation and the path off err, where the message around it
// names them.
func Plain(err error) error {
	var pe *fs.PathError
	var le *os.LinkError
	switch {
	case errors.As(err, &pe):
		return pe.Err
	case errors.As(err, &le):
		return le.Err
	}
	return err
}
