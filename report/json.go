package report

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strconv"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report/internal/safe"
)

// JSON writes the Result as one object (schema typoaudit.report/v1), indented
// by two blanks, with a closing newline. It is for programs: nothing in it is
// defused or cut. Characters that SafeText would not show are written as the
// escape \u202e of RFC 8259 section 7, so that the file can be looked at and
// reads the same.
type JSON struct{}

// Name implements Format.
func (JSON) Name() string { return "json" }

// Extensions implements Format.
func (JSON) Extensions() []string { return []string{".json"} }

// Write implements Format.
func (JSON) Write(w io.Writer, r *result.Result, _ Options) error { return writeJSON(w, r) }

// writeJSON writes the fields of an object and the elements of a list one by
// one: a report may have more deliveries than there should be text in memory. The
// tags of the fields must be names alone.
func writeJSON(w io.Writer, v any) error {
	j := jsonWriter{w: w}
	j.enc = json.NewEncoder(&j.buf)
	j.enc.SetEscapeHTML(false)
	j.value(reflect.Indirect(reflect.ValueOf(v)), "")
	j.text("\n")
	return j.err
}

// A jsonWriter holds the first error and does nothing after it.
type jsonWriter struct {
	w   io.Writer
	buf bytes.Buffer // enc writes to it
	enc *json.Encoder
	err error
}

const jsonIndent = "  "

func (j *jsonWriter) text(s string) {
	if j.err == nil {
		_, j.err = io.WriteString(j.w, s)
	}
}

// value writes v, whose lines but for the first begin with indent.
func (j *jsonWriter) value(v reflect.Value, indent string) {
	inner := indent + jsonIndent
	switch {
	case v.Kind() == reflect.Slice && v.Len() > 0:
		j.text("[\n")
		for i := range v.Len() {
			j.text(inner)
			j.whole(v.Index(i), inner)
			j.next(i, v.Len())
		}
		j.text(indent + "]")
	case indent == "" && v.Kind() == reflect.Struct:
		j.text("{\n")
		for i := range v.NumField() {
			j.text(inner + strconv.Quote(v.Type().Field(i).Tag.Get("json")) + ": ")
			j.value(v.Field(i), inner)
			j.next(i, v.NumField())
		}
		j.text("}")
	default:
		j.whole(v, indent)
	}
}

// next ends the line of one of n.
func (j *jsonWriter) next(i, n int) {
	if i < n-1 {
		j.text(",")
	}
	j.text("\n")
}

// whole writes v at once.
func (j *jsonWriter) whole(v reflect.Value, indent string) {
	if j.err != nil {
		return
	}
	j.buf.Reset()
	j.enc.SetIndent(indent, jsonIndent)
	if j.err = j.enc.Encode(v.Interface()); j.err == nil {
		_, j.err = j.w.Write(safe.JSON(bytes.TrimSuffix(j.buf.Bytes(), []byte("\n"))))
	}
}
