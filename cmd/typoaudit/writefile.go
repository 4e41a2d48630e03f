package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// Report files are personal data about staff.
const fileMode = 0o600

// writeFile writes a file that its owner alone may read: see writeFileAs.
func writeFile(path string, write func(io.Writer) error) error {
	return writeFileAs(path, fileMode, nil, write)
}

// writeReport is writeFile, compressed where the name ends in .gz or .zst.
func writeReport(path string, write func(io.Writer) error) error {
	return writeFile(path, func(w io.Writer) error {
		c, err := source.Compress(path, w)
		if err != nil {
			return err
		}
		return errors.Join(write(c), c.Close())
	})
}

// writeFileAs writes a file at once or not at all: into a new file beside it, which takes
// its name when all is on disk, with a mode and the owner of another one, if it is not
// nil. What stands there and is no regular file (a link, a folder) is left alone; a device
// or a pipe is written to, also through a link, and keeps its mode and owner.
func writeFileAs(path string, mode os.FileMode, owner os.FileInfo, write func(io.Writer) error) error {
	fail := func(err error) error { return fmt.Errorf("write %s: %w", path, failure.Plain(err)) }
	info, err := os.Lstat(path)
	switch {
	case err == nil && isStream(path):
		return writeDevice(path, write)
	case err == nil && !info.Mode().IsRegular():
		return fail(errors.New("not a regular file"))
	case err != nil && !errors.Is(err, os.ErrNotExist):
		return fail(err)
	}
	removeLeftOver(path)
	tmp, err := createBeside(path)
	if err != nil {
		return fail(err)
	}
	defer os.Remove(tmp.Name()) // it has its new name already when all went well
	defer tmp.Close()           // it is locked until it has its name
	w := bufio.NewWriterSize(tmp, 64<<10)
	if err := errors.Join(write(w), w.Flush(), tmp.Chmod(mode), keepOwner(tmp, owner), tmp.Sync()); err != nil {
		return fail(err)
	}
	if err := errors.Join(closeBeforeRename(tmp), os.Rename(tmp.Name(), path)); err != nil {
		return fail(err)
	}
	return syncFolder(filepath.Dir(path))
}

// createBeside makes a new file for the text of another one. It is locked for as long as
// it is written: what is not locked was left over by a run that was killed.
func createBeside(path string) (*os.File, error) {
	const tries = 10 // another run may take it for left over before it is locked
	for range tries {
		tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
		if err != nil {
			return nil, err
		}
		if lockFile(tmp) && hasName(tmp) {
			return tmp, nil
		}
		tmp.Close()
	}
	return nil, errors.New("a file beside it cannot be locked")
}

// removeLeftOver removes what runs that were killed left beside a file.
func removeLeftOver(path string) {
	prefix := "." + filepath.Base(path) + "."
	all, _ := os.ReadDir(filepath.Dir(path))
	for _, e := range all {
		number, ok := strings.CutPrefix(e.Name(), prefix)
		if !ok || number == "" || strings.Trim(number, "0123456789") != "" || !e.Type().IsRegular() {
			continue
		}
		name := filepath.Join(filepath.Dir(path), e.Name())
		f, err := os.OpenFile(name, os.O_RDWR|noFollow, 0)
		if err != nil {
			continue
		}
		if isLeft(f) {
			_ = os.Remove(name)
		}
		f.Close()
	}
}

func writeDevice(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, failure.Plain(err))
	}
	w := bufio.NewWriterSize(f, 64<<10)
	if err := errors.Join(write(w), w.Flush(), f.Close()); err != nil {
		return fmt.Errorf("write %s: %w", path, failure.Plain(err))
	}
	return nil
}

// syncFolder makes the new name last. Not every system can.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return nil
	}
	_ = f.Sync()
	return f.Close()
}

// lockPause is how long a folder that another run holds is waited for between two looks.
const lockPause = 10 * time.Millisecond

// lockTime is how long it is waited for at all.
const lockTime = 30 * time.Second

// withFolder does something while no other run of this program does so in a folder.
func withFolder(ctx context.Context, folder string, do func() error) error {
	f, err := os.Open(folder)
	if err != nil {
		return fmt.Errorf("lock %s: %w", folder, failure.Plain(err))
	}
	defer f.Close() // ends the lock
	for deadline := time.Now().Add(lockTime); !lockFile(f); {
		if time.Now().After(deadline) {
			return fmt.Errorf("lock %s: another run holds it", folder)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(lockPause):
		}
	}
	return do()
}

// warnOfFolder says when others may put files into the folder of one that is written, and
// take them away: its text may be another one when it is read.
func (e *env) warnOfFolder(path string) {
	folder := filepath.Dir(path)
	info, err := os.Stat(folder)
	if path == "-" || err != nil || isStream(path) || info.Mode()&os.ModeSticky != 0 || !othersMay(info, 0o002) {
		return
	}
	e.complain(fmt.Errorf("%s: everybody can replace what is in the folder %s (mode %04o)", path, folder, info.Mode().Perm()))
}

// warnOfSecret says when others can read a file with a secret.
func (e *env) warnOfSecret(flag, path string) {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() && othersMay(info, 0o004) {
		e.complain(fmt.Errorf("%s %s: everybody on this machine can read it (mode %04o)", flag, path, info.Mode().Perm()))
	}
}
