package aliases

import "strings"

// isAddress reports a local part and the domain of a mail server. A domain of one label is
// none, but for localhost: in kim@gmial or kim@gmial,com something is missing.
func isAddress(s string) bool {
	at := strings.LastIndexByte(s, '@')
	return at > 0 && isLocalPart(s[:at]) && isDomain(s[at+1:])
}

// isLocalPart reports a quoted string, or an atom with dots anywhere, as servers take them
// (RFC 5321 section 4.1.2, RFC 6531 section 3.3).
func isLocalPart(s string) bool {
	if len(s) > 2 && s[0] == '"' && s[len(s)-1] == '"' {
		return !strings.Contains(s[1:len(s)-1], `"`)
	}
	return !strings.ContainsFunc(s, func(c rune) bool { return c <= ' ' || c == 0x7f || strings.ContainsRune(`,;:<>()[]"\@`, c) })
}

// isDomain reports labels of letters, digits, hyphens and underscores, ASCII or not, or
// the address of a machine in brackets.
func isDomain(s string) bool {
	if strings.HasPrefix(s, "[") {
		return strings.HasSuffix(s, "]")
	}
	labels := strings.Split(strings.TrimSuffix(s, "."), ".")
	for _, label := range labels {
		if label == "" || label[0] == '-' || label[len(label)-1] == '-' || strings.ContainsFunc(label, isOutsideOfLabel) {
			return false
		}
	}
	return len(labels) > 1 || strings.EqualFold(s, "localhost")
}

func isOutsideOfLabel(c rune) bool {
	isASCII := '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '-' || c == '_'
	return c < 0x80 && !isASCII
}
