package report

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"io"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/safe"
	"github.com/typoaudit/typoaudit/report/internal/summary"
)

// JSONL writes one JSON object a delivery and line, with the fields that it has
// in the JSON form. Nothing found is no line. Where something could not be read, a
// line for each problem follows: {"problem": "open mail.log: permission denied"}. Before
// them stand the wrong addresses of alias maps and lists: {"listed": {"source": …}}.
type JSONL struct{}

// Name implements Format.
func (JSONL) Name() string { return "jsonl" }

// Extensions implements Format.
func (JSONL) Extensions() []string { return []string{".jsonl", ".ndjson"} }

// Write implements Format.
func (JSONL) Write(w io.Writer, r *result.Result, _ Options) error {
	return writeLines(w, r, lineObjects{
		delivery: func(d *result.Delivery) any { return d },
		listed:   func(l *result.Listed) any { return map[string]any{"listed": l} },
		problem:  func(text string) any { return map[string]any{"problem": text} },
	})
}

// lineObjects make the objects of a form in JSON lines.
type lineObjects struct {
	delivery func(*result.Delivery) any
	listed   func(*result.Listed) any // of a wrong address in an alias map or list
	problem  func(text string) any    // of something that could not be read
}

// writeLines writes a result as JSON lines: its deliveries, then the wrong addresses of
// alias maps and lists, then what could not be read.
func writeLines(w io.Writer, r *result.Result, of lineObjects) error {
	out := newLineWriter(w)
	for i := range r.Deliveries {
		out.write(of.delivery(&r.Deliveries[i]))
	}
	for i := range r.Listed {
		out.write(of.listed(&r.Listed[i]))
	}
	for _, text := range summary.Gaps(r) {
		out.write(of.problem(text))
	}
	return out.flush()
}

// A lineWriter writes JSON objects, one a line, in the manner of JSON. It keeps the first
// error.
type lineWriter struct {
	out  *bufio.Writer
	line bytes.Buffer
	json *json.Encoder
	err  error
}

func newLineWriter(w io.Writer) *lineWriter {
	l := &lineWriter{out: bufio.NewWriter(w)}
	l.json = json.NewEncoder(&l.line)
	l.json.SetEscapeHTML(false)
	return l
}

func (l *lineWriter) write(object any) {
	l.line.Reset()
	if err := l.json.Encode(object); err != nil {
		l.err = cmp.Or(l.err, err)
		return
	}
	l.out.Write(safe.JSON(l.line.Bytes()))
}

func (l *lineWriter) flush() error { return cmp.Or(l.err, l.out.Flush()) }
