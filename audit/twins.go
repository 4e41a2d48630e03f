package audit

import (
	"cmp"
	"slices"

	"github.com/typoaudit/typoaudit/audit/lookalike"
)

// Twins are recipients of the same name at two domains: j.smith at acme.co and
// at acme.com. They tell that the one was meant for the other.

// maxShared is how many domains a local part may stand at and still tell one
// person from others; info@ and postmaster@ stand at more.
const maxShared = 12

// maxTwinAddresses bounds the recipients of one domain that are looked at.
const maxTwinAddresses = 1000

// learnLocals sorts the addresses by their local part.
func (a *Auditor) learnLocals() {
	a.locals = make([]uint64, a.l.addresses.len())
	for id := range a.locals {
		a.locals[id] = a.l.addresses.at(uint32(id)).local>>32<<32 | uint64(id)
	}
	slices.Sort(a.locals)
	a.localsFrom = make([]uint32, 1<<localBits+1)
	for _, entry := range a.locals {
		a.localsFrom[entry>>(64-localBits)+1]++
	}
	for i := range 1 << localBits {
		a.localsFrom[i+1] += a.localsFrom[i]
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

// learnRecipients lists the addresses of each domain. Of one with more than are
// looked at, the order is such that these are the same whatever was read first.
func (a *Auditor) learnRecipients() {
	at := func(id uint32) *address { return a.l.addresses.at(id) }
	a.byDomain = newCSR(len(a.names), a.l.addresses.len(), func(i int) uint32 { return at(uint32(i)).domain })
	for id := range a.names {
		if all := a.byDomain.of(uint32(id)); len(all) > maxTwinAddresses {
			slices.SortFunc(all, func(x, y uint32) int { return cmp.Compare(at(x).local, at(y).local) })
		}
	}
}

func (a *Auditor) recipientsOf(id uint32) []uint32 {
	all := a.byDomain.of(id)
	return all[:min(len(all), maxTwinAddresses)]
}

// addressAt returns the number of the address of a local part's hash at a
// domain, if there is one.
func (a *Auditor) addressAt(local uint64, dom uint32) (id uint32, ok bool) {
	return a.l.addresses.find(addressHash(local, a.hashes[dom]), local, dom)
}

// twinTargets appends the targets where a recipient of the domain has a
// namesake, in rising order.
func (a *Auditor) twinTargets(id uint32, buf []int32) []int32 {
	for _, address := range a.recipientsOf(id) {
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
	slices.Sort(buf)
	return slices.Compact(buf)
}

// pair tells what the traffic knows of two domains together.
func (m *matcher) pair(d, e uint32) (p lookalike.Pair) {
	if e == noDomain {
		return p
	}
	a := m.a
	for _, address := range a.recipientsOf(d) {
		local := a.l.addresses.at(address).local
		twin, ok := a.addressAt(local, e)
		if !ok {
			continue
		}
		p.Twins++
		if len(a.namesakes(local)) > maxShared {
			p.SharedTwins++
		}
		sent, same, corrected := a.sentToBoth(address, twin)
		if same {
			p.SameSender++
		}
		if corrected {
			p.Corrections++
		}
		if name := a.l.addresses.local(address); sent > p.TwinMessages || p.TwinLocal == "" || sent == p.TwinMessages && lent(name) < p.TwinLocal {
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
	for _, id := range a.byAddress.of(twin) {
		sent += int64(a.l.merged.at(id).sent)
	}
	for _, id := range a.byAddress.of(address) {
		slip := a.l.merged.at(id)
		right := a.edge(slip.person(), twin)
		if right == nil {
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
