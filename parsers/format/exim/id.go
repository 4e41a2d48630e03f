package exim

// Lengths of an id: 6-6-2 characters of base 62, since Exim 4.97 6-11-4.
const (
	shortID = 6 + 1 + 6 + 1 + 2
	longID  = 6 + 1 + 11 + 1 + 4
)

// cutID cuts an id and a blank from the rest of a line.
func cutID(b []byte) (id, rest []byte, ok bool) {
	for _, n := range [...]int{shortID, longID} {
		if len(b) > n && b[n] == ' ' && b[6] == '-' && (n == shortID && b[13] == '-' || n == longID && b[18] == '-') && base62(b[:6]) && base62(b[7:13]) {
			return b[:n], b[n+1:], true
		}
	}
	return nil, nil, false
}

func base62(b []byte) bool {
	for _, c := range b {
		if c-'0' >= 10 && c-'A' >= 26 && c-'a' >= 26 {
			return false
		}
	}
	return true
}
