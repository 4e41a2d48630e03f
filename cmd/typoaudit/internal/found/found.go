// Package found keeps which deliveries a watch found, so that none is found twice.
package found

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
)

// foundName is the name of the file beside the history in which a Watch keeps what it
// found: the key of a delivery, which names nobody, and when, a line each, with the checksum of
// what was printed of it, if anything was.
const foundName = "watched"

// holdName is the name of the file that a Watch holds as long as it lives: two of them would
// find all twice.
const holdName = "watching"

// foundFor is how long a finding is kept: as long as mail servers try, so that a message
// for others may be open and read again.
const foundFor = 8 * 24 * time.Hour

// A List has the deliveries that a Watch found, so that none is found twice.
type List struct {
	path string
	hold *history.Hold
	file *os.File // to append to
	keys map[uint64]int64
	said uint64 // of the last one that was printed
	text []byte // that is not written yet
}

// Open reads what was found by earlier ones. who is named to another Watch that
// wants the same folder, and fails.
func Open(folder, who string) (*List, error) {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, err
	}
	hold, err := history.HoldFile(filepath.Join(folder, holdName), who)
	if err != nil {
		return nil, failure.WithHint(err, "a history has one watch: stop the other one, or give this one its own --state")
	}
	f := &List{path: filepath.Join(folder, foundName), hold: hold, keys: map[uint64]int64{}}
	if err := errors.Join(f.load(), f.reopen()); err != nil {
		return nil, errors.Join(fmt.Errorf("what was found before: %w", err), hold.Release())
	}
	return f, nil
}

// load reads the file. A last line that was being written when its watch was killed is ended
// before the next one.
func (f *List) load() error {
	text, err := os.ReadFile(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for line := range bytes.Lines(text) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			f.text = []byte("\n")
			break
		}
		var key, said uint64
		var at int64
		n, _ := fmt.Sscanf(string(line), "%x %d %x", &key, &at, &said)
		if n >= 2 {
			f.keys[key] = at
		}
		if n == 3 {
			f.said = said
		}
	}
	return err
}

func (f *List) reopen() (err error) {
	f.file, err = os.OpenFile(f.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	return err
}

// LastSaid is the checksum of what was printed last, 0 for nothing.
func (f *List) LastSaid() uint64 { return f.said }

// Has reports whether a delivery was found.
func (f *List) Has(key uint64) bool {
	_, ok := f.keys[key]
	return ok
}

// Add adds the key of a delivery that was found at a time.
func (f *List) Add(key uint64, now time.Time) {
	f.keys[key] = now.Unix()
	f.text = fmt.Appendf(f.text, "%x %d\n", key, now.Unix())
}

// AddSaid is add for what was printed.
func (f *List) AddSaid(key uint64, now time.Time, said uint64) {
	f.keys[key], f.said = now.Unix(), said
	f.text = fmt.Appendf(f.text, "%x %d %x\n", key, now.Unix(), said)
}

// Flush writes what was added. What a full disk did not take is written by the next one.
func (f *List) Flush() error {
	if len(f.text) == 0 {
		return nil
	}
	n, err := f.file.Write(f.text)
	f.text = f.text[n:]
	return err
}

// isThere reports whether the file that is written to has its name: somebody may have removed
// the folder.
func (f *List) isThere() bool {
	is, err := f.file.Stat()
	named, errNamed := os.Stat(f.path)
	return err == nil && errNamed == nil && os.SameFile(is, named)
}

// Prune removes what is too old to be read again.
func (f *List) Prune(now time.Time) error {
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
	if dropped == 0 && f.isThere() {
		return nil
	}
	unfinished := f.path + ".new"
	if err := writeSynced(unfinished, text); err != nil {
		return err
	}
	f.text = nil
	return errors.Join(f.file.Close(), os.Rename(unfinished, f.path), f.reopen())
}

// writeSynced writes a file that is on disk when it returns: it is to replace another one.
func writeSynced(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return errors.Join(err, f.Sync(), f.Close())
}

// Close writes what was added, and lets another Watch have the folder.
func (f *List) Close() error {
	return errors.Join(f.Flush(), f.file.Close(), f.hold.Release())
}
