package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks may stand on one letter: the languages
// that stack most need three or four. More would paint over the lines above.
const maxMarks = 4

// SafeText returns s as a terminal may show it: what is not printable (control
// characters, escape sequences, bidirectional, zero-width and other invisible
// characters, line and paragraph separators, bytes that are not UTF-8) is
// shown as \x1b or \u202e. Log lines and mailboxes hold what strangers wrote.
func SafeText(s string) string { return visible(s, true) }

// visible is SafeText; without nonASCII every character beyond ASCII is shown
// by its number, because the bytes 0x80 to 0x9f within one are controls to a
// terminal that does not take UTF-8.
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
		case hidden(r), marks > maxMarks, r > '~' && !nonASCII:
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

// hidden tells what a terminal may act on or not show. unicode.IsPrint leaves
// out all of category C and the separators but for the blank; the fillers and
// variation selectors among the letters and marks are invisible as well
// (Unicode, Default_Ignorable_Code_Point).
func hidden(r rune) bool {
	return r == utf8.RuneError || r == brailleBlank || r == objectAbsent || !unicode.IsPrint(r) ||
		r > '~' && unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector)
}
