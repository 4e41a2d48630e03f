package source

import (
	"bytes"
	"errors"
	"io"
	"os"
)

// A File is the text of a plain file, for reading at any place. Its first byte
// is the first of the text: a byte order mark is left out.
type File struct {
	f    *os.File
	name string
	skip int64
}

// OpenFile opens the input for reading at any place; it returns nil for one
// that must be decoded from its start.
func (in *Input) OpenFile() (*File, error) {
	if _, err := in.Head(); err != nil {
		return nil, err
	}
	if in.stream != nil || in.page != nil || in.kind != plain || in.coding == utf16le || in.coding == utf16be {
		return nil, nil
	}
	f, err := in.openFile()
	if err != nil {
		return nil, err
	}
	file := &File{f: f, name: in.name}
	if in.coding == utf8bom {
		file.skip = int64(len(bom))
	}
	return file, nil
}

// ReadAt implements io.ReaderAt on the text.
func (f *File) ReadAt(b []byte, at int64) (int, error) { return f.f.ReadAt(b, at+f.skip) }

// Size returns the number of bytes of text that the file holds by now.
func (f *File) Size() (int64, error) {
	info, err := f.f.Stat()
	if err != nil {
		return 0, NewError(f.name, err)
	}
	return info.Size() - f.skip, nil
}

// Close closes the file.
func (f *File) Close() error { return f.f.Close() }

// Middle returns whole lines from the middle of a plain file, nil if there are
// none to be had: the beginning of a log may be damaged.
func (in *Input) Middle() []byte {
	f, err := in.OpenFile()
	if err != nil || f == nil {
		return nil
	}
	defer f.Close()
	b := make([]byte, HeadSize)
	n, _ := f.ReadAt(b, max(0, in.size-f.skip)/2)
	_, lines, _ := bytes.Cut(b[:n], []byte("\n"))
	return lines
}

// Slice returns n bytes of the text from a place on. An input that is shorter
// is io.EOF or io.ErrUnexpectedEOF.
func (in *Input) Slice(from, n int64) ([]byte, error) {
	b := make([]byte, n)
	if f, err := in.OpenFile(); err != nil {
		return nil, err
	} else if f != nil {
		defer f.Close()
		_, err := f.ReadAt(b, from)
		return b, err
	}
	r, err := in.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	defer in.read.Store(0)
	if _, err := io.CopyN(io.Discard, r, from); err != nil {
		return nil, err
	}
	_, err = io.ReadFull(r, b)
	return b, err
}

// TextSize returns the number of bytes of the text. It reads all of a compressed input to
// learn that, which is done only where two inputs begin alike.
func (in *Input) TextSize() (int64, error) {
	if f, err := in.OpenFile(); err != nil {
		return 0, err
	} else if f != nil {
		defer f.Close()
		return f.Size()
	}
	r, err := in.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	defer in.read.Store(0)
	n, err := io.Copy(io.Discard, r)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = nil // it is being written, or broken: up to there it may be a copy
	}
	return n, err
}
