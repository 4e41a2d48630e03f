package lookalike

import (
	"math"
	"sync"
)

// Most targets that have a form in common with a domain are not what was meant: too little
// speaks for them, whatever the error. The bound of a score finds these by numbers that are
// small enough for the cache, before the names are compared. It is never below the score: each
// term that it knows is in it as it is, and of each that it does not know the most.

// A standing is what a target brings into a score, whatever was typed.
type standing struct {
	most   float32 // the sum of the terms that are its own
	volume float32
	suffix uint32 // the number of its public suffix
	usual  uint16 // see unusual
	core   uint8  // how many letters its registered label has
	flags  standingFlags
}

type standingFlags uint8

const (
	isNamed     standingFlags = 1 << iota // by the user
	isProvider                            // a mailbox provider
	isMajor                               // a large one
	hasWritten                            // to us
	hasMail                               // from or to us
	isSubdomain                           // it lies below a registered domain
)

// isOfTarget reports the terms that are of a target alone.
func (t term) isOfTarget() bool {
	switch t {
	case termMajor, termProvider, termChosen, termListed, termTargetWrote, termTargetThin, termBrand, termUnused, termGuessed, termThin:
		return true
	}
	return false
}

// isOfSubject reports the terms that are of the domain that was written to alone.
func (t term) isOfSubject() bool {
	switch t {
	case termBias, termNoTLD, termNoDomain, termWroteToUs, termWroteOnce, termUnsolicited, termKnown, termNoUser, termFailed,
		termSubjectVolume, termOneMail, termForwarded, termTargets:
		return true
	}
	return false
}

// standingOf returns the standing of a target, of which its suffix has a number.
func (x *Index) standingOf(e *Target, ep *parts, suffix uint32) standing {
	var buf [32]feature
	most := 0.0
	for _, f := range features(buf[:0], &slip{}, &Subject{}, &parts{}, e, ep, &Pair{}) {
		if f.term.isOfTarget() {
			most += x.weights[f.term] * f.value
		}
	}
	s := standing{most: float32(most), volume: float32(e.volume()), suffix: suffix, usual: unusual(ep.stem()), core: uint8(len(ep.core()))}
	for _, flag := range [...]struct {
		flag standingFlags
		on   bool
	}{
		{isNamed, e.Own || e.Protected || e.Listed}, {isProvider, e.Known}, {isMajor, e.Major},
		{hasWritten, e.Traffic.Received > 0}, {hasMail, e.Traffic.Sent+e.Traffic.Received > 0}, {isSubdomain, ep.hasSubdomain()},
	} {
		if flag.on {
			s.flags |= flag.flag
		}
	}
	return s
}

// A prospect is what a domain that was written to brings into the score of any target.
type prospect struct {
	// sum is that of its own terms, but for senders, which do not count for targets that the
	// user names where nobody answers.
	sum, senders float64
	rival        float64 // the decades of mail that the ratio compares with
	isFramed     bool    // of targets that ours only answered
	// mute counts for targets that never wrote, silent for those that did, and lone for those
	// with mail.
	mute, silent, lone float64
	// Of terms that are not known yet: the most that each of them adds.
	pair, words, twin float64
	letters           float64 // and those that few errors of letters have
	usual             uint16
	core              int
	hasSubdomain      bool
	parts             *parts
	suffixes          *suffixRow
}

