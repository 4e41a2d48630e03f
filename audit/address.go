package audit

import (
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// address returns the number of an address, a new one if it was not there.
func (l *Ledger) address(raw string) (id uint32, ok bool) {
	a, ok := l.canonical(raw)
	if !ok {
		return 0, false
	}
	return l.addressOf(a, l.addresses.hash(a), l.domains.hash(domainPart(a))), true
}

// addressOf is address for one in canonical form whose hash, and whose
// domain's, is known.
func (l *Ledger) addressOf(a []byte, h, domainHash uint64) uint32 {
	id, ok := l.addresses.findHashed(a, h)
	if !ok {
		dom := l.domainHashed(domainPart(a), domainHash) // it may add an address of its own
		id, _ = l.addresses.addHashed(a, h)
		l.domainOf.add(dom)
	}
	return id
}

func (l *Ledger) domain(canonical []byte) uint32 {
	return l.domainHashed(canonical, l.domains.hash(canonical))
}

func (l *Ledger) domainHashed(canonical []byte, h uint64) uint32 {
	id, added := l.domains.addHashed(canonical, h)
	if added {
		s := domainStats{keep: l.config.Keep == nil || l.config.Keep(string(canonical))}
		l.stats.add(s)
		if !s.keep {
			all, _ := l.addresses.add(append([]byte{'@'}, canonical...))
			l.domainOf.add(id)
			l.stats.at(id).all = all
		}
	}
	return id
}

// canonical returns address with its local part in lower case, unquoted, and
// its domain in canonical form, in l.scratch. Address literals and local names
// have no domain that could be mistyped.
func (l *Ledger) canonical(address string) ([]byte, bool) {
	if len(address) > maxField {
		return nil, false
	}
	b := l.scratch[:0]
	at := -1
	for i := 0; i < len(address); i++ {
		c := address[i]
		switch {
		case c-'A' < 26:
			c += 'a' - 'A'
		case c == '@' && at < 0:
			at = i
		case c >= 0x80 || c == '"' || c == '@' || c == '\\' || c == '[' || c <= ' ':
			return l.canonicalSlow(address)
		}
		b = append(b, c)
	}
	l.scratch = b
	if at <= 0 || !plainDomain(b[at+1:]) {
		return l.canonicalSlow(address)
	}
	return b, true
}

// plainDomain tells the domains that are in canonical form already.
func plainDomain(d []byte) bool {
	n := len(d)
	if n == 0 || n > 253 || d[0] == '.' || d[n-1] == '.' {
		return false
	}
	dot, digits := false, false // digits: the label so far is a number
	for i, c := range d {
		switch {
		case c-'0' < 10:
		case c-'a' < 26 || c == '-':
			digits = false
		case c == '.':
			if d[i-1] == '.' {
				return false
			}
			dot, digits = true, true
		default:
			return false
		}
	}
	return dot && !digits
}

func (l *Ledger) canonicalSlow(address string) ([]byte, bool) {
	local, dom, ok := domain.SplitAddress(address)
	if !ok {
		return nil, false
	}
	name, err := domain.Parse(dom)
	if err != nil {
		return nil, false
	}
	b := append(l.scratch[:0], strings.ToLower(unquote(local))...)
	b = append(b, '@')
	b = append(b, name.String()...)
	l.scratch = b
	return b, true
}

// unquote undoes a quoted local part (RFC 5321 section 4.1.2).
func unquote(local string) string {
	n := len(local)
	if n < 2 || local[0] != '"' || local[n-1] != '"' {
		return local
	}
	var b strings.Builder
	for i := 1; i < n-1; i++ {
		if local[i] == '\\' && i+1 < n-1 {
			i++
		}
		b.WriteByte(local[i])
	}
	return b.String()
}

// domainPart returns what stands behind the last "@" of a canonical address.
func domainPart(address []byte) []byte {
	for i := len(address) - 1; i >= 0; i-- {
		if address[i] == '@' {
			return address[i+1:]
		}
	}
	return nil
}
