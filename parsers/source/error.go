package source

import (
	"errors"
	"io/fs"
)

// An Error is an error with the source that it is about.
type Error struct {
	Name string // of the source, as given
	Err  error  // without that name

	opening bool
}

// NewError returns err as an error of the source of this name.
func NewError(name string, err error) *Error { return &Error{Name: name, Err: PlainError(err)} }

func (e *Error) Error() string {
	if e.opening {
		return "open " + e.Name + ": " + e.Err.Error()
	}
	return e.Name + ": " + e.Err.Error()
}

// Unwrap returns the error without the name of the source.
func (e *Error) Unwrap() error { return e.Err }

// Reasons returns what err, which is about the source of this name, says beside
// that name: a sentence for each error that was joined into it.
func Reasons(name string, err error) (all []string) {
	if err == nil {
		return nil
	}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		for _, err := range joined.Unwrap() {
			all = append(all, Reasons(name, err)...)
		}
		return all
	}
	var e *Error
	switch {
	case !errors.As(err, &e) || e.Name != name:
		return []string{err.Error()}
	case e.opening:
		return []string{"cannot be opened: " + e.Err.Error()}
	}
	return []string{e.Err.Error()}
}

// PlainError takes the operation and the path off err, which the message that
// wraps it names already.
func PlainError(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}
