package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/typoaudit/typoaudit/audit"
)

// JSON writes the Result as one object (schema typoaudit.report/v1), indented
// by two blanks, with a closing newline. It is for programs: nothing in it is
// defused or cut. What SafeText would not show stands as the escape \u202e of
// RFC 8259 section 7, so that the file can be looked at and reads the same.
type JSON struct{}

// Name implements Format.
func (JSON) Name() string { return "json" }

// Extensions implements Format.
func (JSON) Extensions() []string { return []string{".json"} }

// Write implements Format.
func (JSON) Write(w io.Writer, r *audit.Result, _ Options) error { return writeJSON(w, r) }

func writeJSON(w io.Writer, v any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(escapeHidden(b.Bytes()))
	return err
}

// escapeHidden escapes in a JSON text the invisible characters from DEL on;
// those below are escaped already. They can stand in strings only.
func escapeHidden(text []byte) []byte {
	const firstToLookAt = 0x7f
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		if text[i] < firstToLookAt {
			out = append(out, text[i])
			i++
			continue
		}
		r, n := utf8.DecodeRune(text[i:])
		switch {
		case !hidden(r):
			out = append(out, text[i:i+n]...)
		case r > 0xffff:
			hi, lo := utf16.EncodeRune(r)
			out = fmt.Appendf(out, `\u%04x\u%04x`, hi, lo)
		default:
			out = fmt.Appendf(out, `\u%04x`, r)
		}
		i += n
	}
	return out
}
