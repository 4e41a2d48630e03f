package header

import (
	"bytes"
	"unicode"
	"unicode/utf8"
)

// MaxAddresses bounds the addresses that are read of one list; the rest is
// left out, and the list says so.
const MaxAddresses = 10_000

// maxAddress bounds an address, in bytes. RFC 5321 section 4.5.3.1 allows 254.
const maxAddress = 1024

// maxOpen bounds the quotes, comments and escapes of a list that are read again
// because they do not end: without it the time would grow with the square.
const maxOpen = 16

// A List reads address lists (RFC 5322 section 3.4); it reuses its memory. The
// zero value is ready.
//
// The address of a mailbox is in angle brackets; without them, each of its words
// with an "@" is one. The display name, comments and the names of groups are no
// addresses, whatever they look like. A broken mailbox does not lose the others:
// a quote or bracket that is not closed is read as if it were not there.
// Semicolons separate mailboxes as commas do, as Outlook writes them. Only a
// mailbox without an address, and with nothing in brackets but a name of a directory
// (X.500), is looked for one in its quotes and encoded words: some programs encode the
// whole of it, and Exchange writes "/O=CORP/OU=X/CN=JANE" where an address belongs.
type List struct {
	yield  func(address []byte)
	text   []byte // of the mailbox so far, without comments
	name   []byte // of the mailbox: what stands before its bracket
	angled bool   // a bracket has come
	inside bool   // something was in brackets, and no name of a directory
	before int    // addresses before this mailbox
	odd    bool   // something with an "@" in this mailbox was no address
	open   int    // quotes, comments and escapes that do not end
	inner  *List  // reads what a mailbox has in quotes and encoded words; nil in itself
	plain  []byte // of a mailbox: the text that inner reads

	// Found counts the addresses of the last value, Broken its mailboxes that hold
	// something else or nothing, and Missed those of them in which an address may
	// have been meant: there is an "@".
	Found, Broken, Missed int
	// Cut means that it had more than MaxAddresses.
	Cut bool
}

// Each yields the addresses of value, without brackets, routes and comments;
// quoted local parts stay quoted. An address is valid until yield returns.
func (l *List) Each(value []byte, yield func(address []byte)) {
	if l.inner == nil {
		l.inner = new(List)
	}
	l.read(value, yield)
}

func (l *List) read(value []byte, yield func(address []byte)) {
	*l = List{yield: yield, text: l.text[:0], name: l.name[:0], inner: l.inner, plain: l.plain[:0]}
	for i := 0; i < len(value) && !l.Cut; {
		switch c := value[i]; c {
		case '"':
			i = l.quoted(value, i)
		case '(':
			i = l.comment(value, i)
		case '<':
			i = l.angle(value, i)
		case '[':
			i = l.literal(value, i)
		case ',', ';':
			l.end()
			i++
		case ':':
			l.colon()
			i++
		case ')', '>', ']': // opened nowhere
			l.text = append(l.text, ' ')
			i++
		case escape, shiftOut, '~':
			i = l.shifted(value, i)
		default:
			if c >= 0xc2 {
				if n := l.sign(value[i:]); n > 0 {
					i += n
					continue
				}
			}
			l.text = append(l.text, c)
			i++
		}
	}
	l.end()
	l.yield = nil
}

// sign takes a sign that no address has, outside ASCII: white space, signs that cannot be
// seen, which come along where somebody copies an address, and the commas of East Asia.
// It returns its length, 0 for any other.
func (l *List) sign(b []byte) int {
	c, n := utf8.DecodeRune(b)
	switch {
	case c == '，' || c == '、' || c == '；':
		l.end()
	case unicode.IsSpace(c):
		l.text = append(l.text, ' ')
	case !isUnseen(c):
		return 0
	}
	return n
}