// prospectOf returns the prospect of the subject of the query, as a domain of these parts.
func (q *Query) prospectOf(dp *parts) (p prospect) {
	x, d := q.x, &q.subject
	w := &x.weights
	most := func(terms ...term) (sum float64) {
		for _, t := range terms {
			sum += max(0, w[t])
		}
		return sum
	}
	isForwarded := false
	silent, writing := Target{Traffic: Traffic{Sent: 1}}, Target{Traffic: Traffic{Received: 1}}
	for _, f := range features(q.buf[:0], &slip{}, d, dp, &silent, &parts{}, &Pair{}) {
		value := w[f.term] * f.value
		switch f.term {
		case termManySenders:
			p.senders = value
		case termMute:
			p.mute = value
		case termNoTwin, termNoTwins:
			p.lone += value
		default:
			isForwarded = isForwarded || f.term == termForwarded
			if f.term.isOfSubject() {
				p.sum += value
			}
		}
	}
	if d.Traffic.isAnswering() {
		p.sum, p.senders = p.sum+p.senders, 0
	}
	for _, f := range features(q.buf[:0], &slip{}, d, dp, &writing, &parts{}, &Pair{}) {
		if f.term == termSilent {
			p.silent = w[f.term] * f.value
		}
	}
	p.rival, p.isFramed = d.Traffic.rival(), d.Traffic.isOfMany()
	p.pair = rounding + boundRounding + most(termEstablished, termParentWrote, termParentBusy, termRestricted)
	if !d.FirstLook {
		p.pair += mostSurprise*most(termKnows) + most(termForm)
	}
	noTwin := max(0, -w[termSwapNoTwin]) + max(0, -w[termLabelsNoTwin])
	if isForwarded {
		p.pair += noTwin
	}
	p.words = math.Abs(w[termWordsLost]) + most(termWords)
	p.twin = noTwin + max(0, -p.lone) + most(termTwin, termSameSender, termSharedTwin, termCorrected, termAmid, termReversed, termTwinSuffix, termTwinFew, termBeside)
	p.letters = most(termMailTail, termDigit, termDigit)
	p.usual, p.core, p.hasSubdomain = unusual(dp.stem()), len(dp.core()), dp.hasSubdomain()
	p.parts, p.suffixes = dp, q.suffixRow(dp)
	return p
}

// boundRounding is more than a bound differs by the precision of its numbers.
const boundRounding = 1e-3

// ofMail returns what the mail to a target adds, and what it does if ours only answered there.
func (p *prospect) ofMail(w *Weights, s *standing) (meant, answered float64) {
	volume := float64(s.volume)
	meant = w[termVolume] * volume
	if p.isFramed {
		answered = w[termFramed]
	}
	if s.flags&(isNamed|isProvider) == 0 {
		meant += w[termRatio] * min(0, volume-p.rival-leastLead)
		if p.isFramed {
			answered += w[termRatio] * min(0, -p.rival-leastLead)
		}
	}
	return meant, answered
}

// withPair returns the most that what is known of both domains adds to a score, but for the words.
func (p *prospect) withPair(w *Weights, s *standing, mayBeTwin bool) float64 {
	meant, answered := p.ofMail(w, s)
	most := p.pair + max(0, answered-meant)
	if mayBeTwin {
		most += p.twin
	}
	return most
}

// withTarget returns the most that a score has beside its error, where there is no twin.
func (p *prospect) withTarget(w *Weights, s *standing) float64 {
	sum := p.sum + p.pair + float64(s.most)
	if s.flags&isNamed == 0 {
		sum += p.senders
	}
	meant, answered := p.ofMail(w, s)
	sum += max(meant, answered)
	if s.flags&(isNamed|isProvider|hasWritten) == 0 {
		sum += p.mute
	}
	if s.flags&hasMail != 0 {
		sum += p.lone
	}
	if s.flags&(hasWritten|isProvider) == hasWritten {
		sum += p.silent
	}
	return sum
}

// isHopeless says of a target, none of the twins that Judge is given, that its score is too low
// for a candidate, whatever compare finds within maxEdits.
func (q *Query) isHopeless(p *prospect, id int32, d, e *signature) bool {
	x := q.x
	s := &x.standings[id]
	bound := p.withTarget(&x.weights, s) + x.mostOfError(p, s, d, e)
	if bound >= minScore {
		return false
	}
	if q.twin[id] == q.asked {
		return false
	}
	may := q.subject.MayBeTwin
	return bound+p.twin < minScore || may != nil && !may(id)
}

// mostOfError returns the most that the terms of an error add which compare finds of two
// domains of these signatures within maxEdits; infinity if it is not known.
func (x *Index) mostOfError(p *prospect, s *standing, d, e *signature) float64 {
	if d.idn || e.idn || d.squashed == e.squashed || d.look == e.look {
		return math.Inf(1)
	}
	if p.suffixes.number == s.suffix {
		return x.mostOfLetters(p, s, d, e)
	}
	return x.mostOfSuffix(p, s, d, e)
}

