package parsers

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"
)

// A log is known again by its content after decompression, never by its name or
// inode: by a hash of its beginning, how far it was read, and a hash of what
// stands before that place. So it may be renamed, copied and compressed. One
// that was truncated in place and written anew has another beginning.

// ErrReplaced tells that another file took the place of one between looking at
// it and reading it, as rotation does: reading anew finds both.
var ErrReplaced = errors.New("replaced by another file while it was read")

// A Past is what earlier runs read of a source.
type Past struct {
	ID     int64
	Name   string // under which it was seen last
	Format string // for coverage
	Reader string // name of the Format that reads it
	Lines  bool   // its Format is a LineFormat: it is read on from Size

	Head       uint64 // hash of the first HeadLen bytes
	HeadLen    int64
	Size       int64  // bytes of text that were read: whole lines
	Tail       uint64 // hash of the up to 64 KiB before Size
	Inode      uint64 // of the file that Name was, 0 if not known
	Disk       int64  // size on disk; with Changed, a packed file that stayed as it was
	Changed    time.Time
	PieceLines []int64 // lines of each piece
	Tally      Tally   // of what is settled
	Open       []byte  // packed: see Carrying
	// Mailbox is set for a folder on a server, which is no file: of it only
	// ID, Name, Format, Reader, Size and Tally are told besides.
	Mailbox *Mailbox `json:",omitempty"`
}

// A Resumption is what earlier runs left, and what this one leaves to the next.
type Resumption struct {
	Run   int64  // number of this run
	Pasts []Past // of all files that are known
	Next  int64  // the ID of the next source that is new
	// NewSink makes the sink of what is open at the end of the logs: it is
	// part of this report, and told again by the next run.
	NewSink func() Sink
}

// Past returns what a later run must know of r, nil where reading went wrong or
// nothing was recognised: then the earlier Past stands.
func (r *SourceReading) Past() *Past { return r.past }

// ID is that of Past, 0 without a Resumption.
func (r *SourceReading) ID() int64 { return r.id }

// Gone tells a source that earlier runs read and that is not there any more.
func (r *SourceReading) Gone() bool { return r.gone }

// Anew tells that the source was read from its start again, so that what
// earlier runs read of it does not count.
func (r *SourceReading) Anew() bool { return r.anew }

// Supplants tells that what earlier runs read under the name of the source is not
// found: it is lost, or was moved while the sources were looked for.
func (r *SourceReading) Supplants() bool { return r.supplants }

// Unsettled tells that messages of the source have no end yet.
func (r *SourceReading) Unsettled() bool { return r.past != nil && len(r.past.Open) > 0 }

// find returns the Past of which in is the continuation, the one that was read
// farthest, and nil if there is none.
func (o *Resumption) find(in *Input) (*Past, error) {
	var fits []*Past
	for i := range o.Pasts {
		p := &o.Pasts[i]
		if p.HeadLen > 0 && int64(len(in.head)) >= p.HeadLen && xxhash.Sum64(in.head[:p.HeadLen]) == p.Head {
			fits = append(fits, p)
		}
	}
	slices.SortStableFunc(fits, func(a, b *Past) int { return cmp.Compare(b.Size, a.Size) })
	for _, p := range fits {
		same, err := in.goesOn(p)
		if err != nil || same {
			return p, err
		}
	}
	return nil, nil
}

// goesOn tells whether what was read of p is the beginning of in.
func (in *Input) goesOn(p *Past) (bool, error) {
	if in.kind != plain && in.size == p.Disk && in.modTime.Equal(p.Changed) {
		return true, nil // it would have to be decoded to see more
	}
	if p.Size <= int64(len(in.head)) {
		return xxhash.Sum64(in.head[max(0, p.Size-headSize):p.Size]) == p.Tail, nil
	}
	n := min(p.Size, headSize)
	tail, err := in.slice(p.Size-n, n)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return false, nil // it is shorter
	case err != nil:
		return false, fmt.Errorf("%s: %w", in.name, plainError(err))
	}
	return xxhash.Sum64(tail) == p.Tail, nil
}

// wholeLines returns how many bytes of text before size are whole lines. The
// last one may be being written.
func wholeLines(f io.ReaderAt, size int64) (int64, error) {
	const step = 64 << 10
	b := make([]byte, step)
	for to := size; to > 0 && size-to < MaxLine; to -= step {
		from := max(0, to-step)
		n, err := f.ReadAt(b[:to-from], from)
		if err != nil && err != io.EOF {
			return 0, err
		}
		if i := bytes.LastIndexByte(b[:n], '\n'); i >= 0 {
			return from + int64(i) + 1, nil
		}
	}
	if size < MaxLine {
		return 0, nil
	}
	return size, nil // no line is so long: it is cut
}

