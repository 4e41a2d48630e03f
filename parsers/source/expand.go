package source

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// Expand turns paths into inputs: files, the files below a folder, the matches
// of a pattern that the shell left alone, and "-" for stdin. A path that cannot be
// read is an error; the rest goes on. now stands for the age of standard input.
func Expand(paths []string, stdin io.Reader, now time.Time) (inputs []*Input, errs []error) {
	e := expander{stdin: stdin, now: now}
	for _, p := range paths {
		if err := e.add(p); err != nil {
			errs = append(errs, err)
		}
	}
	return e.inputs, errs
}

// FromFile is an input whose text is in a file that has no name any more, such as what a
// program printed. name is shown in its place. The file stays open.
func FromFile(name string, f *os.File) (*Input, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, NewError(name, err)
	}
	// proc(5): opening it opens the file itself, from its start, as often as needed.
	path := fmt.Sprintf("/proc/self/fd/%d", f.Fd())
	return &Input{name: name, path: path, size: info.Size(), modTime: info.ModTime(), info: info, kept: f}, nil
}

type expander struct {
	stdin   io.Reader
	now     time.Time
	inputs  []*Input
	infos   []os.FileInfo
	folders []os.FileInfo // that are one source each
}

func (e *expander) add(path string) error {
	if path == Stdin {
		return e.addStdin()
	}
	var errs []error
	for _, p := range Paths(path) {
		errs = append(errs, e.addPath(p))
	}
	return errors.Join(errs...)
}

// Paths returns what a path names, in order: itself if it is there, whatever characters it has
// and whether or not a link leads anywhere, else what matches it as a pattern of filepath.Match.
// It is the path alone where nothing matches, so that opening it says so.
func Paths(path string) []string {
	if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		if matches, _ := filepath.Glob(path); len(matches) > 0 { // a broken pattern matches nothing
			slices.Sort(matches)
			return matches
		}
	}
	return []string{path}
}

func (e *expander) addPath(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return fmt.Errorf("open %s: %w", path, PlainError(err))
	case info.IsDir():
		return e.addFolder(path)
	default:
		e.addFile(path, info)
		return nil
	}
}

func (e *expander) addStdin() error {
	for _, in := range e.inputs {
		if in.name == Stdin {
			return errors.New("standard input was given twice")
		}
	}
	e.inputs = append(e.inputs, &Input{name: Stdin, size: -1, stream: e.stdin, modTime: e.now})
	return nil
}

func (e *expander) addFile(path string, info os.FileInfo) {
	for _, seen := range e.infos {
		if os.SameFile(seen, info) {
			return
		}
	}
	e.infos = append(e.infos, info)
	in := &Input{name: path, path: path, size: info.Size(), modTime: info.ModTime(), info: info}
	if !info.Mode().IsRegular() {
		in.size = -1
	}
	e.inputs = append(e.inputs, in)
}
