package history

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
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

// Moment begins the name of a holder that gives the store back soon, and takes it again and
// again: others wait for it.
const Moment = "for a moment, "

// How long a holder that has the store for a moment is waited for, and how often it is
// asked.
const (
	patience  = 10 * time.Minute
	askingGap = 20 * time.Millisecond
)

// takeLock takes the lock. It fails at once if another run holds it, unless that one has it
// for a moment and this one has not.
func takeLock(ctx context.Context, path, who string) (*lock, error) {
	mayBeOld := true // a holder writes its name after it has the lock
	for waited := time.Duration(0); ; waited += askingGap {
		l, err := tryToTake(path, who)
		var held *LockedError
		switch {
		case !errors.As(err, &held), strings.HasPrefix(who, Moment), waited >= patience:
			return l, err
		case strings.HasPrefix(held.By, Moment):
			mayBeOld = true
		case !mayBeOld:
			return l, err
		default:
			mayBeOld = false
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(askingGap):
		}
	}
}

func tryToTake(path, who string) (*lock, error) {
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
