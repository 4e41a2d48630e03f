// Package maildir reads mailboxes of one message a file.
//
// A Maildir (Bernstein; Maildir++ of Courier and Dovecot) has the folders cur,
// new and tmp, and subfolders that begin with a dot:
//
//	Maildir/cur/1795425164.M1P2.mx1,S=3321:2,S
//	Maildir/.Sent/cur/1795425301.M7P9.mx1,S=1203,W=1240:2,RS
//
// The flag D marks a draft; S= is the size. Messages may be compressed, as
// Dovecot's zlib plugin does. What is in tmp was not delivered yet.
//
// Folders of .eml files hold a message a file (RFC 5322), those of .emlx
// (Apple Mail) have the number of its bytes in a line before it, and a
// property list after it.
//
// The role of a message is that of its folder: see package message.
package maildir

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
	"github.com/typoaudit/typoaudit/parsers/format/shared/message"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// Format reads Maildirs. It is a parsers.FolderFormat.
type Format struct{}

// Name implements parsers.Format.
func (Format) Name() string { return "maildir" }

// Title implements parsers.Format.
func (Format) Title() string { return "Maildir and Maildir++: Dovecot, Courier, mutt" }

// Sniff implements parsers.Format: a Maildir is no file.
func (Format) Sniff([]byte) int { return 0 }

// NewFolder implements parsers.FolderFormat.
func (Format) NewFolder(p parsers.Piece, sink parsers.Sink) parsers.FolderParser {
	return newFolder(p, sink)
}

// NewOpener implements parsers.MessageFormat.
func (Format) NewOpener(in *source.Input, buf []byte) (parsers.Opener, error) {
	return newOpener(in, buf), nil
}

// EML reads single messages, and folders of them. It is a parsers.FolderFormat
// and a parsers.StreamFormat.
type EML struct{}

// Name implements parsers.Format.
func (EML) Name() string { return "eml" }

// Title implements parsers.Format.
func (EML) Title() string { return "single messages: .eml, .emlx, and folders of them" }

// likely is how surely a file is recognised that begins as a message does.
// Other texts may have lines with colons.
const likely = 60

// Sniff implements parsers.Format: three fields that messages have, or two that name who
// wrote and to whom.
func (EML) Sniff(head []byte) int {
	_, head = cutCount(head)
	if head = bytes.TrimLeft(head, "\r\n"); header.HasLoneCR(head) {
		head = bytes.ReplaceAll(head, []byte("\r"), []byte("\n"))
	}
	if !header.IsLine(header.Line(head)) {
		return 0
	}
	known, people := 0, 0
	header.Each(head, func(f header.Field) bool {
		switch {
		case isOneOf(&f, "From", "To", "Cc", "Received", "Return-Path", "Delivered-To", "Message-ID"):
			known++
			people++
		case isOneOf(&f, "Date", "MIME-Version", "Subject", "Content-Type", "Reply-To", "Sender", "Bcc"):
			known++
		}
		return true
	})
	switch {
	case known >= 3 && people > 0:
		return likely
	case people >= 2:
		return likely / 2
	}
	return 0
}

func isOneOf(f *header.Field, names ...string) bool {
	for _, name := range names {
		if f.Is(name) {
			return true
		}
	}
	return false
}

// maxCount bounds the line before a message in .emlx, in bytes.
const maxCount = 20

// cutCount cuts off the line before a message in .emlx; n is -1 if there is
// none.
func cutCount(b []byte) (n int64, rest []byte) {
	i := bytes.IndexByte(b[:min(len(b), maxCount)], '\n')
	if i < 0 {
		return -1, b
	}
	n, err := strconv.ParseInt(string(bytes.TrimSpace(b[:i])), 10, 64)
	if err != nil || n < 0 {
		return -1, b
	}
	return n, b[i+1:]
}

// Read implements parsers.StreamFormat, for one message.
func (EML) Read(_ context.Context, p parsers.Piece, r io.Reader, sink parsers.Sink) (parsers.Tally, error) {
	f := newFolder(p, sink)
	f.role = message.RoleOf(filepath.Base(filepath.Dir(p.Name)))
	n := &scanner{r: header.TextReader(bufio.NewReader(r))}
	err := f.read(p.Name, -1, n, parsers.Origin{Source: p.Source, Piece: p.Number, Line: 1})
	if err == nil {
		_, err = io.Copy(io.Discard, n) // of an .emlx only the message was read
	}
	tally := f.Close()
	tally.Lines = max(n.lines, tally.Lines)
	for _, line := range n.begins {
		tally.Bad(parsers.Origin{Source: p.Source, Piece: p.Number, Line: line}, "another message begins here, and was taken for text of the first: --input-format mbox reads those of an mbox")
	}
	tally.MissMalformed()
	return tally, err
}

