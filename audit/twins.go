package audit

import (
	"cmp"
	"iter"
	"math/bits"
	"slices"
	"sort"

	"github.com/typoaudit/typoaudit/audit/internal/addresses"
	"github.com/typoaudit/typoaudit/audit/internal/compact"
)

// Twins are recipients of the same name at two domains: j.smith at acme.co and
// at acme.com. They show that the one was meant for the other.

// maxShared is how many domains a local part may stand at and still mean one
// person; info@ and postmaster@ stand at more.
const maxShared = 12

// maxTwinAddresses bounds the recipients of one domain that are looked at.
const maxTwinAddresses = 1000

// Recipients are the addresses that mail went to or came from, those of a domain
// one after the other, with who wrote to them.
type recipients struct {
	addresses  addresses.Table
	byDomain   []uint32 // the first address of each domain, and the end of them
	edges      edges    // to each address
	locals     []uint64 // hash of the local part, and the address
	localsFrom []uint32 // of the first bits of the hash
	headBits   int      // how many bits these are
	common     []uint64 // of each domain, hashes of the names there that too many domains have, as a set
}

// newRecipients sorts the addresses by their local part: first by the upper bits
// of its hash, which spreads them evenly, and then the few that share these. They
// are sorted by domain already.
func newRecipients(all addresses.Table, byDomain []uint32) recipients {
	r := recipients{addresses: all, byDomain: byDomain}
	list := &all
	r.headBits = min(mostHeadBits, bits.Len(uint(list.Len())))
	byHead := compact.NewCSR(1<<r.headBits, list.Len(), func(id int) uint32 { return r.headOf(list.At(uint32(id)).Local) })
	r.locals, r.localsFrom = make([]uint64, list.Len()), byHead.Starts
	for i, id := range byHead.Items {
		r.locals[i] = list.At(id).Local>>32<<32 | uint64(id)
	}
	for head := range 1 << r.headBits {
		slices.SortFunc(r.locals[r.localsFrom[head]:r.localsFrom[head+1]], func(x, y uint64) int {
			if c := cmp.Compare(x>>32, y>>32); c != 0 {
				return c
			}
			return r.compareLocals(uint32(x), uint32(y))
		})
	}
	r.findCommon()
	return r
}

// findCommon notes which domains have names that too many domains have.
func (r *recipients) findCommon() {
	r.common = make([]uint64, len(r.byDomain)-1)
	for from := 0; from < len(r.locals); {
		h, to := r.locals[from]>>32, from+1
		for to < len(r.locals) && r.locals[to]>>32 == h {
			to++
		}
		if to-from > maxShared {
			for _, entry := range r.locals[from:to] {
				r.common[r.addresses.At(uint32(entry)).Domain] |= 1 << (h & 63)
			}
		}
		from = to
	}
}

// mayShare reports domains that may both have a name that too many domains have.
func (r *recipients) mayShare(a, b uint32) bool { return r.common[a]&r.common[b] != 0 }

// mostHeadBits is how many bits of a local part's hash lead at most to its place in
// locals, so that the search there is short.
const mostHeadBits = 16

// headOf returns these bits.
func (r *recipients) headOf(local uint64) uint32 { return uint32(local >> (64 - r.headBits)) }

// namesakes returns the entries of locals with the upper half of a local
// part's hash.
func (r *recipients) namesakes(local uint64) []uint64 {
	h := local >> 32
	head := r.headOf(local)
	near := r.locals[r.localsFrom[head]:r.localsFrom[head+1]]
	from, _ := slices.BinarySearch(near, h<<32)
	from += int(r.localsFrom[head])
	to := from
	for to < len(r.locals) && r.locals[to]>>32 == h && to-from <= maxShared {
		to++
	}
	return r.locals[from:to]
}

// elsewhere yields the domains where recipients of a domain have a namesake, once for each
// of them. Names that too many domains have are left out.
func (r *recipients) elsewhere(id uint32) iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		for address, end := r.of(id); address < end; address++ {
			local := r.addresses.At(address).Local
			same := r.namesakes(local)
			if len(same) > maxShared {
				continue
			}
			for _, entry := range same {
				other := r.addresses.At(uint32(entry))
				if other.Domain != id && other.Local == local && !yield(other.Domain) {
					return
				}
			}
		}
	}
}

// hasTwinNearby reports whether a recipient of the domain has a namesake at another one
// that differs in one place alone.
func (e *Evidence) hasTwinNearby(id uint32) bool {
	for other := range e.recipients.elsewhere(id) {
		if differInOnePlace(e.names[id].String(), e.names[other].String()) {
			return true
		}
	}
	return false
}

// differInOnePlace reports texts that are equal but for a letter or two in one place.
func differInOnePlace(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	const most = 2
	if len(b)-len(a) > most {
		return false
	}
	head := 0
	for head < len(a) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	return len(b)-head-tail <= most
}

// mailsTo returns how many sendings there are to a domain.
func (r *recipients) mailsTo(id uint32) uint32 {
	return r.edges.starts[r.byDomain[id+1]] - r.edges.starts[r.byDomain[id]]
}

// compareLocals compares the local parts of addresses by their hashes.
func (r *recipients) compareLocals(x, y uint32) int {
	return cmp.Compare(r.addresses.At(x).Local, r.addresses.At(y).Local)
}

// of returns the first address of a domain, and the end of those that
// are looked at.
func (r *recipients) of(id uint32) (from, to uint32) {
	from, to = r.byDomain[id], r.byDomain[id+1]
	return from, min(to, from+maxTwinAddresses)
}

