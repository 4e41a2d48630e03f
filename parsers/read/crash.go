package read

import (
	"fmt"
	"runtime/debug"
)

// A crash is a fault of the program: a panic. Its message shows no data of the input.
type crash struct {
	name  string // of what was read
	stack []byte
}

func (e *crash) Error() string { return fmt.Sprintf("%s: internal error while reading", e.name) }

// Unwrap returns ErrInternal.
func (e *crash) Unwrap() error { return ErrInternal }

// Stack returns where the program was.
func (e *crash) Stack() []byte { return e.stack }

// Contain runs f, which reads what has a name. A panic in it is an error, which is
// ErrInternal and has a method Stack.
func Contain(name string, f func()) (err error) {
	defer func() {
		if recover() != nil {
			err = &crash{name, debug.Stack()}
		}
	}()
	f()
	return nil
}