// NewFolder implements parsers.FolderFormat.
func (EML) NewFolder(p parsers.Piece, sink parsers.Sink) parsers.FolderParser {
	return newFolder(p, sink)
}

// NewOpener implements parsers.MessageFormat.
func (EML) NewOpener(in *source.Input, buf []byte) (parsers.Opener, error) {
	return newOpener(in, buf), nil
}

// An opener has one file open at a time.
type opener struct {
	in   *source.Input
	buf  []byte
	text *bufio.Reader
	file io.Closer // nil if none is open
}

func newOpener(in *source.Input, buf []byte) *opener {
	return &opener{in: in, buf: buf, text: bufio.NewReader(nil)}
}

// OpenMessage implements parsers.Opener. It leaves out the lines that Apple Mail
// puts around a message.
func (p *opener) OpenMessage(o parsers.Origin) (io.Reader, error) {
	p.Close()
	file, err := p.in.OpenMessage(int(o.Offset), p.buf)
	if err != nil {
		return nil, err
	}
	p.file = file
	p.text.Reset(file)
	head, _ := p.text.Peek(maxCount) // an error comes again
	n, rest := cutCount(head)
	if n < 0 {
		return p.text, nil
	}
	if _, err := p.text.Discard(len(head) - len(rest)); err != nil {
		return nil, err
	}
	return io.LimitReader(p.text, n), nil
}

// Close implements parsers.Opener.
func (p *opener) Close() {
	if p.file != nil {
		_ = p.file.Close() // it was only read
		p.file = nil
	}
}

// A folder reads the messages of one folder.
type folder struct {
	messages *message.Reader
	piece    parsers.Piece
	role     message.Role
	text     *bufio.Reader // of the file at hand
	buf      []byte
}

func newFolder(p parsers.Piece, sink parsers.Sink) *folder {
	return &folder{messages: message.NewReader(sink), piece: p, role: roleOf(p.Name), text: bufio.NewReaderSize(nil, firstRead), buf: make([]byte, firstRead)}
}

// roleOf returns the role of a folder of messages by its last names: Apple Mail
// keeps them in Sent.mbox/…/Messages, Dovecot in .INBOX.Sent. A subfolder has that of the
// folder that it is in: KMail keeps it in .sent-mail.directory, Thunderbird in Sent.sbd.
func roleOf(path string) message.Role {
	const depth = 6
	for range depth {
		base := filepath.Base(path)
		if r := message.RoleOf(base); r != message.RoleUnknown || strings.HasSuffix(base, ".mbox") {
			return r
		}
		parent := filepath.Base(filepath.Dir(path))
		_, isKMail := strings.CutSuffix(parent, ".directory")
		switch {
		case isKMail && parent[0] == '.', strings.HasSuffix(parent, ".sbd"):
			name := strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(parent, "."), ".directory"), ".sbd")
			path = filepath.Join(filepath.Dir(filepath.Dir(path)), name)
		case base == "Messages" || base == "Data" || base == "cur" || base == "new" || len(base) == 1 || len(base) == len("00000000-0000-0000-0000-000000000000"):
			path = filepath.Dir(path)
		default:
			return message.RoleUnknown
		}
	}
	return message.RoleUnknown
}

// firstRead is how much of a message is read first, in bytes.
const firstRead = 4 << 10

// ReadFile implements parsers.FolderParser. A file that begins with no field, as an mbox
// does, is read to its end and looked through for further messages: a mailbox may have been
// put among files of one message.
func (f *folder) ReadFile(name string, size int64, r io.Reader, o parsers.Origin) error {
	f.text.Reset(r)
	r = header.TextReader(f.text)
	head, _ := f.text.Peek(firstRead) // an error comes again
	if _, head = cutCount(head); header.IsLine(bytes.TrimLeft(head, "\r\n")) {
		return f.read(name, size, r, o)
	}
	n := &scanner{r: r}
	if err := f.read(name, size, n, o); err != nil {
		return err
	}
	_, err := io.Copy(io.Discard, n)
	for range n.begins {
		f.messages.Tally.Bad(o, "more messages than one in a file, as an mbox has them, and only the first was read: name the file itself")
	}
	return err
}

