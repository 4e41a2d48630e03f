package records

import (
	"bytes"
	"io"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

// A CSVReader reads separated values (RFC 4180) without copying them: much
// faster than encoding/csv, which makes strings of all fields. A quote within a
// field that does not begin with one is a character as any other.
type CSVReader struct {
	// Comma separates the fields.
	Comma byte
	// Line is the number of the line on which the last record began, from 1.
	Line int64
	// Open says that no line end stands after the last record: it may break off.
	Open bool

	in     io.Reader
	buf    []byte
	at     int // of the next record in buf
	end    int
	lines  int64 // read so far
	spans  []span
	fields [][]byte
	err    error
}

// A span is where a field lies in a record.
type span struct {
	from, to int
	doubled  bool // with quotes written twice
}

// NewCSVReader returns a reader of records, with a comma between fields.
func NewCSVReader(in io.Reader) *CSVReader {
	return &CSVReader{Comma: ',', in: in, buf: make([]byte, bufferSize(in, firstBuffer))}
}

// firstBuffer is the size of the buffer at first, in bytes; it grows to hold a
// record of lines.MaxLine.
const firstBuffer = 128 << 10

// A broken record is one whose quotes do not end within lines.MaxLine bytes,
// or at all.
type brokenError struct{}

func (brokenError) Error() string { return "quotes that do not end" }

// ErrBroken is the error of such a record. It is left out up to the end of its
// first line, and the next call goes on after it.
var ErrBroken error = brokenError{}

// Read returns the fields of the next record, valid until the next call, or
// io.EOF. Empty lines are no records.
func (r *CSVReader) Read() ([][]byte, error) {
	for {
		if r.skipEmpty(); r.at == r.end {
			if !r.fill() {
				return nil, r.err
			}
			continue
		}
		r.Line = r.lines + 1
		n, ok := r.scan()
		for !ok {
			if r.err != nil || r.end-r.at >= lines.MaxLine {
				return nil, r.broken()
			}
			r.fill() // at the end of the input there is nothing to wait for
			n, ok = r.scan()
		}
		record := r.buf[r.at:]
		r.fields = r.fields[:0]
		for _, s := range r.spans {
			r.fields = append(r.fields, undouble(record[s.from:s.to], s.doubled))
		}
		r.at += n
		return r.fields, nil
	}
}

// skipEmpty skips line ends.
func (r *CSVReader) skipEmpty() {
	for r.at < r.end {
		switch r.buf[r.at] {
		case '\n':
			r.lines++
		case '\r':
		default:
			return
		}
		r.at++
	}
}

// fill reads more of the input after the buffered text. It is false at the end.
func (r *CSVReader) fill() bool {
	if r.err != nil {
		return false
	}
	if r.at > 0 {
		r.end = copy(r.buf, r.buf[r.at:r.end])
		r.at = 0
	}
	if r.end > len(r.buf)/2 && len(r.buf) < 2*lines.MaxLine {
		r.buf = append(r.buf[:r.end:r.end], make([]byte, 2*len(r.buf)-r.end)...)
	}
	for r.end < len(r.buf) {
		n, err := r.in.Read(r.buf[r.end:])
		r.end += n
		if err != nil {
			r.err = err
		}
		if n > 0 || err != nil {
			return n > 0
		}
	}
	return false
}

// broken leaves out the first line of a record that has no end.
func (r *CSVReader) broken() error {
	if i := bytes.IndexByte(r.buf[r.at:r.end], '\n'); i >= 0 {
		r.at += i + 1
		r.lines++
	} else {
		r.at = r.end
	}
	return ErrBroken
}

// scan reads a record from buf, and its length with its line end; false if more
// must be read first.
func (r *CSVReader) scan() (n int, ok bool) {
	b := r.buf[r.at:r.end]
	r.spans = r.spans[:0]
	lines := int64(0)
	for i := 0; ; {
		var s span
		if i < len(b) && b[i] == '"' {
			end, doubled, closed := quotedEnd(b[i+1:], r.Comma, &lines)
			if !closed && (r.err == nil || len(b) < i+2 || b[len(b)-1] != '"') {
				return 0, false
			}
			s = span{i + 1, i + 1 + end, doubled}
			i = min(i+end+2, len(b))
		} else {
			end := r.plainEnd(b[i:])
			if end < 0 {
				if r.err == nil {
					return 0, false
				}
				end = len(b) - i
			}
			s = span{i, i + end, false}
			i += end
			if end > 0 && b[i-1] == '\r' && (i == len(b) || b[i] == '\n') {
				s.to--
			}
		}
		r.spans = append(r.spans, s)
		switch {
		case i == len(b):
			if r.err == nil {
				return 0, false
			}
			r.lines += lines
			r.Open = true
			return i, true
		case b[i] == r.Comma:
			i++
		default: // a line end, after quotes with a CR before it
			for i < len(b) && b[i] == '\r' {
				i++
			}
			if i < len(b) && b[i] == '\n' {
				i++
				lines++
			}
			r.lines += lines
			return i, true
		}
	}
}

// plainEnd returns where a field without quotes ends.
func (r *CSVReader) plainEnd(b []byte) int {
	for i, c := range b {
		if c == r.Comma || c == '\n' {
			return i
		}
	}
	return -1
}

// quotedEnd returns where the quotes close that begin before b, and whether
// there are doubled ones within. Quotes that nothing follows may be the first
// of two: they are not closed yet.
func quotedEnd(b []byte, comma byte, lines *int64) (end int, doubled, closed bool) {
	from := *lines
	for i := 0; i < len(b); {
		j := bytes.IndexByte(b[i:], '"')
		if j < 0 {
			break
		}
		*lines += int64(bytes.Count(b[i:i+j], []byte("\n")))
		i += j
		if i+1 == len(b) {
			*lines = from
			return i, doubled, false
		}
		switch c := b[i+1]; {
		case c == '"':
			doubled = true
			i += 2
		case c == comma, c == '\n', c == '\r':
			return i, doubled, true
		default:
			i++ // a quote within
		}
	}
	*lines = from
	return len(b), doubled, false
}

// undouble makes one of two quotes, in place.
func undouble(b []byte, doubled bool) []byte {
	if !doubled {
		return b
	}
	out := b[:0]
	for i := 0; i < len(b); i++ {
		out = append(out, b[i])
		if b[i] == '"' && i+1 < len(b) && b[i+1] == '"' {
			i++
		}
	}
	return out
}