// mostOfLetters is mostOfError under one suffix, for names of one length of which as many
// letters, one or two, occur more often and less often.
func (x *Index) mostOfLetters(p *prospect, s *standing, d, e *signature) float64 {
	more, less := d.stem.without(&e.stem), e.stem.without(&d.stem)
	n := more.count()
	if d.stemLength != e.stemLength || n != less.count() || n < 1 || n > 2 {
		return math.Inf(1)
	}
	w, b := &x.weights, x.bounds
	name := p.words + w[termUsual]*usualLead(p.usual, s.usual)
	lacking := max(0, mostLacking*w[termTwoShort])
	if p.hasSubdomain && s.flags&isSubdomain != 0 { // both may be of one organisation
		name += max(0, w[termSibling]) + max(0, w[termSiblingLong]) + b.length
	} else {
		name += x.ofLength(int(s.core), min(p.core, int(s.core)))
		few, many := max(0, 9-int(s.core)), max(0, 9-int(s.core)+len(mailTail))
		lacking = max(w[termTwoShort]*float64(few), w[termTwoShort]*float64(many))
	}
	most := lacking + name
	if n == 2 {
		most += b.ofBoth(more, less)
	} else {
		most = max(most+b.ofTwo(more, less), b.ofOne(more, less, name))
	}
	return most + p.letters
}

// mostOfSuffix is mostOfError under two suffixes, where only the suffix is another one, or one
// letter of the name as well.
func (x *Index) mostOfSuffix(p *prospect, s *standing, d, e *signature) float64 {
	if d.mayBePart(e) {
		return math.Inf(1)
	}
	between := x.between(p.suffixes, p.parts, s.suffix)
	if between.isAfter && s.flags&isMajor != 0 {
		return math.Inf(1)
	}
	most := math.Inf(-1)
	if d.stemHash == e.stemHash {
		most = float64(between.alone)
	}
	if both := float64(between.both); !math.IsInf(both, -1) {
		most = max(most, both+x.mostBeside(p, s, d, e))
	}
	return most
}

// mayBePart says of domains under two suffixes whether one may be the other one but for what it
// has more at an end or between, but for the order of its labels, or but for one edit.
func (d *signature) mayBePart(e *signature) bool {
	longer := int(d.length) - int(e.length)
	more, less := d.letters.beyond(&e.letters), e.letters.beyond(&d.letters)
	if longer == 0 && d.stemLength == e.stemLength && d.stemLength > 0 {
		// Their dots are at one place, and what is after that differs. If what is before it does as
		// well, that is more than one edit.
		return more == 0 && less == 0
	}
	return more <= 1 && less <= 1 && -1 <= longer && longer <= 1 || more == 0 && longer <= 0 || less == 0 && longer >= 0
}

// mostBeside returns the most that one edit of the name adds, beside another suffix.
func (x *Index) mostBeside(p *prospect, s *standing, d, e *signature) float64 {
	more, less := d.stem.without(&e.stem), e.stem.without(&d.stem)
	switch longer := int(d.stemLength) - int(e.stemLength); {
	case longer < -1 || longer > 1 || more.count() > 1 || less.count() > 1:
		return math.Inf(-1) // they are more edits apart
	case longer != 0 || more.count() == 0 || less.count() == 0:
		return math.Inf(1)
	}
	// A letter is another one, or all letters would occur as often.
	name := p.words + x.weights[termUsual]*usualLead(p.usual, s.usual) + x.ofLength(int(s.core), min(p.core, int(s.core))) +
		x.weights[termTwoShort]*float64(max(0, 9-int(s.core)))
	return x.bounds.ofOne(more, less, name) + p.letters
}

