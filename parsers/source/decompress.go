package source

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

type compression uint8

const (
	plain compression = iota
	gzipped
	zstandard
	xzipped
	bzipped
)

type coding uint8

const (
	utf8 coding = iota
	utf8bom
	utf16le
	utf16be
)

const bom = "\xef\xbb\xbf"

// sniffCompression recognises a compression by its magic number, never by the name.
func sniffCompression(b []byte) compression {
	for _, m := range [...]struct {
		magic string
		kind  compression
	}{
		{"\x1f\x8b", gzipped},
		{"\x28\xb5\x2f\xfd", zstandard},
		{"\xfd7zXZ\x00", xzipped},
		{"BZh", bzipped},
	} {
		if bytes.HasPrefix(b, []byte(m.magic)) {
			return m.kind
		}
	}
	if len(b) >= 4 && b[0]&0xf0 == 0x50 && string(b[1:4]) == "\x2a\x4d\x18" {
		return zstandard // a skippable frame
	}
	return plain
}

// sniffCoding recognises UTF-16 by its byte order mark, or by NULs in every other
// place.
func sniffCoding(b []byte) coding {
	switch {
	case bytes.HasPrefix(b, []byte(bom)):
		return utf8bom
	case bytes.HasPrefix(b, []byte("\xff\xfe")):
		return utf16le
	case bytes.HasPrefix(b, []byte("\xfe\xff")):
		return utf16be
	}
	const sample = 64
	if len(b) < sample {
		return utf8
	}
	var nul [2]int
	for i, c := range b[:sample] {
		if c == 0 {
			nul[i&1]++
		}
	}
	switch most := sample / 2 * 9 / 10; {
	case nul[1] >= most && nul[0] == 0:
		return utf16le
	case nul[0] >= most && nul[1] == 0:
		return utf16be
	}
	return utf8
}

var (
	errNested = errors.New("compressed twice: decompress it once first")
	errBomb   = fmt.Errorf("decompresses to more than %d times its size: stopped", maxRatio)
)

// maxRatio and bombFloor stop a decompression bomb: past bombFloor bytes of
// output no more than maxRatio times the input is believed. A log of equal
// lines reaches a ratio of a few hundred at most.
const (
	maxRatio  = 1000
	bombFloor = 64 << 20
)

// maxWindow bounds the memory that a zstd or xz stream may ask for, in bytes.
const maxWindow = 128 << 20

// decode takes compression and UTF-16 off raw, and notes the kind of compression.
func (in *Input) decode(raw io.ReadCloser) (io.ReadCloser, error) {
	disk := bufio.NewReaderSize(counted{raw, &in.read}, 256<<10)
	head, err := disk.Peek(512)
	if err != nil && err != io.EOF {
		return nil, PlainError(err)
	}
	if a := sniffArchive(head); a != noArchive {
		return nil, in.archiveError(a)
	}
	in.kind = sniffCompression(head)
	r, stop, err := decompress(in.kind, disk)
	if err != nil {
		return nil, err
	}
	if in.kind != plain {
		guarded := &guard{r: r, read: &in.read}
		inner := bufio.NewReaderSize(guarded, 256<<10)
		if head, err = inner.Peek(512); err != nil && err != io.EOF && len(head) == 0 {
			stop()
			return nil, err
		}
		if a := sniffArchive(head); a != noArchive {
			stop()
			return nil, in.archiveError(a)
		}
		if sniffCompression(head) != plain {
			stop()
			return nil, errNested
		}
		r = inner
	}
	in.coding = sniffCoding(head)
	r = decodeText(in.coding, r)
	return &decoded{r, stop, raw}, nil
}

func decompress(kind compression, r io.Reader) (io.Reader, func(), error) {
	nothing := func() {}
	switch kind {
	case gzipped:
		z, err := gzip.NewReader(r)
		return z, nothing, err
	case zstandard:
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, err
		}
		return z, z.Close, nil
	case xzipped:
		z, err := xz.ReaderConfig{DictCap: 8 << 20}.NewReader(r)
		return z, nothing, err
	case bzipped:
		return bzip2.NewReader(r), nothing, nil
	}
	return r, nothing, nil
}

func decodeText(c coding, r io.Reader) io.Reader {
	switch c {
	case utf8bom:
		return &skipper{r: r, skip: len(bom)}
	case utf16le:
		return transform.NewReader(r, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder())
	case utf16be:
		return transform.NewReader(r, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder())
	}
	return r
}

// skipper leaves out the first bytes of a reader.
type skipper struct {
	r    io.Reader
	skip int
}

func (s *skipper) Read(b []byte) (int, error) {
	if s.skip > 0 {
		n, err := io.CopyN(io.Discard, s.r, int64(s.skip))
		if s.skip -= int(n); err != nil {
			return 0, err
		}
	}
	return s.r.Read(b)
}

// guard stops a decompression bomb.
type guard struct {
	r    io.Reader
	read interface{ Load() int64 }
	out  int64
}

func (g *guard) Read(b []byte) (int, error) {
	n, err := g.r.Read(b)
	g.out += int64(n)
	if g.out > bombFloor && g.out/maxRatio > g.read.Load() {
		return n, errBomb
	}
	return n, err
}

// decoded closes the layers of a decoded source.
type decoded struct {
	io.Reader
	stop func()
	raw  io.Closer
}

func (d *decoded) Close() error {
	d.stop()
	return d.raw.Close()
}
