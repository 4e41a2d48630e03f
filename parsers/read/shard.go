package read

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/carry"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// A Sharding makes a run that of one shard of many: what its pieces could not settle is
// packed and joined elsewhere, with that of the others. See Merging.
type Sharding struct {
	// Subjects says that the rests are to have them.
	Subjects bool
	// TakeRest is given the packed rest of each piece, the pieces of a source in their
	// order. It must not keep packed.
	TakeRest func(source, piece int32, packed []byte) error
}

// Content is what a source is known by in another shard, whatever its name.
type Content struct {
	Head uint64 // hash (xxHash64) of the first source.HeadSize bytes of its text
	Size int64  // of its text in bytes, 0 if nothing of it was read
	Tail uint64 // hash of the last source.HeadSize bytes
}

// A Part is what other shards and the report must know of a source. It is written in JSON.
type Part struct {
	Name    string
	Format  string `json:",omitempty"` // "" if none was recognised
	Reader  string `json:",omitempty"` // name of the Format that reads it
	Skipped bool   `json:",omitempty"` // it was not looked into: a copy, or one that cannot be opened
	Empty   bool   `json:",omitempty"`
	Mailbox bool   `json:",omitempty"`
	Content Content
	Bytes   int64
	First   time.Time
	Ends    time.Time // of its last line, as far as its place among others depends on it
	Timed   bool      `json:",omitempty"`
	Hosts   []string  `json:",omitempty"` // that its head names, sorted
	// PieceLines are the lines of each piece, and Files the names of a folder's messages.
	PieceLines []int64  `json:",omitempty"`
	Files      []string `json:",omitempty"`
	Tally      parsers.Tally
	Errors     []string `json:",omitempty"` // why it, or its end, could not be read
}

// FillsHead reports that the text is as long as what Head is of.
func (c Content) FillsHead() bool { return c.Size >= source.HeadSize }

// IsSound reports that the numbers of a part make sense, which may come from anywhere.
func (p *Part) IsSound() bool {
	t := &p.Tally
	all := append([]int64{p.Bytes, p.Content.Size, t.Lines, t.Records, t.Deliveries, t.Malformed, t.NoSender, t.NoTime, t.Incomplete, t.Unnamed, t.Longest.Lines, int64(t.Longest.Length), t.Bare.Deliveries, t.Pages.More, t.Pages.Last, t.Pages.Failed, t.Pages.Listed, t.Pages.All}, p.PieceLines...)
	return !slices.ContainsFunc(all, func(n int64) bool { return n < 0 }) && !slices.ContainsFunc(t.Errors, func(e parsers.SyntaxError) bool {
		return e.Origin.Piece < 0 || int(e.Origin.Piece) >= len(p.PieceLines) || e.Origin.Line < 0
	})
}

// Parts returns what a run with Options.Shard leaves of each of the Sources.
func (r *Reading) Parts() []Part {
	all := make([]Part, len(r.Sources))
	for i, s := range r.Sources {
		if s.part != nil {
			all[i] = *s.part
		} else {
			all[i] = Part{Skipped: true}
		}
		p := &all[i]
		p.Name, p.Format, p.Empty, p.Mailbox, p.Bytes = s.Name, s.Format, s.Empty, s.IsMailbox(), s.Bytes
		p.PieceLines, p.Tally, p.Errors = s.pieceLines, s.Tally, source.Reasons(s.Name, s.Err)
	}
	return all
}

// describe notes what other shards must know of e.
func (e *entry) describe() {
	p := &Part{First: e.first, Ends: e.ends(), Timed: e.timed, Hosts: e.hosts}
	if e.format != nil {
		p.Reader = e.format.Name()
	}
	e.out.part = p
	if e.in.Folder() != "" {
		p.Content = e.folderContent(p)
		return
	}
	var err error
	if p.Content, err = e.content(); err != nil {
		e.out.Err = errors.Join(e.out.Err, source.NewError(e.in.Name(), err))
	}
}

// folderContent knows a folder by the names and sizes of its messages, which it notes.
func (e *entry) folderContent(p *Part) (c Content) {
	sum := xxhash.New()
	for i := range e.in.Messages() {
		p.Files = append(p.Files, e.in.MessagePath(i))
		_, _ = sum.WriteString(e.in.MessageName(i)) // it never fails
		_, _ = sum.Write(binary.LittleEndian.AppendUint64(nil, uint64(e.in.MessageSize(i))))
		c.Size += e.in.MessageSize(i)
	}
	c.Head = sum.Sum64()
	return c
}

// content returns what the text that was read is known by.
func (e *entry) content() (c Content, err error) {
	head, _ := e.in.Head() // its error was reported when the input was recognised
	c.Size = e.readTo
	head = head[:min(c.Size, int64(len(head)))]
	c.Head = xxhash.Sum64(head)
	tail := e.tail
	if tail == nil && c.Size > int64(len(head)) {
		if tail, err = e.in.Slice(c.Size-source.HeadSize, source.HeadSize); errors.Is(err, io.EOF) {
			err = source.ErrReplaced
		}
	}
	c.Tail = xxhash.Sum64(tail)
	return c, err
}

