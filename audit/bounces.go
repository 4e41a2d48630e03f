package audit

import (
	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/parsers"
)

// Bounce implements parsers.Sink. A bounce is kept until it is known whether there
// is a copy that it is about. It comes days after the message, so that the end of
// the window does not matter.
func (l *Ledger) Bounce(b *parsers.Bounce) {
	if b.Names() && (l.keeps(b.Recipient) || l.keeps(b.OrigRecipient)) {
		l.addBounce(b)
	}
}

// keeps says whether a delivery to an address is kept.
func (l *Ledger) keeps(address string) bool {
	a, ok := l.canonical(address)
	return ok && l.stats.At(l.domain(a.domain)).keep
}

func (l *Ledger) addBounce(b *parsers.Bounce) {
	if l.bounces == nil {
		l.bounces = parsers.Bounces{}
	}
	l.bounces.Add(b)
}

// learnBounces adds the bounces of copies to the traffic: a domain that does not
// exist is evidence of a slip.
func (e *Evidence) learnBounces() error {
	if len(e.kept.bounces) == 0 {
		return nil
	}
	counted := map[parsers.Bounce]bool{} // of several copies one counts
	return e.kept.each(func(uint32) bool { return true }, func(x detail) {
		if !x.d.Copy || !e.people.all[x.person].evidence {
			return
		}
		b, ok := e.kept.bounces.Of(parsers.CopiedOf(x.d))
		if !ok || counted[b] {
			return
		}
		counted[b] = true
		said := edgeOf(0, sendingOf(&parsers.Delivery{Status: b.Status, Arrived: b.Arrived, Failure: b.Failure}, 1, false))
		e.traffic.byDomain[x.domain].Arrived += int64(said.arrived)
		e.traffic.byDomain[x.domain].NoDomain += int64(said.noDomain)
	})
}

// endByReplies gives the copies whose end is not known the outcome that a reply proves:
// somebody at the domain has the message that he answers.
func endByReplies(rows []row, threads *threads) {
	for i := range rows {
		d := &rows[i].d
		if rows[i].copied && d.Arrived == parsers.ArrivedUnknown && threads.answered(d.MessageID, domain.Canonical(d.Lookalike)) {
			d.Status, d.Arrived = parsers.StatusDelivered, parsers.ArrivedYes
		}
	}
}

// endByBounces gives the rows whose end is not known the outcome by their bounces.
func endByBounces(rows []row, bounces parsers.Bounces) {
	for i := range rows {
		d := &rows[i].d
		if d.Arrived != parsers.ArrivedUnknown && d.Arrived != parsers.ArrivedMaybe {
			continue
		}
		about := parsers.Copied{MessageID: d.MessageID, Recipient: d.Recipient, SubjectSum: rows[i].subject}
		if d.Time != nil {
			about.Time = *d.Time
		}
		if b, ok := bounces.Of(about); ok {
			d.Status, d.Arrived, d.DSN = b.Status, b.Arrived, b.DSN
			rows[i].failure = b.Failure
			if b.Relay != "" {
				d.Relay = b.Relay
			}
		}
	}
}
