package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/safe"
)

// JSONL writes one JSON object a delivery and line, with the fields that it has
// in the JSON form. Nothing found is no line.
type JSONL struct{}

// Name implements Format.
func (JSONL) Name() string { return "jsonl" }

// Extensions implements Format.
func (JSONL) Extensions() []string { return []string{".jsonl", ".ndjson"} }

// Write implements Format.
func (JSONL) Write(w io.Writer, r *result.Result, _ Options) error {
	return writeLines(w, r.Deliveries, func(d *result.Delivery) any { return d })
}

// writeLines writes a JSON object for each delivery, in the manner of JSON.
func writeLines(w io.Writer, all []result.Delivery, object func(*result.Delivery) any) error {
	out := bufio.NewWriter(w) // keeps the first error
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for i := range all {
		b.Reset()
		if err := e.Encode(object(&all[i])); err != nil {
			return err
		}
		if _, err := out.Write(safe.JSON(b.Bytes())); err != nil {
			return err
		}
	}
	return out.Flush()
}