// resume begins s where p ends.
func (s *source) resume(p *Past) {
	s.past = p
	s.out.id = p.ID
	_, lines := s.format.(LineFormat)
	if !lines || !p.Lines || s.format.Name() != p.Reader {
		return // read from its start, if at all
	}
	s.goOnFrom(p)
}

func (s *source) goOnFrom(p *Past) {
	s.from = p.Size
	s.out.Bytes = p.Size
	s.out.Tally = p.Tally
	s.out.pieceLines = slices.Clone(p.PieceLines)
}

// bequeath notes what a later run must know of s.
func (s *source) bequeath() error {
	switch {
	case s.out.Err != nil || s.out.id == 0:
		return nil
	case s.out.gone:
		p := *s.past
		s.out.past = &p
		return nil
	}
	p := &Past{
		ID: s.out.id, Name: s.out.Name, Format: s.name, Reader: s.format.Name(), Inode: s.in.inode(),
		Size: s.readTo, Disk: s.in.size, Changed: s.in.modTime, PieceLines: s.out.pieceLines,
	}
	_, p.Lines = s.format.(LineFormat)
	if s.unchanged || s.readTo < s.from {
		p.Size = s.past.Size
	}
	p.HeadLen = min(p.Size, int64(len(s.in.head)))
	p.Head = xxhash.Sum64(s.in.head[:p.HeadLen])
	switch {
	case s.past != nil && s.past.Size == p.Size:
		p.Tail = s.past.Tail
	case s.tail != nil:
		p.Tail = xxhash.Sum64(s.tail)
	default:
		var err error
		if p.Tail, err = s.in.tailAt(p); err != nil {
			return fmt.Errorf("%s: %w", s.in.name, plainError(err))
		}
	}
	s.out.past = p
	return nil
}

// tailAt returns the hash of what stands before p.Size. If the file does not
// begin any more as it did, or is shorter, it was truncated as it was read.
func (in *Input) tailAt(p *Past) (uint64, error) {
	n := min(p.Size, headSize)
	tail, err := in.slice(p.Size-n, n)
	head, errHead := in.slice(0, p.HeadLen)
	if err = cmp.Or(err, errHead); errors.Is(err, io.EOF) || err == nil && xxhash.Sum64(head) != p.Head {
		err = ErrReplaced
	}
	return xxhash.Sum64(tail), err
}

// A tailReader keeps the last headSize bytes that it read, and counts.
type tailReader struct {
	r    io.Reader
	tail []byte
	n    int64
}

func (t *tailReader) Read(b []byte) (int, error) {
	n, err := t.r.Read(b)
	t.n += int64(n)
	t.tail = append(t.tail, b[max(0, n-headSize):n]...)
	if len(t.tail) > 2*headSize {
		t.tail = append(t.tail[:0], t.tail[len(t.tail)-headSize:]...)
	}
	return n, err
}

// last returns the up to headSize bytes before the end.
func (t *tailReader) last() []byte { return t.tail[max(0, len(t.tail)-headSize):] }

// gone returns the sources that earlier runs read and that are not among found.
func (o *Resumption) gone(found map[int64]bool, formats []Format) (all []*source) {
	for i := range o.Pasts {
		p := &o.Pasts[i]
		if found[p.ID] {
			continue
		}
		s := &source{past: p, name: p.Format, out: &SourceReading{Name: p.Name, Format: p.Format, id: p.ID, gone: true}}
		s.goOnFrom(p)
		s.first, s.timed = p.Tally.First, !p.Tally.First.IsZero()
		for _, f := range formats {
			if f.Name() == p.Reader {
				s.format = f
			}
		}
		all = append(all, s)
	}
	return all
}

// openFile opens the file that Expand saw.
func (in *Input) openFile() (*os.File, error) {
	f, err := os.Open(in.path)
	if err != nil {
		if in.info != nil && errors.Is(err, fs.ErrNotExist) {
			err = ErrReplaced
		}
		return nil, fmt.Errorf("open %s: %w", in.name, plainError(err))
	}
	if in.info == nil {
		return f, nil
	}
	if info, err := f.Stat(); err != nil || !os.SameFile(info, in.info) {
		return nil, errors.Join(fmt.Errorf("%s: %w", in.name, cmp.Or(plainError(err), ErrReplaced)), f.Close())
	}
	return f, nil
}
