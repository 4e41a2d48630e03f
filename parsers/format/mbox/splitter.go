package mbox

import (
	"bytes"
	"io"
	"math"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
	"github.com/typoaudit/typoaudit/parsers/format/shared/message"
)

const (
	fromWord = "From "
	mmdfLine = "\x01\x01\x01\x01"
)

// windowSize is how much a splitter holds of its input at a time, in bytes. It
// stays in the cache of a core.
const windowSize = 256 << 10

// maxFrom bounds a From_ line, in bytes. An address and a date take a hundred;
// after a longer line no message begins.
const maxFrom = 64 << 10

// maxEnvelope is how much of a From_ line is looked at, in bytes.
const maxEnvelope = 1 << 10

// lookahead is how much after the beginning of a line is looked at, in bytes, to
// decide whether it begins a message. A window is at least twice as large.
const lookahead = maxFrom + 4<<10

// smallWindow is the window where little is looked for, in bytes.
const smallWindow = 160 << 10

// smallRead is how much is read at a time where little is looked for, in bytes:
// most messages.
const smallRead = 16 << 10

// beforeFrom is how much before a From_ line is looked at, in bytes, to decide
// whether the line before it is empty.
const beforeFrom = 4

// A splitter finds the messages in an mbox. It goes over its window once.
type splitter struct {
	in    io.Reader
	at    io.ReaderAt // of the same bytes, nil if there is none
	buf   []byte
	step  int // how much is read at a time, where no more is needed
	pos   int // in buf[:end]: the next byte; beforeFrom bytes before it stay
	end   int
	base  int64 // offset of buf[0]
	lines int64 // ends of lines before pos
	eof   bool
	err   error // of reading; never io.EOF
	mmdf  bool
	begun bool

	patches bool                                    // git writes the separators
	doubt   func(line, offset int64, reason string) // is given lines by which a message may be missing; nil if nobody asks
	skipped bool                                    // the first message has no beginning, and may be skipped
	zeros   bool                                    // a line is a hole of zeros
	filter  *message.Filter                         // of the fields that are kept; nil if none is
	text    []byte                                  // of the message: its fields, and its body if that is wanted
	length  int64                                   // of the body, as the header has it; else notGiven or noLength
	size    int                                     // of the lines of the header so far
	within  bool                                    // a line that is too long
	kept    bool                                    // the field, for it is wanted

	received bool  // a Received field has come
	start    int64 // where its header begins
	from     int64 // where the search for its end began
	meta     meta
}

func newSplitter(in io.Reader, window []byte) *splitter {
	s := &splitter{in: in, buf: window, step: len(window)}
	s.at, _ = in.(io.ReaderAt)
	return s
}

func (s *splitter) offset() int64 { return s.base + int64(s.pos) }

