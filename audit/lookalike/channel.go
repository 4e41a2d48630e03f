package lookalike

import "math"

// A channel says how likely fingers make one name of another: the sum over all ways in which
// one error of a letter or two lead there, each way weighed by the kinds of its errors (and
// so by the keyboard), by their letters and by their places. In "gogle" either "o" of
// "google" may be missing: that is twice as likely as one letter that stands alone. It is
// the forward algorithm over the letters of both names.
type channel struct {
	w *Weights
	// errors are the factors of errors on ways of one and of two: of two, each counts half.
	errors [maxErrors]errorFactors
}

// maxErrors is how many errors a way has at most: a name further away is taken for one only
// if something else speaks for it.
const maxErrors = 2

// errorFactors are by what the sum over ways is multiplied for an error.
type errorFactors struct {
	kinds        [terms]float64         // by the term of its kind
	letters      [letterFactors]float64 // by the odds of its letters
	echo, across float64
	first, cut   float64 // of a first letter that is another one, and of one too few or too many
}

func newChannel(w *Weights) (c channel) {
	c.w = w
	for n := range c.errors {
		f, share := &c.errors[n], 1/float64(n+1)
		for t := range f.kinds {
			f.kinds[t] = math.Exp(share * w[t])
		}
		for i := range f.letters {
			f.letters[i] = math.Exp(share * w[termLetters] * (leastOdds + float64(i)*oddsStep))
		}
		f.echo, f.across = math.Exp(share*w[termEcho]), math.Exp(share*w[termAcross])
		f.first, f.cut = math.Exp(w[termFirstLetter]), math.Exp(w[termFirstCut])
	}
	return c
}

// The odds of letters that count, and their step: see letterOdds.
const (
	leastOdds     = -1.5
	mostOdds      = 2.5
	oddsStep      = letterStep / 2
	letterFactors = (mostOdds-leastOdds)/oddsStep + 1
)

// of returns the factor of an error. first says that nothing stands before it.
func (f *errorFactors) of(x edit, first bool, typed, meant string) float64 {
	odds := max(leastOdds, min(mostOdds, letterOdds(x, typed, meant)))
	factor := f.kinds[x.kind.term()] * f.letters[int((odds-leastOdds)/oddsStep)]
	switch {
	case x.kind == Insertion && echoes(typed, x.at):
		factor *= f.echo
	case x.kind == NeighbourInstead && !beside(x.got, x.want):
		factor *= f.across
	}
	switch {
	case !first:
	case x.got != 0 && x.want != 0:
		factor *= f.first
	default:
		factor *= f.cut
	}
	return factor
}

// weigh sets the channel of a slip in the letters of a name.
func (c *channel) weigh(s *slip, d, e *parts) {
	if s.ofLetters() {
		typed, meant := s.texts(d, e)
		two := math.Exp(c.w[termTwoEdits] + c.w[termTwoShort]*s.lacking(d, e))
		s.channel = math.Log(c.ways(typed, meant, 1) + two*c.ways(typed, meant, 2))
	}
}

// ofLetters reports the slips that the channel weighs: one error of a letter, or two.
func (s *slip) ofLetters() bool { return s.letter || s.kind == TwoEdits && s.both[0].kind != "" }

// texts returns what was typed and what was meant, where the errors are: the name before
// the public suffix, unless that is another one because of them.
func (s *slip) texts(d, e *parts) (typed, meant string) {
	if s.tld != "" || d.suffix() == e.suffix() {
		return d.stem(), e.stem()
	}
	return d.full, e.full
}

// band is how many places the letters of the name that was typed may have against those of
// the other one: an error moves them by one.
const band = 2*maxErrors + 1

