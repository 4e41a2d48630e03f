package organisation

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
	inferred   uint32   // see NewGateways
}

// NewGateways returns those of own domains, and named ones: names of hosts or of
// domains that hosts are below, or addresses. operator is the hash of one that takes nearly all
// mail (envelope.HashHost), 0 if there is none.
func NewGateways(own Own, smarthosts []string, operator uint32) Gateways {
	g := Gateways{own: own, inferred: operator}
	for _, s := range smarthosts {
		g.smarthosts = append(g.smarthosts, strings.ToLower(strings.Trim(s, "[]")))
	}
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
	case g.inferred != 0 && envelope.HashHost(d.Relay) == g.inferred:
		d.Arrived = parsers.ArrivedMaybe
	}
}
