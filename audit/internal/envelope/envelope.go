// Package envelope reads what mail systems write around the addresses and hosts
// of a delivery.
package envelope

import (
	"strings"

	"github.com/cespare/xxhash/v2"
)

// PlainSender undoes what mail systems add to an envelope sender, so that the
// mail of one sender is ranked under one name.
//
//	prvs=1234567890=alice@corp.example        BATV (draft-levine-smtp-batv)
//	bounces+jane=army.ml@corp.example         VERP (Bernstein; XVERP of Postfix)
//	SRS0=HHH=TT=partner.example=x@corp.example   SRS (Mengwong, libsrs2)
//	SRS1=HHH=first.example==HHH=TT=partner.example=x@corp.example
func PlainSender(address string) string {
	at := strings.LastIndexByte(address, '@')
	if at <= 0 {
		return address
	}
	local, domain := address[:at], address[at+1:]
	switch {
	case !strings.ContainsRune(local, '='):
		return address
	case hasPrefixFold(local, "prvs="):
		if _, user, ok := strings.Cut(local[len("prvs="):], "="); ok && user != "" {
			return user + "@" + domain
		}
	case hasPrefixFold(local, "srs0") || hasPrefixFold(local, "srs1"):
		if original, ok := undoSRS(local); ok {
			return original
		}
	default:
		return undoVERP(local) + "@" + domain
	}
	return address
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// undoSRS returns the address within an SRS0 or SRS1 local part: its last two
// "=" separated parts are the domain and the local part.
func undoSRS(local string) (string, bool) {
	parts := strings.SplitN(local, "=", -1)
	n := 4 // SRS0=hash=timestamp=domain=local: the local part may hold more "="
	if hasPrefixFold(local, "srs1") {
		i := strings.Index(local, "==")
		if i < 0 {
			return "", false
		}
		parts = strings.Split("srs0="+local[i+2:], "=")
	}
	if len(parts) <= n || !strings.Contains(parts[3], ".") {
		return "", false
	}
	return strings.Join(parts[4:], "=") + "@" + parts[3], true
}

// undoVERP returns the local part before "+user=host" or "-user=host".
func undoVERP(local string) string {
	eq := strings.LastIndexByte(local, '=')
	if eq < 0 || !strings.Contains(local[eq+1:], ".") {
		return local
	}
	i := strings.IndexByte(local[:eq], '+')
	if i < 0 {
		i = strings.LastIndexByte(local[:eq], '-')
	}
	if i <= 0 {
		return local
	}
	return local[:i]
}

// Site returns the part of a relay's name that the hosts of one operator share:
// a smarthost has several (out1.isp.example, out2.isp.example). Those are the last
// two labels, and three where the second to last is short as in "co.uk"; the
// hosts of operators that HostsMail names are their customers', and all of the name
// counts. A relay
// without a name is its address; "" is none.
func Site(relay string) string {
	site, _ := siteOf(relay)
	return site
}

// siteOf returns the Site of a relay, and whether the relay is of an operator that HostsMail
// names.
func siteOf(relay string) (site string, hostsMail bool) {
	host, address, _ := strings.Cut(relay, "[")
	if host == "" || host == "unknown" {
		address, _, _ = strings.Cut(address, "]")
		return address, HostsMail(address)
	}
	if name, port, ok := strings.Cut(host, ":"); ok {
		if strings.Contains(port, ":") {
			return host, HostsMail(host) // an address without brackets
		}
		host = name
	}
	dot := lastDot(host, len(host))
	if isDigit(host[dot+1:]) {
		return host, false
	}
	second := lastDot(host, dot)
	if namesMailHost(host[second+1:]) {
		return host, true
	}
	if second >= 0 && len(host)-dot == len(".uk") && dot-second <= len(".com") {
		second = lastDot(host, second)
	}
	return host[second+1:], false
}

// HostsMail says whether a host is of one of the large operators that take the mail
// of many domains as the domains' own server: that they took mail for some of
// them says nothing.
func HostsMail(host string) bool {
	return namesMailHost(host[lastDot(host, lastDot(host, len(host)))+1:])
}

// namesMailHost is HostsMail of the last two labels of a host.
func namesMailHost(labels string) bool {
	switch labels {
	case "google.com", "googlemail.com", "outlook.com", "mimecast.com", "pphosted.com", "messagelabs.com", "secureserver.net", "yahoodns.net":
		return true
	}
	return false
}

// isDigit says whether s begins with a digit.
func isDigit(s string) bool { return s != "" && s[0]-'0' < 10 }

// lastDot returns the index of the last dot before end, -1 if there is none.
func lastDot(host string, end int) int {
	if end < 0 {
		return -1
	}
	return strings.LastIndexByte(host[:end], '.')
}

// HashHost hashes whose host a relay is, by its name or, without one, by its
// address; 0 stands for none: an export that names no relay has none.
func HashHost(relay string) uint32 {
	site, isHoster := siteOf(relay)
	if site == "" {
		return 0
	}
	h := uint32(xxhash.Sum64String(site))&^hostsMail | 1
	if isHoster {
		h |= hostsMail
	}
	return h
}

// TakesMany reports whether the hash of a host says that it takes the mail of many domains
// (HostsMail).
func TakesMany(hash uint32) bool { return hash&hostsMail != 0 }

// hostsMail is the bit of a host's hash that says that it takes the mail of many
// domains as their own server.
const hostsMail = 2

// RelayHost returns the name of a relay as it is logged, "name[address]:port".
func RelayHost(relay string) string {
	host, _, _ := strings.Cut(relay, "[")
	return host
}
