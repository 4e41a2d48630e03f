// Package mbox reads mailboxes of many messages in one file.
//
//	From alice@corp.example Mon Nov 23 09:12:44 2026
//	From: Alice <alice@corp.example>
//	To: jane@army.ml
//
//	>From here on the body says anything.
//
// A message begins with a From_ line (RFC 4155): at the start of the file or
// after an empty line, and followed by a header field. One that has no time in
// it counts if the fields after it are those of a message. After any other line it
// must have a date as ctime(3) writes it, or nothing ("From ", as Thunderbird writes
// of a Gmail account), and the header of a message after it: old programs and broken
// exports leave out the empty line. So a line of a body that begins with "From " makes
// no message, whether it is quoted (mboxo, mboxrd) or not; where fields follow one that
// is taken for text, it is counted as not understood. The From_ line of
// git-format-patch(1) is text unless it begins the file. Where a Content-Length
// (mboxcl, mboxcl2) leads to the end of the file or to another From_ line it is
// believed, and everything before that is the body. MMDF, which separates messages by
// lines of four ^A, is read as well, and line ends of any kind.
//
// What cannot be read is counted: text before the first message, a header without an
// end, holes of zeros.
//
// Thunderbird, Apple Mail, Gmail Takeout, Dovecot, mutt and procmail write it.
// Bodies are skipped; those of reports of deliveries are read (see package
// message). What was deleted and is not yet removed (X-Mozilla-Status) was sent
// nevertheless.
//
// The messages are read with github.com/emersion/go-mbox. It splits at any
// line that begins with "From ", unquotes headers, and takes a read error for the
// end; so a splitter comes before it, which passes it messages in a form that it
// reads right.
package mbox

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strings"
	"time"

	gombox "github.com/emersion/go-mbox"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
	"github.com/typoaudit/typoaudit/parsers/format/shared/message"
)

// Format reads mbox files. It is a parsers.CutFormat.
type Format struct{}

// Name implements parsers.Format.
func (Format) Name() string { return "mbox" }

// Title implements parsers.Format.
func (Format) Title() string {
	return "mbox files: Thunderbird, Apple Mail, Gmail Takeout, Dovecot, mutt; MMDF"
}

// Sniff implements parsers.Format.
func (Format) Sniff(head []byte) int {
	head = leading(withLF(head))
	switch {
	case bytes.HasPrefix(head, []byte(mmdfLine)):
		return sure
	case isFrom(head) && isSeparator(head, atBeginning, false):
		return sure
	case !header.IsLine(head) && (hasSeparator(head) || bytes.Contains(head, []byte("\n"+mmdfLine+"\n"))):
		return damaged
	}
	return 0
}

// damaged is how surely a file is recognised whose first message has no beginning.
const damaged = 40

// hasSeparator reports whether a message begins in text.
func hasSeparator(text []byte) bool {
	for {
		i := bytes.Index(text, []byte("\n"+fromWord))
		if i < 0 {
			return false
		}
		text = text[i+1:]
		if _, rest, _ := bytes.Cut(text, []byte("\n")); mayBeMessage(text) && header.IsOfMessage(rest) {
			return true
		}
	}
}

// sure is how surely a file is recognised that begins with a message.
const sure = 95

// leading returns b without its leading empty lines.
func leading(b []byte) []byte { return bytes.TrimLeft(b, "\r\n") }

// withLF returns b with the line ends of classic Mac OS as LF, if it has
// those.
func withLF(b []byte) []byte {
	if !header.HasLoneCR(b) {
		return b
	}
	return bytes.ReplaceAll(b, []byte("\r"), []byte("\n"))
}

// Cuts implements parsers.CutFormat. A mailbox whose messages are not
// all separated by From_ lines after empty lines is not cut.
func (Format) Cuts(r io.ReaderAt, size int64) func(from int64) int64 {
	window := make([]byte, smallWindow)
	n, _ := r.ReadAt(window[:cutSample], 0)
	head := window[:n]
	if bytes.HasPrefix(leading(head), []byte(mmdfLine)) || header.HasLoneCR(head) || bytes.Contains(head, []byte("\nContent-Length: ")) || isPatch(header.Line(head)) {
		return func(int64) int64 { return size }
	}
	return func(from int64) int64 { return cut(r, from, size, window) }
}

// cut returns where the first message begins at or after a place.
func cut(r io.ReaderAt, from, size int64, window []byte) int64 {
	if from <= 0 {
		return 0
	}
	start := max(0, from-beforeFrom)
	s := newSplitter(io.NewSectionReader(r, start, size-start), window)
	s.step = smallRead
	s.fill(beforeFrom)
	s.pos = min(int(from-start), s.end)
	if !s.toSeparator() {
		return size
	}
	return start + s.offset()
}

// cutSample is how much of the beginning shows how messages are separated, in
// bytes.
const cutSample = 64 << 10

