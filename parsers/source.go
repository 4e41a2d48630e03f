package parsers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"time"
)

// headSize is how much of a source is looked at to tell what it is.
const headSize = 64 << 10

// Stdin is the name of standard input in a list of paths.
const Stdin = "-"

// An Input is one source that is opened when it is needed.
type Input struct {
	name    string
	path    string
	size    int64 // on disk, -1 if not known
	modTime time.Time
	info    os.FileInfo // of a file as it was found
	stream  io.Reader   // standard input, or a pipe: it can be read once
	head    []byte      // decoded
	kind    compression
	coding  coding
	read    atomic.Int64 // bytes read from disk
	folder  string       // the kind of a folder of messages, "" for a file
	files   []mailFile   // of a folder
	context bool
}

// Name is the path as given, or "-".
func (in *Input) Name() string {
	if in == nil {
		return "" // a source that is gone
	}
	return in.name
}

// Size is the size on disk in bytes, -1 if it is not known.
func (in *Input) Size() int64 { return in.size }

// Progress is how many of Size bytes were read.
func (in *Input) Progress() int64 { return in.read.Load() }

// AsContext makes the input evidence alone: its mail is no finding.
func (in *Input) AsContext() { in.context = true }

// Expand turns paths into inputs: files, the files below a folder, the matches
// of a pattern that the shell left alone, and "-" for stdin. What cannot be had
// is an error; the rest goes on. now stands for the age of standard input.
func Expand(paths []string, stdin io.Reader, now time.Time) (inputs []*Input, errs []error) {
	e := expander{stdin: stdin, now: now}
	for _, p := range paths {
		if err := e.add(p); err != nil {
			errs = append(errs, err)
		}
	}
	return e.inputs, errs
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
		for _, in := range e.inputs {
			if in.name == Stdin {
				return errors.New("standard input was given twice")
			}
		}
		e.inputs = append(e.inputs, &Input{name: Stdin, size: -1, stream: e.stdin, modTime: e.now})
		return nil
	}
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		if matches, _ := filepath.Glob(path); len(matches) > 0 {
			slices.Sort(matches)
			var errs []error
			for _, m := range matches {
				errs = append(errs, e.add(m))
			}
			return errors.Join(errs...)
		}
	}
	switch {
	case err != nil:
		return fmt.Errorf("open %s: %w", path, plainError(err))
	case info.IsDir():
		return e.addFolder(path)
	default:
		e.addFile(path, info)
		return nil
	}
}

// plainError takes the operation and path off err, which the message has.
func plainError(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
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

// Head returns the first up to 64 KiB of the input, decompressed and in UTF-8.
func (in *Input) Head() ([]byte, error) {
	if in.head != nil || in.folder != "" {
		return in.head, nil
	}
	if in.stream == nil && in.size < 0 { // a pipe: open it once and for all
		f, err := in.openFile()
		if err != nil {
			return nil, err
		}
		in.stream = f
	}
	r, err := in.Open()
	if err != nil {
		return nil, err
	}
	head := make([]byte, headSize)
	n, err := io.ReadFull(r, head)
	in.head = head[:n]
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	if in.stream != nil {
		in.stream = &prefixed{Reader: io.MultiReader(bytes.NewReader(bytes.Clone(in.head)), r), closer: r}
		in.kind, in.coding = plain, utf8
		return in.head, err
	}
	in.read.Store(0)
	return in.head, errors.Join(err, r.Close())
}

// prefixed is a stream whose beginning was read already, and decoded.
type prefixed struct {
	io.Reader
	closer io.Closer
}

func (p *prefixed) Close() error { return p.closer.Close() }

// Open returns the input from its start, decompressed and in UTF-8. A stream
// can be opened once, behind Head.
func (in *Input) Open() (io.ReadCloser, error) {
	if p, ok := in.stream.(*prefixed); ok {
		return p, nil
	}
	var raw io.ReadCloser
	if in.stream != nil {
		raw = io.NopCloser(in.stream)
	} else {
		f, err := in.openFile()
		if err != nil {
			return nil, err
		}
		raw = f
	}
	r, err := in.decode(raw)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", in.name, err), raw.Close())
	}
	return r, nil
}

// ReaderAt returns a plain file for reading at any place, and false for one
// that must be decoded from its start. Its first bytes are the first of the
// text: a byte order mark is left out.
func (in *Input) ReaderAt() (f *os.File, skip int64, ok bool, err error) {
	if _, err := in.Head(); err != nil {
		return nil, 0, false, err
	}
	if in.stream != nil || in.kind != plain || in.coding == utf16le || in.coding == utf16be {
		return nil, 0, false, nil
	}
	if f, err = in.openFile(); err != nil {
		return nil, 0, false, err
	}
	if in.coding == utf8bom {
		skip = int64(len(bom))
	}
	return f, skip, true, nil
}

// middle returns whole lines from the middle of a plain file, nil if there are
// none to be had.
func (in *Input) middle() []byte {
	f, skip, ok, err := in.ReaderAt()
	if err != nil || !ok {
		return nil
	}
	defer f.Close()
	b := make([]byte, headSize)
	n, _ := f.ReadAt(b, skip+max(0, in.size-skip)/2)
	_, lines, _ := bytes.Cut(b[:n], []byte("\n"))
	return lines
}

// counted counts the bytes that are read from disk.
type counted struct {
	io.Reader
	n *atomic.Int64
}

func (c counted) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	c.n.Add(int64(n))
	return n, err
}