// isUnseen reports whether a sign cannot be seen and is none of a word: the joiners of
// Persian and Indic words are.
func isUnseen(c rune) bool {
	const nonJoiner, joiner = '\u200c', '\u200d'
	return unicode.IsSpace(c) || unicode.Is(unicode.Cf, c) && c != nonJoiner && c != joiner
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

// comment returns the place after the comment at i, which separates words as
// white space does.
func (l *List) comment(value []byte, i int) int {
	l.text = append(l.text, ' ')
	if l.open >= maxOpen {
		return i + 1
	}
	end := skipComment(value, i)
	if end == i+1 {
		l.open++
	}
	return end
}

// literal takes the domain literal at i (RFC 5322 section 3.4.1). Any other
// square bracket is one that a program puts around an address, as in
// "Jane [SMTP:jane@army.ml]".
func (l *List) literal(value []byte, i int) int {
	if n := len(l.text); n > 0 && l.text[n-1] == '@' {
		if end := literalEnd(value[i:]); end > 0 {
			l.text = append(l.text, value[i:i+end]...)
			return i + end
		}
	}
	l.text = append(l.text, ' ')
	return i + 1
}

// literalEnd returns the length of the domain literal that b begins with, 0 if
// it is none.
func literalEnd(b []byte) int {
	for i := 1; i < len(b); i++ {
		switch c := b[i]; {
		case c == ']':
			return i + 1
		case !isWord(c) && c != '.' && c != ':' && c != '-':
			return 0
		}
	}
	return 0
}

// colon ends the name of a group, or the word before an address that names how it
// is reached. Words with an "@" that stand before it, and not at it, are addresses.
func (l *List) colon() {
	if l.angled {
		l.end()
	}
	at := bytes.LastIndexAny(l.text, " \t\r\n") + 1
	if bytes.IndexByte(l.text[at:], '@') > 0 {
		l.odd = true // "jane@army.ml:" is no address, and "@mx.corp.example:" a route
	}
	before := l.text[:at]
	l.text = l.text[:0]
	if bytes.IndexByte(before, '@') >= 0 {
		l.words(before)
	}
}

// isScheme reports whether word is one that programs write before an address and
// a colon.
func isScheme(word []byte) bool {
	return bytes.EqualFold(word, []byte("mailto")) || bytes.EqualFold(word, []byte("smtp"))
}

func isWord(c byte) bool {
	return lower(c)-'a' < 26 || c-'0' < 10
}

// closing returns where the quoted string that begins at i ends, -1 if it does
// not.
func closing(b []byte, i int) int {
	for open := 0; i+1 < len(b); {
		i++
		switch b[i] {
		case '\\':
			i++
		case '"':
			return i
		case escape:
			i = skipShift(b, i, &open)
		}
	}
	return -1
}

// skipComment returns the place after the comment at i. Comments nest; one
// that does not end is read as one character.
func skipComment(b []byte, i int) int {
	depth, open := 0, 0
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
		case escape:
			at = skipShift(b, at, &open)
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
	l.name = append(append(l.name, ' '), l.text...)
	l.text, l.angled = l.text[:0], true
	l.inside = l.inside || !isNoAddress(bytes.TrimSpace(inner[:end]))
	l.bracketed(inner[:end])
	if closed {
		end++
	}
	return i + end
}

// isNoAddress reports whether what is in brackets is nothing, or a name of a directory:
// that may be an address of X.400 as well, which leads to no mail domain.
func isNoAddress(inside []byte) bool {
	if len(inside) >= len("EX:") && bytes.EqualFold(inside[:len("EX:")], []byte("EX:")) {
		inside = inside[len("EX:"):]
	}
	return len(inside) == 0 || inside[0] == '/'
}

// bracketed yields the address in brackets. RFC 5322 section 4.4: a route before
// it is left out. White space is none of it; where two addresses are in there,
// white space separates them.
func (l *List) bracketed(address []byte) {
	address = bytes.TrimSpace(address)
	for {
		colon := bytes.IndexByte(address, ':')
		if colon < 0 || address[0] != '@' && !isScheme(address[:colon]) {
			break
		}
		address = bytes.TrimSpace(address[colon+1:])
	}
	if at := bytes.IndexByte(address, '@'); at >= 0 && address[0] != '"' && bytes.IndexByte(address[at+1:], '@') >= 0 && bytes.ContainsAny(address, " \t\r\n") {
		l.words(address)
		return
	}
	l.found(address)
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
	if l.angled && bytes.IndexByte(text, '@') < 0 {
		text = nil // what stands after a bracket is no address, unless it looks like one
	}
	l.words(text)
	if none := l.Found == l.before; none && (l.angled || len(text) > 0) || l.odd {
		l.Broken++
		if none && !l.inside && l.readPlain(text) {
			l.odd = false
		}
		if l.odd {
			l.Missed++
		}
	}
	l.text, l.name, l.before = l.text[:0], l.name[:0], l.Found
	l.angled, l.inside, l.odd = false, false, false
}

// words yields the words of text that have an "@".
func (l *List) words(text []byte) {
	first := true
	for len(text) > 0 && !l.Cut {
		var word []byte
		word, text = cutWord(text, first)
		if first = false; bytes.IndexByte(word, '@') >= 0 && !isEncoded(word) {
			l.found(word)
		}
	}
}

// readPlain reads a mailbox without an address again, with its quotes and encoded
// words undone. It is false if there is none in it either.
func (l *List) readPlain(text []byte) bool {
	if l.inner == nil || l.Cut {
		return false
	}
	l.plain = undone(undone(l.plain[:0], l.name), text)
	if bytes.IndexByte(l.plain, '@') < 0 {
		return false
	}
	l.inner.read(l.plain, l.found)
	l.odd = l.odd || l.Found == l.before
	return l.Found > l.before
}

// cutWord splits text after its first word. RFC 5322 section 4.4: white space
// around "@" and the dots of an address is obsolete, and no end of a word. A dot
// before an "@" ends a word where another came before: it is that of a name.
func cutWord(text []byte, first bool) (word, rest []byte) {
	at := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			if q := closing(text, i); q > 0 {
				i = q
			}
		case c == '@':
			at = true
		case isSpace(c):
			rest = bytes.TrimSpace(text[i:])
			if i == 0 || !joins(text[i-1], rest, first, at) {
				return text[:i], rest
			}
			i = len(text) - len(rest) - 1
		}
	}
	return text, nil
}

// joins reports whether white space between a byte and the rest of a mailbox is
// within an address, whose "@" has come or not.
func joins(before byte, rest []byte, first, at bool) bool {
	switch {
	case len(rest) == 0:
		return false
	case before == '@' || rest[0] == '@':
		return !at || before == '@'
	case before != '.' && rest[0] != '.':
		return false
	case at: // "army.ml. bob@…" are two
		next := rest[:max(bytes.IndexAny(rest, " \t\r\n"), 0)]
		if len(next) == 0 {
			next = rest
		}
		return bytes.IndexByte(next, '@') < 0
	}
	return first
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// found yields an address, if it is one.
func (l *List) found(raw []byte) {
	address := clean(raw)
	if len(address) == 0 || len(address) > maxAddress || !IsAddress(address) {
		l.odd = l.odd || bytes.LastIndexByte(raw, '@') > 0 // servers write "Undisclosed-Recipient:@mx.corp.example;"
		return
	}
	if l.Found == MaxAddresses {
		l.Cut = true
		return
	}
	l.Found++
	l.yield(address)
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
