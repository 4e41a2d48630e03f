package mbox

import (
	"bytes"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
)

// takeHeader takes the lines up to the empty one, and of them the fields that
// are wanted into s.text. A line that is too long, and all beyond
// header.MaxSize, is left out. Where the empty line is missing, the header ends
// with the next message.
func (s *splitter) takeHeader() {
	s.beginHeader()
	for more := true; more; {
		_, more = s.headerLine()
	}
}

func (s *splitter) beginHeader() {
	s.text, s.length = s.text[:0], notGiven
	s.size, s.within, s.kept, s.received = 0, false, false, false
}

// headerLine takes a line, or as much of it as is held at once. Another may
// follow if more is true.
func (s *splitter) headerLine() (line []byte, more bool) {
	n := len(s.restOfLine())
	if n == 0 || !s.within && s.startsHere(afterEmpty) {
		s.meta.open = true
		return nil, false
	}
	line = s.buf[s.pos : s.pos+n]
	s.takeLine(line)
	if !s.within && (line[0] == '\n' || n <= 3 && line[0] == '\r' && line[n-1] == '\n') {
		return line, false
	}
	long := s.within || n == lookahead
	s.within = long && line[n-1] != '\n'
	if n > maxLine {
		s.noteHole(line, s.lines, s.offset()-int64(n))
	}
	if long || s.size+n > header.MaxSize {
		s.meta.cut, s.kept = true, false
		return line, true
	}
	if line[0] != ' ' && line[0] != '\t' {
		s.kept = s.filter != nil && s.filter.Wants(line) && s.isFirst(line)
		if s.size > 0 { // programs that write the length write it after other fields
			s.takeLength(line)
		}
	}
	s.size += n
	if s.kept {
		s.text = append(s.text, line...)
	}
	return line, true
}

// isFirst reports that line is no Received field but the topmost, which alone matters.
func (s *splitter) isFirst(line []byte) bool {
	if !header.HasField(line, "received:") {
		return true
	}
	first := !s.received
	s.received = true
	return first
}

// Values of a length that is not known: no field gives it, or the field that
// should holds no number.
const (
	notGiven = -1
	noLength = -2
)

// takeLength reads the length of the body (mboxcl), which some programs write.
// The first counts.
func (s *splitter) takeLength(line []byte) {
	const name = "Content-Length:"
	if line[0] != name[0] || s.length != notGiven || !bytes.HasPrefix(line, []byte(name)) {
		return
	}
	s.length = noLength
	for _, c := range bytes.TrimLeft(line[len(name):], " ") {
		if c-'0' >= 10 || s.length >= 1<<50 {
			break
		}
		s.length = max(s.length, 0)*10 + int64(c-'0')
	}
}
