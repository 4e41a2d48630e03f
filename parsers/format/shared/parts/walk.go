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
// The walk does not recurse and keeps no part in memory; the constants below bound
// the claims of a message.
package parts

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
)

// Bounds of one message. Everything deeper than MaxDepth counts as one part
// that is not looked into; at the other bounds the walk ends. Summary.Limits says so.
const (
	MaxDepth   = 32        // multiparts and messages within each other
	MaxParts   = 1000      // parts
	MaxHeaders = 1 << 20   // bytes of all headers
	MaxBytes   = 256 << 20 // bytes of the message as it came
)

// A Summary describes a message as a whole.
type Summary struct {
	Parts       int                 // those that are no multipart and no message
	Attachments parsers.Attachments // their bytes are counted decoded
	Limits      []string            // the bounds that were reached, a sentence each
}

// Walk is Walker.Walk with a Walker of its own.
func Walk(r io.Reader, visit func(*Part) error) (Summary, error) {
	return NewWalker().Walk(r, visit)
}

// A Walker walks over one message after the other, and reuses its memory. It is
// not safe for concurrent use.
type Walker struct{ w walker }

// NewWalker returns a Walker.
func NewWalker() *Walker {
	return &Walker{walker{in: window{buf: make([]byte, windowSize)}, alphabet: newAlphabet()}}
}

// Walk calls visit for every part that is no multipart, in the order of the
// message. The rest that visit does not read is skipped. The first part is the subject,
// if there is one: see SubjectType. A part is valid until visit returns; a nil
// visit sees none. An error of visit ends the walk; one of reading r does as
// well, and the summary is of the message up to there.
func (w *Walker) Walk(r io.Reader, visit func(*Part) error) (Summary, error) {
	w.w.begin(r, visit)
	err := w.w.walk()
	return w.w.sum, err
}

// walker reads lines until one is a boundary. It never looks back.
type walker struct {
	in    window
	visit func(*Part) error
	sum   Summary

	left    int64 // of MaxBytes
	headers int   // of MaxHeaders
	texts   int64 // of maxExtracted

	frames  []frame
	midLine bool // the next piece goes on with a line
	known   bool // the next line is no boundary, whatever it looks like
	hit     int  // frame whose boundary was read last; noFrame at the end
	closing bool // and it was the last boundary of it

	block    []byte // of a header
	body     bodyReader
	decoder  decoder
	alphabet *alphabet
}

func (w *walker) begin(r io.Reader, visit func(*Part) error) {
	w.in.reset(r)
	w.visit, w.sum = visit, Summary{}
	w.left, w.headers, w.texts = MaxBytes, MaxHeaders, maxExtracted
	w.frames, w.midLine, w.known, w.hit, w.closing = w.frames[:0], false, false, 0, false
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
	if w.in.err != nil && w.in.err != io.EOF {
		err = errors.Join(err, w.in.err)
	}
	return err
}

