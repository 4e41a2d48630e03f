package content

import (
	"bytes"
	"strings"
)

// ibanFormats are the account numbers of ISO 13616 by country: the length of
// all of it and the form of what follows the check digits, n for digits, a for
// capitals, c for either (SWIFT IBAN registry, release 99).
const ibanFormats = `AD24 8n12c AE23 19n AL28 8n16c AT20 16n AZ28 4a20c BA20 16n BE16 12n BG22 4a6n8c BH22 4a14c BR29 23n1a1c BY28 4c4n16c CH21 5n12c
CR22 18n CY28 8n16c CZ24 20n DE22 18n DK18 14n DO28 4c20n EE20 16n EG29 25n ES24 20n FI18 14n FO18 14n FR27 10n11c2n GB22 4a14n GE22 2a16n GI23 4a15c
GL18 14n GR27 7n16c GT28 24c HR21 17n HU28 24n IE22 4a14n IL23 19n IQ23 4a15n IS26 22n IT27 1a10n12c JO30 4a4n18c KW30 4a22c KZ20 3n13c LB28 4n20c
LC32 4a24c LI21 5n12c LT20 16n LU20 3n13c LV21 4a13c LY25 21n MC27 10n11c2n MD24 20c ME22 18n MK19 3n10c2n MR27 23n MT31 4a5n18c MU30 4a19n3a NL18 4a10n
NO15 11n PK24 4a16c PL28 24n PS29 4a21c PT25 21n QA29 4a21c RO24 4a16c RS22 18n SA24 2n18c SC31 4a20n3a SD18 14n SE24 20n SI19 15n SK24 20n SM27 1a10n12c
ST25 21n SV28 4a20n TL23 19n TN24 20n TR26 6n16c UA29 6n19c VA22 18n VG24 4a16n XK20 16n`

// maxIBAN is the longest account number, with a space after every fourth.
const maxIBAN = 34 + 8

// ibans counts the account numbers. 1 of 97 numbers of the right form has the
// check digits, and the form is rare: no word is asked for.
func (t *text) ibans() (n int) {
	for i := t.from; i+15 <= len(t.raw) && i < t.until; i++ {
		if !isLetter(t.raw[i]) || !isLetter(t.raw[i+1]) || !isDigit(t.raw[i+2]) || !isDigit(t.raw[i+3]) {
			continue
		}
		if i > 0 && (isWordByte(t.raw[i-1]) && t.raw[i-1] < 0x80 || strings.IndexByte("-_/.+=", t.raw[i-1]) >= 0) {
			continue
		}
		b := t.raw[i:min(len(t.raw), i+maxIBAN+1)]
		if isLower(b[0]) && hasWord(t.before(i, len("my iban number is: ")), []string{"iban"}) {
			b = bytes.ToUpper(b) // small letters are for people who say what it is
		}
		if end := ibanAt(b); end > 0 {
			n++
			i += end - 1
		}
	}
	return n
}

// ibanAt returns the length of the account number that b begins with, 0 for
// none.
func ibanAt(b []byte) int {
	length, form := ibanFormat(string(b[:2]))
	if length == 0 {
		return 0
	}
	var store [maxIBAN]byte
	iban, at := store[:0], 0
	grouped := len(b) > 4 && b[4] == ' '
	for at < len(b) && len(iban) < length {
		c := b[at]
		switch {
		case isUpper(c) || isDigit(c):
			iban = append(iban, c)
		case c == ' ' && grouped && len(iban)%4 == 0:
		default:
			return 0
		}
		at++
	}
	if len(iban) < length || at < len(b) && (isWordByte(b[at]) && b[at] < 0x80 || strings.IndexByte("-_/=", b[at]) >= 0) {
		return 0
	}
	if !hasForm(iban[4:], form) || !mod97(iban) {
		return 0
	}
	return at
}

func ibanFormat(country string) (length int, form string) {
	i := strings.Index(ibanFormats, country)
	if i < 0 {
		return 0, ""
	}
	s := ibanFormats[i+2:]
	end := strings.IndexAny(s[3:], " \n")
	if end < 0 {
		end = len(s) - 3
	}
	return int(s[0]-'0')*10 + int(s[1]-'0'), s[3 : 3+end]
}

// hasForm reports whether b is of a form such as "4a14n".
func hasForm(b []byte, form string) bool {
	for form != "" {
		n := 0
		for isDigit(form[0]) {
			n, form = n*10+int(form[0]-'0'), form[1:]
		}
		kind := form[0]
		form = form[1:]
		if n > len(b) {
			return false
		}
		for _, c := range b[:n] {
			if kind == 'n' && !isDigit(c) || kind == 'a' && !isUpper(c) {
				return false
			}
		}
		b = b[n:]
	}
	return len(b) == 0
}

// mod97 checks the digits after the country (ISO 7064 MOD 97-10).
func mod97(iban []byte) bool {
	rest := 0
	for i := range iban {
		c := iban[(i+4)%len(iban)]
		if isDigit(c) {
			rest = (rest*10 + int(c-'0')) % 97
		} else {
			rest = (rest*100 + int(c-'A') + 10) % 97
		}
	}
	return rest == 1
}
