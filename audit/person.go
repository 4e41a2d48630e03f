package audit

import (
	"encoding/binary"
	"strings"

	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/parsers"
)

// personOf returns the number of who sent d.
func (l *Ledger) personOf(d *parsers.Delivery, flags byte) uint32 {
	l.scratch, _ = appendPerson(l.scratch[:0], d, flags)
	return l.addPerson(l.scratch, l.people.Hash(l.scratch), flags)
}

// appendPerson appends the key of who sent d, and tells whether it has the sender
// as it was logged.
func appendPerson(key []byte, d *parsers.Delivery, flags byte) (_ []byte, asLogged bool) {
	orig := ""
	if flags&personForwarding != 0 {
		orig = d.OrigRecipient
	}
	sender := envelope.PlainSender(d.Sender)
	asLogged = sender == d.Sender && isLower(sender) && len(sender) <= maxField
	if !asLogged || !isLower(orig) {
		sender, orig = strings.ToLower(sender), strings.ToLower(orig)
	}
	return appendPersonKey(key, flags, d.AuthUser, sender, orig), asLogged
}

// addPerson returns the number of a key, a new one if it was not there.
func (l *Ledger) addPerson(key []byte, h uint64, flags byte) uint32 {
	id, added := l.people.AddHashed(key, h)
	if added && flags&personSubmitted != 0 {
		if a, ok := l.canonical(unpackPerson(l.people.Get(id)).sender); ok {
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
// that forwarded it, each after its length.
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

// unpackPerson undoes appendPersonKey.
func unpackPerson(key []byte) person {
	all, at := string(key), 1 // one copy for all strings
	next := func() string {
		n, used := binary.Uvarint(key[at:])
		begin := at + used
		at = begin + int(n)
		return all[begin:at]
	}
	return person{flags: key[0], login: next(), sender: next(), alias: next()}
}
