package parsers

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MayBeMissed reports a delivery that may have reached a stranger, at a recipient whose
// domain cannot be read: whether it is a lookalike is not known, so that it counts as not
// understood. Mail that reached nobody, or came in, is none: strangers write anything.
func (d *Delivery) MayBeMissed() bool {
	return d.mayHaveLeft() && !HasDomain(d.Recipient)
}

// mayHaveLeft reports a delivery that may have reached a stranger, and that did not come in.
func (d *Delivery) mayHaveLeft() bool {
	return d.Arrived != ArrivedNo && !d.Local && d.Direction != DirectionInbound && d.Direction != DirectionInternal
}

// maxAddress bounds an address whose domain is read, in bytes; RFC 5321 section 4.5.3.1 allows
// 320 or so.
const maxAddress = 1024

// maxDomain is the longest domain in its textual form (RFC 1035 section 2.3.4), here in any
// script, in bytes.
const maxDomain = 4 * 253

// HasDomain reports whether the domain of an address can be read, or it has none, as a
// local name and an address literal (RFC 5321 section 4.1.3). A bang path, and a name whose
// "@" is written otherwise, has one that cannot.
func HasDomain(address string) bool {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return !isOddAddress(address)
	}
	domain := strings.TrimSuffix(address[at+1:], ".")
	if at == 0 || domain == "" || len(domain) > maxDomain || len(address) > maxAddress {
		return false
	}
	if domain[0] == '[' {
		return domain[len(domain)-1] == ']'
	}
	before := byte('.')
	for i := range len(domain) {
		switch c := domain[i]; {
		case c|' '-'a' < 26, c-'0' < 10, c == '-', c == '_':
		case c == '.' && before != '.':
		case c >= utf8.RuneSelf:
			return isInternational(domain)
		default:
			return false
		}
		before = domain[i]
	}
	return before != '.'
}

// isOddAddress reports a name that holds a domain though no "@".
func isOddAddress(name string) bool {
	const fullwidth = "＠"
	if strings.ContainsAny(name, " []()") && !strings.ContainsAny(name, "/|\"") { // what a page shows instead: "[email protected]", "jane (at) x.example"
		return true
	}
	return strings.Contains(name, fullwidth) || strings.IndexByte(name, '.') > 0 && name[0] != '/' && name[0] != '|' &&
		strings.ContainsAny(name, "!%") && !strings.ContainsAny(name, " /=")
}

// isInternational reports a domain of letters in any script, which may be joined by
// characters that nobody sees, between full stops (RFC 3490 section 3.1).
func isInternational(domain string) bool {
	for _, r := range domain {
		if !unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Cf, unicode.So) && !strings.ContainsRune(".-_。．｡", r) {
			return false
		}
	}
	return utf8.ValidString(domain)
}

// noDomain is why a delivery counts as not understood.
const noDomain = "a recipient whose domain cannot be read"

// MissUnread counts d, which Count or who emits it has counted, as not understood if its
// recipient's domain cannot be read.
func (t *Tally) MissUnread(d *Delivery) {
	if d.MayBeMissed() {
		t.Missed(d.Origin, "", noDomain)
	}
}
