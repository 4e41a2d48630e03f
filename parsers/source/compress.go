package source

import (
	"bufio"
	"io"
	"path/filepath"
	"strings"
	"sync/atomic"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// HasPackedName reports the name of a file that is compressed: of nothing as well, it has some
// bytes.
func HasPackedName(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".gz", ".bz2", ".xz", ".zst":
		return true
	}
	return false
}

// PlainName returns the name of a file without the ending by which it is compressed, .gz or
// .zst, and whether it has one.
func PlainName(name string) (plain string, compressed bool) {
	for _, ending := range [...]string{".gz", ".zst"} {
		if plain, ok := strings.CutSuffix(name, ending); ok {
			return plain, true
		}
	}
	return name, false
}

// Compress returns a writer to w that compresses as the name of a file ends (see
// PlainName), or that writes as it is given. Close ends what is compressed, and leaves w
// open. The same bytes give the same bytes: neither a name nor a time is written.
func Compress(name string, w io.Writer) (io.WriteCloser, error) {
	switch {
	case strings.HasSuffix(name, ".gz"):
		return gzip.NewWriter(w), nil
	case strings.HasSuffix(name, ".zst"):
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithLowerEncoderMem(true))
	}
	return uncompressed{w}, nil
}

type uncompressed struct{ io.Writer }

// Close implements io.Closer.
func (uncompressed) Close() error { return nil }

// Decompress returns what r holds, without the compression that Expand takes off. A bomb is
// an error. Close leaves r open.
func Decompress(r io.Reader) (io.ReadCloser, error) {
	read := new(atomic.Int64)
	disk := bufio.NewReader(counted{r, read})
	head, err := disk.Peek(512)
	if err != nil && err != io.EOF {
		return nil, PlainError(err)
	}
	kind := sniffCompression(head)
	inner, stop, err := decompress(kind, disk)
	if err != nil {
		return nil, err
	}
	if kind != plain {
		inner = &guard{r: inner, read: read}
	}
	return &decoded{inner, stop, uncompressed{}}, nil
}
