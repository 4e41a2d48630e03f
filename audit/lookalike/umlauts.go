package lookalike

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// Umlauts hold the letters of a domain beyond ASCII, each under a byte of its own, so
// that slips are made of the letters that one reads and not of punycode.
type umlauts struct{ letters []rune }

// firstUmlaut is the byte of the first of them.
const firstUmlaut = 0x80

// read returns a domain as one reads it, with a byte for each letter.
func (u *umlauts) read(d domain.Name) (parts, bool) {
	text, err := idna.Punycode.ToUnicode(d.String())
	if err != nil {
		return parts{}, false
	}
	var b strings.Builder
	for _, r := range text {
		if r < utf8.RuneSelf {
			b.WriteRune(r)
			continue
		}
		i := strings.IndexRune(string(u.letters), r)
		if i >= 0 {
			i = utf8.RuneCountInString(string(u.letters)[:i])
		} else {
			i, u.letters = len(u.letters), append(u.letters, r)
		}
		if i >= utf8.RuneSelf {
			return parts{}, false
		}
		b.WriteByte(byte(firstUmlaut + i))
	}
	return u.cut(b.String(), d), true
}

// cut is cut for such a text of a domain.
func (u *umlauts) cut(text string, d domain.Name) parts {
	p := parts{full: text, look: text, letters: letters(text), dots: uint8(strings.Count(text, "."))}
	p.squashed, p.labels = signatures(text)
	suffix, known := d.Suffix()
	p.known = known
	n := len(text)
	for range strings.Count(suffix, ".") + 1 {
		n = max(0, strings.LastIndexByte(text[:n], '.'))
	}
	if n > 0 {
		p.suffixAt = uint8(n + 1)
		p.stemLetters = letters(p.stem())
		p.coreAt = uint8(strings.LastIndexByte(p.stem(), '.') + 1)
	}
	return p
}

// write is the reverse of read: the text as one reads it.
func (u *umlauts) write(text string) string {
	var b strings.Builder
	for i := range len(text) {
		if c := text[i]; c >= firstUmlaut && int(c-firstUmlaut) < len(u.letters) {
			b.WriteRune(u.letters[c-firstUmlaut])
			continue
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// unquote puts the letters into a sentence that quotes their bytes.
func (u *umlauts) unquote(sentence string) string {
	for i, r := range u.letters {
		sentence = strings.ReplaceAll(sentence, fmt.Sprintf(`\u%04x`, firstUmlaut+i), string(r))
	}
	return sentence
}
