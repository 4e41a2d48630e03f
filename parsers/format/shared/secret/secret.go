// Package secret finds a password or a token in a text that a server sent, in whatever
// coding: a server may send back what it was sent, and its words are shown to people.
package secret

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"
)

// piece is how many characters of a secret in a row are too many to be shown.
const piece = 4

// maxText bounds how much of a text is searched, in bytes. What is longer counts as
// holding the secret: no server has that much to say.
const maxText = 64 << 10

// IsIn reports whether text holds a piece of secret: plain, backwards, with other
// characters in between, as a digest, or in a coding of mail and of the web. In doubt
// it does.
func IsIn(text, secret string) bool {
	if secret == "" {
		return false
	}
	if len(text) > maxText {
		return true
	}
	for _, view := range []string{text, unescape(text)} {
		spaceless, bare := strings.ToLower(strings.Join(strings.Fields(view), "")), alphanumeric(view)
		if holds(spaceless, strings.ToLower(strings.Join(strings.Fields(secret), "")), piece) || holdsCoded(bare, secret) {
			return true
		}
	}
	return false
}

// holdsCoded reports whether text, of letters and digits alone, holds a coding of secret.
func holdsCoded(text, secret string) bool {
	for _, form := range forms(secret) {
		if holds(text, alphanumeric(form), piece) || holdsNumbers(text, form) {
			return true
		}
		for _, code := range radix(form) {
			if holds(text, alphanumeric(code), 2*piece) {
				return true
			}
		}
	}
	for _, digest := range digests(secret) {
		if strings.Contains(text, alphanumeric(digest)) {
			return true
		}
	}
	return false
}

// holds reports whether text holds n bytes of secret in a row, or all of a shorter one.
func holds(text, secret string, n int) bool {
	n = min(n, len(secret))
	for i := 0; n > 0 && i+n <= len(secret); i++ {
		if strings.Contains(text, secret[i:i+n]) {
			return true
		}
	}
	return false
}

// alphanumeric returns the letters and digits of a text, in lower case.
func alphanumeric(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, text)
}

// forms returns what a coding may be applied to.
func forms(secret string) []string {
	return []string{
		secret, reversed(secret), strings.Map(rot13, secret), strings.ToUpper(secret), strings.ToLower(secret),
		wide(secret), base64.StdEncoding.EncodeToString([]byte(secret)),
	}
}

func reversed(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

func rot13(r rune) rune {
	switch {
	case r >= 'a' && r <= 'z':
		return 'a' + (r-'a'+13)%26
	case r >= 'A' && r <= 'Z':
		return 'A' + (r-'A'+13)%26
	}
	return r
}

// wide returns s in UTF-16, little endian, as NTLM has it.
func wide(s string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(s)) {
		b = append(b, byte(unit), byte(unit>>8))
	}
	return string(b)
}

// radix returns s in base64 and base32 as it looks after 0, 1 … other bytes, without the
// characters that it shares with those.
func radix(s string) (all []string) {
	for shift := range 3 {
		b := append(make([]byte, shift), s...)
		if code := base64.StdEncoding.EncodeToString(b[:len(b)-len(b)%3]); len(code) > 4 {
			all = append(all, code[4:])
		}
	}
	for shift := range 5 {
		b := append(make([]byte, shift), s...)
		if code := base32.StdEncoding.EncodeToString(b[:len(b)-len(b)%5]); len(code) > 8 {
			all = append(all, code[8:])
		}
	}
	return append(all, base64.RawStdEncoding.EncodeToString([]byte(s)))
}

// holdsNumbers reports whether text holds the bytes of s as numbers, with nothing in
// between.
func holdsNumbers(text, s string) bool {
	for i := 0; i+min(piece, len(s)) <= len(s); i++ {
		part := s[i : i+min(piece, len(s))]
		for _, base := range []struct{ radix, digits int }{{2, 8}, {8, 3}, {8, 0}, {10, 3}, {10, 0}, {16, 2}} {
			if len(part) > 0 && strings.Contains(text, numbers(part, base.radix, base.digits)) {
				return true
			}
		}
	}
	return false
}

// numbers returns the bytes of s in a base, each with as many digits at least.
func numbers(s string, base, digits int) string {
	var b strings.Builder
	for i := range len(s) {
		n := strconv.FormatUint(uint64(s[i]), base)
		b.WriteString(strings.Repeat("0", max(0, digits-len(n))) + n)
	}
	return b.String()
}

// digests returns what else a secret is known by.
func digests(s string) (all []string) {
	m, h, k := md5.Sum([]byte(s)), sha1.Sum([]byte(s)), sha256.Sum256([]byte(s))
	for _, d := range [][]byte{m[:], h[:], k[:]} {
		all = append(all, hex.EncodeToString(d), base64.RawStdEncoding.EncodeToString(d))
	}
	return all
}

// unescape replaces what stands for a character in URLs, quoted-printable, programs and
// HTML by that character.
func unescape(text string) string {
	escapes := regexp.MustCompile(`(?i)(?:%|=|\\x|0x|\\u00|u\+00|&#x)([0-9a-f]{2});?|(?:&#|\\)([0-9]{2,3});?`)
	return escapes.ReplaceAllStringFunc(text, func(found string) string {
		m := escapes.FindStringSubmatch(found)
		digits, base := m[1], 16
		if digits == "" {
			if digits, base = m[2], 10; found[0] == '\\' {
				base = 8
			}
		}
		n, err := strconv.ParseUint(digits, base, 8)
		if err != nil {
			return found
		}
		return string([]byte{byte(n)})
	})
}