// ofLength returns what the length of a name adds where the error is in its letters, and the
// shorter one of both lengths.
func (x *Index) ofLength(n, shorter int) float64 {
	w := &x.weights
	sum := w[termShort3] * float64(max(0, min(2, 4-shorter)))
	switch {
	case n == 4:
		sum += w[termShort4]
	case n == 5:
		sum += w[termShort5]
	case n == 6:
		sum += w[termShort6]
	case n >= 12:
		sum += w[termLong]
	}
	return sum
}

// mostLacking is the most that a slip lacks of letters.
const mostLacking = float64(9 + len(mailTail))

// isSeparatorBit reports the letters of letterCounts that a separator may be.
func isSeparatorBit(n int) bool { return n == '.'&63 || n == '-'&63 || n == '_'&63 }

// usualLead returns by how much the one of two names is the more usual one, see termUsual.
func usualLead(typed, meant uint16) float64 {
	return max(-3, min(3, tripleStep*float64(int(meant)-int(typed))/3))
}

// errorBounds are the most that errors of letters weigh in names of one length, of which only
// the bits in letterCounts are known that differ. They are by the letter that occurs more often
// in what was typed, and the one that does so in what was meant.
type errorBounds struct {
	// half is of a letter instead of another one, as one error of two.
	half bitBounds
	// one is all that the channel has where that is the only error, and rare where neither of
	// both letters stands elsewhere in both names.
	one, rare bitBounds
	// two and rareTwo are of two errors likewise, without what the names lack of letters.
	two, rareTwo float64
	bothFirst    float64 // the most that both errors weigh more because nothing stands before
	length       float64 // of a name
}

type bitBounds [64][64]float32

// isRare reports letters that do not stand elsewhere in both names.
func isRare(more, less letterCounts) bool { return more.twice|less.twice == 0 }

// ofOne returns the most that one letter instead of another one weighs, and the name if it is an
// error of its letters.
func (b *errorBounds) ofOne(more, less letterCounts, name float64) float64 {
	got, _ := more.two()
	want, _ := less.two()
	if isSeparatorBit(got) || isSeparatorBit(want) {
		name = max(0, name)
	}
	if isRare(more, less) {
		return float64(b.rare[got][want]) + name
	}
	return float64(b.one[got][want]) + name
}

// ofTwo returns the most that two errors weigh where one letter occurs more often.
func (b *errorBounds) ofTwo(more, less letterCounts) float64 {
	if isRare(more, less) {
		return b.rareTwo
	}
	return b.two
}

// ofBoth returns the most that two errors weigh where two letters occur more often and two less
// often. An error makes one letter more frequent at most, so that both are of a letter instead
// of another one, and there is one way.
func (b *errorBounds) ofBoth(more, less letterCounts) float64 {
	g, h := more.two()
	v, w := less.two()
	return b.bothFirst + float64(max(b.half[g][v]+b.half[h][w], b.half[g][w]+b.half[h][v]))
}

