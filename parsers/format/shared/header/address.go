package header

import (
	"bytes"
)

// MaxAddresses bounds the addresses that are read of one list; the rest is
// left out, and the list says so.
const MaxAddresses = 10_000

// maxAddress bounds an address, in bytes. RFC 5321 section 4.5.3.1 allows 254.
const maxAddress = 1024

// maxOpen bounds the quotes and comments of a list that are read again because
// they do not end: without it the time would grow with the square.
const maxOpen = 16

// A List reads address lists (RFC 5322 section 3.4); it reuses its memory. The
// zero value is ready.
//
// The address of a mailbox is in angle brackets; without them, each of its words
// with an "@" is one. The display name, comments and the names of groups are no
// addresses, whatever they look like. A broken mailbox does not lose the others:
// a quote or bracket that is not closed is read as if it were not there.
// Semicolons separate mailboxes as commas do, as Outlook writes them.
type List struct {
	yield  func(address []byte)
	text   []byte // of the mailbox so far, where no bracket has come yet
	angled bool   // a bracket has come
	open   int    // quotes and comments that do not end

	// Found counts the addresses of the last value, Broken its mailboxes without
	// one.
	Found, Broken int
	// Cut means that it had more than MaxAddresses.
	Cut bool
}

// Each yields the addresses of value, without brackets, routes and comments;
// quoted local parts stay quoted. An address is valid until yield returns.
func (l *List) Each(value []byte, yield func(address []byte)) {
	*l = List{yield: yield, text: l.text[:0]}
	for i := 0; i < len(value) && !l.Cut; {
		switch c := value[i]; c {
		case '"':
			i = l.quoted(value, i)
		case '(':
			i = l.comment(value, i)
		case '<':
			i = l.angle(value, i)
		case ',', ';':
			l.end()
			i++
		case ':': // a group begins; what came is its name
			l.text = l.text[:0]
			i++
		default:
			l.text = append(l.text, c)
			i++
		}
	}
	l.end()
	l.yield = nil
}

// quoted takes the quoted string at i. One that a letter follows was closed
// by the opening quote of another: its own end is missing.
func (l *List) quoted(value []byte, i int) int {
	if l.open >= maxOpen {
		return i + 1
	}
	end := closing(value, i)
	if end < 0 {
		l.open++
	}
	if end < 0 || end+1 < len(value) && isWord(value[end+1]) {
		return i + 1
	}
	l.text = append(l.text, value[i:end+1]...)
	return end + 1
}

// comment returns the place after the comment at i.
func (l *List) comment(value []byte, i int) int {
	if l.open >= maxOpen {
		return i + 1
	}
	end := skipComment(value, i)
	if end == i+1 {
		l.open++
	}
	return end
}

func isWord(c byte) bool {
	return lower(c)-'a' < 26 || c-'0' < 10
}

// closing returns where the quoted string that begins at i ends, -1 if it does
// not.
func closing(b []byte, i int) int {
	for i++; i < len(b); i++ {
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i
		}
	}
	return -1
}

// skipComment returns the place after the comment at i. Comments nest; one
// that does not end is read as one character.
func skipComment(b []byte, i int) int {
	depth := 0
	for at := i; at < len(b); at++ {
		switch b[at] {
		case '\\':
			at++
		case '(':
			depth++
		case ')':
			if depth--; depth == 0 {
				return at + 1
			}
		}
	}
	return i + 1
}

// angle takes the address in angle brackets at i. Without a closing bracket it
// ends with the mailbox.
func (l *List) angle(value []byte, i int) int {
	for i < len(value) && value[i] == '<' {
		i++
	}
	inner := value[i:]
	end, closed := angleEnd(inner)
	l.text, l.angled = l.text[:0], true
	address := inner[:end]
	if route := bytes.IndexByte(address, ':'); route >= 0 && (address[0] == '@' || bytes.EqualFold(address[:route], []byte("mailto"))) {
		address = address[route+1:] // RFC 5322 section 4.4: routes are ignored
	}
	l.found(address)
	if closed {
		end++
	}
	return i + end
}

