package source

import (
	"errors"
	"io/fs"
	"slices"
	"testing"
)

// TestReasons: the name of the source is left out, that of another file is not.
func TestReasons(t *testing.T) {
	t.Parallel()
	denied := &fs.PathError{Op: "open", Path: "copy", Err: fs.ErrPermission}
	for want, err := range map[string]error{
		"permission denied":                   NewError("copy", denied),
		"cannot be opened: permission denied": &Error{Name: "copy", Err: fs.ErrPermission, opening: true},
		"same content as copy: counted once":  NewError("copy", errors.New("same content as copy: counted once")),
		"copy/cur/1: permission denied":       NewError("copy/cur/1", denied),
	} {
		if got := Reasons("copy", err); !slices.Equal(got, []string{want}) {
			t.Errorf("%v: got %q, want %q", err, got, want)
		}
	}
	joined := errors.Join(NewError("copy", fs.ErrClosed), nil, NewError("copy", fs.ErrExist))
	if got, want := Reasons("copy", joined), []string{"file already closed", "file already exists"}; !slices.Equal(got, want) {
		t.Errorf("joined: got %q, want %q", got, want)
	}
	if got := Reasons("copy", nil); got != nil {
		t.Errorf("no error: got %q, want nothing", got)
	}
}
