package mbox

import (
	"bytes"
	"io"

	"github.com/typoaudit/typoaudit/parsers/internal/header"
	"github.com/typoaudit/typoaudit/parsers/internal/message"
)

const (
	fromWord = "From "
	mmdfLine = "\x01\x01\x01\x01"
)

// windowSize is what a splitter holds of its input at a time, in bytes.
// A From_ line must fit; more stays in the cache of a core.
const windowSize = 512 << 10

// maxFrom bounds a From_ line, in bytes. An address and a date take a hundred;
// behind a longer line no message begins.
const maxFrom = 64 << 10

// maxEnvelope is how much of a From_ line is looked at, in bytes.
const maxEnvelope = 1 << 10

// lookahead is how much behind a line tells whether it begins a message.
const lookahead = maxFrom + 4<<10

// smallWindow is the window where little is looked for, in bytes.
const smallWindow = 160 << 10

// A splitter finds the messages in an mbox.
type splitter struct {
	in    io.Reader
	at    io.ReaderAt // of the same bytes, nil if there is none
	buf   []byte
	pos   int // in buf[:end]: what was taken
	end   int
	base  int64 // offset of buf[0]
	lines int64 // ends of lines before pos
	eof   bool
	err   error // of reading; never io.EOF
	mmdf  bool
	begun bool

	text  []byte // of the message: header, and body if that is wanted
	start int64  // where its header begins
	meta  meta
}

func newSplitter(in io.Reader, window []byte) *splitter {
	s := &splitter{in: in, buf: window}
	s.at, _ = in.(io.ReaderAt)
	return s
}

func (s *splitter) offset() int64 { return s.base + int64(s.pos) }

// fill reads until n bytes lie behind pos, or the input ends; n is at most the
// size of the window.
func (s *splitter) fill(n int) []byte {
	if s.end-s.pos < n && !s.eof {
		s.base += int64(s.pos)
		s.end = copy(s.buf, s.buf[s.pos:s.end])
		s.pos = 0
		for s.end < n && !s.eof {
			m, err := s.in.Read(s.buf[s.end:])
			s.end += m
			if err != nil {
				s.eof = true
				if err != io.EOF {
					s.err = err
				}
			}
		}
	}
	return s.buf[s.pos:s.end]
}

// take moves on by n bytes, and counts their lines.
func (s *splitter) take(n int) {
	s.lines += int64(bytes.Count(s.buf[s.pos:s.pos+n], []byte("\n")))
	s.pos += n
}

// next reads the next message into s.text and s.meta. It is false at the end.
func (s *splitter) next() bool {
	if !s.begun {
		s.begin()
	} else if s.mmdf {
		s.skipEmpty()
	}
	b := s.fill(lookahead)
	if len(b) == 0 {
		return false
	}
	s.meta = meta{line: s.lines + 1, offset: s.offset()}
	s.takeFrom(b)
	s.start = s.offset()
	s.takeHeader()
	s.skipBody()
	s.meta.size = s.offset() - s.start
	if s.mmdf {
		s.takeLine(mmdfLine)
	}
	return true
}

// begin goes to the first message.
func (s *splitter) begin() {
	s.begun = true
	s.skipEmpty()
	b := s.fill(lookahead)
	s.mmdf = bytes.HasPrefix(b, []byte(mmdfLine))
	if !s.mmdf && !(isFrom(b) && isSeparator(b, true)) {
		s.skipToSeparator(0) // the beginning is damaged
	}
}

func (s *splitter) skipEmpty() {
	for b := s.fill(lookahead); len(b) > 0 && (b[0] == '\n' || b[0] == '\r'); b = s.fill(lookahead) {
		s.take(1)
	}
}

// takeFrom takes the From_ line, which an MMDF message may lack.
func (s *splitter) takeFrom(b []byte) {
	if s.mmdf {
		s.takeLine(mmdfLine)
		b = s.fill(lookahead)
	}
	if !isFrom(b) {
		return
	}
	line := b
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		line = b[:i+1]
	}
	s.meta.envelope, s.meta.date = cutFrom(line[:min(len(line), maxEnvelope)])
	s.take(len(line))
	for line[len(line)-1] != '\n' { // overlong
		if line = s.restOfLine(); len(line) == 0 {
			return
		}
		s.take(len(line))
	}
}

// takeLine takes a line, if it begins with some text.
func (s *splitter) takeLine(text string) {
	b := s.fill(lookahead)
	if !bytes.HasPrefix(b, []byte(text)) {
		return
	}
	for {
		line := s.restOfLine()
		if len(line) == 0 {
			return
		}
		s.take(len(line))
		if line[len(line)-1] == '\n' {
			return
		}
	}
}

