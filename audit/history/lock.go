package history

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// A LockedError says that another run has the store open.
type LockedError struct {
	Path string
	By   string // how that run named itself, "" if it is not known
}

func (e *LockedError) Error() string {
	by := e.By
	if by == "" {
		by = "another run"
	}
	return fmt.Sprintf("%s is held by %s", e.Path, by)
}

// maxHolder bounds the part of a holder's name that is read, in bytes.
const maxHolder = 256

// A lock is a file that the system locks for as long as the run lives: after a
// crash nothing is left to clear away.
type lock struct{ f *os.File }

func takeLock(path, who string) (*lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|noFollow, fileMode)
	if err != nil {
		return nil, fmt.Errorf("lock %s: %w", path, plain(err))
	}
	if err := tryLock(f); err != nil {
		by, _ := io.ReadAll(io.LimitReader(f, maxHolder))
		f.Close()
		if errors.Is(err, errHeld) {
			return nil, &LockedError{path, strings.TrimSpace(string(by))}
		}
		return nil, fmt.Errorf("lock %s: %w", path, err)
	}
	// The name is a help to the reader: a full disk does not forbid the run.
	if f.Truncate(0) == nil {
		_, _ = f.WriteAt([]byte(who+"\n"), 0)
	}
	return &lock{f}, nil
}

var errHeld = errors.New("held by another run")

// release ends the lock. A program that is being started has the file as well, for a moment:
// closing it here would not end the lock then.
func (l *lock) release() error { return errors.Join(unlock(l.f), l.f.Close()) }
