package read

import (
	"errors"
	"fmt"
	"io"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// runCut reads one piece of a file that was cut where a record begins, or a
// stream.
func (r *reader) runCut(t task, f parsers.CutFormat, sink parsers.Sink, buf []byte) error {
	if t.whole {
		return r.runStream(t, f, sink)
	}
	file, err := t.e.in.OpenFile()
	if err != nil {
		return err
	}
	defer file.Close()
	in := &section{SectionReader: io.NewSectionReader(file, t.from, t.to-t.from), in: t.e.in}
	p := r.piece(t)
	p.Buffer = buf
	tally, err := f.Read(r.ctx, p, in, sink)
	t.e.add(&tally, func(out *Source) {
		out.Bytes += in.n
		out.pieceLines[t.number] = tally.Lines
	})
	if err != nil {
		return source.NewError(t.e.in.Name(), fmt.Errorf("reading at offset %d: %w", t.from+in.n, source.PlainError(err)))
	}
	return nil
}

// A section counts the bytes that are read of it.
type section struct {
	*io.SectionReader
	in *source.Input
	n  int64
}

func (s *section) Read(b []byte) (int, error) {
	n, err := s.SectionReader.Read(b)
	s.n += int64(n)
	s.in.Advance(int64(n))
	return n, err
}

// runMessages reads some files of a folder, or the one message of a file.
func (r *reader) runMessages(t task, f parsers.FolderFormat, sink parsers.Sink, buf []byte) error {
	if one, ok := f.(parsers.StreamFormat); ok && t.e.in.Folder() == "" {
		return r.runStream(t, one, sink)
	}
	return r.runFolder(t, f, sink, buf)
}

// runFolder reads some files of a folder. One that cannot be read is an error,
// and the others are read.
func (r *reader) runFolder(t task, f parsers.FolderFormat, sink parsers.Sink, buf []byte) error {
	p := f.NewFolder(r.piece(t), sink)
	var first error
	size := int64(0)
	for i := t.from; i < t.to && r.ctx.Err() == nil; i++ {
		n := t.e.in.MessageSize(int(i))
		o := parsers.Origin{Source: t.e.index, Piece: t.number, Line: i - t.from + 1, Offset: i}
		if err := readMessage(t.e.in, p, o, buf); err != nil && first == nil {
			first = err // that of the others is the same, mostly
		}
		t.e.in.Advance(n)
		size += n
	}
	tally := p.Close()
	t.e.add(&tally, func(out *Source) {
		out.Bytes += size
		out.pieceLines[t.number] = tally.Lines
	})
	return first
}

// readMessage reads the file of a folder whose number is the offset of o.
func readMessage(folder *source.Input, p parsers.FolderParser, o parsers.Origin, buf []byte) error {
	i := int(o.Offset)
	in, err := folder.OpenMessage(i, buf)
	if err != nil {
		return err
	}
	if err := p.ReadFile(folder.MessageName(i), folder.MessageSize(i), in, o); err != nil {
		return errors.Join(fmt.Errorf("read %s: %w", folder.MessagePath(i), source.PlainError(err)), in.Close())
	}
	return in.Close()
}
