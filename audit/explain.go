package audit

import (
	"fmt"
	"net/mail"
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/audit/result"
)

// Explain weighs one address or domain, whether the traffic has it or not.
func (v *Verdicts) Explain(query string) (*result.Explanation, error) {
	local, host, isAddress := domain.SplitAddress(query)
	if !isAddress {
		host = query
	}
	name, err := domain.Parse(host)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	x := &result.Explanation{Query: query, Domain: name.String(), Evidence: []result.Evidence{}}
	id, inTraffic := v.evidence.kept.domains.Find([]byte(name.String()))
	if inTraffic {
		t := &v.evidence.traffic.byDomain[id]
		x.Messages, x.Received = t.Sent, t.Received
	}
	if x.Because = v.evidence.exempt.why(name); x.Because != "" {
		return x, nil
	}
	verdict, ok := v.weigh(name, id, inTraffic, strings.ToLower(local))
	if !ok {
		x.Because = name.String() + " looks like no domain that is known or busy here."
		return x, nil
	}
	explain(x, &verdict)
	x.Lookalike = verdict.Confidence >= v.evidence.options.MinConfidence
	if isAddress {
		x.Meant = local + "@" + x.Intended
	}
	return x, nil
}

// weigh judges a domain. For one that is not in the traffic, the local part
// that was asked for is what may have a twin.
func (v *Verdicts) weigh(name domain.Name, id uint32, inTraffic bool, local string) (lookalike.Verdict, bool) {
	e := v.evidence
	m := matcher{e: e, query: e.targets.index.Query(0, v.slips)}
	if inTraffic {
		return m.judge(id)
	}
	s := lookalike.Subject{
		Name: name, Traffic: lookalike.Traffic{Sent: 1, Senders: 1, Recipients: 1},
		Background: func() lookalike.Background { return e.background(name) },
	}
	return m.query.Judge(s, nil, func(target int32) (p lookalike.Pair) {
		if e.targets.domain[target] == noDomain || local == "" {
			return p
		}
		if twin, ok := e.recipients.addressAt(hashLocal([]byte(local)), e.targets.domain[target]); ok {
			p.Twins, p.TwinLocal = 1, local
			p.TwinMessages, _ = e.recipients.sentToBoth(twin, twin)
		}
		return p
	})
}

// explain fills x with what was found.
func explain(x *result.Explanation, v *lookalike.Verdict) {
	x.Intended, x.Also = v.Intended.String(), v.Also.String()
	x.Kind, x.How, x.Change = string(v.Kind), v.How, v.Change
	x.Confidence = result.Round(v.Confidence)
	x.Evidence = evidenceOf(v.Evidence)
}

// CheckRecipients explains the addresses that the report is to be mailed to: it
// must not go to a lookalike itself. It returns an error for the first that looks
// like a slip.
func (v *Verdicts) CheckRecipients() error {
	for _, address := range v.evidence.options.MailTo {
		if parsed, err := mail.ParseAddress(address); err == nil {
			address = parsed.Address
		}
		x, err := v.Explain(address)
		if err != nil {
			return fmt.Errorf("check recipient %w", err)
		}
		if x.Lookalike {
			return fmt.Errorf("recipient %s: %s looks like a slip of %s (confidence %.2f)", address, x.Domain, x.Intended, x.Confidence)
		}
	}
	return nil
}
