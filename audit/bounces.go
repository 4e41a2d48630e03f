package audit

import "github.com/typoaudit/typoaudit/parsers"

// Bounce implements parsers.Sink. A bounce is kept until it is known whether there
// is a copy that it is about. It comes days after the message, so that the end of
// the window does not matter.
func (l *Ledger) Bounce(b *parsers.Bounce) {
	a, ok := l.canonical(b.Recipient)
	if b.MessageID == "" || !ok || !l.stats.At(l.domain(a.domain)).keep {
		return
	}
	l.addBounce(b)
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
	counted := map[parsers.BounceKey]bool{} // of several copies one counts
	return e.kept.each(func(uint32) bool { return true }, func(x detail) {
		if !x.d.Copy || !e.people.all[x.person].evidence {
			return
		}
		b, ok := e.kept.bounces.Of(x.d.MessageID, x.d.Recipient)
		key := parsers.NewBounceKey(x.d.MessageID, x.d.Recipient)
		if !ok || counted[key] {
			return
		}
		counted[key] = true
		said := edgeOf(0, sendingOf(&parsers.Delivery{Status: b.Status, Arrived: b.Arrived, Failure: b.Failure}, 1, false))
		e.traffic.byDomain[x.domain].Arrived += int64(said.arrived)
		e.traffic.byDomain[x.domain].NoDomain += int64(said.noDomain)
	})
}

// endByBounces gives the rows whose end is not known the outcome by their bounces.
func endByBounces(rows []row, bounces parsers.Bounces) {
	for i := range rows {
		d := &rows[i].d
		if d.Arrived != parsers.ArrivedUnknown && d.Arrived != parsers.ArrivedMaybe {
			continue
		}
		if b, ok := bounces.Of(d.MessageID, d.Recipient); ok {
			d.Status, d.Arrived, d.DSN = b.Status, b.Arrived, b.DSN
			rows[i].failure = b.Failure
			if b.Relay != "" {
				d.Relay = b.Relay
			}
		}
	}
}