// Read implements parsers.StreamFormat.
func (Format) Read(ctx context.Context, p parsers.Piece, in io.Reader, sink parsers.Sink) (parsers.Tally, error) {
	in = normal(in, p.Number == 0)
	window := p.Buffer
	if len(window) < windowSize {
		window = make([]byte, windowSize)
	}
	s := newSplitter(in, window[:windowSize])
	s.filter = message.NewFilter()
	r := reader{guard: newGuard(s), messages: message.NewReader(sink), piece: p, role: roleOf(p.Name)}
	r.stored = func() time.Time { return r.meta.time(p.Location) }
	s.doubt = func(line, offset int64, reason string) { r.messages.Tally.Bad(r.origin(line, offset), reason) }
	err := r.readAll(ctx)
	tally := r.messages.Tally
	tally.Lines = s.lines
	if s.skipped {
		tally.Bad(r.origin(1, 0), "the first message has no beginning: what stands before it is missing")
	}
	tally.MissMalformed()
	if s.zeros {
		tally.Problem("holes of zeros, as a full disk or a crash leaves them: messages may be missing")
	}
	return tally, err
}

// origin returns where a line of the piece is.
func (r *reader) origin(line, offset int64) parsers.Origin {
	return parsers.Origin{Source: r.piece.Source, Piece: r.piece.Number, Line: line, Offset: r.piece.Offset + offset}
}

// roleOf returns the role of a mailbox by its name and that of the folder around
// it, as in Sent.mbox/mbox and Sent.sbd/2026: folders further up are the user's.
func roleOf(path string) message.Role {
	return message.RoleOf(filepath.Join(filepath.Base(filepath.Dir(path)), filepath.Base(path)))
}

// normal turns lone CR into LF, where the first lines of the source end so.
func normal(in io.Reader, first bool) io.Reader {
	if !first {
		return in
	}
	if at, ok := in.(io.ReaderAt); ok {
		head := make([]byte, cutSample)
		n, _ := at.ReadAt(head, 0)
		if header.HasLoneCR(head[:n]) {
			return header.LFReader{R: in}
		}
		return in
	}
	return header.TextReader(bufio.NewReaderSize(in, cutSample))
}

// A reader reads the messages of one piece.
type reader struct {
	guard    *guard
	messages *message.Reader
	piece    parsers.Piece
	role     message.Role
	buf      []byte
	mail     message.Mail
	meta     *meta
	stored   func() time.Time // of the message that meta is of
}

// passed is the buffer between guard and library, in bytes.
const passed = 8 << 10

func (r *reader) readAll(ctx context.Context) error {
	box := gombox.NewReader(bufio.NewReaderSize(r.guard, passed))
	for ctx.Err() == nil {
		m, err := box.NextMessage()
		if err != nil {
			break // the guard knows whether that is the end
		}
		r.take(m)
	}
	return r.guard.err
}

// take reads one message. The guard passes whole ones, whatever happens.
func (r *reader) take(in io.Reader) {
	r.buf = r.buf[:0]
	for {
		if cap(r.buf)-len(r.buf) < minRead {
			r.buf = append(make([]byte, 0, 2*cap(r.buf)+minRead), r.buf...)
		}
		n, err := in.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+n]
		if err != nil {
			break
		}
	}
	r.meta = r.guard.taken()
	meta := r.meta
	head, body := r.buf, []byte(nil)
	if meta.body {
		end := max(header.End(r.buf), 0)
		head, body = r.buf[:end], r.buf[end:]
	}
	origin := r.origin(meta.line, meta.offset)
	r.mail = message.Mail{
		Header: head, NoReport: !meta.body, Body: body, Size: meta.size, Role: r.role, Context: r.piece.Context,
		Envelope: string(meta.envelope()), Stored: r.stored, Origin: origin,
	}
	switch {
	case !r.messages.Read(&r.mail):
		r.messages.Tally.Bad(origin, "a message without sender and recipient")
	case meta.open:
		r.messages.Tally.Bad(origin, "a message whose header does not end: the rest of it is missing")
	}
	if meta.cut {
		r.messages.Tally.Problem("headers longer than 256 KiB were cut")
	}
}

// minRead is how much room a message is read into at least, in bytes.
const minRead = 4 << 10

// A meta describes a message beyond its text.
type meta struct {
	line, offset, size int64
	from               []byte // its From_ line, or the beginning of a long one
	cut                bool   // some of its header was left out
	open               bool   // no empty line ends its header
	body               bool   // it may be a report: the beginning of its body is passed on
}

// envelope returns the sender that the From_ line has. It is valid as long as
// m is.
func (m *meta) envelope() []byte {
	envelope, _, _ := bytes.Cut(m.words(), []byte(" "))
	return envelope
}

// words returns the rest of the From_ line.
func (m *meta) words() []byte {
	return bytes.TrimRight(bytes.TrimPrefix(m.from, []byte(fromWord)), "\r\n")
}

// time reads the time of the From_ line, which has no zone.
func (m *meta) time(loc *time.Location) time.Time {
	_, date, _ := strings.Cut(string(m.words()), " ")
	date = strings.TrimSpace(date)
	if t, err := time.ParseInLocation("Mon Jan _2 15:04:05 2006", date, loc); err == nil {
		return t
	}
	if t, err := time.Parse("Mon Jan _2 15:04:05 -0700 2006", date); err == nil {
		return t
	}
	return time.Time{}
}
