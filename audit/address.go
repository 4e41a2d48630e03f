package audit

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/compact"
)

// An addressTable numbers distinct addresses from 0 on. One differs from
// another by its domain and the hash of its local part.
type addressTable struct {
	list  compact.List[address]
	texts compact.Texts // local parts, each after its length
	slots compact.Slots
	seed  uint64 // of the hashes
}

// An address is a recipient: a local part at a domain.
type address struct {
	local  uint64 // hash of the local part
	domain uint32
	text   uint32 // where the local part lies
}

func newAddressTable() addressTable {
	return addressTable{slots: compact.NewSlots(), seed: maphash.Bytes(maphash.MakeSeed(), nil)}
}

func (t *addressTable) len() int { return t.list.Len() }

func (t *addressTable) at(id uint32) *address { return t.list.At(id) }

// local returns the local part of an address.
func (t *addressTable) local(id uint32) []byte {
	b := t.texts.From(t.at(id).text)
	n := binary.LittleEndian.Uint16(b)
	return b[localHead : localHead+n]
}

// localHead is the length of the length before a local part, in bytes.
const localHead = 2

// hashLocal hashes a local part in canonical form, the same in every process.
func hashLocal(local []byte) uint64 { return xxhash.Sum64(local) }

// hash hashes an address for its slot. Its seed is random: nobody can make
// addresses that crowd.
func (t *addressTable) hash(local uint64, dom uint32) uint64 {
	return compact.Mix(compact.Mix(local^t.seed) + uint64(dom))
}

// reach is like Interner.Reach.
func (t *addressTable) reach(hashes []uint64) (any uint32) {
	for some := range slices.Chunk(hashes, reachBatch) {
		var ids [reachBatch]uint32
		n := 0
		for _, h := range some {
			if id, ok := t.slots.First(h); ok {
				ids[n] = id
				n++
			}
		}
		for _, id := range ids[:n] {
			any += t.at(id).domain
		}
	}
	return any
}

// reachBatch is how many look-ups are begun at once.
const reachBatch = 64

// probe returns the number of an address, or the slot for it.
func (t *addressTable) probe(h, local uint64, dom uint32) (id uint32, slot uint64, ok bool) {
	return t.slots.Find(h, func(id uint32) bool {
		a := t.at(id)
		return a.local == local && a.domain == dom
	})
}

// add returns the number of an address, a new one if it was not there. text is
// its local part, no longer than maxField.
func (t *addressTable) add(h, local uint64, dom uint32, text []byte) uint32 {
	id, slot, ok := t.probe(h, local, dom)
	if ok {
		return id
	}
	b, at := t.texts.Room(localHead + len(text))
	binary.LittleEndian.PutUint16(b, uint16(len(text)))
	copy(b[localHead:], text)
	id = t.list.Add(address{local, dom, at})
	t.slots.Put(slot, h, id, t.len())
	return id
}

// address returns the number of an address, a new one if it was not there.
func (l *Ledger) address(raw string) (id uint32, ok bool) {
	a, ok := l.canonical(raw)
	if !ok {
		return 0, false
	}
	dom, local := l.domain(a.domain), hashLocal(a.local)
	return l.addresses.add(l.addresses.hash(local, dom), local, dom, a.local), true
}

// domain returns the number of a domain, a new one if it was not there.
func (l *Ledger) domain(canonical []byte) uint32 {
	return l.domainHashed(canonical, l.domains.Hash(canonical))
}

// domainHashed is domain where the hash is known.
func (l *Ledger) domainHashed(canonical []byte, h uint64) uint32 {
	id, added := l.domains.AddHashed(canonical, h)
	if added {
		s := domainStats{keep: l.config.keeps(canonical)}
		if !s.keep {
			s.all = l.addNobody(id)
		}
		l.stats.Add(s)
	}
	return id
}

// addNobody returns the number of the address that stands for all of a domain.
func (l *Ledger) addNobody(dom uint32) uint32 {
	nobody := hashLocal(nil)
	return l.addresses.add(l.addresses.hash(nobody, dom), nobody, dom, nil)
}

// addNobodies finds those addresses again, or adds them.
func (l *Ledger) addNobodies() {
	for dom := range uint32(l.stats.Len()) {
		if s := l.stats.At(dom); !s.keep {
			s.all = l.addNobody(dom)
		}
	}
}

