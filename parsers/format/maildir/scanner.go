package maildir

import (
	"bytes"
	"io"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
)

// maxBegins bounds the lines that a scanner keeps: more of them say nothing new.
const maxBegins = 1000

// held is how much of the text a scanner holds to look at a header, in bytes.
const held = 8 << 10

// A scanner counts the lines that are read of a message, and looks for those that
// begin another, as in an mbox: a file that begins with a header may be one whose first
// From_ line is missing.
type scanner struct {
	r      io.Reader
	lines  int64
	begun  bool    // a line that is not empty has come
	begins []int64 // the numbers of those lines
	text   []byte  // that was read and not looked at yet
}

// Read implements io.Reader.
func (s *scanner) Read(b []byte) (int, error) {
	n, err := s.r.Read(b)
	s.text = append(s.text, b[:n]...)
	if len(s.text) >= 2*held || err != nil {
		s.look(err != nil)
	}
	return n, err
}

// look looks at the text, of which it keeps what may be the beginning of something.
func (s *scanner) look(all bool) {
	end := len(s.text) - held
	if all {
		end = len(s.text)
	}
	at := 0
	for at < end {
		i := bytes.IndexByte(s.text[at:], '\n')
		if i < 0 {
			break
		}
		line := s.text[at : at+i]
		if s.begun && len(s.begins) < maxBegins && header.IsFromLine(line) && header.IsOfMessage(s.text[at+i+1:]) {
			s.begins = append(s.begins, s.lines+1)
		}
		s.begun = s.begun || len(bytes.TrimSpace(line)) > 0
		at += i + 1
		s.lines++
	}
	if at == 0 && len(s.text) >= 2*held || all { // a line that is too long to be one
		at = len(s.text)
	}
	s.text = append(s.text[:0], s.text[at:]...)
}