// ways returns the sum over all ways of so many errors. The last error of a way leads to
// what both names end with.
func (c *channel) ways(typed, meant string, errors int) (total float64) {
	f := &c.errors[errors-1]
	alike, same := commonPrefix(typed, meant), commonSuffix(typed, meant)
	// sums are those of the ways to a place: by the letters of meant that are done, the last
	// three of them, by the errors, and by how many letters more of typed are done, from
	// -errors on.
	var sums [3][maxErrors][band]float64
	sums[0][0][errors] = 1
	for i := 0; i <= len(meant); i++ {
		row := &sums[i%3]
		for n := range errors {
			for k := errors - n; k <= errors+n; k++ {
				sum, j := row[n][k], i+k-errors
				if sum == 0 {
					continue
				}
				if i < len(meant) && j < len(typed) && typed[j] == meant[i] {
					sums[(i+1)%3][n][k] += sum
				}
				// Of the letters that are left, more are so many more than typed has.
				left, more := len(meant)-i, len(meant)-i-len(typed)+j
				// Where both go on alike, no letter stands twice and more is left than both end
				// with and the next error does, a first error leads nowhere: see goOn.
				if n == 0 && i+1 < alike && left-1 > same+(errors-1)*mostLetters && (errors == 1 || meant[i] != meant[i+1]) {
					continue
				}
				if n+1 == errors && more == 0 && left <= same {
					continue // nothing is left but what both end with
				}
				isLast, first := n+1 == errors, i == 0 || j == 0
				// leads reports whether an error that does so many letters leads to the end.
				leads := func(ofMeant, ofTyped int) bool {
					after := more - ofMeant + ofTyped
					return left >= ofMeant && left-more >= ofTyped &&
						(isLast && after == 0 && left-ofMeant <= same || !isLast && -1 <= after && after <= 1 && goOn(typed[j+ofTyped:], meant[i+ofMeant:], same))
				}
				put := func(x edit, first bool, ofMeant, ofTyped int) {
					w := sum * f.of(x, first, typed, meant)
					if isLast {
						total += w
						return
					}
					sums[(i+ofMeant)%3][n+1][k+ofTyped-ofMeant] += w
				}
				if leads(1, 0) {
					put(missing(meant, i), first, 1, 0)
				}
				if leads(0, 1) {
					put(extra(typed, j), first, 0, 1)
				}
				if leads(1, 1) && typed[j] != meant[i] {
					put(instead(typed[j], meant[i], i), first, 1, 1)
				}
				if leads(2, 2) && typed[j] != meant[i] && typed[j] == meant[i+1] && typed[j+1] == meant[i] {
					put(swapped(typed[j], meant[i], i), false, 2, 2)
				}
			}
		}
		*row = [maxErrors][band]float64{}
	}
	return total
}

// commonPrefix returns how many letters two texts begin with alike.
func commonPrefix(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

// goOn reports whether the letters of both texts that are left are alike up to where one
// error more can lead to what both end with, which has so many letters.
func goOn(typed, meant string, same int) bool {
	n := max(0, len(meant)-same-mostLetters)
	return n <= len(typed) && typed[:n] == meant[:n]
}

// mostLetters is how many letters of what was meant one error does at most.
const mostLetters = 2

// commonSuffix returns how many letters two texts end with alike.
func commonSuffix(a, b string) (n int) {
	for n < len(a) && n < len(b) && a[len(a)-1-n] == b[len(b)-1-n] {
		n++
	}
	return n
}

// Channel is the place of the channel in Weights. It is a logarithm, so that its weight is
// one by definition, and is not fitted.
const Channel = int(termChannel)

// terms returns how much of each term the ways have on the average, and what the channel has
// beyond the sum of these: that there are several ways. They are what the weights are fitted
// to; the averages are the slopes of the channel.
func (c *channel) terms(s slip, d, e *parts) (all []Term) {
	const step = 1e-4
	several := s.channel
	for t := termBias; t < terms; t++ {
		if !t.isOfError() {
			continue
		}
		w := *c.w
		w[t] += step
		changed, more := newChannel(&w), s
		changed.weigh(&more, d, e)
		if value := (more.channel - s.channel) / step; math.Abs(value) > step {
			all = append(all, Term{int(t), value})
			several -= value * c.w[t]
		}
	}
	return append(all, Term{Channel, several})
}

// echoes reports a letter that stands two letters before or after as well: fingers repeat it,
// or are ahead of themselves.
func echoes(s string, at int) bool {
	return at >= 2 && s[at-2] == s[at] || at+2 < len(s) && s[at+2] == s[at]
}
