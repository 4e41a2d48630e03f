package queue

import (
	"net/netip"
	"strings"

	"github.com/typoaudit/typoaudit/parsers/lines"
)

// IsPrivate reports whether an address is loopback, private, link-local or
// shared (RFC 1918, 4193, 6598): of a host of the organisation itself.
func IsPrivate(address []byte) bool {
	text := lines.Borrow(address)
	if !beginsPrivate(text) {
		return false
	}
	ip, err := netip.ParseAddr(strings.TrimPrefix(text, "IPv6:"))
	if err != nil {
		return false
	}
	ip = ip.Unmap()
	if ip.Is4() {
		if b := ip.As4(); b[0] == 100 && b[1]&0xc0 == 64 {
			return true
		}
	}
	return ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()
}

// beginsPrivate reports whether an address may be private by its first letters:
// most are not, and need not be parsed.
func beginsPrivate(address string) bool {
	if len(address) < 2 {
		return false
	}
	switch address[0] {
	case ':', 'f', 'F', 'I', 'i':
		return true
	case '1':
		switch address[1] {
		case '0':
			return strings.HasPrefix(address, "10.") || strings.HasPrefix(address, "100.")
		case '2', '6', '7', '9':
			return strings.HasPrefix(address, "127.") || strings.HasPrefix(address, "169.254.") ||
				strings.HasPrefix(address, "172.") || strings.HasPrefix(address, "192.168.")
		}
	}
	return false
}

// EnhancedCode returns the first enhanced status code (RFC 3463) in the answer
// of a server: "550-5.1.1 text", "550 5.7.1 text"; nil if there is none.
func EnhancedCode(reply []byte) []byte {
	for i := 0; i+5 <= len(reply); i++ {
		c := reply[i]
		if c != '2' && c != '4' && c != '5' || reply[i+1] != '.' || i > 0 && reply[i-1] != ' ' && reply[i-1] != '-' {
			continue
		}
		j, dots := i+2, 1
		for j < len(reply) && (reply[j]-'0' < 10 || reply[j] == '.' && dots < 2 && reply[j-1] != '.') {
			if reply[j] == '.' {
				dots++
			}
			j++
		}
		if dots == 2 && reply[j-1] != '.' && j-i <= len("5.999.999") && (j == len(reply) || reply[j] == ' ' || reply[j] == '\\') {
			return reply[i:j]
		}
	}
	return nil
}
