package audit

import (
	"strings"

	"github.com/typoaudit/typoaudit/parsers"
)

// A report that mail could not be delivered says something of a delivery, and
// is none. Anybody can write one. So it counts only where a copy in a mailbox
// has the message identifier that it names and went to the recipient that it
// names, and only for that.

// addReport keeps what a report says until it is known whether there is a copy
// that it is about. A bounce comes days after the message, so that the end of
// the window does not matter.
func (l *Ledger) addReport(d *parsers.Delivery) {
	if d.MessageID == "" {
		return
	}
	a, ok := l.canonical(d.Recipient)
	if !ok {
		return
	}
	dom := l.domain(a.domain)
	if !l.stats.At(dom).keep {
		return
	}
	l.reports++
	nobody, _ := l.people.Add(appendPersonKey(l.scratch[:0], personKnown|personInternal, "", "", ""))
	l.addDetail(d, dom, nobody)
}

// A copyKey is what a copy and a bounce have in common.
type copyKey struct{ id, recipient string }

func keyOf(id, recipient string) copyKey { return copyKey{id, strings.ToLower(recipient)} }

// bouncesOf returns what the bounces say of the deliveries to the domains that
// want says, the last word on each.
func (k *kept) bouncesOf(want func(domain uint32) bool) (map[copyKey]*parsers.Delivery, error) {
	if !k.bounces {
		return nil, nil
	}
	bounces := map[copyKey]*parsers.Delivery{}
	err := k.each(want, func(x detail) {
		if !x.d.Report {
			return
		}
		key := keyOf(x.d.MessageID, x.d.Recipient)
		if old := bounces[key]; old == nil || overrules(x.d, old) {
			bounces[key] = x.d
		}
	})
	return bounces, err
}

// overrules says which of two bounces of one delivery counts: that it is
// delayed is never the last word; else the later one, and of those of the same
// time the one that says less went wrong, so that the order of reading does not
// matter.
func overrules(d, old *parsers.Delivery) bool {
	if a, b := d.Status == parsers.StatusDeferred, old.Status == parsers.StatusDeferred; a != b {
		return b
	}
	if c := d.Time.Compare(old.Time); c != 0 {
		return c > 0
	}
	return d.Arrived > old.Arrived || d.Arrived == old.Arrived && d.DSN < old.DSN
}

// learnBounces adds what the bounces say of copies to the traffic: a domain that
// does not exist is evidence of a slip.
func (e *Evidence) learnBounces() error {
	everything := func(uint32) bool { return true }
	bounces, err := e.kept.bouncesOf(everything)
	if err != nil || len(bounces) == 0 {
		return err
	}
	return e.kept.each(everything, func(x detail) {
		if x.d.Report || !x.d.Copy || x.d.MessageID == "" || !e.people.all[x.person].evidence {
			return
		}
		key := keyOf(x.d.MessageID, x.d.Recipient)
		b := bounces[key]
		if b == nil {
			return
		}
		delete(bounces, key) // of several copies one counts
		said := edgeOf(0, sendingOf(b, 1, false))
		e.traffic.byDomain[x.domain].Arrived += int64(said.arrived)
		e.traffic.byDomain[x.domain].NoDomain += int64(said.noDomain)
	})
}

// endByBounces gives the rows whose end is not known what the bounces say of it.
func endByBounces(rows []row, bounces map[copyKey]*parsers.Delivery) {
	for i := range rows {
		d := &rows[i].d
		open := d.Arrived == parsers.ArrivedUnknown || d.Arrived == parsers.ArrivedMaybe
		if !open || d.MessageID == "" {
			continue
		}
		if b := bounces[keyOf(d.MessageID, d.Recipient)]; b != nil {
			d.Status, d.Arrived, d.DSN = b.Status, b.Arrived, b.DSN
			if b.Relay != "" {
				d.Relay = b.Relay
			}
		}
	}
}
