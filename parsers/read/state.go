package read

import (
	"cmp"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// A State says how far a source was read: one run keeps it for the next.
//
// A log is recognised by its content after decompression, never by its name or
// inode: by a hash of its beginning, how far it was read, and a hash of the text
// before that place. So it may be renamed, copied and compressed. One that was
// truncated in place and written again has another beginning.
type State struct {
	ID     int64
	Name   string // under which it was seen last
	Format string // for coverage
	Reader string // name of the Format that reads it
	Lines  bool   // its Format is a LineFormat: reading resumes at Size

	Head       uint64 // hash (xxHash64) of the first HeadLen bytes
	HeadLen    int64
	Size       int64  // bytes of text that were read: whole lines
	Tail       uint64 // hash of the up to 64 KiB before Size
	Marks      []Mark `json:",omitempty"` // where earlier reads ended, ascending
	Inode      uint64 // of the file that Name was, 0 if not known
	Disk       int64  // size on disk; with Changed, it identifies a packed file that is unchanged
	Changed    time.Time
	PieceLines []int64 // lines of each piece
	Tally      parsers.Tally
	Cursor     string `json:",omitempty"` // see source.Input.GoesOn
	Open       []byte // packed sessions without an end: see carry.Carrying
	// Mailbox is set for a folder on a server, which is no file: of it only
	// ID, Name, Format, Reader, Size and Tally are set besides.
	Mailbox *Mailbox `json:",omitempty"`
}

// A Resumption is the states that earlier runs left, and where the numbers of
// this one begin.
type Resumption struct {
	Run      int64   // number of this run
	Previous []State // of all files that are known
	Next     int64   // the ID of the next source that is new
	// Viewer says which open sessions are kept for the next run, all where it is nil.
	Viewer carry.Viewer

	lengths []int64 // of heads, ascending; nil before index
	byHead  map[headSum][]*State
}

// A headSum is what a log is recognised by: the checksum of its beginning.
type headSum struct {
	length int64
	sum    uint64
}

// index makes the states known by their heads: logs that begin alike are not held against
// each state one by one.
func (o *Resumption) index() {
	if o.byHead != nil {
		return
	}
	o.byHead = map[headSum][]*State{}
	for i := range o.Previous {
		p := &o.Previous[i]
		if p.HeadLen > 0 {
			o.lengths = append(o.lengths, p.HeadLen)
			h := headSum{p.HeadLen, p.Head}
			o.byHead[h] = append(o.byHead[h], p)
		}
	}
	slices.Sort(o.lengths)
	o.lengths = slices.Compact(o.lengths)
}

// fits returns the states of logs that begin as head does.
func (o *Resumption) fits(head []byte) (all []*State) {
	o.index()
	sum, at := xxhash.New(), int64(0)
	for _, n := range o.lengths {
		if n > int64(len(head)) {
			break
		}
		_, _ = sum.Write(head[at:n]) // it never fails
		at = n
		all = append(all, o.byHead[headSum{n, sum.Sum64()}]...)
	}
	return all
}

// State returns the state of s for a later run, nil where reading failed or
// nothing was recognised: then the previous State stands.
func (s *Source) State() *State { return s.state }

// ID is that of State, 0 without a Resumption.
func (s *Source) ID() int64 { return s.id }

// Missing reports whether earlier runs read the source and it is not found any
// more.
func (s *Source) Missing() bool { return s.missing }

// Reread reports whether the source was read from its start again, so that what
// earlier runs read of it does not count.
func (s *Source) Reread() bool { return s.reread }

// Replaced reports whether the log that earlier runs read under the name of the
// source is not found: it is lost, or was moved while the sources were looked
// for.
func (s *Source) Replaced() bool { return s.replaced }

// IsLost reports that of the log before the source, in this run or an earlier one, something was
// lost that may be of the time from since on, if that is not zero: it was written before the
// source begins.
func (s *Source) IsLost(since time.Time) bool {
	return slices.Contains(s.Problems, lostText) && !s.First.Before(since)
}

// HasOpen reports whether messages of the source have no end yet.
func (s *Source) HasOpen() bool { return s.state != nil && len(s.state.Open) > 0 }

// find returns the State of which in is the continuation, the one that was read
// farthest, and nil if there is none.
func (o *Resumption) find(in *source.Input) (*State, error) {
	head, _ := in.Head() // its error was reported when the input was recognised
	fits := o.fits(head)
	slices.SortStableFunc(fits, func(a, b *State) int { return cmp.Or(cmp.Compare(b.Size, a.Size), cmp.Compare(a.ID, b.ID)) })
	tails := tails{in: in, head: head}
	for _, p := range fits {
		same, err := p.continuesAs(&tails)
		if err != nil || same {
			return p, err
		}
	}
	return nil, nil
}

// continuesAs reports whether the text that was read is the beginning of an input.
func (p *State) continuesAs(t *tails) (bool, error) {
	if p.isOfPacked(t.in) {
		return true, nil // it would have to be decoded to see more
	}
	sum, ok, err := t.at(p.Size)
	return ok && sum == p.Tail, err
}

// A tails knows the checksums of what stands in an input before some places.
type tails struct {
	in   *source.Input
	head []byte
	size int64 // the place of the last answer, which is asked for again where states are alike
	sum  uint64
	ok   bool
}

// at returns the checksum of what stands before a place; ok is false if the input is
// shorter.
func (t *tails) at(size int64) (sum uint64, ok bool, err error) {
	if size <= int64(len(t.head)) {
		return xxhash.Sum64(t.head[max(0, size-source.HeadSize):size]), true, nil
	}
	if size == t.size {
		return t.sum, t.ok, nil
	}
	n := min(size, source.HeadSize)
	tail, err := t.in.Slice(size-n, n)
	switch {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		t.size, t.sum, t.ok = size, 0, false
	case err != nil:
		return 0, false, source.NewError(t.in.Name(), err)
	default:
		t.size, t.sum, t.ok = size, xxhash.Sum64(tail), true
	}
	return t.sum, t.ok, nil
}

// isOfPacked reports whether in is a packed file that nobody changed since.
func (p *State) isOfPacked(in *source.Input) bool {
	return in.IsPacked() && in.Size() == p.Disk && in.ModTime().Equal(p.Changed)
}

// missing returns entries for the sources that earlier runs read and that are
// not among found.
func (o *Resumption) missing(found map[int64]bool, formats []parsers.Format) (all []*entry) {
	for i := range o.Previous {
		p := &o.Previous[i]
		if found[p.ID] {
			continue
		}
		e := &entry{previous: p, name: p.Format, out: &Source{Name: p.Name, Format: p.Format, id: p.ID, missing: true}}
		e.resumeFrom(p)
		e.first, e.timed = p.Tally.First, !p.Tally.First.IsZero()
		for _, f := range formats {
			if f.Name() == p.Reader {
				e.format = f
			}
		}
		all = append(all, e)
	}
	return all
}

// resume lets e begin where p ends.
func (e *entry) resume(p *State) {
	e.previous = p
	e.out.id = p.ID
	_, isLines := e.format.(parsers.LineFormat)
	if !isLines || !p.Lines || e.format.Name() != p.Reader {
		return // read from its start, if at all
	}
	e.resumeFrom(p)
}

func (e *entry) resumeFrom(p *State) {
	e.from = p.Size
	e.out.Bytes = p.Size
	e.out.Tally = p.Tally
	e.out.pieceLines = slices.Clone(p.PieceLines)
}

// keepState notes the state of e for a later run.
func (e *entry) keepState() error {
	switch {
	case e.out.Err != nil || e.out.id == 0:
		return nil
	case e.out.missing:
		p := *e.previous
		e.out.state = &p
		return nil
	}
	p := &State{
		ID: e.out.id, Name: e.out.Name, Format: e.name, Reader: e.format.Name(), Inode: e.in.Inode(),
		Size: e.readTo, Disk: e.in.Size(), Changed: e.in.ModTime(), PieceLines: e.out.pieceLines,
		Cursor: e.in.Cursor(),
	}
	_, p.Lines = e.format.(parsers.LineFormat)
	if e.unchanged || e.readTo < e.from {
		p.Size = e.previous.Size
	}
	head, _ := e.in.Head() // its error was reported when the input was recognised
	p.HeadLen = min(p.Size, int64(len(head)))
	p.Head = xxhash.Sum64(head[:p.HeadLen])
	if e.from > 0 && e.previous != nil {
		p.Marks = e.previous.Marks
		if p.Size > e.previous.Size {
			p.Marks = marksAfter(e.previous, p.Size)
		}
	}
	switch {
	case e.previous != nil && e.previous.Size == p.Size:
		p.Tail = e.previous.Tail
	case e.tail != nil:
		p.Tail = xxhash.Sum64(e.tail)
	default:
		var err error
		if p.Tail, err = p.tailIn(e.in); err != nil {
			return source.NewError(e.in.Name(), err)
		}
	}
	e.out.state = p
	return nil
}

// tailIn returns the hash of the text of in before p.Size. If the file does not
// begin any more as it did, or is shorter, it was truncated as it was read.
func (p *State) tailIn(in *source.Input) (uint64, error) {
	n := min(p.Size, source.HeadSize)
	tail, err := in.Slice(p.Size-n, n)
	head, errHead := in.Slice(0, p.HeadLen)
	if err = cmp.Or(err, errHead); errors.Is(err, io.EOF) || err == nil && xxhash.Sum64(head) != p.Head {
		err = source.ErrReplaced
	}
	return xxhash.Sum64(tail), err
}

// A tailReader keeps the last source.HeadSize bytes that it read, and counts.
type tailReader struct {
	r    io.Reader
	tail []byte
	n    int64
}

func (t *tailReader) Read(b []byte) (int, error) {
	n, err := t.r.Read(b)
	t.n += int64(n)
	t.tail = append(t.tail, b[max(0, n-source.HeadSize):n]...)
	if len(t.tail) > 2*source.HeadSize {
		t.tail = append(t.tail[:0], t.tail[len(t.tail)-source.HeadSize:]...)
	}
	return n, err
}

// last returns the up to source.HeadSize bytes before the end.
func (t *tailReader) last() []byte { return t.tail[max(0, len(t.tail)-source.HeadSize):] }

// Continues reports whether a log that is known begins as an input does.
func (o *Resumption) Continues(in *source.Input) bool {
	head, _ := in.Head() // its error is reported when the input is read
	return len(head) > 0 && len(o.fits(head)) > 0
}