func newErrorBounds(c *channel) *errorBounds {
	b, w := &errorBounds{}, c.w
	first := max(0, w[termFirstLetter], w[termFirstCut])
	single, half := &c.errors[0], &c.errors[1]
	odds := math.Log(max(half.letters[0], half.letters[len(half.letters)-1]))
	most := func(terms ...term) float64 {
		most := math.Inf(-1)
		for _, t := range terms {
			most = max(most, w[t]/2)
		}
		return most + odds + first
	}
	missing := most(termDeletion, termDot, termHyphen, termPlural)
	extra := most(termInsertion, termNeighbourInserted, termPlural)
	separator := max(extra, most(termDot, termHyphen))
	again := max(separator, most(termRepetition), most(termInsertion)+max(0, w[termEcho]/2))
	lacking := w[termTwoEdits] + max(0, mostLacking*w[termTwoShort])
	for got := range b.one {
		more := extra
		if isSeparatorBit(got) {
			more = separator
		}
		// What was typed for another letter may be one too many and the other one missing, either
		// first. If one of both stands elsewhere in both names, that is once, or there would be no
		// bit of it: then there are two places for it.
		rare, often := 2*math.Exp(lacking+missing+more), 2*2*2*math.Exp(lacking+missing+again)
		for want := range b.one[got] {
			one, two := 0.0, 0.0
			for _, g := range bytesOf(got) {
				for _, w := range bytesOf(want) {
					x := instead(g, w, 0)
					one, two = max(one, single.of(x, false, "", "")), max(two, half.of(x, false, "", ""))
				}
			}
			one *= math.Exp(first)
			b.half[got][want] = float32(math.Log(two))
			b.rare[got][want], b.one[got][want] = float32(math.Log(one+rare)), float32(math.Log(one+often))
		}
	}
	// Of two errors that are no letters too many or missing, the first one is where the names
	// begin to differ, and the next one where what is left does: each is one letter, or two that
	// are swapped, in four ways at most. Else one letter is too many and the other one is missing.
	swapped := most(termSubstitution, termVowel, termNeighbourInstead, termLooks, termHyphen, termDot, termTransposition) + max(0, w[termAcross]/2)
	b.rareTwo = w[termTwoEdits] + math.Log(4*math.Exp(2*swapped)+2*math.Exp(missing+separator))
	b.two = w[termTwoEdits] + math.Log(4*math.Exp(2*swapped)+2*2*2*math.Exp(missing+again))
	b.bothFirst = w[termTwoEdits] + 2*max(0, w[termFirstLetter])
	b.length = max(0, 2*w[termShort3]) + max(0, w[termShort4], w[termShort5], w[termShort6], w[termLong])
	return b
}

// bytesOf returns the bytes that may be a bit of letterCounts; 0xff stands for those that no
// name has: all of them weigh as much.
func bytesOf(bit int) []byte {
	all := []byte{0xff}
	for _, c := range []byte(alphabet + "0123456789-._") {
		if int(c&63) == bit {
			all = append(all, c)
		}
	}
	return all
}

// defaultBounds are those of the default weights.
var defaultBounds = sync.OnceValue(func() *errorBounds {
	w := DefaultWeights()
	c := newChannel(&w)
	return newErrorBounds(&c)
})

// A suffixRow has what the public suffix of a domain may be for each one of targets.
type suffixRow struct {
	suffix string
	number uint32 // noSuffix if it is of no target
	to     []between
}

const noSuffix = math.MaxUint32

// suffixRows is how many rows a query keeps: few suffixes have most domains.
const suffixRows = 64

// between is what an error weighs that makes one public suffix of another; minus infinity if
// there is none.
type between struct {
	alone   float32 // of the same name
	both    float32 // beside one edit of the name, without that
	isKnown bool    // it was found out
	isAfter bool    // what was meant stands whole, see slip.after
}

// suffixRow returns the row of the suffix of a domain.
func (q *Query) suffixRow(dp *parts) *suffixRow {
	if q.suffixes == nil {
		q.suffixes = make([]suffixRow, suffixRows)
	}
	suffix := dp.suffix()
	row := &q.suffixes[poly(0, suffix)>>32%suffixRows]
	if row.to == nil || row.suffix != suffix {
		number, ok := q.x.suffixNumbers[suffix]
		if !ok {
			number = noSuffix
		}
		row.suffix, row.number = suffix, number
		if row.to == nil {
			row.to = make([]between, len(q.x.suffixes))
		}
		clear(row.to)
	}
	return row
}

// between returns what makes the suffix of a row of that of a number. d is a domain of the row.
func (x *Index) between(row *suffixRow, d *parts, number uint32) *between {
	b := &row.to[number]
	if b.isKnown {
		return b
	}
	never := float32(math.Inf(-1))
	*b = between{isKnown: true, alone: never, both: never}
	e := &x.parts[x.suffixes[number].first]
	s, ok := compareSuffix(d, e)
	if !ok {
		return b
	}
	w := &x.weights
	b.isAfter = s.after
	b.alone = float32(x.ofError(&s, d, e) + max(0, w[termSpread]))
	if s.kind == TLDSwapped && s.edits > 1 { // see compareBoth
		return b
	}
	both := w[termBothParts] + w[s.kindTerm()]/2
	if d.known {
		both += w[termBothReal]
	}
	b.both = float32(both)
	return b
}