// read reads one message, from its beginning on.
func (f *folder) read(name string, size int64, r io.Reader, o parsers.Origin) error {
	f.messages.Tally.Lines++
	text, end, ended, err := f.readHeader(r)
	if err != nil {
		return err
	}
	if count, rest := cutCount(text); count >= 0 {
		end -= len(text) - len(rest)
		text, size = rest, count
	}
	head := bytes.TrimLeft(text[:end], "\r\n") // some exports begin with an empty line
	m := message.Mail{Header: head, Role: f.role, Context: f.piece.Context, Draft: isDraft(name), Size: size, Origin: o}
	if m.NoReport = !message.IsReport(m.Header); !m.NoReport {
		if m.Body, err = readBody(text[end:], r); err != nil {
			return err
		}
	}
	if m.Size < 0 { // a stream: read it to its end
		n, err := io.Copy(io.Discard, r)
		if err != nil {
			return err
		}
		m.Size = n + int64(max(len(text), end+len(m.Body)))
	}
	switch {
	case !f.messages.Read(&m):
		f.messages.Tally.Bad(o, "a message without sender and recipient")
	case len(m.Header) >= header.MaxSize:
		f.messages.Tally.Problem("headers longer than 256 KiB were cut")
	case !ended && m.Header[len(m.Header)-1] != '\n':
		f.messages.Tally.Bad(o, "a message that ends within its header")
	case !ended:
		f.messages.Tally.Problem("messages end with their header, and no empty line: they may be cut")
	}
	return nil
}

// Close implements parsers.FolderParser.
func (f *folder) Close() parsers.Tally {
	f.messages.Tally.MissMalformed()
	return f.messages.Tally
}

// readHeader reads until the header is at hand, and returns the text so far, where
// the header ends, and whether an empty line ends it. Empty lines before it are none.
func (f *folder) readHeader(r io.Reader) (text []byte, end int, ended bool, err error) {
	n := 0
	for {
		m, err := r.Read(f.buf[n:])
		from := max(0, n-len("\r\r\n\r\r\n"))
		n += m
		first := n - len(bytes.TrimLeft(f.buf[:n], "\r\n"))
		from = max(from, first)
		if i := emptyLine(f.buf[from:n]); i >= 0 {
			return f.buf[:n], from + i, true, nil
		}
		if err == io.EOF || n >= header.MaxSize {
			return f.buf[:n], n, false, nil
		}
		if err != nil {
			return nil, 0, false, err
		}
		if n == len(f.buf) {
			f.buf = append(f.buf, make([]byte, len(f.buf))...)
		}
	}
}

// emptyLine returns the place after the first empty line of b, -1 if there is
// none. Some programs end lines with two CR.
func emptyLine(b []byte) int {
	for at := 0; ; {
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 {
			return -1
		}
		at += i + 1
		end := at
		for end < len(b) && b[end] == '\r' && end < at+2 {
			end++
		}
		if end < len(b) && b[end] == '\n' {
			return end + 1
		}
	}
}

// readBody reads the beginning of the body of a report.
func readBody(begun []byte, r io.Reader) ([]byte, error) {
	more, err := io.ReadAll(io.LimitReader(r, message.MaxReportBody))
	return append(bytes.Clone(begun), more...), err
}

// isDraft reports whether the flags of a name have D: that of a file in cur, or one that
// begins with a number as those of Maildir do. Before them stands ":2,", for which programs
// on Windows write another character; after them nothing.
func isDraft(name string) bool {
	folder, name := filepath.Split(name)
	i := strings.LastIndex(name, "2,")
	if i <= 0 || strings.IndexByte(":;!_+-", name[i-1]) < 0 || filepath.Base(folder) != "cur" && (name[0] < '0' || name[0] > '9') {
		return false
	}
	flags := name[i+len("2,"):]
	return strings.Contains(flags, "D") && !strings.ContainsFunc(flags, func(c rune) bool { return (c|0x20) < 'a' || (c|0x20) > 'z' })
}