// fill reads until n bytes follow pos, or the input ends; n is at most
// lookahead, or a little less than the window.
func (s *splitter) fill(n int) []byte {
	if s.end-s.pos < n && !s.eof {
		s.makeRoom(n)
		for s.end-s.pos < n && !s.eof {
			m, err := s.in.Read(s.buf[s.end:min(len(s.buf), s.end+max(s.step, n))])
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

// makeRoom drops the bytes before pos.
func (s *splitter) makeRoom(n int) {
	if len(s.buf)-s.end >= max(n, min(s.step, len(s.buf)/2)) {
		return
	}
	kept := max(0, s.pos-beforeFrom)
	s.base += int64(kept)
	s.end = copy(s.buf, s.buf[kept:s.end])
	s.pos -= kept
}

// take moves on by n bytes, and counts their lines.
func (s *splitter) take(n int) {
	s.lines += int64(bytes.Count(s.buf[s.pos:s.pos+n], []byte("\n")))
	s.pos += n
}

// next reads the next message into s.text and s.meta. It is false at the end.
func (s *splitter) next() bool {
	if !s.nextHeader() {
		return false
	}
	s.skipBody()
	s.meta.size = s.offset() - s.start
	if s.mmdf {
		s.takeFirst(mmdfLine)
	}
	return true
}

// nextHeader reads the header of the next message. It is false at the end.
func (s *splitter) nextHeader() bool {
	if !s.begun {
		s.begin()
	} else if s.mmdf {
		s.skipEmpty()
	}
	if len(s.fill(1)) == 0 {
		return false
	}
	s.meta = meta{line: s.lines + 1, offset: s.offset(), from: s.meta.from[:0]}
	s.takeFrom()
	s.start = s.offset()
	s.takeHeader()
	return true
}

// begin goes to the first message.
func (s *splitter) begin() {
	s.begun = true
	s.skipEmpty()
	b := s.fill(lookahead)
	s.mmdf = bytes.HasPrefix(b, []byte(mmdfLine))
	first, _, _ := bytes.Cut(b, []byte("\n"))
	s.patches = isFrom(b) && isPatch(first)
	if len(b) == 0 || s.starts(b, atBeginning) {
		return
	}
	if s.skipped = true; !header.IsOfMessage(b) { // the beginning is damaged
		s.skipToSeparator()
	}
}

func (s *splitter) skipEmpty() {
	for b := s.fill(1); len(b) > 0 && (b[0] == '\n' || b[0] == '\r'); b = s.fill(1) {
		s.take(1)
	}
}

// takeFrom takes the From_ line, which an MMDF message may lack.
func (s *splitter) takeFrom() {
	if s.mmdf {
		s.takeFirst(mmdfLine)
	}
	if b := s.fill(len(fromWord)); isFrom(b) {
		line := s.restOfLine()
		s.meta.from = append(s.meta.from, line[:min(len(line), maxEnvelope)]...)
		s.takeFirst(fromWord)
	}
}

// takeFirst takes a line, if it begins with some text.
func (s *splitter) takeFirst(text string) {
	if !bytes.HasPrefix(s.fill(len(text)), []byte(text)) {
		return
	}
	for {
		line := s.restOfLine()
		if len(line) == 0 {
			return
		}
		s.takeLine(line)
		if line[len(line)-1] == '\n' {
			return
		}
	}
}

// takeLine moves on by the line that restOfLine returned.
func (s *splitter) takeLine(line []byte) {
	s.pos += len(line)
	if line[len(line)-1] == '\n' {
		s.lines++
	}
}

// restOfLine returns the rest of the line at pos, or as much as a header line
// may have.
func (s *splitter) restOfLine() []byte {
	b := s.buf[s.pos:s.end]
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		b = s.fill(lookahead)
		i = bytes.IndexByte(b, '\n')
	}
	if i >= 0 {
		b = b[:i+1]
	}
	return b[:min(len(b), lookahead)]
}

// skipBody goes to the end of the body, and keeps its beginning if it may be a
// report.
func (s *splitter) skipBody() {
	if s.filter != nil && message.IsReport(s.text) {
		s.meta.body = true
		b := s.fill(message.MaxReportBody)
		s.text = append(s.text, '\n')
		s.text = append(s.text, b[:s.bodyEnd(b[:min(len(b), message.MaxReportBody)])]...)
	}
	s.skipLength(s.bodyLength())
	s.skipToSeparator()
}

// skipLength moves on by n bytes of the body. Lines that look like the beginning of a
// message are those of one that is forwarded, or the length is wrong: they are counted.
func (s *splitter) skipLength(n int64) {
	limit := s.offset() + n
	for s.offset() < limit && len(s.fill(1)) > 0 {
		if b := s.buf[s.pos:s.end]; s.pos > 0 && s.buf[s.pos-1] == '\n' && begins(b, fromWord) {
			s.doubtWithin()
		}
		s.toLine(limit)
	}
}

// doubtWithin counts the line at pos if it surely begins a message.
func (s *splitter) doubtWithin() {
	b := s.fill(lookahead)
	if _, rest, _ := bytes.Cut(b, []byte("\n")); mayBeMessage(b) && header.IsOfMessage(rest) {
		s.doubtHere()
	}
}

// doubtHere counts the line at pos.
func (s *splitter) doubtHere() {
	if s.doubt != nil {
		s.doubt(s.lines+1, s.offset(), "begins as a message does, and was taken for text of the one before it")
	}
}

// bodyLength returns the length of the body that its header gives, 0 if it is
// not to be believed.
func (s *splitter) bodyLength() int64 {
	if s.length > 0 && s.endsAt(s.length) {
		return s.length
	}
	return 0
}

// bodyEnd returns where the body in b ends, at most len(b).
func (s *splitter) bodyEnd(b []byte) int {
	if s.starts(b, afterEmpty) {
		return 0
	}
	for at := 0; ; {
		i := bytes.IndexByte(b[at:], '\n')
		if i < 0 || at+i+1 == len(b) {
			return len(b)
		}
		at += i + 1
		if b[at] == s.word()[0] && s.starts(b[at:], placeAfter(b[:at], int64(at))) {
			return at
		}
	}
}

// endsAt reports whether the body, taken to be n bytes long, ends at the end of
// the input or before a From_ line.
func (s *splitter) endsAt(n int64) bool {
	const after = len("\r\n") + len(fromWord)
	var b []byte
	if n <= int64(len(s.buf)-beforeFrom-after) {
		b = s.fill(int(n) + after)
		if int64(len(b)) < n {
			return false
		}
		b = b[n:]
	} else {
		if s.at == nil {
			return false
		}
		b = make([]byte, after)
		m, err := s.at.ReadAt(b, s.offset()+n)
		if m == 0 && (err != io.EOF || !s.reaches(n)) {
			return false
		}
		b = b[:m]
	}
	b = bytes.TrimLeft(b, "\r\n")
	return len(b) == 0 || isFrom(b)
}

// reaches reports whether the input has n more bytes.
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

// skipToSeparator goes to where the next message begins, or to the end of the
// input.
func (s *splitter) skipToSeparator() {
	s.from = s.offset()
	s.toSeparator()
}

// toSeparator goes on to where the next message begins, at pos or after it.
func (s *splitter) toSeparator() bool {
	for more := true; more; {
		_, more = s.pass()
	}
	return s.pos < s.end
}

// pass moves on to where the next message may begin, and returns the text up to
// there. More is false where it does begin, and at the end of the input.
func (s *splitter) pass() (passed []byte, more bool) {
	if len(s.fill(1)) == 0 || s.separatesHere() {
		return nil, false
	}
	from := s.pos
	s.toLine(math.MaxInt64)
	return s.buf[from:s.pos], true
}

// toLine goes to the next line that begins as a separator does, or to the end of
// the window or a limit, which is an offset beyond pos.
func (s *splitter) toLine(limit int64) {
	b, word := s.buf[:min(int64(s.end), limit-s.base)], s.word()
	at, lines := s.pos, s.lines
	for {
		i := bytes.IndexByte(b[at:], '\n')
		if i > maxLine || i < 0 && len(b)-at > maxLine {
			s.noteHole(b[at:], lines+1, s.base+int64(at))
		}
		if i < 0 {
			at = len(b)
			break
		}
		at += i + 1
		lines++
		if more := equalLines(b[at:], i+1, word[0]); more > 0 {
			at += more * (i + 1)
			lines += int64(more)
		}
		if rest := b[at:]; len(rest) == 0 || rest[0] == word[0] && begins(rest, word) || s.mmdf && rest[0] == fromWord[0] && begins(rest, fromWord) {
			break
		}
	}
	s.pos, s.lines = at, lines
}

// maxLine is how long a line of a message may be, in bytes (RFC 5322 section 2.1.1).
const maxLine = 998

// noteHole notes the first hole of zeros, if b begins with one.
func (s *splitter) noteHole(b []byte, line, offset int64) {
	if s.zeros || s.doubt == nil || !isHole(b) {
		return
	}
	s.zeros = true
	s.doubt(line, offset, "a hole of zeros, as a full disk or a crash leaves it: messages may be missing")
}

// isHole reports whether the line that b begins with is so long that no program wrote
// it, and has zeros in it as a crash or a broken disk leaves them.
func isHole(b []byte) bool {
	if i := bytes.IndexByte(b, '\n'); i >= 0 {
		b = b[:i]
	}
	return len(b) > maxLine && bytes.Contains(b, make([]byte, 64))
}

// begins reports whether b begins with word, as far as it goes.
func begins(b []byte, word string) bool {
	n := min(len(b), len(word))
	return string(b[:n]) == word[:n]
}

// Bounds of equalLines: lines of fewer bytes are no attachment, fewer lines are
// not worth the while, and more would leave the cache.
const (
	minEqualLine  = 48
	minEqualLines = 4
	maxEqualLines = 128
)

// equalLines returns how many lines b begins with that have n bytes each, as
// those of an attachment have. None of them begins with first, or as a From_ line does;
// the line after them may. They are gone over in one step.
func equalLines(b []byte, n int, first byte) (lines int) {
	if n < minEqualLine || len(b) < minEqualLines*n || b[n-1] != '\n' || b[2*n-1] != '\n' {
		return 0
	}
	for at := 0; lines < maxEqualLines && at+n <= len(b) && b[at+n-1] == '\n' && b[at] != first && b[at] != fromWord[0]; at += n {
		lines++
	}
	if lines < minEqualLines || bytes.Count(b[:lines*n], []byte("\n")) != lines {
		return 0
	}
	return lines
}
