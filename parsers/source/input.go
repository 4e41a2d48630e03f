// Package source is the inputs of an audit: it expands paths into files,
// folders of messages and streams, opens them, takes off compression (gzip,
// zstd, xz, bzip2), UTF-16 and what a terminal or a page made of the lines of a log, and finds
// those that hold the same content.
//
// It knows nothing of formats. All text that it gives is decoded: places in it
// are bytes after decompression, without a byte order mark.
package source

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"sync/atomic"
	"time"
)

// HeadSize bounds the head of an input, from which its format is recognised,
// in bytes.
const HeadSize = 64 << 10

// Stdin is the name of standard input in a list of paths.
const Stdin = "-"

// ErrReplaced is the error of an input whose path leads to another file than
// when Expand saw it, as during rotation: expanding the paths again finds both.
var ErrReplaced = errors.New("replaced by another file while it was read")

// An Input is one source, opened only while it is read.
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
	page    *page        // what was made of its lines, nil if nothing was
	read    atomic.Int64 // bytes read from disk
	folder  string       // the kind of a folder of messages, "" for a file
	files   []mailFile   // of a folder
	context bool
	kept    *os.File // that path leads to as long as it is open
	cursor  string   // see GoesOn
}

// Name is the path as given, or "-".
func (in *Input) Name() string { return in.name }

// Size is the size on disk in bytes, -1 if it is not known.
func (in *Input) Size() int64 { return in.size }

// ModTime is when the file was last changed, for a folder when the newest of its
// messages was, and for standard input the time that Expand was given.
func (in *Input) ModTime() time.Time { return in.modTime }

// Progress is how many of Size bytes were read.
func (in *Input) Progress() int64 { return in.read.Load() }

// Advance adds n bytes that were read to Progress. Open does so by itself; who
// reads from a File calls it.
func (in *Input) Advance(n int64) { in.read.Add(n) }

// AsContext makes the input evidence alone: its mail is no finding.
func (in *Input) AsContext() { in.context = true }

// IsContext reports whether the input is evidence alone.
func (in *Input) IsContext() bool { return in.context }

// GoesOn makes the input one that goes on where an earlier one of its name ended, such as
// what is read of a journal after some entry. cursor is what the journal calls the place at
// which the text ends by now.
func (in *Input) GoesOn(cursor string) { in.cursor = cursor }

// Cursor is the one that GoesOn was given, "" if the input goes on from nothing.
func (in *Input) Cursor() string { return in.cursor }

// IsStream reports whether the input can be read once only: standard input, or
// a pipe.
func (in *Input) IsStream() bool { return in.stream != nil }

// IsPacked reports whether the input is compressed. It is known after Head.
func (in *Input) IsPacked() bool { return in.kind != plain }

// Head returns the first up to HeadSize bytes of the input, decompressed and in
// UTF-8; of a folder nothing. With an error, it may still return the bytes that
// were read.
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
	err = in.readHead(r)
	if in.stream != nil {
		in.stream = &prefixed{Reader: io.MultiReader(bytes.NewReader(bytes.Clone(in.head)), r), closer: r}
		in.kind, in.coding = plain, utf8
	} else {
		in.read.Store(0)
		err = errors.Join(err, r.Close())
	}
	if in.page = sniffPage(in.head); in.page == nil {
		return in.head, err
	}
	return in.readPage()
}

// readHead reads the head from r.
func (in *Input) readHead(r io.Reader) error {
	head := make([]byte, HeadSize)
	n, err := io.ReadFull(r, head)
	in.head = head[:n]
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}

// readPage reads the head again, as it was before it became a page.
func (in *Input) readPage() ([]byte, error) {
	r, err := in.Open()
	if err != nil {
		return nil, err
	}
	err = in.readHead(r)
	if in.stream != nil {
		in.stream, in.page = &prefixed{Reader: io.MultiReader(bytes.NewReader(bytes.Clone(in.head)), r), closer: r}, nil
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
// can be opened once, after Head.
func (in *Input) Open() (io.ReadCloser, error) {
	if p, ok := in.stream.(*prefixed); ok {
		return in.asPage(p), nil
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
		return nil, errors.Join(NewError(in.name, err), raw.Close())
	}
	return in.asPage(r), nil
}

// asPage returns the lines of r as they were before they became a page.
func (in *Input) asPage(r io.ReadCloser) io.ReadCloser {
	if in.page == nil {
		return r
	}
	return &prefixed{Reader: in.page.reader(r), closer: r}
}

// openFile opens the file that Expand saw.
func (in *Input) openFile() (*os.File, error) {
	f, err := os.Open(in.path)
	if err != nil {
		if in.info != nil && errors.Is(err, fs.ErrNotExist) {
			err = ErrReplaced
		}
		return nil, &Error{Name: in.name, Err: PlainError(err), opening: true}
	}
	if in.info == nil {
		return f, nil
	}
	if info, err := f.Stat(); err != nil || !os.SameFile(info, in.info) {
		return nil, errors.Join(NewError(in.name, cmp.Or(err, ErrReplaced)), f.Close())
	}
	return f, nil
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
