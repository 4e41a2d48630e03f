package parsers

import (
	"errors"
	"fmt"
	"io"
)

// A MessageFormat is one whose messages can be opened again when they turned
// out to be findings: in the first pass over a mailbox only headers are read.
type MessageFormat interface {
	Format
	// NewOpener returns what opens messages of in. It may use buf, which is of
	// OpenerBuffer bytes, until it is closed.
	NewOpener(in *Input, buf []byte) (Opener, error)
}

// OpenerBuffer is the size of the buffer of an Opener, in bytes.
const OpenerBuffer = 256 << 10

// An Opener opens messages again, one after the other, and reuses its memory. It
// is not safe for concurrent use. It is fastest in the order in which they were
// read: a compressed mailbox is then decoded once.
type Opener interface {
	// OpenMessage opens the message that a delivery with this origin was read
	// from: its header, an empty line and its body as they came (RFC 5322),
	// without what the mailbox put around it. What does not have the form of a
	// message at that place is an error. It can be read until the next is opened.
	OpenMessage(o Origin) (io.Reader, error)
	// Close closes what is open; of reading nothing is left to fail.
	Close()
}

// Messages can be opened again by the origin of a delivery. Those of a Reading
// can; a source that is no file brings its own.
type Messages interface {
	// NewOpener returns an Opener, which must be closed.
	NewOpener() Opener
}

// ErrNoMessage tells that a source holds no messages that can be opened again,
// as logs and standard input do not.
var ErrNoMessage = errors.New("no message can be opened again")

// NewOpener implements Messages.
func (r *Reading) NewOpener() Opener { return &readingOpener{r: r} }

// A readingOpener opens the messages of one source at a time.
type readingOpener struct {
	r      *Reading
	buf    []byte
	source *SourceReading
	opener Opener // nil if none of source can be opened
}

func (p *readingOpener) OpenMessage(o Origin) (io.Reader, error) {
	if o.Source < 0 || int(o.Source) >= len(p.r.Sources) {
		return nil, ErrNoMessage
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

func (p *readingOpener) turnTo(s *SourceReading) error {
	f, ok := s.format.(MessageFormat)
	if !ok || s.in == nil || s.in.stream != nil {
		return ErrNoMessage
	}
	p.Close()
	if p.buf == nil {
		p.buf = make([]byte, OpenerBuffer)
	}
	opener, err := f.NewOpener(s.in, p.buf)
	if err != nil {
		return fmt.Errorf("%s: opening it again: %w", s.Name, err)
	}
	p.source, p.opener = s, opener
	return nil
}

// Close closes what is open.
func (p *readingOpener) Close() {
	if p.opener != nil {
		p.opener.Close()
	}
	p.source, p.opener = nil, nil
}
