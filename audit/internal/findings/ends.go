package findings

import (
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/envelope"
	"github.com/typoaudit/typoaudit/parsers"
)

// Propagation is how long the answers to all go on that repeat a slip, and a domain that does not
// exist is taken not to.
const Propagation = 3 * 24 * time.Hour

// endByReplies gives the copies whose end is not known the outcome that a reply proves:
// somebody at the domain has the message that he answers.
func endByReplies(rows []Row, answered func(messageID string, by domain.Name) bool) {
	for i := range rows {
		d := &rows[i].Delivery
		if rows[i].Copied && d.Arrived == parsers.ArrivedUnknown && answered(d.MessageID, domain.Canonical(d.Lookalike)) {
			d.Status, d.Arrived = parsers.StatusDelivered, parsers.ArrivedYes
		}
	}
}

// endByBounces gives the rows whose end is not known the outcome by their bounces.
func endByBounces(rows []Row, bounces parsers.Bounces) {
	for i := range rows {
		d := &rows[i].Delivery
		if d.Arrived != parsers.ArrivedUnknown && d.Arrived != parsers.ArrivedMaybe {
			continue
		}
		about := parsers.Copied{MessageID: d.MessageID, Recipient: d.Recipient, SubjectSum: rows[i].Subject}
		if d.Time != nil {
			about.Time = *d.Time
		}
		if b, ok := bounces.Of(about); ok {
			d.Status, d.Arrived, d.DSN = b.Status, b.Arrived, b.DSN
			rows[i].Failure = b.Failure
			if b.Relay != "" {
				d.Relay = b.Relay
			}
		}
	}
}

// settleEnds says of the deliveries whose source does not know it that nobody got them:
// where the domain cannot exist, and where other mail around that time shows that it, or
// the recipient, did not.
func settleEnds(rows []Row) {
	domains, recipients := map[string]*ends{}, map[string]*ends{}
	of := func(all map[string]*ends, name string) *ends {
		if all[name] == nil {
			all[name] = &ends{}
		}
		return all[name]
	}
	for i := range rows {
		d := &rows[i].Delivery
		dom, to := of(domains, d.Lookalike), of(recipients, strings.ToLower(d.Recipient))
		if d.Arrived == parsers.ArrivedYes {
			dom.arrived, to.arrived = true, true
		}
		switch rows[i].Failure {
		case parsers.FailureNoDomain, parsers.FailureNullMX:
			dom.refuse(d.Time)
		case parsers.FailureNoUser:
			to.refuse(d.Time)
		}
	}
	for _, all := range [...]map[string]*ends{domains, recipients} {
		for _, e := range all { // the rows are not quite: one may have its time of a later hop
			slices.SortFunc(e.refused, time.Time.Compare)
		}
	}
	for i := range rows {
		d := &rows[i].Delivery
		isOpen := d.Arrived == parsers.ArrivedUnknown || d.Arrived == parsers.ArrivedMaybe
		switch {
		case !isStored(&rows[i]) && cannotArrive(d.Lookalike, d.Relay),
			isOpen && domains[d.Lookalike].isMissingAt(d.Time), isOpen && recipients[strings.ToLower(d.Recipient)].isMissingAt(d.Time):
			d.Arrived = parsers.ArrivedNo
		}
	}
}

// ends are what became of the mail to a domain or a recipient.
type ends struct {
	arrived bool        // any of it
	refused []time.Time // when there was no such domain or recipient
}

func (e *ends) refuse(at *time.Time) {
	if at != nil {
		e.refused = append(e.refused, *at)
	}
}

// isMissingAt says whether there was no such domain, or recipient, around a time: somebody
// may have registered it since, or may have let it go.
func (e *ends) isMissingAt(t *time.Time) bool {
	if t == nil || e.arrived {
		return false
	}
	const around = Propagation
	i, _ := slices.BinarySearchFunc(e.refused, t.Add(-around), time.Time.Compare)
	return i < len(e.refused) && !e.refused[i].After(t.Add(around))
}

// isStored says whether a mailbox of the lookalike itself has the mail, as a catch-all has.
func isStored(r *Row) bool { return r.Copied && r.Delivery.Arrived == parsers.ArrivedYes }

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
