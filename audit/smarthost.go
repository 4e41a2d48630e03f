package audit

import (
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/parsers"
)

// Gateways are the hosts that deliver for the organisation: those below its own
// domains, and the smarthosts that were named. What becomes of mail that they
// took is not in the log of who gave it to them.
type Gateways struct {
	own        Own
	smarthosts []string // in lower case
	inferred   uint32   // hash of the operator that takes nearly all mail, 0 if there is none
}

// NewGateways returns those of own domains, and named ones: names of hosts or of
// domains that hosts are below, or addresses.
func NewGateways(own Own, smarthosts []string) Gateways {
	g := Gateways{own: own}
	for _, s := range smarthosts {
		g.smarthosts = append(g.smarthosts, strings.ToLower(strings.Trim(s, "[]")))
	}
	return g
}

// InferGateways returns the organisation's own domains and the gateways: what an audit of
// the mail in l, which it empties, takes for that. It fails if what l laid outside memory
// cannot be read back.
func InferGateways(l *Ledger, o Options) (Own, Gateways, error) {
	e, err := learn(l, o)
	if err != nil {
		return Own{}, Gateways{}, err
	}
	return e.exempt.own, e.gateways(), nil
}

// gateways returns those of the audit.
func (e *Evidence) gateways() Gateways {
	g := NewGateways(e.exempt.own, e.options.Smarthosts)
	g.inferred = e.smarthost
	return g
}

// Took says whether the relay of a delivery is a gateway.
func (g Gateways) Took(relay string) bool {
	if relay == "" {
		return false
	}
	host := strings.ToLower(envelope.RelayHost(relay))
	if slices.ContainsFunc(g.smarthosts, func(s string) bool { return isHost(relay, host, s) }) {
		return true
	}
	name, err := domain.Parse(host)
	return err == nil && g.own.Has(name)
}

// isHost says whether a relay, host its name, is of a smarthost.
func isHost(relay, host, smarthost string) bool {
	return host == smarthost || strings.HasSuffix(host, "."+smarthost) || strings.Contains(relay, "["+smarthost+"]")
}

// Mark notes that a delivery was handed to a gateway, or may have arrived alone, if it was
// and is not stored here.
func (g Gateways) Mark(d *parsers.Delivery) {
	switch {
	case d.Local || d.Status != parsers.StatusDelivered || d.Arrived != parsers.ArrivedYes:
	case g.Took(d.Relay):
		d.Handed, d.Arrived = true, parsers.ArrivedMaybe
	case g.inferred != 0 && hashHost(d.Relay) == g.inferred:
		d.Arrived = parsers.ArrivedMaybe
	}
}

// Thresholds of a smarthost: one operator's relays take nearly all mail, to
// several domains; of little mail they take all.
const (
	smarthostShare   = 0.9
	smarthostDomains = 5
	smarthostMails   = 20
	fewDomains       = 3
	fewMails         = 5
)

// findSmarthost returns the hash of the operator whose relays take nearly all our
// mail, whosever it is, 0 if there is none: what becomes of the mail that they
// took is not in the log.
func findSmarthost(l *Ledger, e *Evidence) uint32 {
	t := tookMost(l, e)
	switch {
	case t.host == 0:
		return 0
	case t.all >= smarthostMails && t.domains >= smarthostDomains && float64(t.most) >= smarthostShare*float64(t.all):
		return t.host
	case t.most == t.all && t.all >= fewMails && t.domains >= fewDomains && t.host&hostsMail == 0:
		return t.host
	}
	return 0
}

// taken is how much of our mail a host took.
type taken struct {
	host      uint32
	most, all int64 // mail that it took, and that anybody did
	domains   int   // of the mail that it took
}

// tookMost returns the host that took more than half of our mail, the only one
// that can (Boyer and Moore 1981), or any other.
func tookMost(l *Ledger, e *Evidence) (t taken) {
	lead := int64(0)
	eachRelay(l, e, func(relay uint32, n int64) {
		t.all += n
		if relay == t.host {
			lead += n
		} else if lead -= n; lead < 0 {
			t.host, lead = relay, -lead
		}
	})
	eachRelay(l, e, func(relay uint32, n int64) {
		if relay == t.host {
			t.most += n
			t.domains++
		}
	})
	return t
}

// eachRelay yields who took our mail to each domain, 0 for its own server or
// where it is not known.
func eachRelay(l *Ledger, e *Evidence, yield func(relay uint32, mails int64)) {
	for id := range e.traffic.byDomain {
		t := &e.traffic.byDomain[id]
		if e.roles[id] == roleOwn || t.Arrived == 0 {
			continue
		}
		relay := l.stats.At(uint32(id)).relay
		if relay == hashHost(e.names[id].String()) {
			relay = 0
		}
		yield(relay, t.Arrived)
	}
}