// angleEnd returns where an address in angle brackets ends, and whether a
// bracket ends it.
func angleEnd(b []byte) (end int, closed bool) {
	comma, route := -1, len(b) > 0 && b[0] == '@'
	for i := 0; i < len(b); i++ {
		switch b[i] {
		case '"':
			if q := closing(b, i); q > 0 {
				i = q
			}
		case ':':
			route = false
		case ',', ';':
			if comma < 0 && !route {
				comma = i
			}
		case '>':
			if comma < 0 {
				return i, true
			}
			return comma, false
		case '<':
			if comma < 0 {
				comma = i
			}
			return comma, false
		}
	}
	if comma >= 0 {
		return comma, false
	}
	return len(b), false
}

// end ends a mailbox. Where no bracket came its words with an "@" are
// addresses, each of them: a comma may be missing.
func (l *List) end() {
	text := bytes.TrimSpace(l.text)
	l.text = l.text[:0]
	if l.angled {
		l.angled = false
		text = afterAngle(text)
	}
	if len(text) == 0 {
		return
	}
	found := false
	for len(text) > 0 && !l.Cut {
		var word []byte
		word, text = cutWord(text)
		if bytes.IndexByte(word, '@') >= 0 && !isEncoded(word) {
			l.found(word)
			found = true
		}
	}
	if !found {
		l.Broken++
	}
}

// afterAngle returns the text after a closing bracket, if an address is in it: a
// comma may be missing.
func afterAngle(text []byte) []byte {
	if bytes.IndexByte(text, '@') < 0 {
		return nil
	}
	return text
}

// isEncoded reports whether word is an encoded word (RFC 2047), which is never an
// address.
func isEncoded(word []byte) bool {
	return bytes.HasPrefix(word, []byte("=?")) && bytes.HasSuffix(word, []byte("?="))
}

// cutWord splits text after its first word. RFC 5322 section 4.4: white space
// around "@" is obsolete, and no end of a word.
func cutWord(text []byte) (word, rest []byte) {
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			if q := closing(text, i); q > 0 {
				i = q
			}
		case isSpace(c):
			rest = bytes.TrimSpace(text[i:])
			if text[i-1] != '@' && (len(rest) == 0 || rest[0] != '@') {
				return text[:i], rest
			}
			i = len(text) - len(rest) - 1
		}
	}
	return text, nil
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// found yields an address, if it is one.
func (l *List) found(raw []byte) {
	address := clean(raw)
	if len(address) == 0 || len(address) > maxAddress || !IsAddress(address) {
		if len(bytes.TrimSpace(raw)) > 0 {
			l.Broken++
		}
		return
	}
	if l.Found == MaxAddresses {
		l.Cut = true
		return
	}
	l.Found++
	l.yield(address)
}

// clean takes comments and white space out of an address, and the single
// quotes that Outlook puts around one. It is nil for what is far too long.
func clean(raw []byte) []byte {
	a := bytes.TrimSpace(raw)
	if len(a) > 2*maxAddress {
		return nil
	}
	if bytes.ContainsAny(a, " \t\r\n(") {
		a = squeeze(a)
	}
	if n := len(a); n > 2 && a[0] == '\'' && a[n-1] == '\'' {
		a = a[1 : n-1]
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
	for i, c := range a {
		switch {
		case c < ' ' || c == 0x7f:
			return false
		case quoted && i < at:
		case c == ' ' || c == '"' || c == '<' || c == '>' || c == ',' || c == ';' || c == '\\':
			return false
		}
	}
	return true
}

// First returns the first address of value, nil if there is none. It may be kept.
func (l *List) First(value []byte) (first []byte) {
	l.Each(value, func(a []byte) {
		if first == nil {
			first = bytes.Clone(a)
		}
	})
	return first
}
