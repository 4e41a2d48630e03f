package parsers

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"path/filepath"
)

// filesPiece is how many files of a folder one worker takes at a time.
const filesPiece = 256

// recogniseFolder chooses the format of a folder of messages: that of its kind,
// else any that reads folders.
func (s *source) recogniseFolder(o ReadOptions) {
	for _, f := range o.Formats {
		if _, ok := f.(FolderFormat); ok && (s.format == nil || f.Name() == s.in.folder) {
			s.format = f
		}
	}
	switch {
	case s.format == nil:
		s.out.Err = fmt.Errorf("%s: %w", s.in.name, ErrNotRecognised)
	case len(s.in.files) == 0:
		s.format = nil
		s.out.Problem("empty")
	default:
		s.name = s.format.Name()
	}
}

// unrecognised tells why a source is not read that begins so: mailboxes of
// other programs must be converted first.
func unrecognised(head []byte) error {
	switch {
	case bytes.HasPrefix(head, []byte("!BDN")):
		return fmt.Errorf("%w: an Outlook store (PST or OST); convert it to mbox by readpst (package pst-utils)", ErrNotRecognised)
	case bytes.HasPrefix(head, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")):
		return fmt.Errorf("%w: an Outlook message (.msg); convert it to .eml by msgconvert (package libemail-outlook-message-perl)", ErrNotRecognised)
	}
	return ErrNotRecognised
}

func (s *source) cutFolder() (pieces []task) {
	n := int64(len(s.in.files))
	for from := int64(0); from < n; from += filesPiece {
		pieces = append(pieces, task{s: s, number: int32(len(pieces)), from: from, to: min(n, from+filesPiece), start: s.in.modTime})
	}
	return pieces
}

// cutAtRecords cuts a file into pieces that begin where a record does.
func (s *source) cutAtRecords(f CutFormat, r io.ReaderAt, size, skip int64) (pieces []task) {
	cut := f.Cuts(r, size)
	for from := int64(0); from < size; {
		to := size
		if from+pieceSize < size {
			to = cut(from + pieceSize)
		}
		pieces = append(pieces, task{s: s, number: int32(len(pieces)), from: from, to: to, skip: skip, start: s.in.modTime})
		from = to
	}
	return pieces
}

// runCut reads one piece of a file that was cut, or a stream.
func (r *reader) runCut(t task, f CutFormat, sink Sink, buf []byte) error {
	if t.whole {
		return r.runStream(t, f, sink)
	}
	file, _, _, err := t.s.in.ReaderAt()
	if err != nil {
		return err
	}
	defer file.Close()
	in := &section{SectionReader: io.NewSectionReader(file, t.skip+t.from, t.to-t.from), in: t.s.in}
	p := r.piece(t)
	p.Buffer = buf
	tally, err := f.Read(r.ctx, p, in, sink)
	t.s.add(&tally, func(out *SourceReading) {
		out.Bytes += in.n
		out.pieceLines[t.number] = tally.Lines
	})
	if err != nil {
		return fmt.Errorf("%s: reading at offset %d: %w", t.s.in.name, t.from+in.n, plainError(err))
	}
	return nil
}

// A section counts what is read of it.
type section struct {
	*io.SectionReader
	in *Input
	n  int64
}

func (s *section) Read(b []byte) (int, error) {
	n, err := s.SectionReader.Read(b)
	s.n += int64(n)
	s.in.read.Add(int64(n))
	return n, err
}

// mailHead is how much of a message is read at once, in bytes: most headers,
// and most messages.
const mailHead = 16 << 10

// runMessages reads some files of a folder, or the one message of a file.
func (r *reader) runMessages(t task, f FolderFormat, sink Sink, buf []byte) error {
	if one, ok := f.(StreamFormat); ok && t.s.in.folder == "" {
		return r.runStream(t, one, sink)
	}
	return r.runFolder(t, f, sink, buf)
}

// runFolder reads some files of a folder. One that cannot be read is told, and
// the others are read.
func (r *reader) runFolder(t task, f FolderFormat, sink Sink, buf []byte) error {
	p := f.NewFolder(r.piece(t), sink)
	var first error
	size := int64(0)
	for i := t.from; i < t.to && r.ctx.Err() == nil; i++ {
		n := t.s.in.files[i].size
		if err := t.s.readMail(p, i, Origin{Source: t.s.index, Piece: t.number, Line: i - t.from + 1, Offset: i}, buf[:mailHead]); err != nil && first == nil {
			first = err // that of the others is the same, mostly
		}
		t.s.in.read.Add(n)
		size += n
	}
	tally := p.Close()
	t.s.add(&tally, func(out *SourceReading) {
		out.Bytes += size
		out.pieceLines[t.number] = tally.Lines
	})
	return first
}

func (s *source) readMail(p FolderParser, i int64, o Origin, buf []byte) error {
	in, err := s.in.openMail(int(i), buf)
	if err != nil {
		return err
	}
	file := s.in.files[i]
	if err := p.ReadFile(file.name, file.size, in, o); err != nil {
		return errors.Join(fmt.Errorf("read %s: %w", filepath.Join(s.in.path, file.name), plainError(err)), in.Close())
	}
	return in.Close()
}

// Place returns the name of the file and the line that a record was read from.
func (r *Reading) Place(o Origin) (name string, line int64) {
	s := r.Sources[o.Source]
	if s.in != nil && s.in.folder != "" {
		return filepath.Join(s.in.path, s.in.files[o.Offset].name), 1
	}
	return s.Name, r.Line(o)
}

// OpenFile opens the file of a folder that has the number that its origin has
// as offset; a file that is no folder is opened from its start. buf is used for
// the beginning of what is read.
func (in *Input) OpenFile(number int64, buf []byte) (io.ReadCloser, error) {
	if in.folder == "" {
		return in.Open()
	}
	if number < 0 || number >= int64(len(in.files)) {
		return nil, ErrNoMessage
	}
	return in.openMail(int(number), buf[:mailHead])
}
