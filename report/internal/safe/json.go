package safe

import (
	"fmt"
	"unicode/utf16"
	"unicode/utf8"
)

// JSON returns a JSON text with its invisible characters from DEL on escaped
// (RFC 8259 section 7); encoding/json has escaped those below. They can stand
// in strings only, so the text reads the same.
func JSON(text []byte) []byte {
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
		case !isHidden(r):
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
