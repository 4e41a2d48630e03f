package result

import (
	"fmt"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// An Explanation says why mail to an address or domain would or would not be
// reported as a slip.
type Explanation struct {
	Query      string     `json:"query"`
	Domain     string     `json:"domain"`    // in A-labels
	Lookalike  bool       `json:"lookalike"` // it would be reported
	Verdict    string     `json:"verdict"`   // the same in words: see VerdictOf
	Because    string     `json:"because"`   // a sentence, where no candidate was weighed
	Intended   string     `json:"intended"`  // the likeliest candidate, "" if there is none
	Also       string     `json:"also"`
	Candidates []Meant    `json:"candidates"` // for what was meant, most likely first
	Question   string     `json:"question"`   // that is asked instead of a finding, "" for none
	Kind       string     `json:"kind"`
	How        string     `json:"how"`
	Confidence float64    `json:"confidence"`
	Evidence   []Evidence `json:"evidence"` // all of it: the weights add up to the log-odds of the confidence
	Meant      string     `json:"meant"`    // the address at the intended domain, "" for a domain
	Messages   int64      `json:"messages"`
	Received   int64      `json:"received"`
	Change     string     `json:"change"` // what would change the verdict
}

// Explain returns what a report says of an address or domain.
func (r *Result) Explain(query string) (*Explanation, error) {
	local, host, isAddress := domain.SplitAddress(query)
	if !isAddress {
		host = query
	}
	name, err := domain.Parse(host)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	x := &Explanation{Query: query, Domain: name.String(), Verdict: VerdictNone, Evidence: []Evidence{}, Candidates: []Meant{}}
	for i := range r.Lookalikes {
		l := &r.Lookalikes[i]
		if l.Domain != x.Domain {
			continue
		}
		x.Lookalike, x.Intended, x.Also, x.Kind, x.How, x.Confidence = true, l.Intended, l.Also, l.Kind, l.How, l.Confidence
		x.Candidates = append(x.Candidates, l.Candidates...)
		x.Verdict = VerdictOf(l.Confidence)
		x.Evidence, x.Messages = append(x.Evidence, l.Evidence...), l.Messages
		if isAddress {
			x.Meant = local + "@" + x.Intended
		}
		return x, nil
	}
	x.Because = fmt.Sprintf("The report has no mail to %s at a confidence of %g or more.", x.Domain, r.MinConfidence)
	return x, nil
}
