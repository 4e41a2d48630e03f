package exim

import (
	"bytes"
	"strings"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

// A target is the addresses of a delivery line, and its fields.
type target struct {
	final, original []byte // original: in angle brackets, nil if there was none
	rest            []byte // the fields
}

// cutTarget reads "final [(parent)] [<original>]" before the fields.
func cutTarget(b []byte, failed bool) (t target, ok bool) {
	end := fieldsAt(b, failed)
	address := bytes.TrimRight(b[:end], " ")
	t.rest = bytes.TrimLeft(b[end:], " ")
	if n := len(address); n > 0 && address[n-1] == '>' {
		open := openBracket(address)
		if open < 0 {
			return t, false
		}
		t.original = address[open+1 : n-1]
		address = bytes.TrimRight(address[:open], " ")
	}
	if n := len(address); n > 0 && address[n-1] == ')' { // all_parents
		if open := bytes.LastIndex(address, []byte(" (")); open > 0 {
			address = address[:open]
		}
	}
	t.final = address
	return t, len(address) > 0 || len(t.original) > 0
}

// fieldsAt returns where the fields begin after an address: at the first " KEY="
// outside quotes and brackets, whatever the key, for each version of Exim adds
// some; or at the colon of a failure without them.
func fieldsAt(b []byte, failed bool) int {
	inQuotes := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c >= '@' && c != '\\': // nearly all
		case c == '\\' && inQuotes:
			i++
		case c == '"':
			inQuotes = !inQuotes
		case inQuotes:
		case c == '<' && (i == 0 || b[i-1] == ' '):
			i += closing(b[i:], '>')
		case c == '(' && i > 0 && b[i-1] == ' ':
			i += closing(b[i:], ')')
		case c == ' ' && (isField(b[i+1:]) || isDefer(b[i+1:])):
			return i
		case failed && c == ':' && i+1 < len(b) && b[i+1] == ' ' && i > 0:
			return i
		}
	}
	return len(b)
}

// isField reports whether b begins with a field: capitals and digits, and "=".
func isField(b []byte) bool {
	for i, c := range b {
		switch {
		case c-'A' < 26, i > 0 && c-'0' < 10:
		default:
			return c == '=' && i > 0
		}
	}
	return false
}

func isDefer(b []byte) bool {
	return bytes.HasPrefix(b, []byte("routing defer (")) || bytes.HasPrefix(b, []byte("defer ("))
}

// address returns the recipient of a line, and the address that was typed if it
// is another. Of the two the one in brackets has the quotes that the local part needs.
func (t *target) address() (to, orig string) {
	final, original := lines.Borrow(t.final), lines.Borrow(t.original)
	switch {
	case original == "":
		return strings.TrimLeft(final, " "), ""
	case final == "" || !strings.Contains(final, "@") || final[0] == '|' || final[0] == '/' || final[0] == ':' || isPiped(final) || sameAddress(final, original):
		return original, ""
	}
	return strings.TrimLeft(final, " "), original
}

// isPiped reports a program after the local part that it is for, as cPanel's autoresponders
// are: "sales |/usr/local/cpanel/bin/autorespond sales@corp.example /home/corp/.autorespond".
func isPiped(final string) bool {
	name, _, ok := strings.Cut(final, " |/")
	return ok && !strings.ContainsAny(name, "@ ")
}
