// Package envelope reads what mail systems write around the addresses and hosts
// of a delivery.
package envelope

import "strings"

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

// RelayHost returns the name of a relay as it is logged, "name[address]:port".
func RelayHost(relay string) string {
	host, _, _ := strings.Cut(relay, "[")
	return host
}
