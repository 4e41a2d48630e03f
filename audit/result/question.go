package result

import "slices"

// A Question is about a domain that looks like another one, and that is likely of the same
// organisation: it is asked once, and stands in no ranking and no exposure.
type Question struct {
	Domain   string `json:"domain"`  // in A-labels
	Near     string `json:"near"`    // the domain that it looks like
	Why      string `json:"why"`     // a question and its grounds, for the reader
	Command  string `json:"command"` // what settles it, if the answer is yes
	IfNot    string `json:"if_not"`  // what settles it, if the answer is no: it is a slip from then on
	Messages int64  `json:"messages"`
	// Confidence is that it is a slip, as far as the evidence shows: see Lookalike.
	Confidence float64 `json:"confidence"`
}

// NewQuestion returns the question whether a domain, to which some mails went, is of the
// organisation that the near one is of. confidence is that it is a slip.
func NewQuestion(domain, near, why string, messages int64, confidence float64) Question {
	return Question{
		Domain: domain, Near: near, Why: why, Messages: messages, Confidence: confidence,
		Command: "typoaudit ignore add " + domain + ` --reason "the same organisation"`,
		IfNot:   "typoaudit ignore add '!" + domain + `' --reason "a slip"`,
	}
}

// Ask adds a question, unless the domain is asked for already.
func (r *Result) Ask(q Question) {
	if !slices.ContainsFunc(r.Questions, func(other Question) bool { return other.Domain == q.Domain }) {
		r.Questions = append(r.Questions, q)
	}
}

// Answer leaves out the questions that rules of s answer, and counts those as it counts
// findings.
func (s *Suppressor) Answer(all []Question) []Question {
	return slices.DeleteFunc(all, func(q Question) bool {
		return s.LeavesOut(&Delivery{Recipient: "*@" + q.Domain, Lookalike: q.Domain, Intended: q.Near, Count: q.Messages})
	})
}
