package lookalike

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// A Subject is a domain that was written to.
type Subject struct {
	Name    domain.Name
	Traffic Traffic
	// OfAll says that everybody's mail is audited, so that nobody in it is the reader's.
	OfAll bool
	// Supposed says that nobody has written there: Traffic has the first mail in advance.
	Supposed bool
	Known    bool   // of a mailbox provider: it is the intended domain itself
	Family   string // of that provider
	// Number is that of the target of the same name and 1, 0 if there is none.
	Number int32
	// MayBeTwin, unless nil, returns whether a target that is none of the twins which Judge is
	// given may have a recipient of the same name; else each may.
	MayBeTwin func(target int32) bool
	// FirstLook says that who knows whom, and the forms of names, are not known yet.
	FirstLook bool
	// Background, unless nil, returns what is known of the domain beside its own
	// traffic. It is asked for once, where there is a candidate.
	Background func() Background

	background Background
	crowd      float64 // of the index
}

// Background is what is known of a domain beside its own traffic.
type Background struct {
	// Established: somebody is known to use it, or the registered domain above it.
	Established bool
	// Parent is the traffic of the registered domain above it.
	Parent Traffic
}

// A Verdict names the domain that a subject was a slip for, and how sure that is.
type Verdict struct {
	Target     int32       // number of the target, -1 if it is guessed
	Intended   domain.Name // its name
	Also       domain.Name // another one that is nearly as likely; the zero Name if there is none
	AlsoTarget int32       // its number, where there is one
	// Near are the numbers of the next targets that another look may find likelier, -1 for none.
	Near       [maxNear]int32
	Kind       Kind
	Typed      bool   // the suffix is one that fingers slip to, and not only another one
	How        string // the kind in words
	Confidence float64
	Score      float64     // the sum of the terms, of which the confidence comes: see Confidence
	Evidence   []Evidence  // the strongest reasons
	Sum        []Evidence  // all reasons, the prior included; their weights add up to the log-odds but for what is below 0.05 each: see Query.KeepSums
	Candidates []Candidate // for what was meant, most likely first
	Change     string      // what would change the verdict, a sentence
	Terms      []Term      // of the score: see NewIndexWith
}

// SlipConfidence is the least confidence that is reported as a slip; below it a
// domain is reported as worth a look.
const SlipConfidence = 0.9

// minScore is the log-odds below which a candidate is dropped: a
// confidence of 0.01.
const minScore = -4.6

// alsoMargin is how near, in log-odds, a second candidate must come to the
// first for both to be shown.
const alsoMargin = 1.0

// nearMargin is how near a candidate must come to the first for another look to find it
// likelier, and maxNear how many such are looked at.
const (
	nearMargin = 4.0
	maxNear    = 2
)

// runnersUp returns the candidates after the first that are near it.
func runnersUp(best []candidate) (numbers [maxNear]int32) {
	for i := range numbers {
		numbers[i] = guessed
		if i+1 < len(best) && best[0].score-best[i+1].score < nearMargin {
			numbers[i] = best[i+1].id
		}
	}
	return numbers
}

// A candidate is a target with its score.
type candidate struct {
	id int32
	// below: the slip is in the registered domain of the subject, and the target covers
	// what lies below it.
	below bool
	slip  slip
	pair  Pair
	score float64
}

