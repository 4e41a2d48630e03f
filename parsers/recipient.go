package parsers

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MayBeMissed reports a delivery that may have reached a stranger, at a recipient whose
// domain cannot be read: whether it is a lookalike is not known, so that it counts as not
// understood. Mail that reached nobody, or came in, is none: strangers write anything. Of several
// recipients that were masked alike the last word is that of all, so that it says nothing of one.
func (d *Delivery) MayBeMissed() bool {
	if HasDomain(d.Recipient) {
		return false
	}
	return d.mayHaveLeft() || d.Status != StatusRejected && !d.isOurs() && isMasked(d.Recipient)
}

// mayHaveLeft reports a delivery that may have reached a stranger, and that did not come in.
func (d *Delivery) mayHaveLeft() bool {
	return d.Arrived != ArrivedNo && !d.isOurs()
}

// isOurs reports a delivery that stayed here or came in.
func (d *Delivery) isOurs() bool {
	return d.Local || d.Direction == DirectionInbound || d.Direction == DirectionInternal
}

// maxAddress bounds an address whose domain is read, in bytes; RFC 5321 section 4.5.3.1 allows
// 320 or so.
const maxAddress = 1024

// maxDomain is the longest domain in its textual form (RFC 1035 section 2.3.4), here in any
// script, in bytes.
const maxDomain = 4 * 253

// HasDomain reports whether the domain of an address can be read, or it has none, as a
// local name and an address literal (RFC 5321 section 4.1.3). A bang path, and a name whose
// "@" is written otherwise, has one that cannot; so has what stands for one that was masked.
func HasDomain(address string) bool {
	at := strings.LastIndexByte(address, '@')
	if at < 0 {
		return !isOddAddress(address)
	}
	domain := strings.TrimSuffix(address[at+1:], ".")
	if at == 0 || domain == "" || len(domain) > maxDomain || len(address) > maxAddress {
		return false
	}
	if domain[0]|' ' == 'x' && isCrossedOut(domain) {
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
	if isMask(name) {
		return true
	}
	if strings.ContainsAny(name, " []()") && !strings.ContainsAny(name, "/|\"") { // what a page shows instead: "[email protected]", "jane (at) x.example"
		return true
	}
	return strings.Contains(name, fullwidth) || strings.IndexByte(name, '.') > 0 && name[0] != '/' && name[0] != '|' &&
		strings.ContainsAny(name, "!%") && !strings.ContainsAny(name, " /=")
}

// isMasked reports an address that was masked, or its domain.
func isMasked(address string) bool {
	return isMask(address[strings.LastIndexByte(address, '@')+1:])
}

// isMask reports what somebody wrote in the place of an address, so that it is not known: signs
// that no name has, a word for it, or a number made of it. A command of an alias has signs as well.
func isMask(name string) bool {
	if name == "" || name[0] == '|' || name[0] == '/' || name[0] == '"' {
		return false
	}
	return strings.ContainsAny(name, "<>[]*•█…") || strings.HasSuffix(name, "...") || isCrossedOut(name) || isHash(name) || isMaskWord(strings.ToLower(name))
}

// minCrossed is of how many letters something was crossed out: there are names of two.
const minCrossed = 3

// isCrossedOut reports "xxxxx" and "xxxxx.xx".
func isCrossedOut(text string) bool {
	return len(text) >= minCrossed && strings.Trim(text, "xX.") == "" && strings.Count(text, ".") <= len(text)-minCrossed
}

// minHash is how long a number of a name is at least, in hexadecimal digits: half of MD5.
const minHash = 16

// isHash reports a number in hexadecimal digits, that has letters and decimal ones.
func isHash(name string) bool {
	return len(name) >= minHash && strings.Trim(name, "0123456789abcdefABCDEF") == "" &&
		strings.ContainsAny(name, "0123456789") && strings.ContainsAny(name, "abcdefABCDEF")
}

// isMaskWord reports a word in small letters that stands for what was taken out, also within
// brackets or with a number.
func isMaskWord(name string) bool {
	switch strings.Trim(name, "[]{}()_-#:.0123456789") {
	case "redacted", "masked", "hidden", "removed", "censored", "obfuscated", "anonymized", "anonymised", "scrubbed", "sanitized", "sanitised",
		"email_redacted", "redacted_email", "redacted-email", "email-redacted", "email", "email_address", "email-address", "emailaddress":
		return true
	}
	return false
}

// LacksDomain reports an address without a domain, though not the one that RFC 5321 section 4.5.1
// lets everybody write to so.
func LacksDomain(address string) bool {
	return address != "" && strings.IndexByte(address, '@') < 0 && !strings.EqualFold(address, "postmaster")
}

// MissBare counts a recipient at another server as not understood if it lacks a domain: for
// formats of servers that write one to each, so that it was masked, also if one server takes all.
func (t *Tally) MissBare(address string, o Origin) {
	if LacksDomain(address) && HasDomain(address) { // else MissUnread counts it
		t.Missed(o, "", noDomain)
	}
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
