package header

import (
	"bytes"
	"encoding/base64"
)

// The bytes that begin text in which other bytes than ASCII's mean letters.
const (
	escape   = 0x1b // ISO-2022-JP (RFC 1468), -KR (RFC 1557) and -CN (RFC 1922)
	shiftOut = 0x0e // ISO-2022-KR and -CN, up to shiftIn
	shiftIn  = 0x0f
)

// shiftEnd returns the place after the text in another set of characters that
// begins at i, and that none of its bytes is syntax: ESC $ B … ESC ( B, SO … SI,
// ~{ … ~} (RFC 1843). It is i if there is none, or none that ends in its line.
func shiftEnd(b []byte, i int) int {
	line := b[i:]
	if n := bytes.IndexByte(line, '\n'); n >= 0 {
		line = line[:n]
	}
	switch {
	case line[0] == shiftOut:
		return i + 1 + bytes.IndexByte(line, shiftIn)
	case len(line) > 2 && line[0] == '~' && line[1] == '{':
		if n := bytes.Index(line, []byte("~}")); n > 0 {
			return i + n + len("~}")
		}
	case len(line) > 2 && line[0] == escape && (line[1] == '$' || line[1] == '(' && line[2] == 'I'):
		if n := bytes.Index(line[1:], []byte("\x1b(")); n > 0 && 1+n+2 < len(line) {
			return i + 1 + n + 3
		}
	case len(line) > 2 && line[0] == escape && line[1] == '(':
		return i + 3
	}
	return i
}

// skipShift returns the place of the last byte of the text in another set of
// characters at i, or i. It counts in open those that do not end, and no longer looks
// for the end of any after maxOpen.
func skipShift(b []byte, i int, open *int) int {
	if *open >= maxOpen {
		return i
	}
	end := shiftEnd(b, i)
	if end == i {
		*open++
		return i
	}
	return end - 1
}

// shifted goes beyond the text in another set of characters at i. Other escapes
// are two bytes long (ISO 2022), and no syntax either.
func (l *List) shifted(value []byte, i int) int {
	n := 1
	if value[i] != '~' && i+1 < len(value) {
		n = 2
	}
	if n == 2 || i+1 < len(value) && value[i+1] == '{' {
		if l.open < maxOpen {
			if end := shiftEnd(value, i); end > i {
				return end
			}
			l.open++
		}
	}
	l.text = append(l.text, value[i:i+n]...)
	return i + n
}

// isEncoded reports whether word is an encoded word (RFC 2047), which is never an
// address.
func isEncoded(word []byte) bool {
	return bytes.HasPrefix(word, []byte("=?")) && bytes.HasSuffix(word, []byte("?="))
}

// undone appends text to dst with its quotes opened and its encoded words decoded,
// in whatever set of characters: those of an address are ASCII in nearly all of
// them.
func undone(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == '"':
			dst = append(dst, ' ')
			i++
		case c == '\\' && i+1 < len(text):
			dst = append(dst, text[i+1])
			i += 2
		case c == '=':
			var n int
			dst, n = appendDecoded(dst, text[i:])
			i += n
		default:
			dst = append(dst, c)
			i++
		}
	}
	return append(dst, ' ')
}

// maxEncoded bounds an encoded word, in bytes. RFC 2047 section 2 allows 75;
// programs that do not split them write longer ones.
const maxEncoded = 4 << 10

// appendDecoded appends the encoded word that b begins with, decoded, and returns
// its length; of what is none, the first byte.
func appendDecoded(dst, b []byte) (out []byte, n int) {
	word := b[:min(len(b), maxEncoded)]
	parts := bytes.SplitN(word, []byte("?"), 4)
	const charset, coding, text = 1, 2, 3
	if len(parts) > text && len(parts[0]) == 1 && len(parts[charset]) > 0 && len(parts[coding]) == 1 {
		if end := bytes.Index(parts[text], []byte("?=")); end >= 0 {
			n = len("=???") + len(parts[charset]) + 1 + end + len("?=")
			switch parts[coding][0] {
			case 'b', 'B':
				return appendBase64(dst, parts[text][:end]), n
			case 'q', 'Q':
				return appendQ(dst, parts[text][:end]), n
			}
		}
	}
	return append(dst, b[0]), 1
}

// appendBase64 appends decoded base64, as far as it is some.
func appendBase64(dst, b []byte) []byte {
	b = bytes.TrimRight(b, "=")
	from := len(dst)
	dst = append(dst, make([]byte, base64.RawStdEncoding.DecodedLen(len(b)))...)
	n, _ := base64.RawStdEncoding.Decode(dst[from:], b)
	return dst[:from+n]
}

// appendQ appends the text of a "Q" encoding (RFC 2047 section 4.2).
func appendQ(dst, b []byte) []byte {
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '_':
			dst = append(dst, ' ')
		case c == '=' && i+2 < len(b) && hex(b[i+1]) < 16 && hex(b[i+2]) < 16:
			dst = append(dst, hex(b[i+1])<<4|hex(b[i+2]))
			i += 2
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// hex returns the value of a hexadecimal digit, 16 for what is none.
func hex(c byte) byte {
	switch c = lower(c); {
	case c-'0' < 10:
		return c - '0'
	case c-'a' < 6:
		return c - 'a' + 10
	}
	return 16
}