// Judge finds the domain that s was most likely meant to be. pair returns what the
// traffic knows of s and a target; it is asked only where that can matter. twins are
// targets with a recipient of the same name, which bear two edits more; one may
// be there several times.
func (q *Query) Judge(s Subject, twins []int32, pair func(target int32) Pair) (Verdict, bool) {
	x := q.x
	candidates := q.candidates(&s)
	q.subject = s
	d, dp := &q.subject, &q.parts
	d.crowd = x.crowd
	sign := signatureOf(dp)
	best := q.best[:0]
	below := false
	consider := func(id int32, limit int) {
		if id >= 0 && q.skip != nil && q.skip[id] {
			return
		}
		e, ep := q.target(id)
		sl, ok := compare(dp, ep, limit)
		if !ok { // most end here: their target need not come from memory
			return
		}
		if !ep.known && dp.known && !e.Own && !e.Protected && !e.Listed {
			return // what does not exist is not meant by what does
		}
		if d.Family != "" && d.Family == e.Family {
			return
		}
		if d.Background != nil {
			d.background, d.Background = d.Background(), nil
		}
		if below && !e.Own && !e.Protected && sl.isOtherSuffix() {
			return
		}
		x.channel.weigh(&sl, dp, ep)
		c := candidate{id: id, slip: sl, below: below}
		fs := features(q.buf[:0], &c.slip, d, dp, e, ep, &c.pair)
		mayBeTwin := id >= 0 && (q.twin[id] == q.asked || d.MayBeTwin == nil || d.MayBeTwin(id))
		if x.sum(fs)+x.mostOfPair(fs, mayBeTwin, d.FirstLook) < minScore {
			return // most end here, before what is known of both is looked for
		}
		if id >= 0 {
			c.pair = pair(id)
		}
		if c.pair.Twins == 0 && c.slip.goesOn(dp, ep) {
			return
		}
		c.slip.lookWordsUp(dp, ep)
		if e.Thin && !x.mayBeMeant(&c, d, dp, e, ep) {
			return
		}
		c.score = x.sum(features(q.buf[:0], &c.slip, d, dp, e, ep, &c.pair))
		if c.score >= minScore {
			best = append(best, c)
		}
	}
	for _, id := range twins {
		if q.twin[id] == q.asked {
			continue
		}
		q.twin[id] = q.asked
		if sign.mayBe(&x.signs[id], maxTwinEdits) {
			consider(id, maxTwinEdits)
		}
	}
	for _, id := range q.near(candidates, &sign) {
		consider(id, maxEdits)
	}
	isFound := func() bool { return slices.ContainsFunc(best, func(c candidate) bool { return c.score >= 0 }) }
	if q.parts.hasSubdomain() {
		q.registered = cut(domain.Canonical(dp.reg()))
		dp, below = &q.registered, true
		sign = signatureOf(dp)
		for _, id := range x.covering {
			if sign.mayBe(&x.signs[id], maxEdits) {
				consider(id, maxEdits)
			}
		}
		if !isFound() {
			hosts := q.lookedUp(dp)
			for _, id := range twins {
				q.twin[id] = q.asked
			}
			for _, id := range hosts {
				if sign.mayBe(&x.signs[id], maxEdits) && x.covers(id, &q.parts) {
					consider(id, maxEdits)
				}
			}
		}
	}
	if !isFound() && q.guess(d) {
		dp, below = &q.parts, false
		consider(guessed, maxEdits)
	}
	if best = withoutSeries(best); len(best) == 0 {
		return Verdict{}, false
	}
	q.best = best
	slices.SortFunc(best, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.id, b.id))
	})
	return q.verdict(d, best), true
}

// near returns those of the candidates that are no twins, nor the domain itself, and are near
// by their signatures. It touches them one after the other before they are read, so that
// their misses overlap.
func (q *Query) near(candidates []int32, sign *signature) []int32 {
	x, itself := q.x, q.subject.Number-1
	for _, id := range candidates {
		q.touched += uint32(x.signs[id].length)
	}
	near := candidates[:0]
	for _, id := range candidates {
		if q.twin[id] != q.asked && id != itself && sign.mayBe(&x.signs[id], maxEdits) {
			near = append(near, id)
			q.touched += uint32(x.parts[id].suffixAt)
		}
	}
	for _, id := range near {
		if name := x.parts[id].full; name != "" {
			q.touched += uint32(name[0])
		}
	}
	return near
}

// covers reports a target, none of covering, of which a domain of these parts may be meant to be
// a host: a partner's. Nobody writes to a host of a mailbox provider.
func (x *Index) covers(id int32, p *parts) bool {
	e := &x.targets[id]
	return !e.Own && !e.Protected && !e.Known && !p.isAppended(e.Name)
}

// mayBeMeant says of a domain with next to no mail whether what is known of it and of
// another one shows that it is not the slip itself: an error corrected, that it exists and
// the other does not, or that the error is likelier that way round than the other.
func (x *Index) mayBeMeant(c *candidate, d *Subject, dp *parts, e *Target, ep *parts) bool {
	p := &c.pair
	switch {
	case e.Traffic.isMissing(ep), p.Reversed > 0:
		return false
	case d.Traffic.isMissing(dp):
		return true
	case p.Corrections > 0, p.Unread && p.SameSender > 0:
		return true
	case p.SameSender > 0 && p.SharedTwins < p.Twins:
		more := float64(d.Traffic.Sent) / float64(max(1, e.Traffic.Sent+e.Traffic.Received))
		return x.lead(c, dp, ep) >= minLeadOfThin+5*math.Log10(max(1, more))
	}
	return e.Traffic.Received > 0 && d.Traffic.Received == 0
}

// isMissing says whether a domain cannot exist, or is known not to.
func (t *Traffic) isMissing(p *parts) bool { return !p.known || t.NoDomain > 0 && t.Arrived == 0 }

