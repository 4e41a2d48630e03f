package mbox

import (
	"errors"
	"io"

	"github.com/typoaudit/typoaudit/parsers"
)

// errMoved tells that no message begins where one began before.
var errMoved = errors.New("the mailbox has changed: no message begins there any more")

// OpenMessage implements parsers.MessageFormat. The message is gone through
// twice: first to find where it ends.
func (f Format) OpenMessage(in *parsers.Input, o parsers.Origin) (io.ReadCloser, error) {
	mmdf, lone, err := form(in)
	if err != nil {
		return nil, err
	}
	start, size, err := extent(in, o.Offset, mmdf, lone)
	if err != nil {
		return nil, err
	}
	file, err := in.OpenAt(start)
	if err != nil {
		return nil, err
	}
	return &opened{io.LimitReader(lineEnds(file, lone), size), file}, nil
}

type opened struct {
	io.Reader
	io.Closer
}

// lineEnds returns r with LF for lone CR, if it has those. It can only be read
// on.
func lineEnds(r io.Reader, lone bool) io.Reader {
	if lone {
		return crReader{r}
	}
	return struct{ io.Reader }{r}
}

// form tells how the messages of a mailbox are parted, and whether its lines
// end with lone CR.
func form(in *parsers.Input) (mmdf, lone bool, err error) {
	head, err := in.Head()
	s := splitter{mmdf: true}
	return s.starts(leading(head)), hasLoneCR(head), err
}

// extent tells where the message begins whose From_ line is at a place, and how
// many bytes it has.
func extent(in *parsers.Input, at int64, mmdf, lone bool) (start, size int64, err error) {
	file, err := in.OpenAt(at)
	if err != nil {
		return 0, 0, err
	}
	buf := in.Borrow(smallWindow)
	defer in.GiveBack(buf)
	s := newSplitter(lineEnds(file, lone), *buf)
	s.mmdf, s.begun = mmdf, true
	if b := s.fill(lookahead); mmdf && !s.starts(b) || !mmdf && !isFrom(b) {
		return 0, 0, errors.Join(errMoved, file.Close())
	}
	s.next()
	return at + s.start, s.meta.size, errors.Join(s.err, file.Close())
}
