package source

import (
	"bufio"
	"bytes"
	"io"
)

// A wrap says how lines were broken that were copied from a terminal or a mail: at a width, or at
// the last blank before it.
//
//	Nov 23 09:18:31 mail postfix/smtp[305]: 3F2A11E0C5: to=<jane@arm
//	y.ml>, relay=mx.army.ml[192.0.2.20]:25, delay=1, status=sent (25
//	0 2.0.0 Ok)
type wrap struct {
	width int  // 0 if no lines were broken, else the length of the longest, in bytes
	words bool // at blanks, which are gone
}

// Bounds of what is taken for lines that were broken. A log's own lines are as long as they
// happen to be: few of them are of the same length.
const (
	minWidth  = 40
	maxWidth  = 300
	minBroken = 2  // lines
	maxParts  = 64 // of one line; what follows is not joined
)

// sniffWrap finds out how the lines of head were broken.
func sniffWrap(head []byte, quote string) wrap {
	var all [][]byte
	for line := range bytes.Lines(head) {
		if line[len(line)-1] == '\n' { // the last one may go on
			all = append(all, unquoted(bytes.TrimRight(line, "\r\n"), quote))
		}
	}
	w := wrap{width: widest(all)}
	if w.width < minWidth || w.width > maxWidth {
		return wrap{}
	}
	full, broken, atWidth, rows := 0, 0, 0, 0
	within := false // a line of the log
	for i, line := range all {
		isFull := i > 0 && w.isFull(all[i-1], line)
		if isFull {
			full++
		}
		if within = startsLine(line) || within && isFull; within && !startsLine(line) {
			broken++
			if hasTime(line) {
				rows++
			}
			if len(all[i-1]) >= w.width-1 {
				atWidth++
			}
		}
	}
	if broken < minBroken || broken*3 < full*2 || rows*2 > broken || isTable(all) || isList(all) {
		return wrap{}
	}
	w.words = atWidth*10 < broken*9
	return w
}

// startsLine reports a line that is no part of the one before: one of a log, or an object.
func startsLine(line []byte) bool {
	return beginsLine(line) || bytes.HasPrefix(line, []byte(`{"`)) || bytes.HasPrefix(line, []byte(`[{"`))
}

// hasTime reports a time of day anywhere in a line, also one of an hour of one digit, so that it is
// a whole one whose time stands behind other values. Sendmail says so how long something took: "delay=00:00:01".
func hasTime(line []byte) bool {
	for i := 1; i+len(":18:31") <= len(line); i++ {
		hour := i - 1
		if hour > 0 && isDigit(line[hour-1]) {
			hour--
		}
		if line[i] == ':' && isClock(append([]byte("0"), line[i-1:i+len(":18:31")]...)) && (hour == 0 || line[hour-1] != '=' && line[hour-1] != ':') {
			return true
		}
	}
	return false
}

// minTable is how many values a row of a table has at least.
const minTable = 3

// isTable reports rows of values between commas, tabs, semicolons or bars, of which nearly all have
// as many as the first.
func isTable(all [][]byte) bool {
	for _, sep := range []byte(",\t;|") {
		alike, want := 0, bytes.Count(all[0], []byte{sep})
		for _, line := range all {
			if bytes.Count(line, []byte{sep}) == want {
				alike++
			}
		}
		if want >= minTable-1 && alike*4 >= len(all)*3 {
			return true
		}
	}
	return false
}

// isList reports a value a line after its name, as PowerShell's Format-List and shells of databases
// print them: "Received         : 2026-11-23T09:18:31Z".
func isList(all [][]byte) bool {
	named, empty := 0, 0
	for _, line := range all {
		name, _, found := bytes.Cut(line, []byte(":"))
		switch {
		case len(bytes.TrimSpace(line)) == 0:
			empty++
		case found && isHeaderName(bytes.Trim(bytes.ReplaceAll(name, []byte("_"), []byte("-")), ` "`)):
			named++
		}
	}
	return named*2 >= len(all)-empty
}

// widest returns the length of the longest line. One without a blank could not be broken at one.
func widest(all [][]byte) (width int) {
	for _, line := range all {
		if bytes.IndexByte(bytes.TrimSpace(line), ' ') >= 0 {
			width = max(width, len(line))
		}
	}
	return width
}

// isFull reports that the first word of the next line had no room on this one.
func (w wrap) isFull(line, next []byte) bool {
	word, _, _ := bytes.Cut(next, []byte(" "))
	return len(line) > 0 && len(next) > 0 && len(line)+len(" ")+len(word) > w.width
}

// unquoted returns a line without the mark of a quote.
func unquoted(line []byte, quote string) []byte {
	if rest, ok := bytes.CutPrefix(line, []byte(quote)); ok {
		return rest
	}
	return bytes.TrimLeft(line, "> ")
}

// A pageReader reads the lines of a page as they were.
type pageReader struct {
	page *page
	in   *bufio.Reader
	line []byte // that may go on
	last int    // length of its last part
	// parts is how many lines were put into line, which are empty after it.
	parts int
	out   []byte
	left  []byte // of out
	err   error
	long  bool // what is read is the middle of a line that is longer than the buffer
}

// Read implements io.Reader.
func (r *pageReader) Read(b []byte) (int, error) {
	for len(r.left) == 0 {
		if r.err != nil {
			return 0, r.err
		}
		r.out = r.out[:0]
		r.next()
		r.left = r.out
	}
	n := copy(b, r.left)
	r.left = r.left[n:]
	return n, nil
}

// next reads a line. One that is longer than the buffer goes on as it is.
func (r *pageReader) next() {
	text, err := r.in.ReadSlice('\n')
	if err == bufio.ErrBufferFull || r.long {
		r.flush()
		r.out = append(r.out, text...)
		if r.long = err == bufio.ErrBufferFull; r.long {
			err = nil
		}
		r.err = err
		return
	}
	if r.err = err; len(text) > 0 {
		r.add(r.page.line(text))
	}
	if r.err != nil {
		r.flush()
		if r.err == io.EOF && len(text) > 0 && text[len(text)-1] != '\n' {
			r.out = bytes.TrimSuffix(r.out, []byte("\n"))
		}
	}
}

// add takes a line, or the next part of one.
func (r *pageReader) add(line []byte) {
	w, text := r.page.wrap, bytes.TrimRight(line, "\r\n")
	if w.width == 0 {
		r.out = append(r.out, line...)
		return
	}
	text = unquoted(text, r.page.quote)
	if r.parts > 0 && r.parts < maxParts && !startsLine(text) && w.isFull(r.line[len(r.line)-r.last:], text) {
		if w.words || r.last == w.width-1 && text[0] != ' ' {
			r.line = append(r.line, ' ')
		}
	} else {
		r.flush()
	}
	r.line = append(r.line, text...)
	r.last = len(text)
	r.parts++
}

// flush writes the line that is whole now, and an empty one for each other part of it.
func (r *pageReader) flush() {
	if r.parts > 0 {
		r.out = append(append(r.out, r.line...), bytes.Repeat([]byte("\n"), r.parts)...)
	}
	r.line, r.parts = r.line[:0], 0
}
