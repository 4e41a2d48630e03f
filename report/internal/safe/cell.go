package safe

import (
	"strings"
	"unicode/utf8"
)

// formulaStarts are the characters by which a cell becomes a formula in a
// spreadsheet (OWASP ASVS 1.2.10), with their full-width twins.
const formulaStarts = "=+-@\t\r\n\x00＝＋－＠"

// Cell returns s as a spreadsheet may open it: a leading ' makes plain text of a
// formula, also after a semicolon, which separates the cells where the comma is
// the decimal mark.
func Cell(s string) string {
	var b strings.Builder
	for i, part := range strings.Split(s, ";") {
		if i > 0 {
			b.WriteByte(';')
		}
		if first, _ := utf8.DecodeRuneInString(part); part != "" && strings.ContainsRune(formulaStarts, first) {
			b.WriteByte('\'')
		}
		b.WriteString(part)
	}
	return Text(b.String())
}
