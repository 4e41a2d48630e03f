// Package organisation says whose mail is whose: which domains are the organisation's own, which
// hosts deliver for it, and what of a shared log is one tenant's.
package organisation

import (
	"slices"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/parsers"
)

// Own is the set of the organisation's domains; it covers their subdomains.
type Own struct{ names []domain.Name }

// NewOwn returns the set of names.
func NewOwn(names []domain.Name) Own { return Own{slices.Clone(names)} }

// Names returns the names of the set.
func (o Own) Names() []domain.Name { return o.names }

// Has says whether name is one of ours.
func (o Own) Has(name domain.Name) bool {
	for _, n := range o.names {
		if name.SubdomainOf(n) {
			return true
		}
	}
	return false
}

// HasAddress says whether an address is at one of our domains.
func (o Own) HasAddress(address string) bool {
	_, d, ok := domain.SplitAddress(address)
	if !ok {
		return false
	}
	name, err := domain.Parse(d)
	return err == nil && o.Has(name)
}

// Direction returns between whom d went. What the log itself says counts;
// beyond that, mail for us is inbound or internal, and mail for others is
// outbound if one of ours sent it: by login or local submission, from our
// domain, or as an alias or rule that sends on what came in. What a stranger
// tried to send through us and was refused is inbound.
func (o Own) Direction(d *parsers.Delivery) parsers.Direction {
	if d.Direction != parsers.DirectionUnknown {
		return d.Direction
	}
	fromUs := o.HasAddress(envelope.PlainSender(d.Sender))
	if d.Local || o.HasAddress(d.Recipient) {
		switch {
		case fromUs || d.AuthUser != "":
			return parsers.DirectionInternal
		case d.SenderKnown:
			return parsers.DirectionInbound
		}
		return parsers.DirectionUnknown
	}
	switch {
	case fromUs || d.Submitted || d.AuthUser != "":
		return parsers.DirectionOutbound
	case d.Status == parsers.StatusRejected:
		return parsers.DirectionInbound
	case d.OrigRecipient != "" && o.HasAddress(d.OrigRecipient):
		return parsers.DirectionOutbound
	}
	return parsers.DirectionUnknown
}
