package maildir

import (
	"bytes"
	"io"

	"github.com/typoaudit/typoaudit/parsers/format/shared/header"
	"github.com/typoaudit/typoaudit/parsers/format/shared/message"
)

// maxBegins bounds the lines that a scanner keeps: more of them say nothing new.
const maxBegins = 1000

// held is how much of the text a scanner holds to look at a header, in bytes.
const held = 8 << 10

// A scanner counts the lines that are read of a message, and looks for those that
// begin another, as in an mbox: a file that begins with a header may be one whose first
// From_ line is missing. Files of messages that were put together have no such line: the header
// of the next one follows the text of the last. In a part of a message an empty line goes before
// a header.
type scanner struct {
	r      io.Reader
	lines  int64
	looked bool
	// isReport: it is one that a mail system sent, which may quote the header of a message.
	isReport bool
	begun    bool    // a line that is not empty has come
	body     bool    // the header is over
	blank    bool    // the last line was empty
	begins   []int64 // the numbers of those lines
	text     []byte  // that was read and not looked at yet
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
	if !s.looked {
		s.looked, s.isReport = true, message.IsReport(s.text)
	}
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
		isHeader := s.body && isWholeHeader(s.text[at:])
		isBare := isHeader && !s.blank
		begins := isBare || s.begun && header.IsFromLine(line) && header.IsOfMessage(s.text[at+i+1:])
		switch {
		case isBare && s.isReport:
			s.isReport = false // what came back: its text may be followed by another message
		case begins && len(s.begins) < maxBegins:
			s.begins = append(s.begins, s.lines+1)
		}
		s.blank = len(bytes.TrimSpace(line)) == 0
		s.begun = s.begun || !s.blank
		s.body = s.begun && (s.blank || s.body && !begins && !isHeader)
		at += i + 1
		s.lines++
	}
	if at == 0 && len(s.text) >= 2*held || all { // a line that is too long to be one
		at = len(s.text)
	}
	s.text = append(s.text[:0], s.text[at:]...)
}

// isWholeHeader reports a text that begins with a header as servers and mail programs complete it:
// what forwards and reports show of one has fewer fields.
func isWholeHeader(text []byte) bool {
	const most = 64 // lines
	if !header.IsLine(text) {
		return false
	}
	from, date, id := false, false, false
	for more, n := true, 0; more && n < most && !(from && date && id); n++ {
		line, _, _ := bytes.Cut(text, []byte("\n"))
		if len(bytes.TrimSpace(line)) == 0 || bytes.Contains(line, []byte("&lt;")) { // of HTML, which shows a header
			return false
		}
		from, date, id = from || header.HasField(text, "from:"), date || header.HasField(text, "date:"), id || header.HasField(text, "message-id:")
		text, more = header.NextLine(text)
	}
	return from && date && id
}
