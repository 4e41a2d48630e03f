package table

import (
	"encoding/json"

	"github.com/typoaudit/typoaudit/parsers"
)

// Coverage is what parse read and made no deliveries of, as its last line has it: whoever
// reads the lines would think that all was understood.
type Coverage struct {
	Malformed     int64            `json:"malformed,omitempty"`
	NotUnderstood parsers.Programs `json:"not_understood,omitempty"`
	NotOurs       parsers.Programs `json:"not_ours,omitempty"`
	Gaps          []string         `json:"gaps,omitempty"` // sources that could not be read, and why
	Problems      []string         `json:"problems,omitempty"`
}

// Add adds what was read of a source.
func (c *Coverage) Add(t *parsers.Tally) {
	c.Malformed += t.Malformed
	c.NotUnderstood.Merge(t.NotUnderstood)
	c.NotOurs.Merge(t.NotOurs)
	c.Gaps = append(c.Gaps, t.Gaps...)
	c.Problems = append(c.Problems, t.Problems...)
}

// IsEmpty reports that there is nothing to say.
func (c *Coverage) IsEmpty() bool {
	return c.Malformed == 0 && len(c.NotUnderstood)+len(c.NotOurs)+len(c.Gaps)+len(c.Problems) == 0
}

// maxRemarks bounds the gaps and the problems of a record, each.
const maxRemarks = 1000

// readCoverage adds what a record says of the reading before.
func (r *recorder) readCoverage() (reason string) {
	text := r.value[fieldCoverage]
	if text == "" {
		return ""
	}
	var c Coverage
	if err := json.Unmarshal([]byte(text), &c); err != nil || c.Malformed < 0 || !isCount(c.NotUnderstood) || !isCount(c.NotOurs) {
		return r.complain(fieldCoverage, "is not what parse prints")
	}
	r.tally.Malformed += c.Malformed
	r.tally.NotUnderstood.Merge(c.NotUnderstood)
	r.tally.NotOurs.Merge(c.NotOurs)
	r.tally.Gaps = append(r.tally.Gaps, c.Gaps[:min(len(c.Gaps), maxRemarks)]...)
	for _, p := range c.Problems[:min(len(c.Problems), maxRemarks)] {
		r.tally.Problem(p)
	}
	return ""
}

// isCount reports that no program has less than no line.
func isCount(of parsers.Programs) bool {
	for _, n := range of {
		if n < 0 {
			return false
		}
	}
	return true
}
