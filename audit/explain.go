package audit

import (
	"fmt"
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/audit/result"
)

// Explain weighs one address or domain, whether the traffic has it or not.
func (a *Auditor) Explain(query string) (*result.Explanation, error) {
	local, host, isAddress := domain.SplitAddress(query)
	if !isAddress {
		host = query
	}
	name, err := domain.Parse(host)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	x := &result.Explanation{Query: query, Domain: name.String(), Evidence: []result.Evidence{}}
	id, inTraffic := a.l.domains.Find([]byte(name.String()))
	if inTraffic {
		x.Messages, x.Received = a.traffic[id].Sent, a.traffic[id].Received
	}
	if x.Because = a.exempt(name); x.Because != "" {
		return x, nil
	}
	v, ok := a.weigh(name, id, inTraffic, strings.ToLower(local))
	if !ok {
		x.Because = name.String() + " looks like no domain that is known or busy here."
		return x, nil
	}
	explain(x, &v)
	x.Lookalike = v.Confidence >= a.o.MinConfidence
	if isAddress {
		x.Meant = local + "@" + x.Intended
	}
	return x, nil
}

func (a *Auditor) exempt(name domain.Name) string {
	_, provider := a.o.Providers.Find(name)
	switch {
	case a.own.Has(name):
		return name.String() + " is your own."
	case a.protect[name]:
		return name.String() + " is protected: it is never itself a lookalike."
	case a.listed[name]:
		return name.String() + " is in your list of partners: it is meant as it stands."
	case provider:
		return name.String() + " is a well-known mailbox provider: it is meant as it stands."
	}
	if whose, ok := a.o.Providers.Neighbour(name); ok {
		return name.String() + " is well known (" + whose + "): it is meant as it stands."
	}
	return ""
}

// weigh judges a domain. For one that is not in the traffic, the local part
// that was asked for is what may have a twin.
func (a *Auditor) weigh(name domain.Name, id uint32, inTraffic bool, local string) (lookalike.Verdict, bool) {
	a.judgeAll() // tells which targets are slips themselves
	m := matcher{a: a, query: a.index.Query(0, a.slips)}
	if inTraffic {
		return m.judge(id)
	}
	s := lookalike.Subject{Name: name, Traffic: lookalike.Traffic{Sent: 1, Senders: 1, Recipients: 1}}
	return m.query.Judge(s, nil, func(target int32) (p lookalike.Pair) {
		if a.domainOf[target] == noDomain || local == "" {
			return p
		}
		if twin, ok := a.addressAt(hashLocal([]byte(local)), a.domainOf[target]); ok {
			p.Twins, p.TwinLocal = 1, local
			p.TwinMessages, _, _ = a.sentToBoth(twin, twin)
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
