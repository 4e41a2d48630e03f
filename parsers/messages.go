package parsers

import (
	"io"

	"github.com/typoaudit/typoaudit/parsers/source"
)

// A MessageFormat is one whose messages can be opened again when they turned
// out to be findings: in the first pass over a mailbox only headers are read.
type MessageFormat interface {
	Format
	// NewOpener returns what opens messages of in. It may use buf, which is of
	// OpenerBuffer bytes, until it is closed.
	NewOpener(in *source.Input, buf []byte) (Opener, error)
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
