package audit

import (
	"fmt"
	"net/mail"
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/audit/result"
)

// Explain weighs one address or domain, whether the traffic has it or not. from, unless
// empty, is the address of who would write there.
func (v *Verdicts) Explain(query, from string) (*result.Explanation, error) {
	local, host, isAddress := domain.SplitAddress(query)
	if !isAddress {
		host = query
	}
	name, err := domain.Parse(host)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	e := v.evidence
	x := &result.Explanation{Query: query, Domain: name.String(), Verdict: result.VerdictNone, Evidence: []result.Evidence{}, Candidates: []result.Meant{}}
	asked := asked{name: name, local: strings.ToLower(local), from: e.personOf(from)}
	if asked.id, asked.inTraffic = e.kept.domains.Find([]byte(name.String())); asked.inTraffic {
		t := &e.traffic.byDomain[asked.id]
		x.Messages, x.Received = t.Sent, t.Received
	}
	if x.Because = e.exempt.why(name); x.Because != "" {
		return x, nil
	}
	verdict, ok := v.weigh(&asked)
	if !ok {
		x.Because = "No domain that you write to, and no well-known provider, is so near to " + name.String() + " that it may have been meant."
		return x, nil
	}
	f := found{domain: asked.id, verdict: verdict}
	explain(x, &verdict)
	x.Lookalike = verdict.Confidence >= e.options.MinConfidence
	if x.Lookalike && asked.inTraffic {
		x.Question = e.question(&f)
		x.Lookalike = x.Question == ""
	}
	if x.Lookalike {
		x.Verdict = result.VerdictOf(verdict.Confidence)
	}
	if isAddress {
		x.Meant = local + "@" + x.Intended
	}
	return x, nil
}

// asked is a name that is to be explained.
type asked struct {
	name      domain.Name
	local     string // of the address, "" for a domain
	from      map[uint32]bool
	id        uint32
	inTraffic bool
}

// personOf returns the numbers under which the sender of an address is known.
func (e *Evidence) personOf(address string) map[uint32]bool {
	all := map[uint32]bool{}
	if address == "" {
		return all
	}
	for id := range e.people.all {
		if who := e.people.of(uint32(id)); strings.EqualFold(who.sender, address) || strings.EqualFold(who.login, address) {
			all[uint32(id)] = true
		}
	}
	return all
}

// weigh judges a domain. What the traffic does not have of it yet is one mail to the
// address that was asked for, which may have a twin, by who was named.
func (v *Verdicts) weigh(a *asked) (lookalike.Verdict, bool) {
	e := v.evidence
	m := e.matcher(0, v.slips)
	m.asked = a
	if a.inTraffic && e.traffic.byDomain[a.id].Sent > 0 {
		return m.judge(a.id)
	}
	s := lookalike.Subject{
		Name: a.name, Traffic: lookalike.Traffic{Sent: 1, Senders: 1, Recipients: 1},
		Background: func() lookalike.Background { return e.background(a.name) },
	}
	return m.judgeName(s, nil, func(to uint32) (p lookalike.Pair) {
		m.addAsked(&p, to)
		return p
	})
}

// addAsked adds to a pair what the address that was asked for has in common with a domain.
func (m *matcher) addAsked(p *lookalike.Pair, to uint32) {
	r, a := &m.e.recipients, m.asked
	if a == nil || a.local == "" {
		return
	}
	twin, shared, ok := r.twinAt(hashLocal([]byte(a.local)), to)
	if !ok {
		return
	}
	var sent int64
	same := false
	for e := range r.edges.to(twin) {
		sent += int64(e.sent)
		same = same || a.from[e.person]
	}
	if same {
		p.SameSender = max(1, p.SameSender)
	}
	if p.Twins > 0 {
		return
	}
	p.Twins, p.TwinLocal, p.TwinMessages = 1, a.local, sent
	if shared {
		p.SharedTwins = 1
	}
}

// explain fills x with what was found.
func explain(x *result.Explanation, v *lookalike.Verdict) {
	x.Intended, x.Also = v.Intended.String(), v.Also.String()
	x.Kind, x.How, x.Change = string(v.Kind), v.How, v.Change
	x.Confidence = result.Round(v.Confidence)
	x.Evidence, x.Candidates = evidenceOf(v.Sum), candidatesOf(v.Candidates)
}

// CheckRecipients explains the addresses that the report is to be mailed to: it
// must not go to a lookalike itself. It returns an error for the first that looks
// like a slip.
func (v *Verdicts) CheckRecipients() error {
	for _, address := range v.evidence.options.MailTo {
		if parsed, err := mail.ParseAddress(address); err == nil {
			address = parsed.Address
		}
		x, err := v.Explain(address, "")
		if err != nil {
			return fmt.Errorf("check recipient %w", err)
		}
		if x.Lookalike {
			return fmt.Errorf("recipient %s: %s looks like a slip of %s (confidence %.2f)", address, x.Domain, x.Intended, x.Confidence)
		}
	}
	return nil
}
