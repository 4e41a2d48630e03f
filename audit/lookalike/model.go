package lookalike

import "math"

// The score of a slip is a sum of log-odds, and the confidence its logistic
// function: the prior of the intended domain and the chance of this error,
// against the chance that the domain is meant as it stands.

// A term is one summand of the score.
type term uint8

// The terms. DefaultWeights says how each weight came about.
const (
	termBias term = iota

	// The error.
	termTLDCut
	termTLDAppended
	termTLDMistyped
	termSwapConfusable // two real TLDs, one letter apart
	termSwapGeneric    // com, net, org …
	termSwapCountry    // a generic one and a country's
	termSwapCountries  // two countries'
	termSecondLevel
	termGluedTail
	termGluedHead
	termDeletion
	termRepetition
	termTransposition
	termNeighbourInserted
	termNeighbourInstead
	termVowel
	termInsertion
	termSubstitution
	termPlural
	termDot
	termHyphen
	termLabelsCut
	termLabelDropped
	termLabelAdded
	termLabelReordered
	termLabelReplaced
	termLooks
	termTwoEdits
	termMoreEdits // each edit beyond two
	termBothParts // name and suffix are both wrong
	termFirstLetter
	termShort3
	termShort4
	termLong
	termSibling

	// The domain that was written to.
	termNoTLD    // its TLD does not exist
	termNoDomain // it has no mail server
	termWroteToUs
	termWroteOnce
	termKnown
	termSubjectVolume // a decade of mail to it
	termManySenders   // a decade of senders that wrote to it
	termOneMail

	// The domain that was meant.
	termVolume // a decade of mail
	termMajor
	termProvider
	termChosen // own or protected
	termFamily
	termRatio // a decade by which it has more mail than the other

	// Both.
	termTwin
	termSameSender
	termSharedTwin
	termNoTwin
	termCorrected

	termMajorAfter // a large provider's whole domain, with a dot and more after it
	termTwinSuffix // a twin where only the suffix differs
	termFirstCut   // the first letter is missing, or one stands before it
	termListed     // in the list of partners

	termUnsolicited // it wrote to us, but answered nobody
	termNoUser      // it has none of the recipients
	termFailed      // all mail came back for another reason
	termReversed    // who wrote to the other one corrected it to this one

	terms
)

// Weights are the log-odds of the terms.
type Weights [terms]float64

// A Term is one summand of a score: how much of what there is, for fitting the
// weights.
type Term struct {
	Index int // in Weights
	Value float64
}

// A feature is how much of a term there is.
type feature struct {
	term  term
	value float64
}

// leastLead is the lead, in decades of mail, below which a domain speaks less
// for being meant: twice the mail. A slip that stands in an address book may
// have nearly as much as what was meant.
const leastLead = 0.3

// features lists what speaks for and against d being a slip s for e.
func features(buf []feature, s slip, d *Subject, dp *parts, e *Target, ep *parts, p Pair) []feature {
	add := func(t term, v float64) {
		if v != 0 {
			buf = append(buf, feature{t, v})
		}
	}
	flag := func(t term, on bool) {
		if on {
			buf = append(buf, feature{t, 1})
		}
	}
	add(termBias, 1)
	add(s.kindTerm(), 1)
	if s.tld != "" {
		add(termBothParts, 1)
		add(slip{kind: s.tld, edits: s.edits - 1, generic: s.generic, national: s.national}.kindTerm(), 0.5)
	}
	if s.kind == TwoEdits {
		for _, edit := range s.both {
			if edit.kind != "" {
				add(slip{kind: edit.kind}.kindTerm(), 0.5)
			}
		}
	}
	cut := s.letter && (s.edit.got == 0 || s.edit.want == 0)
	flag(termFirstLetter, s.first && !cut)
	flag(termFirstCut, s.first && cut)
	if s.ofName() {
		n := len(ep.core())
		flag(termShort3, n <= 3)
		flag(termShort4, n == 4)
		flag(termLong, n >= 12)
	}
	switch {
	case s.kind == TwoEdits && s.edits > 2:
		add(termMoreEdits, float64(s.edits-2))
	case s.kind == TLDMistyped && s.edits > 1:
		add(termMoreEdits, float64(s.edits-1))
	}
	flag(termSibling, s.sibling)

	flag(termNoTLD, !dp.known)
	flag(termNoDomain, d.Traffic.NoDomain > 0 && d.Traffic.Arrived == 0)
	wrote := d.Traffic.Exchanges > 0 || d.Traffic.Answers > 1
	flag(termWroteToUs, wrote && dp.known)
	flag(termWroteOnce, !wrote && d.Traffic.Answers > 0 && dp.known)
	flag(termUnsolicited, !wrote && d.Traffic.Answers == 0 && d.Traffic.Received > 0 && dp.known)
	flag(termKnown, d.Known)
	flag(termNoUser, d.Traffic.NoUser > 0 && d.Traffic.Arrived == 0)
	flag(termFailed, d.Traffic.Failed > 0 && d.Traffic.NoUser == 0 && d.Traffic.NoDomain == 0 && d.Traffic.Arrived == 0)
	sent := d.Traffic.decided()
	add(termSubjectVolume, math.Log10(float64(max(1, sent))))
	add(termManySenders, d.Traffic.manySenders(e))
	flag(termOneMail, sent <= 1)

	volume := math.Log10(float64(1 + e.Traffic.Sent + e.Traffic.Received))
	isFramed := p.OnlyAnswered && (d.Traffic.Senders > 1 || sent > 2)
	if p.OnlyAnswered {
		volume = 0
	}
	add(termVolume, volume)
	flag(termMajor, e.Major)
	flag(termProvider, e.Known && !e.Major)
	flag(termChosen, e.Own || e.Protected)
	flag(termListed, e.Listed && !e.Own && !e.Protected)
	flag(termFamily, d.Family != "" && d.Family == e.Family)
	if !e.Known && !e.Own && !e.Protected && !e.Listed && (isFramed || !p.OnlyAnswered) {
		add(termRatio, min(0, volume-math.Log10(float64(1+sent+d.Traffic.corresponding()))-leastLead))
	}

	unique := p.Twins - p.SharedTwins
	flag(termTwin, p.Twins > 0)
	flag(termSameSender, p.SameSender > 0 && !isFramed)
	flag(termSharedTwin, p.Twins > 0 && unique <= 0)
	flag(termNoTwin, p.Twins == 0 && d.Traffic.Recipients > 1)
	flag(termCorrected, p.Corrections > 0)
	flag(termReversed, p.Reversed > 0 && p.Corrections == 0)
	flag(termTwinSuffix, unique > 0 && (s.kind == TLDSwapped || s.kind == SecondLevel))
	flag(termMajorAfter, e.Major && s.after)
	return buf
}

