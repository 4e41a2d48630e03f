package records

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

// maxObject bounds a JSON object, in bytes; of a page of them that is larger, the
// first list is read record by record.
const maxObject = 64 << 20

// An objectReader yields the JSON objects of a source: one after the other,
// one a line, or within an array; also those of a page {"value": [...]} as
// OData and Graph write it.
type objectReader struct {
	in    io.Reader
	buf   []byte
	at    int
	lines int64
	// part says that in is but the beginning of a source: a list of records that it
	// cuts off is read as far as it is there.
	part bool
	// lenient says that an object that breaks off is closed after its last whole
	// member; broken, that the last one was.
	lenient, broken bool
	// inside says that the records are read out of an object that is too large.
	inside bool
	// wrapped says that objects may have the header of a syslog before them.
	wrapped bool
	// shared is the number of the last line that holds more than one object.
	shared int64
	err    error
}

// errNoObject is returned for text that is no JSON object.
var errNoObject = errors.New("not a JSON object")

// next returns the next object, valid until the next call, and the number of
// the line that it begins on. For text that is no object the error is errNoObject, and
// the rest of its line is left out.
func (r *objectReader) next() (object []byte, line int64, err error) {
	for {
		for r.at < len(r.buf) && r.buf[r.at] != '{' {
			switch r.buf[r.at] {
			case '\n':
				r.lines++
			case ' ', '\t', '\r', ',', '[', ']', 0xef, 0xbb, 0xbf:
			default:
				if n := r.header(); n > 0 {
					r.at += n
					continue
				}
				if r.inside { // what a page says after its records
					r.skipLine()
					continue
				}
				return nil, r.skipLine(), errNoObject
			}
			r.at++
		}
		if r.at == len(r.buf) {
			if !r.fill() {
				return nil, 0, r.err
			}
			continue
		}
		if object, ok := r.line(); ok {
			line = r.lines + 1
			r.at += len(object)
			return object, line, nil
		}
		n := objectEnd(r.buf[r.at:])
		for n < 0 {
			if len(r.buf)-r.at > maxObject || !r.fill() {
				break
			}
			n = objectEnd(r.buf[r.at:])
		}
		if n < 0 && r.enter() {
			continue
		}
		if n < 0 && r.lenient && len(r.buf)-r.at <= maxObject {
			if object, line = closed(r.buf[r.at:]), r.lines+1; isValid(object) {
				r.at, r.broken = len(r.buf), true
				return object, line, nil
			}
		}
		if n < 0 {
			return nil, r.skipLine(), errNoObject
		}
		object, line = r.buf[r.at:r.at+n], r.lines+1
		r.at += n
		r.lines += int64(bytes.Count(object, []byte("\n")))
		if !isValid(object) {
			return nil, line, errNoObject
		}
		return object, line, nil
	}
}

// enter goes to the first list of records of an object that is too large, or of
// which there is only the beginning.
func (r *objectReader) enter() bool {
	if !r.part && len(r.buf)-r.at <= maxObject {
		return false
	}
	n := listStart(r.buf[r.at:])
	r.lines += int64(bytes.Count(r.buf[r.at:r.at+n], []byte("\n")))
	r.at += n
	r.inside = r.inside || n > 0
	return n > 0
}

// header returns the length of what a syslog daemon wrote before the object that
// ends the line, 0 if there is none.
func (r *objectReader) header() int {
	if !r.wrapped {
		return 0
	}
	for bytes.IndexByte(r.buf[r.at:], '\n') < 0 && len(r.buf)-r.at <= lines.MaxLine && r.fill() {
	}
	return max(0, headerBefore(r.buf[r.at:]))
}

// maxHeader bounds what may stand before an object on its line, in bytes.
const maxHeader = 512

// headerBefore returns where on a line an object begins that ends it, 0 if none
// does.
func headerBefore(b []byte) int {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	line = bytes.TrimRight(line, " \t\r")
	i := bytes.Index(line[:min(len(line), maxHeader)], []byte(`{"`))
	if i > 0 && isValid(line[i:]) {
		return i
	}
	return 0
}

// Objects yields the JSON objects of in, and the number of the line that each
// begins on: one after the other, or within an array. Of one that breaks off, what is
// whole is yielded. An object is valid during the call. It calls bad with the number of
// a line that is no object or breaks off.
func Objects(ctx context.Context, in io.Reader, yield func(object gjson.Result, line int64), bad func(line int64)) error {
	r := objectReader{in: in, lenient: true}
	for ctx.Err() == nil {
		object, line, err := r.next()
		switch {
		case err == nil:
			yield(gjson.ParseBytes(object), line)
			if r.broken {
				bad(line)
				r.broken = false
			}
		case err == io.EOF:
			return nil
		case errors.Is(err, errNoObject):
			bad(line)
		default:
			return err
		}
	}
	return ctx.Err()
}

