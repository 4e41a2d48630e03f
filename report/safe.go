package report

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// SafeText returns s as a terminal may show it: what is not printable (control
// characters, escape sequences, bidirectional and zero-width characters, line
// and paragraph separators, bytes that are not UTF-8) is shown as \x1b or
// \u202e. Log lines and mailboxes hold what strangers wrote.
func SafeText(s string) string {
	if !strings.ContainsFunc(s, unsafe) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !unsafe(r):
			b.WriteString(s[i : i+n])
		case r < 0x100:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r <= 0xffff:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
		i += n
	}
	return b.String()
}

// unsafe tells what a terminal may act on or hide. unicode.IsPrint leaves out
// all of category C and the separators but for the blank.
func unsafe(r rune) bool { return r == utf8.RuneError || !unicode.IsPrint(r) }