// decided counts the deliveries that somebody decided upon: a forwarding rule was made
// once, whatever it sends on.
func (t *Traffic) decided() int64 { return t.Sent - t.Forwarded + t.Aliases }

// isAnswering says whether somebody at the domain answers.
func (t *Traffic) isAnswering() bool { return t.Exchanges > 0 || t.Answers > 0 }

// corresponding counts what the domain wrote to us; nothing if it answers nobody: anybody
// can write.
func (t *Traffic) corresponding() int64 {
	if t.isAnswering() {
		return t.Received
	}
	return 0
}

// manySenders says by how many decades the senders speak for the domain being meant.
// Those who answer to all repeat one slip, and where nobody there answers and the user
// says what is meant, many senders are many slips.
func (t *Traffic) manySenders(e *Target) float64 {
	if !t.isAnswering() && (e.Own || e.Protected || e.Listed) {
		return 0
	}
	senders := t.Senders
	if t.Beginners > 0 {
		senders = min(senders, t.Beginners)
	}
	return math.Log10(float64(max(1, senders)))
}

// ofName weighs errors in the letters of the name, where a short one proves
// little.
func (s slip) ofName() bool {
	switch s.kind {
	case Deletion, Repetition, Transposition, NeighbourInserted, NeighbourInstead, Vowel, Insertion, Substitution,
		Plural, ASCIILookalike, BitFlip, TwoEdits, HyphenExtra, HyphenMissing:
		return true
	}
	return false
}

func (s slip) kindTerm() term {
	switch s.kind {
	case TLDCut:
		return termTLDCut
	case TLDAppended:
		return termTLDAppended
	case TLDMistyped:
		return termTLDMistyped
	case TLDSwapped:
		return s.swapTerm()
	case SecondLevel:
		return termSecondLevel
	case GluedTail:
		return termGluedTail
	case GluedHead:
		return termGluedHead
	case Deletion:
		return termDeletion
	case Repetition:
		return termRepetition
	case Transposition:
		return termTransposition
	case NeighbourInserted:
		return termNeighbourInserted
	case NeighbourInstead:
		return termNeighbourInstead
	case Vowel:
		return termVowel
	case Insertion:
		return termInsertion
	case Plural:
		return termPlural
	case DotMissing, DotExtra, DotReplaced, DotMoved:
		return termDot
	case HyphenMissing, HyphenExtra, HyphenReplaced:
		return termHyphen
	case LabelsCut:
		return termLabelsCut
	case LabelDropped:
		return termLabelDropped
	case LabelAdded:
		return termLabelAdded
	case LabelReordered:
		return termLabelReordered
	case LabelReplaced:
		return termLabelReplaced
	case Homoglyph, IDN, ASCIILookalike:
		return termLooks
	case TwoEdits:
		return termTwoEdits
	}
	return termSubstitution
}

func (s slip) swapTerm() term {
	switch {
	case s.edits <= 1:
		return termSwapConfusable
	case s.generic:
		return termSwapGeneric
	case s.national:
		return termSwapCountries
	}
	return termSwapCountry
}

func logistic(x float64) float64 { return 1 / (1 + math.Exp(-x)) }
