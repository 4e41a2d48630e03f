package imap

import (
	"encoding/base64"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// decodeName returns a folder's name as people read it. Servers send names in UTF-7 of
// their own (RFC 3501 section 5.1.3), and a few in UTF-8 or Latin-1; a name that is
// none of these stays as it is.
func decodeName(raw string) string {
	if strings.EqualFold(raw, "INBOX") {
		return "INBOX"
	}
	if !utf8.ValidString(raw) {
		return fromLatin1(raw)
	}
	if name, ok := decodeUTF7(raw); ok {
		return name
	}
	return raw
}

func fromLatin1(raw string) string {
	var b strings.Builder
	for i := range len(raw) {
		b.WriteRune(rune(raw[i]))
	}
	return b.String()
}

// decodeUTF7 undoes the UTF-7 of folder names: "&", UTF-16 in base64, "-".
func decodeUTF7(raw string) (name string, ok bool) {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(raw, "&")
		b.WriteString(before)
		if !found {
			return b.String(), true
		}
		code, after, closed := strings.Cut(rest, "-")
		if !closed {
			return "", false
		}
		text := "&"
		if code != "" {
			if text, ok = decodeUTF16(code); !ok {
				return "", false
			}
		}
		b.WriteString(text)
		raw = after
	}
}

// decodeUTF16 reads UTF-16 in base64 with "," for "/", and without padding.
func decodeUTF16(code string) (text string, ok bool) {
	b, err := base64.RawStdEncoding.DecodeString(strings.ReplaceAll(code, ",", "/"))
	if err != nil || len(b)%2 != 0 {
		return "", false
	}
	var units []uint16
	for i := 0; i < len(b); i += 2 {
		units = append(units, uint16(b[i])<<8|uint16(b[i+1]))
	}
	runes := utf16.Decode(units)
	for _, r := range runes {
		if r == utf8.RuneError {
			return "", false
		}
	}
	return string(runes), true
}

// quotedName writes a name as the server sent it, for a command. It is false for one
// that no quoted string can hold.
func quotedName(raw string) (quoted string, ok bool) {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(raw) + `"`, !strings.ContainsAny(raw, "\r\n\x00")
}
