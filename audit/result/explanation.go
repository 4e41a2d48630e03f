package result

import (
	"fmt"
	"slices"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// An Explanation says why mail to an address or domain would or would not be
// reported as a slip.
type Explanation struct {
	Query      string     `json:"query"`
	Domain     string     `json:"domain"`    // in A-labels
	Lookalike  bool       `json:"lookalike"` // it would be reported
	Verdict    string     `json:"verdict"`   // the same in words: see VerdictOf
	Because    string     `json:"because"`   // a sentence, where there is no evidence
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
	if !r.explainLookalike(x) && !r.explainQuestion(x) && !r.explainListed(x) {
		x.Because = fmt.Sprintf("The report has no mail to %s at a confidence of %g or more%s.", x.Domain, r.MinConfidence, r.lacks())
		return x, nil
	}
	if isAddress {
		x.Meant = local + "@" + x.Intended
	}
	return x, nil
}

// lacks says why mail may have gone where a report has none.
func (r *Result) lacks() (text string) {
	if r.Incomplete {
		text += ", but it is incomplete: something could not be read"
	}
	if r.OnlyNew {
		text += ", but it is of what was new alone"
	}
	if r.View != nil {
		text += ", but it is a part of one: " + r.View.Text
	}
	return text
}

// explainLookalike fills x with the finding on its domain, if there is one.
func (r *Result) explainLookalike(x *Explanation) bool {
	i := slices.IndexFunc(r.Lookalikes, func(l Lookalike) bool { return l.Domain == x.Domain })
	if i < 0 {
		return false
	}
	l := &r.Lookalikes[i]
	x.Lookalike, x.Intended, x.Also, x.Kind, x.How, x.Confidence = true, l.Intended, l.Also, l.Kind, l.How, l.Confidence
	x.Candidates = append(x.Candidates, l.Candidates...)
	x.Verdict = VerdictOf(l.Confidence)
	x.Evidence, x.Messages = append(x.Evidence, l.Evidence...), l.Messages
	return true
}

// explainQuestion fills x with the question on its domain, if there is one.
func (r *Result) explainQuestion(x *Explanation) bool {
	i := slices.IndexFunc(r.Questions, func(q Question) bool { return q.Domain == x.Domain })
	if i < 0 {
		return false
	}
	q := &r.Questions[i]
	x.Question, x.Intended, x.Confidence, x.Messages, x.Verdict = q.Why, q.Near, q.Confidence, q.Messages, VerdictQuestion
	return true
}

// explainListed fills x with the first address at its domain in an alias map or list, if
// there is one.
func (r *Result) explainListed(x *Explanation) bool {
	i := slices.IndexFunc(r.Listed, func(l Listed) bool { return l.Lookalike == x.Domain })
	if i < 0 {
		return false
	}
	l := &r.Listed[i]
	x.Lookalike, x.Intended, x.Kind, x.How, x.Confidence, x.Verdict = true, l.Intended, l.Kind, l.How, l.Confidence, l.Verdict
	x.Because = fmt.Sprintf("It stands in %s, line %d.", l.Source, l.Line)
	return true
}
