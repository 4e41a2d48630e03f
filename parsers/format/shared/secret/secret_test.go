package secret

import (
	"crypto/sha1"
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// each returns the characters of s, each in a form, with sep in between.
func each(s, form, sep string) string {
	var all []string
	for i := range len(s) {
		all = append(all, fmt.Sprintf(form, s[i]))
	}
	return strings.Join(all, sep)
}

func TestIsIn(t *testing.T) {
	t.Parallel()
	const word = "Tr0ub4dor-and-3"
	sum := sha1.Sum([]byte(word))
	for name, text := range map[string]string{
		"plain":              "no user with the password " + word,
		"a piece":            "it begins with Tr0u, does it not",
		"upper case":         strings.ToUpper(word),
		"backwards":          reversed(word),
		"spaced":             each(word, "%c", " "),
		"dotted":             each(word, "%c", "."),
		"rot13":              strings.Map(rot13, word),
		"hex":                hex.EncodeToString([]byte(word)),
		"hex with colons":    each(word, "%02X", ":"),
		"hex in C":           each(word, `\x%02x`, ""),
		"hex, 0x":            each(word, "0x%02x", ", "),
		"octal":              each(word, `\%03o`, ""),
		"decimal":            each(word, "%d", " "),
		"binary":             each(word, "%08b", " "),
		"HTML":               each(word, "&#%d;", ""),
		"HTML, hex":          each(word, "&#x%x;", ""),
		"JSON":               each(word, `\u%04x`, ""),
		"percent":            each(word, "%%%02x", ""),
		"query":              url.QueryEscape(word),
		"quoted-printable":   each(word, "=%02X", ""),
		"base64":             base64.StdEncoding.EncodeToString([]byte(word)),
		"base64 after other": base64.URLEncoding.EncodeToString([]byte("\x00kim\x00" + word)),
		"base64 twice":       base64.StdEncoding.EncodeToString([]byte(base64.StdEncoding.EncodeToString([]byte(word)))),
		"base64 of UTF-16":   base64.StdEncoding.EncodeToString([]byte(wide(word))),
		"base32":             base32.StdEncoding.EncodeToString([]byte("kim:" + word)),
		"a digest":           hex.EncodeToString(sum[:]),
		"folded":             "Tr0\r\n ub4\r\n dor",
		"endless":            strings.Repeat("x", maxText+1),
	} {
		if !IsIn(text, word) {
			t.Errorf("%s: not found in %s", name, text)
		}
	}
	for _, text := range []string{
		"", "[AUTHENTICATIONFAILED] Invalid credentials (Failure)", "5.7.8 Error: authentication failed: UGFzc3dvcmQ6",
		"5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled [FR0P281CA0041.DEUP281.PROD.OUTLOOK.COM 2026-11-20T09:12:44.117Z 08DE27F1C3B5E8A2]",
		"5.7.8 Username and Password not accepted. For more information, go to https://support.google.com/mail/?p=BadCredentials 5b1f17b1804b1-477b82e3f1dsm41263115e9.4 - gsmtp",
	} {
		if IsIn(text, word) {
			t.Errorf("found in %q", text)
		}
	}
	if !IsIn("it is ab!", "ab!") || IsIn("ab", "") || !IsIn("so: !?!?#", "!?!?#") {
		t.Error("a short secret, none, or one of punctuation alone")
	}
}
