package audit

import (
	"cmp"
	"slices"
	"sort"

	"github.com/typoaudit/typoaudit/audit/internal/compact"
	"github.com/typoaudit/typoaudit/audit/lookalike"
)

// Twins are recipients of the same name at two domains: j.smith at acme.co and
// at acme.com. They tell that the one was meant for the other.

// maxShared is how many domains a local part may stand at and still tell one
// person from others; info@ and postmaster@ stand at more.
const maxShared = 12

// maxTwinAddresses bounds the recipients of one domain that are looked at.
const maxTwinAddresses = 1000

// learnLocals sorts the addresses by their local part: first by the upper bits
// of its hash, which spreads them evenly, and then the few that share these.
func (a *Auditor) learnLocals() {
	list := &a.l.addresses.list
	byHead := compact.NewCSR(1<<localBits, list.Len(), func(id int) uint32 { return uint32(list.At(uint32(id)).local >> (64 - localBits)) })
	a.locals, a.localsFrom = make([]uint64, list.Len()), byHead.Starts
	for i, id := range byHead.Items {
		a.locals[i] = list.At(id).local>>32<<32 | uint64(id)
	}
	for head := range 1 << localBits {
		slices.SortFunc(a.locals[a.localsFrom[head]:a.localsFrom[head+1]], func(x, y uint64) int {
			if c := cmp.Compare(x>>32, y>>32); c != 0 {
				return c
			}
			return a.compareLocals(uint32(x), uint32(y))
		})
	}
}

// localBits is how many bits of a local part's hash lead to its place in
// locals, so that the search there is short.
const localBits = 16

// namesakes returns the entries of locals with the upper half of a local
// part's hash.
func (a *Auditor) namesakes(local uint64) []uint64 {
	h := local >> 32
	head := local >> (64 - localBits)
	near := a.locals[a.localsFrom[head]:a.localsFrom[head+1]]
	from, _ := slices.BinarySearch(near, h<<32)
	from += int(a.localsFrom[head])
	to := from
	for to < len(a.locals) && a.locals[to]>>32 == h && to-from <= maxShared {
		to++
	}
	return a.locals[from:to]
}

// compareLocals compares the local parts of addresses by their hashes.
func (a *Auditor) compareLocals(x, y uint32) int {
	return cmp.Compare(a.l.addresses.at(x).local, a.l.addresses.at(y).local)
}

// recipientsOf returns the first address of a domain, and the end of those that
// are looked at.
func (a *Auditor) recipientsOf(id uint32) (from, to uint32) {
	from, to = a.byDomain[id], a.byDomain[id+1]
	return from, min(to, from+maxTwinAddresses)
}

// addressAt returns the number of the address of a local part's hash at a
// domain, if there is one.
func (a *Auditor) addressAt(local uint64, dom uint32) (id uint32, ok bool) {
	from, n := a.byDomain[dom], int(a.byDomain[dom+1]-a.byDomain[dom])
	i, ok := sort.Find(n, func(i int) int { return cmp.Compare(local, a.l.addresses.at(from+uint32(i)).local) })
	return from + uint32(i), ok
}

// twinAt is addressAt, and tells whether the local part is shared by many.
func (a *Auditor) twinAt(local uint64, dom uint32) (id uint32, shared, ok bool) {
	same := a.namesakes(local)
	if len(same) > maxShared {
		id, ok = a.addressAt(local, dom)
		return id, true, ok
	}
	for _, entry := range same {
		if other := a.l.addresses.at(uint32(entry)); other.domain == dom && other.local == local {
			return uint32(entry), false, true
		}
	}
	return 0, false, false
}

// twinTargets appends the targets where a recipient of the domain has a
// namesake, in no order.
func (a *Auditor) twinTargets(id uint32, buf []int32) []int32 {
	for address, end := a.recipientsOf(id); address < end; address++ {
		local := a.l.addresses.at(address).local
		same := a.namesakes(local)
		if len(same) > maxShared {
			continue
		}
		for _, entry := range same {
			other := a.l.addresses.at(uint32(entry))
			if t := a.targetOf[other.domain]; other.domain != id && t >= 0 && other.local == local {
				buf = append(buf, t)
			}
		}
	}
	return buf
}

// pair tells what the traffic knows of two domains together.
func (m *matcher) pair(d, e uint32) (p lookalike.Pair) {
	if e == noDomain {
		return p
	}
	a := m.a
	for address, end := a.recipientsOf(d); address < end; address++ {
		twin, shared, ok := a.twinAt(a.l.addresses.at(address).local, e)
		if !ok {
			continue
		}
		p.Twins++
		if shared {
			p.SharedTwins++
		}
		sent, same, corrected := a.sentToBoth(address, twin)
		if same {
			p.SameSender++
		}
		if corrected {
			p.Corrections++
		}
		if name := a.l.addresses.local(address); sent > p.TwinMessages || p.TwinLocal == "" || sent == p.TwinMessages && string(name) < p.TwinLocal {
			p.TwinMessages, p.TwinLocal = sent, string(name)
		}
	}
	return p
}

// correction is how soon after a slip, in seconds, mail of the same sender to
// the same person at the intended domain corrects it.
const correction = 60 * 60

// sentToBoth tells how much was sent to the twin, whether somebody wrote to
// both, and whether that was the correction of a single slip.
func (a *Auditor) sentToBoth(address, twin uint32) (sent int64, same, corrected bool) {
	for e := range a.edges.to(twin) {
		sent += int64(e.sent)
	}
	for slip := range a.edges.to(address) {
		right, ok := a.edges.of(slip.person, twin)
		if !ok {
			continue
		}
		same = true
		corrected = corrected || slip.sent == 1 && (soonAfter(slip.last, right.first) || soonAfter(slip.last, right.last))
	}
	return sent, same, corrected
}

func soonAfter(slip, right uint32) bool {
	return slip != 0 && right > slip && right-slip <= correction
}
