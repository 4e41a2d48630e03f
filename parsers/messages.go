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
	// OpenMessage opens the message that a delivery of in with this origin was
	// read from: its header, an empty line and its body as they came (RFC
	// 5322), without what the mailbox put around it. What does not have the
	// form of a message at that place is an error.
	OpenMessage(in *Input, o Origin) (io.ReadCloser, error)
}

// Messages opens messages again by the origin of a delivery. A Reading does; a
// source that is no file brings its own.
type Messages interface {
	OpenMessage(o Origin) (io.ReadCloser, error)
}

// ErrNoMessage tells that a source holds no messages that can be opened again,
// as logs and standard input do not.
var ErrNoMessage = errors.New("no message can be opened again")

// OpenMessage implements Messages.
func (r *Reading) OpenMessage(o Origin) (io.ReadCloser, error) {
	if o.Source < 0 || int(o.Source) >= len(r.Sources) {
		return nil, ErrNoMessage
	}
	s := r.Sources[o.Source]
	f, ok := s.format.(MessageFormat)
	if !ok || s.in == nil || s.in.stream != nil {
		return nil, ErrNoMessage
	}
	m, err := f.OpenMessage(s.in, o)
	if err != nil {
		return nil, fmt.Errorf("%s: opening a message again: %w", s.Name, err)
	}
	return m, nil
}
