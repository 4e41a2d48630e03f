package queue

import (
	"net/netip"
	"strings"
	"unsafe"
)

// IsPrivate tells loopback, private, link-local and shared addresses (RFC 1918,
// 4193, 6598): hosts of the organisation itself.
func IsPrivate(address []byte) bool {
	if len(address) == 0 {
		return false
	}
	switch address[0] {
	case '1', ':', 'f', 'F', 'I', 'i': // as all of them begin
	default:
		return false
	}
	text := strings.TrimPrefix(unsafe.String(unsafe.SliceData(address), len(address)), "IPv6:")
	ip, err := netip.ParseAddr(text)
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

// EnhancedCode returns the first enhanced status code (RFC 3463) in what a
// server answered: "550-5.1.1 text", "550 5.7.1 text"; "" if there is none.
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
