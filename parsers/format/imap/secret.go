package imap

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
)

// givesAwayAt is how many characters of a secret in a row are too many to be
// shown.
const givesAwayAt = 4

// givesAway reports whether text holds a piece of secret: plain, backwards, or
// in one of the codes that go over the wire. In doubt it does.
func givesAway(text, secret string) bool {
	if secret == "" {
		return false
	}
	text = strings.Join(strings.Fields(text), "")
	for _, code := range encoded(secret) {
		if holds(text, code, 2*givesAwayAt) {
			return true
		}
	}
	text, secret = strings.ToLower(text), strings.ToLower(strings.Join(strings.Fields(secret), ""))
	if holds(text, secret, givesAwayAt) || holds(text, reversed(secret), givesAwayAt) ||
		holds(text, hex.EncodeToString([]byte(secret)), 2*givesAwayAt) {
		return true
	}
	if plain, err := url.QueryUnescape(text); err == nil && holds(plain, secret, givesAwayAt) {
		return true
	}
	return false
}

// holds reports whether text holds n bytes of secret in a row, or all of a
// shorter one.
func holds(text, secret string, n int) bool {
	n = min(n, len(secret))
	for i := 0; i+n <= len(secret); i++ {
		if strings.Contains(text, secret[i:i+n]) {
			return true
		}
	}
	return false
}

func reversed(s string) string {
	b := []byte(s)
	for i, j := 0, len(b)-1; i < j; i, j = i+1, j-1 {
		b[i], b[j] = b[j], b[i]
	}
	return string(b)
}

// encoded returns secret in base64 as it looks after 0, 1 or 2 other bytes,
// without the characters that it shares with those.
func encoded(secret string) (forms []string) {
	for shift := range 3 {
		b := append(make([]byte, shift), secret...)
		b = b[:len(b)-len(b)%3]
		if code := base64.StdEncoding.EncodeToString(b); len(code) > 4 {
			forms = append(forms, code[4:])
		}
	}
	return forms
}