// closed returns an object that breaks off, ended after the last member that is whole.
func closed(b []byte) []byte {
	var open, openThere []byte // the brackets that close what is open: now, and there
	there := 0                 // where the last whole member ends
	for i := 0; i < len(b); i++ {
		switch c := b[i]; c {
		case '{', '[':
			open = append(open, c+2) // '}' and ']' in ASCII
		case '}', ']':
			if len(open) == 0 || open[len(open)-1] != c {
				return nil
			}
			open = open[:len(open)-1]
			openThere, there = append(openThere[:0], open...), i+1
		case ',':
			openThere, there = append(openThere[:0], open...), i
		case '"':
			n := stringEnd(b[i+1:])
			if n < 0 {
				i = len(b)
				continue
			}
			i += n + 1
		}
	}
	slices.Reverse(openThere)
	return slices.Concat(b[:there], openThere)
}

// line returns the object that stands alone on the line that begins here: as
// JSON lines are, and the quicker way to find its end.
func (r *objectReader) line() (object []byte, ok bool) {
	if r.shared == r.lines+1 {
		return nil, false
	}
	if end := bytes.IndexByte(r.buf[r.at:], '\n'); end >= 0 {
		object = bytes.TrimRight(r.buf[r.at:r.at+end], " \t\r,]")
		if len(object) > 1 && object[len(object)-1] == '}' && isValid(object) {
			return object, true
		}
	}
	r.shared = r.lines + 1
	return nil, false
}

// skipLine skips text that is no JSON up to the end of its line, and returns the
// number of that.
func (r *objectReader) skipLine() int64 {
	i := bytes.IndexByte(r.buf[r.at:], '\n')
	if i < 0 {
		r.at = len(r.buf)
	} else {
		r.at += i
	}
	return r.lines + 1
}

func (r *objectReader) fill() bool {
	if r.err != nil {
		return false
	}
	block := bufferSize(r.in, maxBlock)
	if r.at > 0 {
		r.buf = r.buf[:copy(r.buf, r.buf[r.at:])]
		r.at = 0
	}
	if cap(r.buf)-len(r.buf) < block {
		r.buf = append(make([]byte, 0, 2*cap(r.buf)+2*block), r.buf...)
	}
	for {
		n, err := r.in.Read(r.buf[len(r.buf) : len(r.buf)+block])
		r.buf = r.buf[:len(r.buf)+n]
		r.err = err
		if n > 0 || err != nil {
			return n > 0
		}
	}
}

// maxBlock is how much of an input is read at a time, in bytes.
const maxBlock = 512 << 10

// listStart returns where in an object its first list of objects begins, 0 if
// there is none.
func listStart(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '[':
			if rest := bytes.TrimLeft(b[i+1:], " \t\r\n"); len(rest) > 0 && rest[0] == '{' {
				return i
			}
		case '"':
			n := stringEnd(b[i+1:])
			if n < 0 {
				return 0
			}
			i += n + 1
		}
	}
	return 0
}

// objectEnd returns the length of the object that b begins with, -1 if its end
// is not there.
func objectEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '{':
			depth++
		case '}':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"':
			n := stringEnd(b[i+1:])
			if n < 0 {
				return -1
			}
			i += n + 1
		}
	}
	return -1
}

// stringEnd returns where a string ends whose first quote stands before b.
func stringEnd(b []byte) int {
	for at := 0; ; {
		i := bytes.IndexByte(b[at:], '"')
		if i < 0 {
			return -1
		}
		at += i
		escapes := 0
		for at-escapes > 0 && b[at-escapes-1] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return at
		}
		at++
	}
}

// A node is a key on the way to the columns that are read.
type node struct {
	columns  []named // those that end here
	children map[string]*node
	// spelled finds a child by a key as a source spells it, nil for keys that
	// are none.
	spelled map[string]*node
}

// maxSpelled bounds the spellings that are remembered: a source may use
// anything as a key.
const maxSpelled = 1000

// child returns the node of a key.
func (n *node) child(key string) *node {
	c, ok := n.spelled[key]
	if ok {
		return c
	}
	c = n.children[fold(key)]
	if n.spelled == nil {
		n.spelled = map[string]*node{}
	}
	if len(n.spelled) < maxSpelled {
		n.spelled[strings.Clone(key)] = c
	}
	return c
}

// A named column is one of the names of a column: of several that are there the
// one of least rank counts.
type named struct{ column, rank int }

func (n *node) add(path []string, column, rank int) {
	for _, key := range path {
		if n.children == nil {
			n.children = map[string]*node{}
		}
		next := n.children[key]
		if next == nil {
			next = &node{}
			n.children[key] = next
		}
		n = next
	}
	n.columns = append(n.columns, named{column, rank})
}

// read puts the values of an object that n knows into row, in one pass.
func (n *node) read(v gjson.Result, row *Row) { n.readBut(v, row, nil) }

// readBut leaves out what stands under one child.
func (n *node) readBut(v gjson.Result, row *Row, but *node) {
	v.ForEach(func(key, value gjson.Result) bool {
		child := n.child(key.Str)
		if child == nil || child == but {
			return true
		}
		for _, c := range child.columns {
			row.set(c, value)
		}
		if child.children != nil && value.IsObject() {
			child.read(value, row)
		} else if child.children != nil && value.IsArray() {
			value.ForEach(func(_, element gjson.Result) bool {
				child.read(element, row)
				return true
			})
		}
		return true
	})
}