// packAll packs the rests of all pieces.
func (r *reader) packAll() {
	for _, e := range r.entries {
		if e.format != nil {
			r.packRests(e)
		}
	}
}

// packRests packs the rests of the pieces of e.
func (r *reader) packRests(e *entry) {
	defer r.recover(e.out.Name)
	r.inOrder(e, func(p pieceRest) {
		rest, ok := p.rest.(carry.Rest)
		err := carry.ErrUnpackable
		var b carry.Packer
		if ok {
			err = rest.PackRest(&b, r.o.Shard.Subjects)
		}
		if err != nil {
			err = fmt.Errorf("%s: the format %s cannot be read in shards: %w", e.out.Name, e.format.Name(), err)
		} else {
			err = r.o.Shard.TakeRest(e.index, p.number, b.B)
		}
		if err != nil {
			r.fail(err)
		}
	})
}

// A Merging is the reading that the parts of shards make together.
type Merging struct {
	// Reading has the sources of all of them, in the order in which one run reads them.
	Reading *Reading
	// Indices are those of the sources in Reading, for the parts of each shard.
	Indices [][]int32

	reader *reader
}

// Merge puts the sources of shards into order. Of o, the Formats and NewSink count.
func Merge(shards [][]Part, o Options) (*Merging, error) {
	r := &reader{o: o}
	m := &Merging{Reading: &r.reading, reader: r}
	var skipped []*entry
	of := map[*entry]*int32{}
	for _, parts := range shards {
		indices := make([]int32, len(parts))
		m.Indices = append(m.Indices, indices)
		for i := range parts {
			e, err := parts[i].entry(o.Formats)
			if err != nil {
				return nil, err
			}
			of[e] = &indices[i]
			if parts[i].Skipped {
				skipped = append(skipped, e)
			} else {
				r.entries = append(r.entries, e)
			}
		}
	}
	// Whatever the order of the shards.
	slices.SortStableFunc(r.entries, func(a, b *entry) int {
		return cmp.Or(compareNames(a.out, b.out), a.out.part.Content.compare(b.out.part.Content))
	})
	slices.SortStableFunc(skipped, func(a, b *entry) int {
		return cmp.Or(compareCopies(a.out, b.out), compareNames(a.out, b.out))
	})
	r.arrange()
	for _, e := range skipped {
		e.index = int32(len(r.reading.Sources))
		r.reading.Sources = append(r.reading.Sources, e.out)
	}
	for e, index := range of {
		*index = e.index
		e.out.Errors = slices.Clone(e.out.Errors)
		for i := range e.out.Errors {
			e.out.Errors[i].Origin.Source = e.index
		}
	}
	return m, nil
}

// compareCopies puts what could not be opened before copies.
func compareCopies(a, b *Source) int {
	switch {
	case (a.Err == nil) == (b.Err == nil):
		return 0
	case a.Err != nil:
		return -1
	}
	return 1
}

func (c Content) compare(d Content) int {
	return cmp.Or(cmp.Compare(c.Size, d.Size), cmp.Compare(c.Head, d.Head), cmp.Compare(c.Tail, d.Tail))
}

// entry returns the source of a part.
func (p *Part) entry(formats []parsers.Format) (*entry, error) {
	e := &entry{name: p.Format, first: p.First, timed: p.Timed, last: p.Ends, hosts: p.Hosts}
	e.out = &Source{
		Name: p.Name, Format: p.Format, Bytes: p.Bytes, Tally: p.Tally, Empty: p.Empty, Mailbox: p.Mailbox, pieceLines: p.PieceLines, files: p.Files, part: p,
	}
	for _, text := range p.Errors {
		e.out.Err = errors.Join(e.out.Err, source.NewError(p.Name, errors.New(text)))
	}
	for _, f := range formats {
		if f.Name() == p.Reader {
			e.format = f
		}
	}
	if e.format == nil && p.Reader != "" {
		return nil, fmt.Errorf("%s: no format %s is known here", p.Name, p.Reader)
	}
	return e, nil
}

// HasPiece reports whether a source of the Reading has a piece of a number.
func (m *Merging) HasPiece(index int32, piece uint64) bool {
	return piece < uint64(len(m.Reading.Sources[index].pieceLines))
}

// Join settles what the pieces share: rests yields those of a source that TakeRest was
// given, in its order. Deliveries go to a sink of the role Joiner.
func (m *Merging) Join(rests func(source int32, yield func(piece int32, packed []byte) error) error) error {
	r := m.reader
	err := r.joinAll(r.newSink(Joiner), func(e *entry, j parsers.Joiner) error {
		joiner, _ := j.(carry.RestJoiner)
		return rests(e.index, func(number int32, packed []byte) error {
			if joiner == nil || !m.HasPiece(e.index, uint64(number)) {
				return carry.ErrPack
			}
			u := carry.Unpack(packed)
			rest := joiner.UnpackRest(u, parsers.Piece{Source: e.index, Number: number, OtherHosts: e.others})
			if u.Err != nil || u.More() {
				return carry.ErrPack
			}
			joiner.Join(rest)
			return nil
		})
	})
	if err != nil {
		return err
	}
	r.missPassed()
	r.missPages()
	r.remark()
	return nil
}
