package exim

import (
	"bytes"
	"strings"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

// cutListed cuts the first address from a list with blanks between; quotes may
// hold more of them.
func cutListed(b []byte) (address, rest []byte) {
	if i := indexUnquoted(b, ' '); i >= 0 {
		return b[:i], b[i+1:]
	}
	return b, nil
}

// indexUnquoted returns where b has c outside quotes (RFC 5321 section 4.1.2), -1 if it
// has not.
func indexUnquoted(b []byte, c byte) int {
	inQuotes := false
	for i := 0; i < len(b); i++ {
		switch x := b[i]; {
		case x == '\\' && inQuotes:
			i++
		case x == '"':
			inQuotes = !inQuotes
		case x == c && !inQuotes:
			return i
		}
	}
	return -1
}

// login returns the bare login of "plain:alice" and "dovecot_login:bob@y:mailbox".
func login(value []byte) string {
	_, id, ok := bytes.Cut(value, []byte(":"))
	if !ok {
		return ""
	}
	id, _, _ = bytes.Cut(id, []byte(":"))
	return string(id)
}

func number(b []byte) (n int64) {
	for _, c := range b {
		if c-'0' >= 10 || n > 1<<50 {
			return n
		}
		n = 10*n + int64(c-'0')
	}
	return n
}

// word cuts b at the first blank.
func word(b []byte) (w, rest []byte) {
	w, rest, _ = bytes.Cut(b, []byte(" "))
	return w, rest
}

// quoted reads a string in quotes, in which a backslash escapes.
func quoted(b []byte) (text, rest []byte) {
	for i := 1; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return b[1:i], bytes.TrimPrefix(b[i+1:], []byte(" "))
		}
	}
	return b[1:], nil
}

// unescape undoes the backslashes of a quoted string: of quotes, of themselves
// and of octal numbers.
func unescape(b []byte) string {
	if bytes.IndexByte(b, '\\') < 0 {
		return string(b)
	}
	out := make([]byte, 0, len(b))
	for i := 0; i < len(b); i++ {
		if b[i] != '\\' || i+1 == len(b) {
			out = append(out, b[i])
			continue
		}
		i++
		switch c := b[i]; {
		case c == 'n':
			out = append(out, '\n')
		case c == 't':
			out = append(out, '\t')
		case c-'0' < 4 && i+2 < len(b) && b[i+1]-'0' < 8 && b[i+2]-'0' < 8:
			out = append(out, (c-'0')<<6|(b[i+1]-'0')<<3|(b[i+2]-'0'))
			i += 2
		default:
			out = append(out, c)
		}
	}
	return string(out)
}

// plain takes off the brackets of an address.
func plain(b []byte) string {
	b = bytes.TrimSuffix(bytes.TrimPrefix(b, []byte("<")), []byte(">"))
	return lines.Borrow(b)
}

// hostAddress returns the address of "[192.0.2.9]", "[192.0.2.9]:25", nil for
// another word.
func hostAddress(w []byte) []byte {
	if len(w) == 0 || w[0] != '[' {
		return nil
	}
	end := bytes.IndexByte(w, ']')
	if end < 0 {
		return nil
	}
	return w[1:end]
}

// openBracket returns where the angle bracket opens that the last character
// closes: the first one whose quotes are balanced until there.
func openBracket(b []byte) int {
	for from := 0; ; {
		i := bytes.IndexByte(b[from:], '<')
		if i < 0 {
			return -1
		}
		from += i + 1
		if closesAtEnd(b[from:]) {
			return from - 1
		}
	}
}

func closesAtEnd(b []byte) bool {
	i := indexUnquoted(b, '>')
	return i >= 0 && i == len(b)-1
}

// closing returns where the bracket closes that b begins with, outside quotes;
// 0 if it does not.
func closing(b []byte, bracket byte) int { return 1 + indexUnquoted(b[1:], bracket) }

// hasBlank reports whether the domain of an address has a blank: what was read is
// no address then.
func hasBlank(address string) bool {
	if strings.IndexByte(address, ' ') < 0 {
		return false
	}
	at := strings.LastIndexByte(address, '@')
	return at >= 0 && strings.IndexByte(address[at:], ' ') >= 0
}

// sameAddress reports whether original is final but for its quotes and case.
func sameAddress(final, original string) bool {
	if strings.EqualFold(final, original) {
		return true
	}
	at := strings.LastIndexByte(original, '@')
	if at < 2 || original[0] != '"' || original[at-1] != '"' {
		return false
	}
	var b strings.Builder
	for i := 1; i < at-1; i++ {
		if original[i] == '\\' && i+1 < at-1 {
			i++
		}
		b.WriteByte(original[i])
	}
	return strings.EqualFold(final, b.String()+original[at:])
}
