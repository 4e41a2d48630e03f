package wire

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
)

// longestMark is the length of "{9223372036854775807+}\r".
const longestMark = 23

// A framer follows the responses in a stream: lines, some of which end with the
// length of a literal that comes before the next line (RFC 9051 section 4.3).
type framer struct {
	maxLiteral int64
	literal    int64  // bytes of the literal that are still to come
	line       int64  // bytes of the response so far, without literals
	response   int64  // with them
	tail       []byte // the end of the line so far, where the mark of a literal may be
}

// next follows the next piece of b, a line or a literal as far as it is there,
// and fails when it is beyond the limits. It returns the length of the piece,
// and whether a response ends with it.
func (f *framer) next(b []byte) (n int, ended bool, err error) {
	if f.literal > 0 {
		n = int(min(f.literal, int64(len(b))))
		f.literal -= int64(n)
	} else {
		n, ended = f.takeLine(b)
	}
	f.response += int64(n)
	switch {
	case f.literal > f.maxLiteral:
		return n, false, &LimitError{fmt.Sprintf("a literal of more than %d bytes", f.maxLiteral)}
	case f.line > maxLine:
		return n, false, &LimitError{fmt.Sprintf("a line of more than %d bytes", maxLine)}
	case f.response > MaxResponse:
		return n, false, &LimitError{fmt.Sprintf("an answer of more than %d bytes", MaxResponse)}
	case ended:
		f.line, f.response = 0, 0
	}
	return n, ended, nil
}

// takeLine follows b to the end of a line at most, and returns how much that
// is and whether a response ends there.
func (f *framer) takeLine(b []byte) (n int, ended bool) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		f.keep(b)
		f.line += int64(len(b))
		return len(b), false
	}
	f.keep(b[:i])
	f.line += int64(i) + 1
	var marked bool
	f.literal, marked = literalLength(f.tail)
	f.tail = f.tail[:0]
	return i + 1, !marked
}

// keep keeps the end of b in the tail.
func (f *framer) keep(b []byte) {
	f.tail = append(f.tail, b[max(0, len(b)-longestMark):]...)
	if more := len(f.tail) - longestMark; more > 0 {
		f.tail = f.tail[:copy(f.tail, f.tail[more:])]
	}
}

// literalLength reads the mark "{n}" at the end of a line. A number that is too
// large for an int64 counts as the largest.
func literalLength(line []byte) (n int64, marked bool) {
	line = bytes.TrimSuffix(line, []byte("\r"))
	if len(line) == 0 || line[len(line)-1] != '}' {
		return 0, false
	}
	digits := bytes.TrimSuffix(line[:len(line)-1], []byte("+"))
	start := len(digits)
	for start > 0 && digits[start-1]-'0' < 10 {
		start--
	}
	switch {
	case start == len(digits):
		return 0, false
	case start == 0:
		return math.MaxInt64, true // the number is longer than any that is genuine
	case digits[start-1] != '{':
		return 0, false
	}
	n, err := strconv.ParseInt(string(digits[start:]), 10, 64)
	if err != nil {
		return math.MaxInt64, true
	}
	return n, true
}
