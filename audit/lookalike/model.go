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

// minReceived is how many mails from one writer make a correspondent: one
// message to a few of us is no proof, for a slip in somebody's From makes it.
const minReceived = 5

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
	wrote := d.Traffic.Received >= minReceived || d.Traffic.Writers > 1
	flag(termWroteToUs, wrote && dp.known)
	flag(termWroteOnce, !wrote && d.Traffic.Received > 0 && dp.known)
	flag(termKnown, d.Known)
	add(termSubjectVolume, math.Log10(float64(max(1, d.Traffic.Sent))))
	add(termManySenders, math.Log10(float64(max(1, d.Traffic.Senders))))
	flag(termOneMail, d.Traffic.Sent <= 1)

	volume := math.Log10(float64(1 + e.Traffic.Sent + e.Traffic.Received))
	add(termVolume, volume)
	flag(termMajor, e.Major)
	flag(termProvider, e.Known && !e.Major)
	flag(termChosen, e.Own || e.Protected)
	flag(termListed, e.Listed && !e.Own && !e.Protected)
	flag(termFamily, d.Family != "" && d.Family == e.Family)
	if !e.Known && !e.Own && !e.Protected && !e.Listed {
		add(termRatio, min(0, volume-math.Log10(float64(1+d.Traffic.Sent+d.Traffic.Received))-leastLead))
	}

	unique := p.Twins - p.SharedTwins
	flag(termTwin, p.Twins > 0)
	flag(termSameSender, p.SameSender > 0)
	flag(termSharedTwin, p.Twins > 0 && unique <= 0)
	flag(termNoTwin, p.Twins == 0 && d.Traffic.Recipients > 1)
	flag(termCorrected, p.Corrections > 0)
	flag(termTwinSuffix, unique > 0 && (s.kind == TLDSwapped || s.kind == SecondLevel))
	flag(termMajorAfter, e.Major && s.after)
	return buf
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
