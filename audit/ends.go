package audit

import (
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/parsers"
)

// settleEnds says of the deliveries whose source does not know it that nobody got them:
// where the domain cannot exist, and where other mail shows that it, or the recipient,
// does not.
func settleEnds(rows []row) {
	type seen struct{ failed, arrived bool }
	domains, recipients := map[string]seen{}, map[string]seen{}
	for i := range rows {
		d := &rows[i].d
		to := strings.ToLower(d.Recipient)
		s, r := domains[d.Lookalike], recipients[to]
		if d.Arrived == parsers.ArrivedYes {
			s.arrived, r.arrived = true, true
		}
		switch rows[i].failure {
		case parsers.FailureNoDomain, parsers.FailureNullMX:
			s.failed = true
		case parsers.FailureNoUser:
			r.failed = true
		}
		domains[d.Lookalike], recipients[to] = s, r
	}
	for i := range rows {
		d := &rows[i].d
		s, r := domains[d.Lookalike], recipients[strings.ToLower(d.Recipient)]
		isOpen := d.Arrived == parsers.ArrivedUnknown || d.Arrived == parsers.ArrivedMaybe
		switch {
		case !isStored(&rows[i]) && cannotArrive(d.Lookalike, d.Relay), isOpen && s.failed && !s.arrived, isOpen && r.failed && !r.arrived:
			d.Arrived = parsers.ArrivedNo
		}
	}
}

// isStored says whether a mailbox of the lookalike itself has the mail, as a catch-all has.
func isStored(r *row) bool { return r.copied && r.d.Arrived == parsers.ArrivedYes }

// cannotArrive says whether no server can have taken the mail for a domain as its own:
// its top-level domain does not exist, as far as the server's name does not say that it
// does in this network.
func cannotArrive(lookalike, relay string) bool {
	name := domain.Canonical(lookalike)
	if _, known := name.Suffix(); known {
		return false
	}
	host := strings.ToLower(envelope.RelayHost(relay))
	return !strings.HasSuffix(host, lookalike[strings.LastIndexByte(lookalike, '.'):])
}
