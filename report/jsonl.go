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
	out := newLineWriter(w)
	for i := range r.Deliveries {
		out.write(&r.Deliveries[i])
	}
	for i := range r.Listed {
		out.write(map[string]any{"listed": &r.Listed[i]})
	}
	for _, text := range summary.Gaps(r) {
		out.write(map[string]any{"problem": text})
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
