package addresses

import (
	"bytes"
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// MaxField bounds an address or login, in bytes; RFC 5321 section 4.5.3.1
// allows 254. Of a longer one the beginning is kept to name a person by, and as
// a recipient it is left out.
const MaxField = 1024

// A Canonical is an address that has its local part in lower case, unquoted, and its domain
// in canonical form.
type Canonical struct {
	Local, Domain []byte
	AsWritten     bool // it was written so
}

// Classes of the letters of an address.
const (
	plainLetter = iota
	upperLetter
	atSign
	oddLetter // of a quoted local part, an address literal, or beyond ASCII
)

// letters is the class of each.
const letters = "\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03" +
	"\x03\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x02\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x03\x03\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03" +
	"\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03" +
	"\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03" +
	"\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03"

// Parse appends an address in canonical form. Address literals and local names
// have no domain that could be mistyped.
func Parse(to []byte, address string) ([]byte, Canonical, bool) {
	if len(address) > MaxField {
		return to, Canonical{}, false
	}
	at := strings.IndexByte(address, '@')
	if at <= 0 {
		return canonicalSlow(to, address)
	}
	begin := len(to)
	to = append(to, address...)
	b := to[begin:]
	var seen byte
	for _, c := range b[:at] {
		seen |= letters[c]
	}
	if seen == plainLetter && plainDomain(b[at+1:]) {
		return to, Canonical{b[:at], b[at+1:], true}, true
	}
	for _, c := range b[at+1:] {
		seen |= letters[c]
	}
	if seen != upperLetter {
		return canonicalSlow(to[:begin], address)
	}
	for i, c := range b {
		if c-'A' < 26 {
			b[i] += 'a' - 'A'
		}
	}
	if !plainDomain(b[at+1:]) {
		return canonicalSlow(to[:begin], address)
	}
	return to, Canonical{b[:at], b[at+1:], false}, true
}

// plainDomain returns whether a domain is in canonical form already.
func plainDomain(d []byte) bool {
	n := len(d)
	if n == 0 || n > 253 {
		return false
	}
	var bad uint8
	before := uint8(dotLetter) // there is no dot at the begin, or after another one
	for _, c := range d {
		class := domainLetters[c]
		bad |= class&otherLetter | class&before
		before = class & dotLetter
	}
	if bad|before != 0 {
		return false
	}
	last := bytes.LastIndexByte(d, '.') + 1
	for _, c := range d[last:] {
		if last > 0 && c-'0' >= 10 {
			return true // the last label is no number
		}
	}
	return false
}

// Classes of the letters of a domain in canonical form, as bits.
const (
	dotLetter   = 1 << iota
	otherLetter // that it has none of
)

var domainLetters = func() (class [256]uint8) {
	for c := range class {
		switch {
		case c == '.':
			class[c] = dotLetter
		case c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z'):
			class[c] = otherLetter
		}
	}
	return class
}()

func canonicalSlow(to []byte, address string) ([]byte, Canonical, bool) {
	local, dom, ok := domain.SplitAddress(address)
	if !ok {
		return to, Canonical{}, false
	}
	name, err := domain.Parse(dom)
	if err != nil {
		return to, Canonical{}, false
	}
	begin := len(to)
	to = append(to, strings.ToLower(unquote(local))...)
	at := len(to)
	to = append(to, '@')
	to = append(to, name.String()...)
	return to, Canonical{to[begin:at], to[at+1:], string(to[begin:]) == address}, true
}

// unquote undoes a quoted local part (RFC 5321 section 4.1.2).
func unquote(local string) string {
	n := len(local)
	if n < 2 || local[0] != '"' || local[n-1] != '"' {
		return local
	}
	var b strings.Builder
	for i := 1; i < n-1; i++ {
		if local[i] == '\\' && i+1 < n-1 {
			i++
		}
		b.WriteByte(local[i])
	}
	return b.String()
}

// IsCanonicalDomain returns whether a domain is in the form of Parse.
func IsCanonicalDomain(name []byte) bool {
	if plainDomain(name) {
		return true
	}
	n, err := domain.Parse(string(name))
	return err == nil && n.String() == string(name)
}
