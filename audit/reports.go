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

// copyKey tells what a copy and a report have in common.
type copyKey struct{ id, recipient string }

func keyOf(id, recipient string) copyKey { return copyKey{id, strings.ToLower(recipient)} }

// reportsOf returns what the reports say of the deliveries to the domains that
// want says, the last word on each.
func (l *Ledger) reportsOf(want func(domain uint32) bool) map[copyKey]*parsers.Delivery {
	if l.reports == 0 {
		return nil
	}
	reports := map[copyKey]*parsers.Delivery{}
	l.eachDetail(want, func(x detail) {
		if !x.d.Report {
			return
		}
		k := keyOf(x.d.MessageID, x.d.Recipient)
		if old := reports[k]; old == nil || overrules(x.d, old) {
			reports[k] = x.d
		}
	})
	return reports
}

// overrules tells which of two reports on one delivery counts: that it is
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

// learnReports adds what the reports say of copies to the traffic: a domain
// that does not exist is evidence of a slip.
func (a *Auditor) learnReports() {
	everything := func(uint32) bool { return true }
	reports := a.l.reportsOf(everything)
	if len(reports) == 0 {
		return
	}
	a.l.eachDetail(everything, func(x detail) {
		if x.d.Report || !x.d.Copy || x.d.MessageID == "" || !a.people[x.person].evidence {
			return
		}
		k := keyOf(x.d.MessageID, x.d.Recipient)
		r := reports[k]
		if r == nil {
			return
		}
		delete(reports, k) // of several copies one counts
		e := edgeOf(0, sendingOf(r, 1, false))
		a.traffic[x.domain].Arrived += int64(e.arrived)
		a.traffic[x.domain].NoDomain += int64(e.noDomain)
	})
}

// report gives the rows whose end is not known what the reports say of it.
func (b *builder) report(rows []row) {
	reports := b.a.l.reportsOf(b.isReported)
	for i := range rows {
		d := &rows[i].d
		open := d.Arrived == parsers.ArrivedUnknown || d.Arrived == parsers.ArrivedMaybe
		if !open || d.MessageID == "" {
			continue
		}
		if r := reports[keyOf(d.MessageID, d.Recipient)]; r != nil {
			d.Status, d.Arrived, d.DSN = r.Status, r.Arrived, r.DSN
			if r.Relay != "" {
				d.Relay = r.Relay
			}
		}
	}
}
