// Package safe makes harmless what strangers wrote into logs and mailboxes, by
// the medium that shows it: a terminal, a cell of a spreadsheet, Markdown, JSON,
// a mail program, a shell.
package safe

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks may stand on one letter: the languages
// that stack most need three or four. More would paint over the lines above.
const maxMarks = 4

// Text returns s as a terminal may show it: what is not printable (control
// characters, escape sequences, bidirectional, zero-width and other invisible
// characters, line and paragraph separators, bytes that are not UTF-8) is
// shown as \x1b or \u202e.
func Text(s string) string { return visible(s, true) }

// ASCII is Text for a terminal that does not take UTF-8: every character beyond
// ASCII is shown by its number, because the bytes 0x80 to 0x9f within one are
// control characters there.
func ASCII(s string) string { return visible(s, false) }

func visible(s string, nonASCII bool) string {
	if !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) {
		return s
	}
	var b strings.Builder
	marks := 0
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if unicode.Is(unicode.M, r) {
			marks++
		} else {
			marks = 0
		}
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case isHidden(r), marks > maxMarks, r > '~' && !nonASCII:
			writeNumber(&b, r)
		default:
			b.WriteString(s[i : i+n])
		}
		i += n
	}
	return b.String()
}

func writeNumber(b *strings.Builder, r rune) {
	switch {
	case r < 0x100:
		fmt.Fprintf(b, `\x%02x`, r)
	case r <= 0xffff:
		fmt.Fprintf(b, `\u%04x`, r)
	default:
		fmt.Fprintf(b, `\U%08x`, r)
	}
}

// Printable to Unicode, and they show nothing, or no more than that something is
// missing.
const (
	brailleBlank = '\u2800'
	objectAbsent = '\ufffc' // OBJECT REPLACEMENT CHARACTER
)

// isHidden reports whether a terminal may act on r or not show it.
// unicode.IsPrint leaves out all of category C and the separators but for the
// blank; the fillers and variation selectors among the letters and marks are
// invisible as well (Unicode, Default_Ignorable_Code_Point).
func isHidden(r rune) bool {
	return r == utf8.RuneError || r == brailleBlank || r == objectAbsent || !unicode.IsPrint(r) ||
		r > '~' && unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
