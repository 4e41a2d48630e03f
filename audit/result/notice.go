package result

import (
	"cmp"
	"slices"
	"strings"
)

// A Notice has the own slips of one sender, who is to hear of them.
type Notice struct {
	Sender     string     // an address; "" for the owners of what no sender can change
	Messages   int64      // that Deliveries stand for
	Deliveries []Delivery // in the order of the report
}

// Fixes are what is to be changed about the deliveries.
func (n *Notice) Fixes() []Fix { return (&Result{Deliveries: n.Deliveries}).Fixes() }

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
// are counted. Nor is anything to an alias, a list or a program, from where it might go
// the same way: what they have is in one notice for their owners, the last.
func (r *Result) Notices(mailed func(key uint64) bool) (notices []Notice, unreachable int) {
	bySender := map[string]*Notice{}
	nobody := map[string]bool{}
	places := r.places()
	var owners Notice
	for i := range r.Deliveries {
		d := &r.Deliveries[i]
		if mailed(d.Key()) {
			continue
		}
		if places[strings.ToLower(d.Person)] || d.CauseOf().isOfPlace() {
			owners.Messages += d.Count
			owners.Deliveries = append(owners.Deliveries, *d)
			continue
		}
		if d.Person == "" {
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
	if owners.Messages > 0 {
		notices = append(notices, owners)
	}
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
