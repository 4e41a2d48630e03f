package exim

import (
	"bytes"
	"strings"
)

// A target is what a delivery line says of its address and its transport.
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
	inQuotes := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\\' && inQuotes:
			i++
		case c == '"':
			inQuotes = !inQuotes
		case c == '>' && !inQuotes:
			return i == len(b)-1
		}
	}
	return false
}

// fieldsAt returns where the fields begin behind an address: at " F=<", " P=<"
// or " R=name", outside quotes; or at the colon of a failure without them.
func fieldsAt(b []byte, failed bool) int {
	inQuotes := false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case c == '\\' && inQuotes:
			i++
		case c == '"':
			inQuotes = !inQuotes
		case c == ' ' && !inQuotes && i+3 < len(b) && b[i+2] == '=' && (b[i+1] == 'R' || b[i+3] == '<' && (b[i+1] == 'F' || b[i+1] == 'P')):
			return i
		case c == ' ' && !inQuotes && i+3 < len(b) && b[i+2] == '=' && b[i+1] == 'T':
			return i
		case c == ' ' && !inQuotes && (bytes.HasPrefix(b[i:], []byte(" routing defer (")) || bytes.HasPrefix(b[i:], []byte(" defer ("))):
			return i
		case failed && c == ':' && !inQuotes && i+1 < len(b) && b[i+1] == ' ' && i > 0:
			return i
		}
	}
	return len(b)
}

// address tells the recipient of a line and what was typed for it. Of the two
// addresses the one in brackets has the quotes that the local part needs.
func (t *target) address() (to, orig string) {
	final, original := lent(t.final), lent(t.original)
	switch {
	case original == "":
		return final, ""
	case final == "" || !strings.Contains(final, "@") || final[0] == '|' || final[0] == '/' || final[0] == ':' || sameAddress(final, original):
		return original, ""
	}
	return final, original
}

// sameAddress tells whether original is final but for its quotes and case.
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

// A transport is what the fields say.
type transport struct {
	name    []byte // H=
	address []byte // the address behind it, without port
	relay   string
	reply   []byte // C=
	hasHost bool
}

// cutFields reads the fields up to the reason of a failure.
func cutFields(b []byte) (t transport, reason []byte) {
	for len(b) > 0 {
		if b[0] == ':' {
			return t, bytes.TrimLeft(b[1:], " ")
		}
		var w []byte
		if len(b) > 3 && b[1] == '=' && b[2] == '"' {
			key := b[0]
			if w, b = quoted(b[2:]); key == 'C' {
				t.reply = w
			}
			continue
		}
		w, b = word(b)
		ends := len(w) > 0 && w[len(w)-1] == ':' // the last field of a failure
		w = bytes.TrimSuffix(w, []byte(":"))
		switch {
		case bytes.HasPrefix(w, []byte("H=")):
			t.name, t.hasHost = w[2:], true
		case len(w) > 0 && w[0] == '[' && t.hasHost && t.address == nil:
			if t.address = hostAddress(w); t.address != nil {
				t.relay = lent(t.name) + string(bytes.TrimRight(w, "*"))
			}
		}
		if ends {
			return t, b
		}
	}
	return t, nil
}
