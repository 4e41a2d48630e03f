package audit

import (
	"bytes"
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
		a.locals[id] = uint64(hashLocal(a.local(uint32(id))))<<32 | uint64(id)
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

func (a *Auditor) local(address uint32) []byte {
	text := a.l.addresses.get(address)
	return text[:len(text)-len(domainPart(text))-1]
}

// namesakes returns the entries of locals with the local part's hash.
func (a *Auditor) namesakes(local []byte) []uint64 {
	h := uint64(hashLocal(local))
	head := h >> (32 - localBits)
	near := a.locals[a.localsFrom[head]:a.localsFrom[head+1]]
	from, _ := slices.BinarySearch(near, h<<32)
	from += int(a.localsFrom[head])
	to := from
	for to < len(a.locals) && a.locals[to]>>32 == h && to-from <= maxShared {
		to++
	}
	return a.locals[from:to]
}

func (a *Auditor) recipientsOf(id uint32) []uint32 {
	all := a.byDomain.of(id)
	return all[:min(len(all), maxTwinAddresses)]
}

// twinTargets appends the targets where a recipient of the domain has a
// namesake, in rising order.
func (a *Auditor) twinTargets(id uint32, buf []int32) []int32 {
	for _, address := range a.recipientsOf(id) {
		local := a.local(address)
		same := a.namesakes(local)
		if len(same) > maxShared {
			continue
		}
		for _, entry := range same {
			other := uint32(entry)
			to := *a.l.domainOf.at(other)
			if t := a.targetOf[to]; to != id && t >= 0 && bytes.Equal(a.local(other), local) {
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
		local := a.local(address)
		m.buf = append(append(append(m.buf[:0], local...), '@'), a.names[e].String()...)
		twin, ok := a.l.addresses.find(m.buf)
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
		if sent > p.TwinMessages || p.TwinLocal == "" {
			p.TwinMessages, p.TwinLocal = sent, string(local)
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
		sent += int64(a.l.edges.get(id).sent)
	}
	for _, id := range a.byAddress.of(address) {
		slip := a.l.edges.get(id)
		right := a.l.edges.find(slip.person(), twin)
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
