package read

import (
	"fmt"
	"io"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// A Reading is the outcome of reading the sources.
type Reading struct {
	Sources []*Source      // in the order in which they were read
	Sinks   []parsers.Sink // those of the workers and, last, the joiner's
}

// A Source is the outcome of reading one source.
type Source struct {
	Name   string
	Format string // "" if none was recognised
	Bytes  int64  // after decompression
	parsers.Tally
	// Err is why the source, or its end, could not be read.
	Err error

	// Empty marks a source that holds nothing.
	Empty bool

	// Mailbox marks a source of messages that is no file.
	Mailbox bool

	// Unused marks a source that is missing and adds nothing to the audit: it is
	// no part of coverage.
	Unused bool

	pieceLines []int64
	id         int64
	missing    bool
	reread     bool
	replaced   bool
	state      *State
	open       []byte
	part       *Part         // what other shards must know of it
	files      []string      // paths of the messages of a folder, where there is no input
	in         *source.Input // to open messages again
	format     parsers.Format
}

// IsMailbox reports whether the source holds messages: its Records are those,
// and its Lines say little.
func (s *Source) IsMailbox() bool {
	_, ok := s.format.(parsers.MessageFormat)
	return ok || s.Mailbox
}

// AllProblems returns the remarks about the source and the reasons why it, or its
// end, could not be read, without its name. It is never nil.
func (s *Source) AllProblems() []string {
	return append(append([]string{}, s.Problems...), source.Reasons(s.Name, s.Err)...)
}

// Line returns the number of a line in its source, from 1.
func (r *Reading) Line(o parsers.Origin) int64 { return r.Sources[o.Source].line(o) }

func (s *Source) line(o parsers.Origin) int64 {
	if s.isFolder() || len(s.files) > 0 {
		return 1 // each message is a file
	}
	line := o.Line
	for _, n := range s.pieceLines[:o.Piece] {
		line += n
	}
	return line
}

// Place returns the name of the file and the line that a record was read from.
func (r *Reading) Place(o parsers.Origin) (name string, line int64) {
	s := r.Sources[o.Source]
	if s.isFolder() {
		return s.in.MessagePath(int(o.Offset)), 1
	}
	if o.Offset < int64(len(s.files)) {
		return s.files[o.Offset], 1
	}
	return s.Name, r.Line(o)
}

func (s *Source) isFolder() bool { return s.in != nil && s.in.Folder() != "" }

// NewOpener implements parsers.Messages.
func (r *Reading) NewOpener() parsers.Opener { return &opener{r: r} }

// An opener opens the messages of one source at a time.
type opener struct {
	r      *Reading
	buf    []byte
	source *Source
	opener parsers.Opener // nil if none of source can be opened
}

// OpenMessage implements parsers.Opener.
func (p *opener) OpenMessage(o parsers.Origin) (io.Reader, error) {
	if o.Source < 0 || int(o.Source) >= len(p.r.Sources) {
		return nil, source.ErrNoMessage
	}
	if s := p.r.Sources[o.Source]; s != p.source {
		if err := p.turnTo(s); err != nil {
			return nil, err
		}
	}
	m, err := p.opener.OpenMessage(o)
	if err != nil {
		return nil, fmt.Errorf("%s: opening a message again: %w", p.source.Name, err)
	}
	return m, nil
}

func (p *opener) turnTo(s *Source) error {
	f, ok := s.format.(parsers.MessageFormat)
	if !ok || s.in == nil || s.in.IsStream() {
		return source.ErrNoMessage
	}
	p.Close()
	if p.buf == nil {
		p.buf = make([]byte, parsers.OpenerBuffer)
	}
	opener, err := f.NewOpener(s.in, p.buf)
	if err != nil {
		return fmt.Errorf("%s: opening it again: %w", s.Name, err)
	}
	p.source, p.opener = s, opener
	return nil
}

// Close implements parsers.Opener.
func (p *opener) Close() {
	if p.opener != nil {
		p.opener.Close()
	}
	p.source, p.opener = nil, nil
}
