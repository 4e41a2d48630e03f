// Package domain holds a mail domain in its one canonical form.
package domain

import (
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// ErrLiteral is returned for an address literal such as [192.0.2.1] (RFC 5321 section
// 4.1.3), which is not a domain.
var ErrLiteral = errors.New("address literal, not a domain")

// ErrSyntax is returned for a text that is no domain.
var ErrSyntax = errors.New("not a domain")

// A Name is a domain in canonical form: A-labels (RFC 5890) in lower case
// without a closing dot. Names are comparable; the zero Name is invalid.
type Name struct{ ascii string }

// maxLength is the longest domain in its textual form (RFC 1035 section 2.3.4,
// without the closing dot).
const maxLength = 253

// Parse reads a domain. U-labels become A-labels; what IDNA2008 would not
// register is taken as far as it can be encoded, because it is in the log.
// A name of one label, such as localhost, is no mail domain.
func Parse(s string) (Name, error) {
	s = strings.TrimSuffix(s, ".")
	switch {
	case s == "" || len(s) > 4*maxLength:
		return Name{}, ErrSyntax
	case s[0] == '[':
		return Name{}, ErrLiteral
	}
	if !isASCII(s) {
		a, err := idna.New(idna.MapForLookup(), idna.StrictDomainName(false), idna.Transitional(false)).ToASCII(s)
		if err != nil {
			return Name{}, ErrSyntax
		}
		s = strings.TrimSuffix(a, ".")
	}
	s = strings.ToLower(s)
	if !valid(s) {
		return Name{}, ErrSyntax
	}
	return Name{s}, nil
}

// Must is Parse for names in the source. It panics on a bad one.
func Must(s string) Name {
	n, err := Parse(s)
	if err != nil {
		panic("domain " + s + ": " + err.Error())
	}
	return n
}

// Canonical returns s as a Name where it is known to be in canonical form.
func Canonical(s string) Name { return Name{s} }

func isASCII(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// valid reports letters, digits, hyphens and underscores in labels between dots,
// of which the last is not a number (that would be an address).
func valid(s string) bool {
	if s == "" || len(s) > maxLength || s[0] == '.' || !strings.Contains(s, ".") {
		return false
	}
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c-'a' < 26 || c-'0' < 10 || c == '-' || c == '_':
		case c == '.' && i+1 < len(s) && s[i+1] != '.':
		default:
			return false
		}
	}
	return !isNumber(s[strings.LastIndexByte(s, '.')+1:])
}

// isNumber reports whether a label consists of digits only: as the last one it makes an address
// of four numbers, and no domain (RFC 1123 section 2.1).
func isNumber(label string) bool {
	for i := 0; i < len(label); i++ {
		if label[i]-'0' >= 10 {
			return false
		}
	}
	return true
}

// IsValid reports whether n is a domain: the zero Name is none.
func (n Name) IsValid() bool { return n.ascii != "" }

// String returns the A-labels.
func (n Name) String() string { return n.ascii }

// Unicode returns the U-labels, or "" if they are the A-labels or if a label
// mixes scripts: such a name may be shown only in its A-labels.
func (n Name) Unicode() string {
	if !strings.Contains(n.ascii, "xn--") {
		return ""
	}
	u, err := idna.Punycode.ToUnicode(n.ascii)
	if err != nil || u == n.ascii {
		return ""
	}
	for label := range strings.SplitSeq(u, ".") {
		if !singleScript(label) {
			return ""
		}
	}
	return u
}

// singleScript reports labels whose letters are all of one script; Japanese
// mixes three by nature.
func singleScript(label string) bool {
	script := ""
	for _, r := range label {
		if !unicode.IsLetter(r) {
			continue
		}
		s := scriptOf(r)
		if script != "" && s != script {
			return false
		}
		script = s
	}
	return script != "?"
}

func scriptOf(r rune) string {
	switch {
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana):
		return "Japanese"
	case unicode.Is(unicode.Latin, r):
		return "Latin"
	}
	for name, table := range unicode.Scripts {
		if unicode.Is(table, r) {
			return name
		}
	}
	return "?"
}

// Suffix returns the public suffix (publicsuffix.org), of the ICANN part only:
// a hoster's suffix such as blogspot.com is mistyped like any other name. known
// reports whether the top-level domain exists, or is set aside for private use or
// documentation (RFC 2606, RFC 6762, ICANN's .internal): those resolve where
// they are used.
func (n Name) Suffix() (suffix string, known bool) {
	suffix, known = publicsuffix.PublicSuffix(n.ascii)
	for !known {
		_, parent, ok := strings.Cut(suffix, ".")
		if !ok { // no rule: the last label
			return suffix, isReserved(suffix)
		}
		suffix, known = publicsuffix.PublicSuffix(parent)
	}
	return suffix, true
}

func isReserved(tld string) bool {
	switch tld {
	case "example", "test", "invalid", "localhost", "local", "internal", "lan", "home", "corp":
		return true
	}
	return false
}

// Registrable returns the part that is registered: the public suffix and one
// label more. It is false for a public suffix itself.
func (n Name) Registrable() (Name, bool) {
	suffix, _ := n.Suffix()
	rest := strings.TrimSuffix(n.ascii, suffix)
	if rest == "" || rest == n.ascii {
		return Name{}, false
	}
	rest = rest[:len(rest)-1]
	return Name{n.ascii[strings.LastIndexByte(rest, '.')+1:]}, true
}

// SubdomainOf reports whether n is p or lies below it.
func (n Name) SubdomainOf(p Name) bool {
	d := len(n.ascii) - len(p.ascii)
	return p.ascii != "" && (d == 0 || d > 0 && n.ascii[d-1] == '.') && n.ascii[d:] == p.ascii
}

// SplitAddress cuts an address at the "@" before its domain: the last one, for
// a quoted local part may hold others (RFC 5321 section 4.1.2). A source route
// ("@relay.example:") is left out (RFC 5321 appendix C).
func SplitAddress(address string) (local, domain string, ok bool) {
	if strings.HasPrefix(address, "@") {
		if _, rest, found := strings.Cut(address, ":"); found {
			address = rest
		}
	}
	at := strings.LastIndexByte(address, '@')
	if at <= 0 || at == len(address)-1 {
		return "", "", false
	}
	return address[:at], address[at+1:], true
}
