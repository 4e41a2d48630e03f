// Package parts walks over the parts of a message (RFC 2045 to 2049) as its
// bytes come by, and gets the text out of them.
//
//	Content-Type: multipart/mixed; boundary="b"
//
//	--b
//	Content-Type: text/plain; charset=utf-8
//	Content-Transfer-Encoding: quoted-printable
//
//	Gr=C3=BC=C3=9Fe
//	--b
//	Content-Type: application/pdf; name="plan.pdf"
//	Content-Disposition: attachment
//	Content-Transfer-Encoding: base64
//
//	JVBERi0xLjcK
//	--b--
//
// What is broken is taken as far as it goes: a boundary that never ends, a part
// without a header, base64 with a hole. Nothing is an error but one of reading.
// The walk does not recurse and keeps no part in memory; what a message may
// claim is bounded by the constants below.
package parts

import (
	"bufio"
	"bytes"
	"errors"
	"io"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/internal/header"
)

// Bounds of one message. At MaxDepth what lies deeper is taken for one part
// that is not looked into; at the others the walk ends. Summary.Limits says so.
const (
	MaxDepth   = 32        // multiparts and messages within each other
	MaxParts   = 1000      // parts
	MaxHeaders = 1 << 20   // bytes of all headers
	MaxBytes   = 256 << 20 // bytes of the message as it came
)

// A Summary is what a walk learned.
type Summary struct {
	Parts       int
	Attachments parsers.Attachments
	Limits      []string // the bounds that were reached, a sentence each
}

// Walk calls visit for every part that is no multipart, in the order of the
// message. What visit leaves unread is skipped. The first part is the subject,
// if there is one: see SubjectType. An error of visit ends the walk; one of
// reading r does as well, and the summary is of what was read.
func Walk(r io.Reader, visit func(*Part) error) (Summary, error) {
	w := newWalker(r, visit)
	err := w.walk()
	return w.sum, err
}

func newWalker(r io.Reader, visit func(*Part) error) *walker {
	return &walker{in: bufio.NewReaderSize(r, lineSize), visit: visit, left: MaxBytes, headers: MaxHeaders, texts: maxExtracted}
}

// lineSize is how much of a line is held at once: a longer one comes in
// pieces. RFC 5322 section 2.1.1 allows 998 characters.
const lineSize = 16 << 10

// walker reads lines until one is a boundary. It never looks back.
type walker struct {
	in      *bufio.Reader
	visit   func(*Part) error
	sum     Summary
	readErr error

	left    int64 // of MaxBytes
	headers int   // of MaxHeaders
	texts   int64 // of maxExtracted

	frames  []frame
	midLine bool   // the next piece goes on with a line
	pending []byte // a line that was read too far
	hit     int    // frame whose boundary was met; noFrame at the end
	closing bool   // and it was the last boundary of it
}

// A frame is a multipart that is open. For a message within the message it has
// no boundary.
type frame struct {
	boundary []byte // with the two dashes before it, nil for a message
	digest   bool   // parts are messages unless they say otherwise (RFC 2046 section 5.1.5)
}

const noFrame = -1

func (w *walker) walk() error {
	err := w.parts()
	if w.readErr != nil {
		err = errors.Join(err, w.readErr)
	}
	return err
}

func (w *walker) parts() error {
	h, more := w.header()
	if h.subject != "" {
		if err := w.visit(&Part{Type: SubjectType, body: bytes.NewReader([]byte(h.subject))}); err != nil {
			return err
		}
	}
	for {
		if more {
			if err := w.entity(&h); err != nil {
				return err
			}
		}
		if !w.nextPart() {
			return nil
		}
		h, more = w.header()
	}
}

// entity takes the body behind a header, up to a boundary of an open frame.
func (w *walker) entity(h *fields) error {
	for {
		switch {
		case h.isMultipart() && w.open(frame{boundary: append([]byte("--"), h.boundary...), digest: h.mediaType == "multipart/digest"}):
			w.skip() // what stands before the first part
			return nil
		case h.isMessage() && len(w.frames) < MaxDepth:
			w.attach(h, 0)
			w.open(frame{})
			inner, more := w.header()
			if !more {
				return nil
			}
			*h = inner
		default:
			return w.leaf(h)
		}
	}
}

func (w *walker) open(f frame) bool {
	if len(w.frames) >= MaxDepth {
		w.limit("parts that are nested more than 32 deep were not looked into")
		return false
	}
	w.frames = append(w.frames, f)
	return true
}

func (w *walker) limit(text string) {
	for _, l := range w.sum.Limits {
		if l == text {
			return
		}
	}
	w.sum.Limits = append(w.sum.Limits, text)
}

// leaf shows one part and reads it to its end.
func (w *walker) leaf(h *fields) error {
	w.sum.Parts++
	body := &counter{r: decodeTransfer(&bodyReader{w: w}, h.encoding)}
	p := &Part{Type: h.mediaType, Name: h.name, Disposition: h.disposition, charset: h.charset, body: body, texts: &w.texts}
	err := w.visit(p)
	if _, rest := io.Copy(io.Discard, body); err == nil {
		err = rest
	}
	if h.isAttachment() {
		w.attach(h, body.n)
	}
	return err
}

