package wire

import (
	"bytes"
	"strings"
)

// A Status is a response that says how a command or the connection fares (RFC 9051
// section 7.1).
type Status struct {
	Kind      string // OK, NO, BAD, BYE or PREAUTH; "" if there was none
	Code      string // in capitals, such as AUTHENTICATIONFAILED; "" for none
	Arguments string // of the code
	Text      string
}

// isKnown reports whether a word is the kind of a Status.
func isKnown(kind string) bool {
	switch kind {
	case "OK", "NO", "BAD", "BYE", "PREAUTH":
		return true
	}
	return false
}

// readStatus reads a status, and the tag of the command that it ends; "*" for none.
func readStatus(response []byte) (s Status, tag string, ok bool) {
	first, rest, _ := bytes.Cut(bytes.TrimRight(response, "\r\n"), []byte(" "))
	kind, text, _ := strings.Cut(string(rest), " ")
	if kind = strings.ToUpper(kind); !isKnown(kind) || len(first) == 0 || first[0] == '+' {
		return s, "", false
	}
	s = Status{Kind: kind, Text: text}
	if inner, found := strings.CutPrefix(text, "["); found {
		code, after, closed := strings.Cut(inner, "]")
		if closed {
			s.Code, s.Arguments, _ = strings.Cut(code, " ")
			s.Code, s.Text = strings.ToUpper(s.Code), strings.TrimSpace(after)
		}
	}
	return s, string(first), true
}