// addressAt returns the number of the address of a local part's hash at a
// domain, if there is one.
func (r *recipients) addressAt(local uint64, dom uint32) (id uint32, ok bool) {
	from, n := r.byDomain[dom], int(r.byDomain[dom+1]-r.byDomain[dom])
	i, ok := sort.Find(n, func(i int) int { return cmp.Compare(local, r.addresses.At(from+uint32(i)).Local) })
	return from + uint32(i), ok
}

// twinAt is addressAt, and says whether the local part is shared by many.
func (r *recipients) twinAt(local uint64, dom uint32) (id uint32, shared, ok bool) {
	same := r.namesakes(local)
	if len(same) > maxShared {
		id, ok = r.addressAt(local, dom)
		return id, true, ok
	}
	for _, entry := range same {
		if other := r.addresses.At(uint32(entry)); other.Domain == dom && other.Local == local {
			return uint32(entry), false, true
		}
	}
	return 0, false, false
}

// sentToBoth returns how much was sent to the twin, whether somebody wrote to both, and
// whether that one wrote to the twin before and after.
func (r *recipients) sentToBoth(address, twin uint32) (sent int64, same, amid bool) {
	for e := range r.edges.to(twin) {
		sent += int64(e.sent)
	}
	for slip := range r.edges.to(address) {
		if right, ok := r.edges.of(slip.person, twin); ok {
			same = true
			amid = amid || right.first < slip.first && slip.last < right.last && slip.sent < right.sent
		}
	}
	return sent, same, amid
}

// minName is the least length of a family name by which people are known across the
// forms of their addresses, in bytes.
const minName = 4

// areOfOnePerson says whether two local parts are forms of one name: john.smith, j.smith,
// jsmith, smithj, smith.john. Equal ones are not asked about.
func areOfOnePerson(x, y string) bool {
	a, m := nameWords(x)
	b, n := nameWords(y)
	switch {
	case m == 2 && n == 2:
		return sameWords(a[0], a[1], b[0], b[1]) || sameWords(a[0], a[1], b[1], b[0])
	case m == 2 && n == 1:
		return isContracted(b[0], a[0], a[1]) || isContracted(b[0], a[1], a[0])
	case m == 1 && n == 2:
		return areOfOnePerson(y, x)
	}
	return false
}

// maxForms bounds the recipients of a lookalike whose names are looked for in other forms.
const maxForms = 32

// inAnotherForm returns a recipient at a domain and one at another whose names are two
// forms of one, the first of them; "" if there are none.
func (r *recipients) inAnotherForm(d, e uint32) (typed, meant string) {
	from, end := r.of(d)
	other, otherEnd := r.of(e)
	for x := from; x < min(end, from+maxForms); x++ {
		name := string(r.addresses.Local(x))
		for y := other; y < otherEnd; y++ {
			form := r.addresses.Local(y)
			if (meant == "" || string(form) < meant) && areOfOnePerson(name, string(form)) { // no copy
				typed, meant = name, string(form)
			}
		}
		if meant != "" {
			break
		}
	}
	return typed, meant
}

// nameWords returns the words of a name, and how many they are, up to three.
func nameWords(local string) (words [3]string, n int) {
	from := 0
	for i := 0; i <= len(local) && n < len(words); i++ {
		if i < len(local) && local[i] != '.' && local[i] != '_' && local[i] != '-' {
			continue
		}
		if i > from {
			words[n] = local[from:i]
			n++
		}
		from = i + 1
	}
	return words, n
}

// sameWords says whether two given names may be one, and the family names are: one of the
// given ones is the initial.
func sameWords(given, family, otherGiven, otherFamily string) bool {
	return len(family) >= minName && family == otherFamily && (len(given) == 1 || len(otherGiven) == 1 || given == otherGiven) && given[0] == otherGiven[0]
}

// isContracted says whether a word is made of a given name, or its initial, and a family
// name.
func isContracted(word, given, family string) bool {
	return len(family) >= minName && (word == given[:1]+family || word == family+given[:1] || word == given+family)
}

// findAcquainted returns who of those who wrote to a lookalike wrote to one of the domains
// that were meant by it.
func (e *Evidence) findAcquainted(meant map[uint32][]uint32) map[uint64]bool {
	wrote := make([]bool, len(e.people.all))
	targets := map[uint32]bool{}
	for id, all := range meant {
		e.eachSender(id, func(person uint32) { wrote[person] = true })
		for _, to := range all {
			targets[to] = true
		}
	}
	e.people.countWriting()
	known := map[uint64]bool{}
	for to := range targets {
		e.eachSender(to, func(person uint32) {
			if wrote[person] {
				known[edgeKey(person, to)] = true
			}
		})
	}
	return known
}

// eachSender yields who wrote to a domain, some of them several times.
func (e *Evidence) eachSender(id uint32, yield func(person uint32)) {
	r := &e.recipients
	for address := r.byDomain[id]; address < r.byDomain[id+1]; address++ {
		for sent := range r.edges.to(address) {
			if p := &e.people.all[sent.person]; p.evidence {
				yield(p.as)
			}
		}
	}
}

// knowing counts the senders of a domain who wrote to anybody at another one.
func (e *Evidence) knowing(d, to uint32) int64 {
	var known []uint32
	e.eachSender(d, func(person uint32) {
		if e.acquainted[edgeKey(person, to)] {
			known = append(known, person)
		}
	})
	slices.Sort(known)
	return int64(len(slices.Compact(known)))
}