func (w *walker) attach(h *fields, size int64) {
	w.sum.Attachments.Add(parsers.Attachments{Number: 1, Bytes: size, Kinds: kindOf(h.mediaType, h.name)})
}

// nextPart goes on to the next part behind the boundary that was met.
func (w *walker) nextPart() bool {
	for w.hit != noFrame {
		w.frames = w.frames[:w.hit+1]
		if !w.closing {
			if w.sum.Parts >= MaxParts {
				w.limit("of messages with very many parts only the first 1000 were looked at")
				return false
			}
			return true
		}
		w.frames = w.frames[:w.hit]
		w.skip() // what stands behind the last part
	}
	return false
}

// skip reads up to the next boundary.
func (w *walker) skip() {
	for {
		if _, ok := w.line(); !ok {
			return
		}
	}
}

// line returns a line with its end, or a piece of a long one. It is false at a
// boundary of an open frame, which hit tells, and at the end.
func (w *walker) line() ([]byte, bool) {
	if b := w.pending; b != nil {
		w.pending = nil
		return b, true
	}
	starts := !w.midLine
	b, err := w.in.ReadSlice('\n')
	w.midLine = err == bufio.ErrBufferFull
	if err != nil && err != io.EOF && !w.midLine {
		w.readErr = err
	}
	if w.left -= int64(len(b)); w.left < 0 {
		w.limit("of very large messages only the first 256 MiB were looked at")
		b = nil
	}
	if len(b) == 0 {
		w.hit, w.closing = noFrame, false
		return nil, false
	}
	if starts && b[0] == '-' && w.isBoundary(b) {
		return nil, false
	}
	return b, true
}

// isBoundary tells a boundary line of any open frame, the innermost first: an
// outer one ends the inner ones that lack their end.
func (w *walker) isBoundary(line []byte) bool {
	line = bytes.TrimRight(line, " \t\r\n")
	for i := len(w.frames) - 1; i >= 0; i-- {
		b := w.frames[i].boundary
		if b == nil || !bytes.HasPrefix(line, b) {
			continue
		}
		switch string(line[len(b):]) {
		case "":
			w.hit, w.closing = i, false
			return true
		case "--":
			w.hit, w.closing = i, true
			return true
		}
	}
	return false
}

// header reads a header. More tells that a body follows; without, a boundary or
// the end came first.
func (w *walker) header() (h fields, more bool) {
	var block []byte
	for {
		line, ok := w.line()
		switch {
		case !ok:
			return w.fields(block), false
		case len(line) <= 2 && len(bytes.TrimRight(line, "\r\n")) == 0:
			return w.fields(block), true
		case !isHeaderLine(line, len(block) > 0):
			w.pending = bytes.Clone(line)
			return w.fields(block), true
		}
		if w.headers -= len(line); w.headers < 0 {
			w.limit("of messages with very large headers only the first MiB of them was looked at")
			w.skipRest()
			return w.fields(block), false
		}
		block = append(block, line...)
	}
}

// skipRest ends the walk.
func (w *walker) skipRest() {
	w.in.Reset(bytes.NewReader(nil))
	w.midLine, w.hit, w.closing = false, noFrame, false
}

// isHeaderLine tells a line of a header: a field, or more of one. A body that
// begins without an empty line before it is none.
func isHeaderLine(line []byte, inside bool) bool {
	if inside && (line[0] == ' ' || line[0] == '\t') {
		return true
	}
	name, _, ok := bytes.Cut(line, []byte(":"))
	return ok && header.IsName(bytes.TrimRight(name, " \t")) || inside && bytes.IndexByte(line, '\n') < 0
}

func (w *walker) fields(block []byte) fields {
	digest := len(w.frames) > 0 && w.frames[len(w.frames)-1].digest
	return readFields(block, digest)
}

// bodyReader reads a body up to the boundary. The line end before a boundary is
// part of the boundary (RFC 2046 section 5.1.1), and held back.
type bodyReader struct {
	w    *walker
	rest []byte
	held []byte // a line end that may belong to a boundary
	done bool
	buf  [lineSize + 2]byte
}

func (b *bodyReader) Read(p []byte) (int, error) {
	for len(b.rest) == 0 {
		if b.done {
			return 0, io.EOF
		}
		line, ok := b.w.line()
		if !ok {
			b.done = true
			if b.w.hit == noFrame {
				b.rest = append(b.buf[:0], b.held...)
			}
			continue
		}
		content := bytes.TrimRight(line, "\r\n")
		b.rest = append(append(b.buf[:0], b.held...), content...)
		b.held = append(b.held[:0], line[len(content):]...)
	}
	n := copy(p, b.rest)
	b.rest = b.rest[n:]
	return n, nil
}

// counter counts what was read.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}