// restOfLine returns the rest of the line at pos, or as much as a header line
// may have.
func (s *splitter) restOfLine() []byte {
	b := s.fill(lookahead)
	b = b[:min(len(b), lookahead)]
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		return b[:i+1]
	}
	return b
}

// takeHeader takes the lines up to the empty one into s.text. A line that is
// too long, and what is beyond header.MaxSize, is left out. Where the empty line
// is missing, the header ends with the next message.
func (s *splitter) takeHeader() {
	s.text = s.text[:0]
	within := false // a line that is too long
	for {
		line := s.restOfLine()
		if len(line) == 0 || !within && s.starts(s.buf[s.pos:s.end]) {
			return
		}
		s.take(len(line))
		if !within && (line[0] == '\n' || string(line) == "\r\n") {
			return
		}
		long := within || len(line) == lookahead
		within = long && line[len(line)-1] != '\n'
		if long || len(s.text)+len(line) > header.MaxSize {
			s.meta.cut = true
			continue
		}
		s.text = append(s.text, line...)
	}
}

// skipBody goes to the end of the body, and keeps its beginning if it may be a
// report.
func (s *splitter) skipBody() {
	if message.IsReport(s.text) {
		b := s.fill(message.MaxReportBody)
		s.text = append(s.text, '\n')
		s.text = append(s.text, b[:s.bodyEnd(b[:min(len(b), message.MaxReportBody)])]...)
	}
	if n, ok := contentLength(s.text); ok && s.endsAt(n) {
		s.skip(n)
	}
	s.skipToSeparator(0)
}

// bodyEnd returns where the body in b ends, at most len(b).
func (s *splitter) bodyEnd(b []byte) int {
	for at := 0; at < len(b); {
		i := s.find(b[at:])
		if i < 0 {
			break
		}
		if at += i; s.separates(b, at) {
			return at
		}
	}
	return len(b)
}

// contentLength reads the length of the body (mboxcl), which some programs
// write.
func contentLength(block []byte) (n int64, ok bool) {
	i := bytes.Index(block, []byte("\nContent-Length:"))
	if i < 0 {
		return 0, false
	}
	value := bytes.TrimLeft(block[i+len("\nContent-Length:"):], " ")
	for len(value) > 0 && value[0]-'0' < 10 && n < 1<<50 {
		n = n*10 + int64(value[0]-'0')
		value, ok = value[1:], true
	}
	return n, ok
}

// endsAt tells whether the body, taken to be n bytes long, ends at the end of
// the input or before a From_ line.
func (s *splitter) endsAt(n int64) bool {
	const behind = len("\r\n") + len(fromWord)
	var b []byte
	if n <= int64(len(s.buf)-behind) {
		b = s.fill(int(n) + behind)
		if int64(len(b)) < n {
			return false
		}
		b = b[n:]
	} else {
		if s.at == nil {
			return false
		}
		b = make([]byte, behind)
		m, err := s.at.ReadAt(b, s.offset()+n)
		if m == 0 && (err != io.EOF || !s.reaches(n)) {
			return false
		}
		b = b[:m]
	}
	b = bytes.TrimLeft(b, "\r\n")
	return len(b) == 0 || isFrom(b)
}

// reaches tells whether the input has n more bytes.
func (s *splitter) reaches(n int64) bool {
	var last [1]byte
	m, _ := s.at.ReadAt(last[:], s.offset()+n-1)
	return m == 1
}

// skip moves on by n bytes.
func (s *splitter) skip(n int64) {
	for n > 0 {
		b := s.fill(1)
		if len(b) == 0 {
			return
		}
		m := int(min(n, int64(len(b))))
		s.take(m)
		n -= int64(m)
	}
}

// beforeFrom is how much before a From_ line tells whether a line before it is
// empty, in bytes.
const beforeFrom = 4

// skipToSeparator goes to where the next message begins, behind the next bytes
// that are only there to tell what stands before it. It is false at the end of
// the input.
func (s *splitter) skipToSeparator(before int) bool {
	const enough = 2 * lookahead // so that each turn gets on by half of it
	b := s.fill(enough)
	if before == 0 && len(b) > 0 && s.starts(b) {
		return true
	}
	for from := max(before-1, 0); ; from = 0 {
		for from < len(b) {
			i := s.find(b[from:])
			if i < 0 {
				break
			}
			if from += i; !s.eof && from > len(b)-lookahead {
				break // more must be at hand to tell
			}
			if s.separates(b, from) {
				s.take(from)
				return true
			}
		}
		if s.eof {
			s.take(len(b))
			return false
		}
		s.take(len(b) - lookahead - beforeFrom)
		b = s.fill(enough)
	}
}