// minLeadOfThin is how much likelier, in log-odds, an error must be than the same the other
// way round where nothing else says which of two names is the slip.
const minLeadOfThin = 1.5

// lead returns by how much, in log-odds, the error of a candidate is likelier than that
// which makes what was meant of what was typed. A name of words alone is rather meant than
// one that is nearly of words.
func (x *Index) lead(c *candidate, dp, ep *parts) float64 {
	back, ok := compare(ep, dp, maxEdits)
	if !ok {
		return minLeadOfThin
	}
	back.lookWordsUp(ep, dp)
	x.channel.weigh(&back, ep, dp)
	lead := x.ofError(&c.slip, dp, ep) - x.ofError(&back, ep, dp)
	if c.slip.words.meant == 1 && c.slip.words.typed < 1 {
		lead += minLeadOfThin
	}
	return lead
}

// ofError is the part of a score that weighs the error itself.
func (x *Index) ofError(s *slip, dp, ep *parts) (score float64) {
	for _, f := range features(nil, s, &Subject{}, dp, &Target{}, ep, &Pair{}) {
		if f.term.isOfError() {
			score += x.weights[f.term] * f.value
		}
	}
	return score
}

// withoutSeries drops the candidates that differ in a number alone, if there are several:
// werk1-acme.com to werk7-acme.com are the branches of one firm, and each is meant.
func withoutSeries(best []candidate) []candidate {
	numbers := 0
	for i := range best {
		if best[i].slip.isNumber() {
			numbers++
		}
	}
	if numbers < minSeries {
		return best
	}
	return slices.DeleteFunc(best, func(c candidate) bool { return c.slip.isNumber() })
}

// minSeries is how many other numbers make a series.
const minSeries = 2

func (x *Index) sum(fs []feature) (score float64) {
	for _, f := range fs {
		score += x.weights[f.term] * f.value
	}
	return score
}

// mostOfPair is the most that the words of the names and what is known of both domains can
// add to a score, of which the features without these are given.
func (x *Index) mostOfPair(fs []feature, mayBeTwin, isFirstLook bool) float64 {
	w := &x.weights
	most := rounding + math.Abs(w[termWordsLost]) + max(0, w[termWords])
	for _, f := range fs {
		if f.term == termVolume || f.term == termRatio { // they are left out where only answers went to the target
			most += max(0, -w[f.term]*f.value)
		}
	}
	most += max(0, w[termFramed])
	if !isFirstLook {
		most += mostSurprise*max(0, w[termKnows]) + max(0, w[termForm])
	}
	if mayBeTwin {
		most += max(0, w[termTwin]) + max(0, w[termSameSender]) + max(0, w[termCorrected]) + max(0, w[termAmid]) + max(0, -w[termNoTwin]) +
			2*max(0, -w[termNoTwins]) + max(0, -w[termSwapNoTwin]) + max(0, -w[termLabelsNoTwin])
	}
	return most
}

// rounding is more than the sum of a score differs by the order of its terms.
const rounding = 1e-6

func (q *Query) verdict(s *Subject, best []candidate) Verdict {
	x, c := q.x, best[0]
	e, ep := q.target(c.id)
	dp, intended := &q.parts, e.Name
	if c.below {
		dp = &q.registered
		intended = domain.Canonical(strings.TrimSuffix(q.parts.full, dp.full) + e.Name.String())
	}
	v := Verdict{Target: c.id, Intended: intended, Kind: c.slip.kind, Confidence: Confidence(c.score), Score: c.score, Near: runnersUp(best)}
	v.Typed = v.Kind == TLDCut || v.Kind == TLDSwapped && c.slip.edits <= 1
	if len(best) > 1 && best[0].score-best[1].score < alsoMargin {
		also, _ := q.target(best[1].id)
		v.Also, v.AlsoTarget = also.Name, best[1].id
	}
	if v.Confidence < q.least {
		return v
	}
	v.How = c.slip.how(dp, ep)
	fs := features(q.buf[:0], &c.slip, s, dp, e, ep, &c.pair)
	sum := x.sentences(fs, s, dp, e, ep, c)
	v.Evidence = strongest(sum)
	if q.sums {
		v.Sum = sum
	}
	v.Candidates = q.likely(best)
	v.Change = change(s, e, &c.pair, v.Confidence)
	if x.terms {
		for _, f := range fs {
			if f.term != termChannel {
				v.Terms = append(v.Terms, Term{int(f.term), f.value})
			}
		}
		if c.slip.ofLetters() {
			v.Terms = append(v.Terms, x.channel.terms(c.slip, dp, ep)...)
		}
	}
	return v
}
