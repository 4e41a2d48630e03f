package audit

import (
	"encoding/binary"
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
)

// personOf returns the number of who sent d.
func (l *Ledger) personOf(d *parsers.Delivery, flags byte) uint32 {
	orig := ""
	if flags&personForwarding != 0 {
		orig = d.OrigRecipient
	}
	p := &l.person
	key := appendPersonKey(l.scratch[:0], flags, d.AuthUser, d.Sender, orig)
	l.scratch = key
	if string(key) == string(p.key) {
		return p.id
	}
	p.key = append(p.key[:0], key...)
	sender := plainSender(d.Sender)
	p.plain = sender == d.Sender && isLower(sender) && len(sender) <= maxField
	if !p.plain || !isLower(orig) {
		key = appendPersonKey(key[:0], flags, d.AuthUser, strings.ToLower(sender), strings.ToLower(orig))
		l.scratch = key
	}
	id, added := l.people.add(key)
	p.id = id
	if added && flags&personSubmitted != 0 {
		if a, ok := l.canonical(sender); ok {
			l.domain(a.domain) // it may be ours
		}
	}
	return id
}

func isLower(s string) bool {
	for i := range len(s) {
		if s[i]-'A' < 26 || s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// maxField bounds an address or login, in bytes; RFC 5321 section 4.5.3.1
// allows 254. Of a longer one the beginning is kept to name a person by, and as
// a recipient it is left out.
const maxField = 1024

// appendPersonKey packs who sent a message: flags, login, sender and the alias
// that forwarded it, each behind its length.
func appendPersonKey(key []byte, flags byte, login, sender, alias string) []byte {
	key = append(key, flags)
	for _, f := range [...]string{login, sender, alias} {
		f = f[:min(len(f), maxField)]
		key = binary.AppendUvarint(key, uint64(len(f)))
		key = append(key, f...)
	}
	return key
}

// A person is an unpacked person key.
type person struct {
	flags                byte
	login, sender, alias string
}

// unpackPerson undoes appendPersonKey; the strings are lent from key.
func unpackPerson(key []byte) person {
	next := func() string {
		n, used := binary.Uvarint(key)
		s := lent(key[used : used+int(n)])
		key = key[used+int(n):]
		return s
	}
	p := person{flags: key[0]}
	key = key[1:]
	p.login, p.sender, p.alias = next(), next(), next()
	return p
}
