package pipeline

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// foundName is the name of the file beside the history in which a Watch keeps what it
// found: the key of a delivery, which names nobody, and when, a line each.
const foundName = "watched"

// foundFor is how long a finding is kept: as long as mail servers try, so that a message
// for others may be open and read again.
const foundFor = 8 * 24 * time.Hour

// foundBefore are the deliveries that a Watch found, so that none is found twice.
type foundBefore struct {
	path string
	file *os.File // to append to
	keys map[uint64]int64
	text []byte // that is not written yet
}

// openFoundBefore reads what was found by earlier ones.
func openFoundBefore(folder string) (*foundBefore, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	f := &foundBefore{path: filepath.Join(folder, foundName), keys: map[uint64]int64{}}
	text, err := os.Open(f.path)
	switch {
	case err == nil:
		s := bufio.NewScanner(text)
		for s.Scan() {
			var key uint64
			var at int64
			if n, _ := fmt.Sscanf(s.Text(), "%x %d", &key, &at); n == 2 { // else it was being written
				f.keys[key] = at
			}
		}
		err = errors.Join(s.Err(), text.Close())
	case errors.Is(err, fs.ErrNotExist):
		err = nil
	}
	if err != nil {
		return nil, fmt.Errorf("what was found before: %w", err)
	}
	return f, f.reopen()
}

func (f *foundBefore) reopen() (err error) {
	f.file, err = os.OpenFile(f.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	return err
}

func (f *foundBefore) has(key uint64) bool {
	_, ok := f.keys[key]
	return ok
}

func (f *foundBefore) add(key uint64, now time.Time) {
	f.keys[key] = now.Unix()
	f.text = fmt.Appendf(f.text, "%x %d\n", key, now.Unix())
}

// flush writes what was added. What a full disk did not take is written by the next one.
func (f *foundBefore) flush() error {
	if len(f.text) == 0 {
		return nil
	}
	n, err := f.file.Write(f.text)
	f.text = f.text[n:]
	return err
}

// prune removes what is too old to be read again.
func (f *foundBefore) prune(now time.Time) error {
	old := now.Add(-foundFor).Unix()
	var text []byte
	dropped := 0
	for key, at := range f.keys {
		if at < old {
			delete(f.keys, key)
			dropped++
			continue
		}
		text = fmt.Appendf(text, "%x %d\n", key, at)
	}
	if dropped == 0 {
		return nil
	}
	unfinished := f.path + ".new"
	if err := os.WriteFile(unfinished, text, 0o600); err != nil {
		return err
	}
	f.text = nil
	return errors.Join(f.file.Close(), os.Rename(unfinished, f.path), f.reopen())
}

func (f *foundBefore) close() error { return errors.Join(f.flush(), f.file.Close()) }
