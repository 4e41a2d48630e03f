package parsers

import (
	"slices"
	"strings"
)

// Bare are the deliveries by other servers to recipients without a domain. One organisation's
// server may take them for a host of its own; where several do, the addresses were masked.
type Bare struct {
	Deliveries int64
	Sites      []string `json:",omitempty"` // of the servers, the first few in the alphabet
}

// minMaskedSites is to how many organisations no host hands mail for its own users.
const minMaskedSites = 3

// AreMasked reports that servers of several organisations took the deliveries.
func (b *Bare) AreMasked() bool { return len(b.Sites) >= minMaskedSites }

// Count counts n deliveries like d, if a stranger may have got one for a recipient without a
// domain.
func (b *Bare) Count(d *Delivery, n int64) {
	if strings.IndexByte(d.Recipient, '@') >= 0 || !d.mayHaveLeft() {
		return
	}
	if site := siteOf(d.Relay); site != "" {
		b.Merge(Bare{n, []string{site}})
	}
}

// siteOf returns the last two labels of the name of a server, "" where it is not named. It may
// take servers of two organisations for those of one.
func siteOf(relay string) string {
	name, after, _ := strings.Cut(relay, "[")
	if before, within, ok := strings.Cut(name+after, "("); ok { // 192.0.2.20 (mx.partner.example)
		name = strings.TrimSuffix(within, ")")
		if strings.TrimLeft(before, "0123456789.: ") != "" {
			name = before
		}
	}
	labels := strings.Split(strings.ToLower(strings.Trim(name, " .")), ".")
	last := labels[len(labels)-1]
	if len(labels) < 2 || last == "" || last[0] < 'a' || last[0] > 'z' {
		return ""
	}
	return strings.Join(labels[len(labels)-2:], ".")
}

// Merge adds those of another part of the source.
func (b *Bare) Merge(c Bare) {
	b.Deliveries += c.Deliveries
	for _, site := range c.Sites {
		if at, found := slices.BinarySearch(b.Sites, site); !found {
			b.Sites = slices.Insert(slices.Clone(b.Sites), at, site)
		}
	}
	b.Sites = b.Sites[:min(len(b.Sites), minMaskedSites)]
}
