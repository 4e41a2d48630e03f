package mbox

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// errMoved means that no message begins where one began before.
var errMoved = errors.New("the mailbox has changed: no message begins there any more")

// NewOpener implements parsers.MessageFormat.
func (Format) NewOpener(in *source.Input, buf []byte) (parsers.Opener, error) {
	head, err := in.Head()
	if err != nil {
		return nil, err
	}
	p := &opener{in: in, lone: header.HasLoneCR(head)}
	p.s = splitter{buf: buf, step: smallRead, begun: true, mmdf: true}
	p.s.mmdf = p.s.starts(leading(head), afterEmpty)
	p.s.patches = isPatch(header.Line(leading(head)))
	return p, nil
}

// An opener goes from one message to the next, and reads each as it is wanted:
// it is passed on until the next message begins.
type opener struct {
	in   *source.Input
	lone bool // lines end with lone CR
	file io.Closer
	s    splitter
	rest []byte // of the message: passed over and not read yet
	part part
	left int64 // of the body, as far as it has a length
}

// The parts of a message on the way.
type part uint8

const (
	inHeader part = iota
	inLength      // of the body
	inBody        // the body without a length, or the rest after it
	atEnd
)

// OpenMessage implements parsers.Opener.
func (p *opener) OpenMessage(o parsers.Origin) (io.Reader, error) {
	p.part, p.rest = atEnd, nil
	if err := p.goTo(o.Offset); err != nil {
		return nil, err
	}
	s := &p.s
	if b := s.fill(len(fromWord)); s.mmdf && !s.starts(b, afterEmpty) || !s.mmdf && !isFrom(b) {
		return nil, errors.Join(errMoved, s.err)
	}
	s.takeFrom()
	s.beginHeader()
	p.part = inHeader
	return p, nil
}

// goTo goes to a place of the text: on where it is at hand, or ahead in text that
// is decoded from its start; else it opens the file there.
func (p *opener) goTo(at int64) error {
	s := &p.s
	if p.file != nil && at >= s.offset() && at <= s.base+int64(s.end) {
		s.pos = int(at - s.base)
		return nil
	}
	if p.file == nil || s.at != nil || at < s.offset() {
		if err := p.open(at); err != nil {
			return err
		}
	}
	s.skip(at - s.offset())
	return s.err
}

// open opens the file at a place, or at its start if it must be decoded.
func (p *opener) open(at int64) error {
	p.Close()
	s := &p.s
	s.pos, s.end, s.base, s.eof, s.err, s.at = 0, 0, 0, false, nil, nil
	f, err := p.in.OpenFile()
	if err != nil {
		return err
	}
	if f == nil {
		r, err := p.in.Open()
		if err != nil {
			return fmt.Errorf("open %s: %w", p.in.Name(), err)
		}
		p.file, s.in = r, p.lineEnds(r)
		return nil
	}
	p.file, s.base = f, at
	if s.in = p.lineEnds(io.NewSectionReader(f, at, math.MaxInt64-at)); !p.lone {
		s.at = f
	}
	return nil
}

// lineEnds returns r with LF for lone CR, if it has those.
func (p *opener) lineEnds(r io.Reader) io.Reader {
	if p.lone {
		return header.LFReader{R: r}
	}
	return r
}

// Read implements io.Reader.
func (p *opener) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		if p.part == atEnd {
			if p.s.err != nil {
				return 0, p.s.err
			}
			return 0, io.EOF
		}
		p.rest = p.next()
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// next passes over the next piece of the message, and returns it; it may be
// empty.
func (p *opener) next() []byte {
	s := &p.s
	switch p.part {
	case inHeader:
		line, more := s.headerLine()
		if !more {
			p.part, p.left = inLength, s.bodyLength()
		}
		return line
	case inLength:
		b := s.fill(1)
		b = b[:min(int64(len(b)), p.left)]
		if p.left -= int64(len(b)); len(b) == 0 {
			p.part, s.from = inBody, s.offset()
		}
		s.take(len(b))
		return b
	}
	b, more := s.pass()
	if !more {
		p.part = atEnd
	}
	return b
}

// Close implements parsers.Opener.
func (p *opener) Close() {
	if p.file != nil {
		_ = p.file.Close() // it was only read
		p.file = nil
	}
}
