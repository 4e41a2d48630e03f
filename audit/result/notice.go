package result

import (
	"cmp"
	"slices"
	"strings"
)

// A Notice has the own slips of one sender, who is to hear of them.
type Notice struct {
	Sender     string     // an address
	Messages   int64      // that Deliveries stand for
	Deliveries []Delivery // in the order of the report
}

// Keys are those of the deliveries.
func (n *Notice) Keys() (keys []uint64) {
	for i := range n.Deliveries {
		keys = append(keys, n.Deliveries[i].Key())
	}
	return keys
}

// Notices are one for each sender of a report, in the order of their names, with
// the deliveries that no notice was mailed of yet. Nothing can be mailed to a
// person without an address, nor is to one who is not of our own domains: those
// are counted.
func (r *Result) Notices(mailed func(key uint64) bool) (notices []Notice, unreachable int) {
	bySender := map[string]*Notice{}
	nobody := map[string]bool{}
	for i := range r.Deliveries {
		d := &r.Deliveries[i]
		if d.Person == "" || mailed(d.Key()) {
			continue
		}
		if !r.isOurs(d.Person) {
			nobody[d.Person] = true
			continue
		}
		n := bySender[d.Person]
		if n == nil {
			n = &Notice{Sender: d.Person}
			bySender[d.Person] = n
		}
		n.Messages += d.Count
		n.Deliveries = append(n.Deliveries, *d)
	}
	for _, n := range bySender {
		notices = append(notices, *n)
	}
	slices.SortFunc(notices, func(x, y Notice) int { return cmp.Compare(x.Sender, y.Sender) })
	return notices, len(nobody)
}

// isOurs says whether an address is of one of the report's own domains, or below them.
func (r *Result) isOurs(address string) bool {
	at := strings.LastIndexByte(address, '@')
	if at <= 0 {
		return false
	}
	host := strings.ToLower(address[at+1:])
	return slices.ContainsFunc(r.InternalDomains, func(own string) bool { return host == own || strings.HasSuffix(host, "."+own) })
}
