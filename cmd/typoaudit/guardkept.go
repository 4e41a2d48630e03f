package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/guard"
)

// An answersFile is the file of what guards asked and were answered, read on from where it was read
// before: several may add to it.
type answersFile struct {
	path      string
	info      os.FileInfo // of the file that was read, nil for none
	read      int64       // bytes of it, to the end of a line
	hadFailed bool
}

// next returns what was added, or all of it where another file took its place.
func (k *answersFile) next() ([]guard.Kept, error) {
	info, err := os.Lstat(k.path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		return nil, err
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: not a regular file", k.path)
	}
	if k.info == nil || !os.SameFile(k.info, info) || info.Size() < k.read {
		k.read = 0
	}
	k.info = info
	if info.Size() == k.read {
		return nil, nil
	}
	f, err := os.Open(k.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.NewSectionReader(f, k.read, info.Size()-k.read))
	if err != nil {
		return nil, err
	}
	text = text[:bytes.LastIndexByte(text, '\n')+1]
	k.read += int64(len(text))
	return guard.ReadKept(bytes.NewReader(text))
}

// rewrite leaves out of the file what counts no more, and a line that a crash cut. It is for
// whoever has just read it, of which all were so many.
func (k *answersFile) rewrite(left []guard.Kept, all int) error {
	if k.info != nil && len(left) == all && k.info.Size() == k.read {
		f, err := os.OpenFile(k.path, os.O_WRONLY|os.O_APPEND, fileMode)
		if err != nil {
			return err
		}
		return f.Close()
	}
	return writeFile(k.path, func(w io.Writer) error { return guard.WriteKept(w, left) })
}