// sortAddresses gives the addresses new numbers: those of a domain follow each
// other, in the order of the hashes of their local parts, the same whatever was
// read first. It returns the first address of each domain, and the end of them.
// From then on no address can be added.
func (l *Ledger) sortAddresses() (starts []uint32) {
	old := &l.addresses
	order := compact.NewCSR(l.domains.Len(), old.len(), func(id int) uint32 { return old.at(uint32(id)).domain })
	for dom := range l.domains.Len() {
		slices.SortFunc(order.Of(uint32(dom)), func(x, y uint32) int { return cmp.Compare(old.at(x).local, old.at(y).local) })
	}
	to := make([]uint32, old.len())
	var sorted compact.List[address]
	for _, id := range order.Items {
		to[id] = sorted.Add(*old.at(id))
	}
	l.addresses = addressTable{list: sorted, texts: old.texts}
	l.edges.renumber(nil, to)
	l.renumberDetails(renumbered{addresses: to})
	return order.Starts
}

// A canonicalAddress has its local part in lower case, unquoted, and its domain
// in canonical form.
type canonicalAddress struct {
	local, domain []byte
	asWritten     bool // it was written so
}

// Classes of the letters of an address.
const (
	plainLetter = iota
	upperLetter
	atSign
	oddLetter // of a quoted local part, an address literal, or beyond ASCII
)

// letters is the class of each.
const letters = "\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03" +
	"\x03\x00\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x02\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x03\x03\x00\x00\x00" +
	"\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" +
	"\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03" +
	"\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03" +
	"\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03" +
	"\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03\x03"

// canonical returns an address in canonical form, which is valid until l.scratch is
// used again.
func (l *Ledger) canonical(address string) (a canonicalAddress, ok bool) {
	l.scratch, a, ok = canonical(l.scratch[:0], address)
	return a, ok
}

// canonical appends an address in canonical form. Address literals and local names
// have no domain that could be mistyped.
func canonical(to []byte, address string) ([]byte, canonicalAddress, bool) {
	if len(address) > maxField {
		return to, canonicalAddress{}, false
	}
	at := strings.IndexByte(address, '@')
	if at <= 0 {
		return canonicalSlow(to, address)
	}
	begin := len(to)
	to = append(to, address...)
	b := to[begin:]
	var seen byte
	for _, c := range b[:at] {
		seen |= letters[c]
	}
	if seen == plainLetter && plainDomain(b[at+1:]) {
		return to, canonicalAddress{b[:at], b[at+1:], true}, true
	}
	for _, c := range b[at+1:] {
		seen |= letters[c]
	}
	if seen != upperLetter {
		return canonicalSlow(to[:begin], address)
	}
	for i, c := range b {
		if c-'A' < 26 {
			b[i] += 'a' - 'A'
		}
	}
	if !plainDomain(b[at+1:]) {
		return canonicalSlow(to[:begin], address)
	}
	return to, canonicalAddress{b[:at], b[at+1:], false}, true
}

// plainDomain returns whether a domain is in canonical form already.
func plainDomain(d []byte) bool {
	n := len(d)
	if n == 0 || n > 253 {
		return false
	}
	var bad uint8
	before := uint8(dotLetter) // there is no dot at the begin, or after another one
	for _, c := range d {
		class := domainLetters[c]
		bad |= class&otherLetter | class&before
		before = class & dotLetter
	}
	if bad|before != 0 {
		return false
	}
	last := bytes.LastIndexByte(d, '.') + 1
	for _, c := range d[last:] {
		if last > 0 && c-'0' >= 10 {
			return true // the last label is no number
		}
	}
	return false
}

// Classes of the letters of a domain in canonical form, as bits.
const (
	dotLetter   = 1 << iota
	otherLetter // that it has none of
)

var domainLetters = func() (class [256]uint8) {
	for c := range class {
		switch {
		case c == '.':
			class[c] = dotLetter
		case c != '-' && (c < '0' || c > '9') && (c < 'a' || c > 'z'):
			class[c] = otherLetter
		}
	}
	return class
}()

func canonicalSlow(to []byte, address string) ([]byte, canonicalAddress, bool) {
	local, dom, ok := domain.SplitAddress(address)
	if !ok {
		return to, canonicalAddress{}, false
	}
	name, err := domain.Parse(dom)
	if err != nil {
		return to, canonicalAddress{}, false
	}
	begin := len(to)
	to = append(to, strings.ToLower(unquote(local))...)
	at := len(to)
	to = append(to, '@')
	to = append(to, name.String()...)
	return to, canonicalAddress{to[begin:at], to[at+1:], string(to[begin:]) == address}, true
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
