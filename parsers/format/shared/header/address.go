package header

import (
	"bytes"
)

// clean takes comments and white space out of an address, and the quotes that
// Outlook puts around one. It is nil for what is far too long.
func clean(raw []byte) []byte {
	a := bytes.TrimSpace(raw)
	if len(a) > 2*maxAddress {
		return nil
	}
	if bytes.ContainsAny(a, " \t\r\n(") {
		a = squeeze(a)
	}
	a = bytes.TrimFunc(a, isUnseen)
	if n := len(a); n > 2 && (a[0] == '\'' && a[n-1] == '\'' || a[0] == '"' && closing(a, 0) == n-1) {
		a = a[1 : n-1]
	}
	if i := bytes.IndexByte(a, '?'); i > bytes.IndexByte(a, '@') && i > 0 {
		a = a[:i] // RFC 6068: mailto:jane@army.ml?subject=hi
	}
	return a
}

func squeeze(a []byte) []byte {
	out := make([]byte, 0, len(a))
	for i := 0; i < len(a); {
		switch c := a[i]; {
		case c == '"':
			end := max(closing(a, i), i)
			out = append(out, a[i:end+1]...)
			i = end + 1
		case c == '(':
			i = skipComment(a, i)
		case isSpace(c):
			i++
		default:
			out = append(out, c)
			i++
		}
	}
	return out
}

// IsAddress reports whether a is local@domain: both are there, and no character
// ends an address or cannot be shown (RFC 5321 section 4.1.2, more or less).
func IsAddress(a []byte) bool {
	at := bytes.LastIndexByte(a, '@')
	if at <= 0 || at == len(a)-1 {
		return false
	}
	quoted := a[0] == '"' && a[at-1] == '"' && at > 1
	literal := literalEnd(a[at+1:]) == len(a)-at-1
	for i, c := range a {
		switch {
		case c < ' ' || c == 0x7f:
			return false
		case quoted && i < at, literal && i > at:
		case c == ' ' || c == '"' || c == '<' || c == '>' || c == ',' || c == ';' || c == ':' || c == '\\':
			return false
		case i > at && (c == '[' || c == ']' || c == '(' || c == ')'):
			return false
		}
	}
	return true
}