func (w *walker) parts() error {
	h, more := w.header()
	if h.subject != "" && w.visit != nil {
		if err := w.visit(&Part{Type: SubjectType, body: strings.NewReader(h.subject)}); err != nil {
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

// entity takes the body after a header, up to a boundary of an open frame.
func (w *walker) entity(h *fields) error {
	for {
		switch {
		case h.isMultipart() && w.open(frame{boundary: append([]byte("--"), h.boundary...), digest: h.mediaType == "multipart/digest"}):
			w.skip() // the text before the first part
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

// leaf shows one part and goes to its end. What nobody reads is not decoded.
func (w *walker) leaf(h *fields) (err error) {
	w.sum.Parts++
	w.body.begin(w)
	var body body = &w.body
	if isEncoded(h.encoding) {
		w.decoder.begin(&w.body, h.encoding, w.alphabet)
		body = &w.decoder
	}
	read := counter{r: body}
	if w.visit != nil {
		err = w.visit(&Part{Type: h.mediaType, Name: h.name, Disposition: h.disposition, charset: h.charset, body: &read, texts: &w.texts})
	}
	if h.isAttachment() {
		w.attach(h, read.n+body.rest())
	} else {
		w.body.skip()
	}
	return err
}

func (w *walker) attach(h *fields, size int64) {
	w.sum.Attachments.Add(parsers.Attachments{Number: 1, Bytes: size, Kinds: kindOf(h.mediaType, h.name)})
}

// nextPart goes on to the next part after the boundary that was read.
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
		w.skip() // the text after the last part
	}
	return false
}

// skip reads up to the next boundary.
func (w *walker) skip() {
	for {
		if _, ok := w.lines(); !ok {
			return
		}
	}
}

// line returns a line with its end, or a piece of a long one, valid until the
// next. It is false at a boundary of an open frame, see hit, and at the end.
func (w *walker) line() ([]byte, bool) {
	b := w.in.line()
	if w.left -= int64(len(b)); w.left < 0 {
		w.limit("of very large messages only the first 256 MiB were looked at")
		b = nil
	}
	if len(b) == 0 {
		w.hit, w.closing = noFrame, false
		return nil, false
	}
	starts := !w.midLine && !w.known
	w.in.take(len(b))
	w.midLine, w.known = b[len(b)-1] != '\n' && len(b) == lineSize, false
	if starts && b[0] == '-' && w.isBoundary(b) {
		return nil, false
	}
	return b, true
}

// lines returns the lines at hand up to the next boundary, at least one as line
// does.
func (w *walker) lines() ([]byte, bool) {
	b, ok := w.line()
	if !ok || w.midLine {
		return b, ok
	}
	rest := w.in.ahead()
	rest = rest[:min(int64(len(rest)), w.left)]
	n := w.withoutBoundary(rest[:bytes.LastIndexByte(rest, '\n')+1])
	w.in.take(n)
	w.left -= int64(n)
	return b[:len(b)+n], true // the lines follow in memory
}

// withoutBoundary returns how much of b, which holds whole lines, comes before a
// boundary.
func (w *walker) withoutBoundary(b []byte) int {
	if len(w.frames) == 0 {
		return len(b)
	}
	for at := 0; ; at++ {
		i := bytes.IndexByte(b[at:], '-')
		if i < 0 {
			return len(b)
		}
		at += i
		if (at == 0 || b[at-1] == '\n') && w.isBoundary(b[at:at+bytes.IndexByte(b[at:], '\n')]) {
			return at
		}
	}
}

// isBoundary reports whether line is the boundary of an open frame, and sets hit.
// An outer one ends the inner ones that lack their end.
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

// header reads a header. A body follows if more is true; else a boundary or the
// end came first.
func (w *walker) header() (h fields, more bool) {
	w.block = w.block[:0]
	for {
		midLine := w.midLine
		line, ok := w.line()
		switch {
		case !ok:
			return w.fields(), false
		case len(line) <= 2 && len(bytes.TrimRight(line, "\r\n")) == 0:
			return w.fields(), true
		case !isHeaderLine(line, len(w.block) > 0):
			w.in.back(len(line)) // it is of the body
			w.left += int64(len(line))
			w.midLine, w.known = midLine, true
			return w.fields(), true
		}
		if w.headers -= len(line); w.headers < 0 {
			w.limit("of messages with very large headers only the first MiB of them was looked at")
			w.in.reset(bytes.NewReader(nil)) // which ends the walk
			w.midLine, w.hit, w.closing = false, noFrame, false
			return w.fields(), false
		}
		w.block = append(w.block, line...)
	}
}

// isHeaderLine reports whether a line is of a header: a field, or more of one. A body that
// begins without an empty line before it is none.
func isHeaderLine(line []byte, inside bool) bool {
	if inside && (line[0] == ' ' || line[0] == '\t') {
		return true
	}
	name, _, ok := bytes.Cut(line, []byte(":"))
	return ok && header.IsName(bytes.TrimRight(name, " \t")) || inside && bytes.IndexByte(line, '\n') < 0
}

func (w *walker) fields() fields {
	digest := len(w.frames) > 0 && w.frames[len(w.frames)-1].digest
	return readFields(w.block, digest)
}
