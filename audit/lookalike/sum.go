package lookalike

import (
	"cmp"
	"math"
	"slices"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// sentences puts the whole score of a candidate into sentences, the prior included: the weights
// add up to its log-odds, but for those below minWeight. Terms of one code are one reason.
func (x *Index) sentences(fs []feature, s *Subject, dp *parts, e *Target, ep *parts, c candidate) []Evidence {
	w := writer{s: s, dp: dp, ep: ep, e: e, c: c, typed: shown(dp, c.slip.kind), meant: shown(ep, c.slip.kind)}
	var all []Evidence
	scale := 1.0
	if c.score != 0 {
		scale = calibrated(c.score) / c.score
	}
	for _, f := range fs {
		code, text := w.sentence(f.term)
		if code == "" {
			code, text = w.quiet(f.term)
		}
		weight := scale * x.weights[f.term] * f.value
		i := slices.IndexFunc(all, func(a Evidence) bool { return a.Code == code })
		if i < 0 {
			all = append(all, Evidence{Code: code, Text: text, Weight: weight, Names: w.named(code)})
			continue
		}
		all[i].Weight += weight
	}
	for i := range all {
		if all[i].Code == errorCode && all[i].Weight < 0 {
			all[i].Text = w.againstSentence()
		}
	}
	all = slices.DeleteFunc(all, func(e Evidence) bool { return math.Abs(e.Weight) < minWeight })
	slices.SortStableFunc(all, func(a, b Evidence) int { return cmp.Compare(b.Weight, a.Weight) })
	return all
}

// minWeight is the weight, in log-odds, below which a term is no reason: it would be shown as 0.0.
const minWeight = 0.05

// errorCode is that of the typing error itself.
const errorCode = "error"

// quiet is the sentence of a term that is only worth one where all are shown.
func (w *writer) quiet(t term) (code, text string) {
	if t == termBias || t == termTargets {
		return "prior", "Most domains that look like another one are meant as they stand."
	}
	if e := w.e.Traffic; e.Sent+e.Received == 0 && !w.e.Own {
		return "volume", "Of " + w.meant + " no mail is known."
	}
	return "volume", w.volumeSentence()
}

// againstSentence says of an error that few people make that it speaks against a slip.
func (w *writer) againstSentence() string {
	return "Few people make this error (" + w.c.slip.how(w.dp, w.ep) + "): that " + w.typed + " is meant is likelier."
}

// A Candidate is a domain that may have been meant.
type Candidate struct {
	Name        domain.Name
	Probability float64 // that it was; with that of none of them they add up to 1
}

// likely returns the candidates that are worth a word, most likely first.
func (q *Query) likely(best []candidate) (all []Candidate) {
	none := 1.0
	for _, c := range best {
		none += math.Exp(calibrated(c.score))
	}
	for _, c := range best[:min(len(best), maxLikely)] {
		if p := math.Exp(calibrated(c.score)) / none; p >= minLikely {
			e, _ := q.target(c.id)
			all = append(all, Candidate{e.Name, p})
		}
	}
	return all
}

// Bounds of the candidates that are named.
const (
	maxLikely = 5
	minLikely = 0.02
)
