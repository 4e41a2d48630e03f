package lookalike

import (
	"math"
	"strings"
)

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

	termUnsolicited // one more at it wrote to us, but answered nobody
	termNoUser      // it has none of the recipients
	termFailed      // all mail came back for another reason
	termForwarded   // next to nobody but aliases and forwarding rules sends mail there
	termForm        // a recipient's name is known at the other one in another form
	termMute        // it answers, and the other one never wrote
	termFramed      // whoever wrote to the other one had been written to from there: see Pair
	termAmid        // the sender wrote to the same person at the other one before and after
	termReversed    // who wrote to the other one corrected it to this one

	termEstablished  // it, or the domain above it, is somebody's own: see Background
	termParentWrote  // the domain above it has written to us
	termParentBusy   // the domain above it has much more mail
	termRestricted   // its suffix is given to universities and governments alone
	termNoTwins      // a doubling of the recipients of whom none is at the other
	termTwinFew      // few of them are
	termTargetWrote  // the other has written to us
	termTargetThin   // the other has not, and one or two people wrote to it
	termSwapNoTwin   // another real TLD, and no twin
	termLabelsNoTwin // whole labels, and no twin
	termLetters      // a nat by which these letters are mistyped more often than others
	termShort5       // a name of five letters
	termShort6       // a name of six letters
	termTwoShort     // two edits: each letter that the name lacks of nine
	termUnused       // a provider that nobody here wrote to
	termSwapTyped    // .om, .cm for .com: a slip of the fingers, though the TLD exists
	termTLDNear      // the TLD differs by a letter of the kinds that fingers slip in
	termBothReal     // name and suffix are both wrong, and the suffix exists
	termMailTail     // an error before a "mail" that both names end with
	termDigit        // a digit that is no look-alike
	termUsual        // a nat by which the name is a more usual one than that of the other
	termSpelled      // umlauts are written out
	termSpread       // a provider with that name under many suffixes, and another one of these
	termSiblingLong  // both names are of one organisation, and the label has four letters or more
	termWordsLost    // the share of its letters that are of words is so much less than of the other
	termWords        // it consists of words, as names do
	termKnows        // a decade by which more of its senders than of all write to somebody at the other
	termSilent       // a doubling of mail that nobody there answers, where the other one writes
	termGuessed      // nothing is known of the other but that its suffix exists
	termThin         // one or two mails went to the other
	termBeside       // the sender writes to the same person at both again and again
	termBrand        // a decade by which a provider has more mail under another suffix
	termTargets      // a decade of domains that may be meant, beyond a thousand: by chance, each has neighbours
	termEcho         // a letter too many that stands two letters before or after as well
	termAcross       // the key above or below, instead of that beside
	termChannel      // errors of letters, in all ways: see channel

	terms
)

// isOfError reports the terms that weigh the error itself.
func (t term) isOfError() bool {
	switch t {
	case termFirstCut, termMajorAfter, termSwapNoTwin, termLabelsNoTwin, termLetters, termShort5, termShort6, termTwoShort,
		termSwapTyped, termTLDNear, termBothReal, termMailTail, termDigit, termUsual, termWordsLost, termWords, termChannel, termEcho, termAcross:
		return true
	}
	return t >= termTLDCut && t <= termLong
}

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

// mostMail is the mail beyond which more of it makes a domain no likelier to be meant.
const mostMail = 10_000

// longWord is from how many letters on it counts in full that words cover a name: one of
// four is a word by chance.
const longWord = 7

// manyMails is the mail beyond which more of it says no more of a slip: what was mistyped
// in an address book is written to that often.
const manyMails = 30

// minSpread is under how many suffixes a provider has its name if it may well have it under
// others.
const minSpread = 8

// maxWriters is how many of those who write from a domain count, where they answer nobody.
const maxWriters = 3

// leastLead is the lead, in decades of mail, below which a domain speaks less
// for being meant: twice the mail. A slip that stands in an address book may
// have nearly as much as what was meant.
const leastLead = 0.3

// features lists what speaks for and against d being a slip s for e.
func features(buf []feature, s *slip, d *Subject, dp *parts, e *Target, ep *parts, p *Pair) []feature {
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
	// Of three letters and a country's suffix somebody else's name is made.
	isAfterMajor := e.Major && s.after && (s.tld == "" || len(ep.stem()) >= majorDepth)
	add(termBias, 1)
	if s.ofLetters() {
		add(termChannel, s.channel)
	} else {
		add(s.kindTerm(), 1)
		flag(termFirstLetter, s.first)
	}
	if s.tld != "" {
		add(termBothParts, 1)
		flag(termBothReal, dp.known && !isAfterMajor)
		tld := slip{kind: s.tld, edits: s.edits - 1, generic: s.generic, national: s.national}
		add(tld.kindTerm(), 0.5)
	}
	if s.words.known {
		add(termWordsLost, (s.words.meant-s.words.typed)*min(1, float64(len(ep.core()))/longWord))
		flag(termWords, s.words.typed == 1)
	}
	if s.ofName() {
		add(termUsual, max(-3, min(3, (usual(dp.stem())-usual(ep.stem()))/3)))
		n := s.nameLength(ep)
		add(termShort3, float64(max(0, min(2, 4-s.shorterLength(dp, ep)))))
		flag(termShort4, n == 4)
		flag(termShort5, n == 5)
		flag(termShort6, n == 6)
		flag(termLong, n >= 12)
		if s.edits > 1 && (s.tld != "" || !s.ofLetters()) {
			add(termTwoShort, s.lacking(dp, ep))
		}
	}
	switch {
	case s.kind == TwoEdits && s.edits > 2:
		add(termMoreEdits, float64(s.edits-2))
	case s.kind == TLDMistyped && s.edits > 1:
		add(termMoreEdits, float64(s.edits-1))
	}
	flag(termSibling, s.sibling)
	flag(termSiblingLong, s.sibling && s.ofName() && s.nameLength(ep) >= 5)
	flag(termSpelled, s.spelled)
	flag(termSpread, e.spread >= minSpread && dp.known && (s.kind == TLDSwapped || s.kind == SecondLevel || s.kind == LabelAdded))
	flag(termSwapTyped, s.kind == TLDSwapped && s.edits == 1 && isGeneric(ep.suffix()))
	flag(termTLDNear, s.nearTLD(dp, ep))
	flag(termMailTail, s.beforeMail(dp, ep))
	if s.hasDigit() {
		add(termDigit, s.hosts())
	}

	flag(termNoTLD, !dp.known)
	flag(termNoDomain, d.Traffic.NoDomain > 0 && d.Traffic.Arrived == 0)
	wrote := d.Traffic.Exchanges > 0 || d.Traffic.Answers > 1
	flag(termWroteToUs, wrote && dp.known)
	flag(termWroteOnce, !wrote && d.Traffic.Answers > 0 && dp.known)
	if !wrote && d.Traffic.Answers == 0 && d.Traffic.Received > 0 && dp.known {
		add(termUnsolicited, float64(min(maxWriters, max(1, d.Traffic.Writers))))
	}
	flag(termKnown, d.Known)
	flag(termNoUser, d.Traffic.NoUser > 0 && d.Traffic.Arrived == 0)
	flag(termFailed, d.Traffic.Failed > 0 && d.Traffic.NoUser == 0 && d.Traffic.NoDomain == 0 && d.Traffic.Arrived == 0)
	sent := d.Traffic.decided()
	add(termSubjectVolume, decades(max(1, min(manyMails, sent))))
	add(termManySenders, d.Traffic.manySenders(e))
	flag(termOneMail, sent <= 1)

	volume := e.volume()
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
		add(termRatio, min(0, volume-decades(1+sent+d.Traffic.corresponding())-leastLead))
	}

	unique := p.Twins - p.SharedTwins
	flag(termTwin, p.Twins > 0)
	flag(termSameSender, p.SameSender > 0 && !isFramed)
	flag(termSharedTwin, p.Twins > 0 && unique <= 0)
	// Who makes a forwarding rule sends mail to himself: he has no namesake at the other one.
	isForwarded := d.Traffic.Forwarded > 0 && 10*d.Traffic.Forwarded >= 9*d.Traffic.Sent && !d.Traffic.isAnswering()
	hasNoTwin := p.Twins == 0 && !isForwarded
	isLone := hasNoTwin && d.Traffic.Recipients > 1 && e.Traffic.Sent+e.Traffic.Received > 0
	flag(termNoTwin, isLone)
	flag(termForwarded, isForwarded)
	flag(termForm, p.FormMeant != "")
	flag(termMute, wrote && e.Traffic.Received == 0 && !e.Known && !e.Own && !e.Protected && !e.Listed)
	flag(termFramed, isFramed)
	flag(termAmid, p.Amid > 0 && !isFramed)
	flag(termCorrected, p.Corrections > 0)
	// Who means a domain that the user names, and writes to it, mistypes it as well.
	flag(termReversed, p.Reversed > 0 && p.Corrections == 0 && !e.Own && !e.Protected && !e.Listed)
	flag(termTwinSuffix, unique > 0 && (s.kind == TLDSwapped || s.kind == SecondLevel))
	flag(termMajorAfter, isAfterMajor)

	b := &d.background
	flag(termEstablished, b.Established && !s.sibling && dp.known)
	flag(termParentWrote, b.Parent.Received > 0 && !s.sibling)
	flag(termParentBusy, b.Parent.Sent+b.Parent.Received > 3*d.Traffic.Sent+5 && !s.sibling)
	flag(termRestricted, isRestricted(dp.suffix()) && dp.known && !s.sibling)
	if isLone {
		add(termNoTwins, math.Log2(float64(min(8, d.Traffic.Recipients)))-1)
	}
	flag(termTwinFew, p.Twins > 0 && 3*p.Twins < d.Traffic.Recipients)
	flag(termTargetWrote, e.Traffic.Received > 0)
	flag(termTargetThin, e.Traffic.Received == 0 && e.Traffic.Senders <= 2 && !e.Known && !e.Own && !e.Protected && !e.Listed)
	flag(termSwapNoTwin, hasNoTwin && (s.kind == TLDSwapped && s.edits > 1 || s.kind == SecondLevel))
	flag(termLabelsNoTwin, hasNoTwin && s.ofLabels())
	add(termBrand, max(0, e.brand-e.volume()))
	flag(termUnused, e.Known && e.Traffic.Sent+e.Traffic.Received == 0)
	if !isFramed {
		add(termKnows, p.surprise(d, e))
	}
	if d.Traffic.Received == 0 && e.Traffic.Received > 0 && !e.Known {
		add(termSilent, math.Log2(float64(min(16, max(1, sent)))))
	}
	flag(termBeside, p.Beside > 0 && p.Corrections == 0)
	flag(termGuessed, e.guessed)
	flag(termThin, e.Thin)
	add(termTargets, d.crowd)
	return buf
}

// decades returns the decimal logarithm of a count.
func decades(n int64) float64 {
	if 0 < n && n < int64(len(fewDecades)) {
		return fewDecades[n]
	}
	return math.Log10(float64(n))
}

// fewDecades are the logarithms of small counts: most domains have few mails, and a score has
// several of them.
var fewDecades = func() (logs [128]float64) {
	for n := range logs {
		logs[n] = math.Log10(float64(n))
	}
	return logs
}()

// volume returns the decades of mail by which a domain is likely to be meant. One that the
// user lists has as much as a partner has; one that he names has its weight from that.
func (e *Target) volume() float64 {
	v := decades(1 + min(mostMail, e.Traffic.Sent+e.Traffic.Received))
	switch {
	case e.Own || e.Protected:
		return min(v, 2)
	case e.Listed:
		return max(v, 1.5)
	}
	return v
}

// mostSurprise is the most that who knows whom counts, in decades.
const mostSurprise = 2.0

// surprise returns by how many decades more of those who wrote to d write to e than of all
// who write: next to everybody writes to a large provider.
func (p *Pair) surprise(d *Subject, e *Target) float64 {
	if p.Knowing == 0 || e.Traffic.Senders == 0 || p.Known <= e.Traffic.Senders {
		return 0
	}
	share := float64(p.Knowing) / float64(max(p.Knowing, d.Traffic.Senders))
	return share * min(mostSurprise, math.Log10(float64(p.Known)/float64(e.Traffic.Senders)))
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
	return decades(max(1, t.Began()))
}

// Began counts the senders who wrote there not only after others did, as far as that is
// known.
func (t *Traffic) Began() int64 {
	if t.Beginners > 0 {
		return min(t.Senders, t.Beginners)
	}
	return t.Senders
}

// nameLength returns how many letters the name has in which the error is: the label
// of a sibling that differs, else the registered one.
func (s *slip) nameLength(e *parts) int {
	if s.sibling {
		return max(0, int(e.coreAt)-1)
	}
	return len(e.core())
}

// shorterLength returns the shorter one of the two lengths of that name: next to all short
// names are registered.
func (s *slip) shorterLength(d, e *parts) int {
	if s.sibling {
		return s.nameLength(e)
	}
	return min(len(d.core()), len(e.core()))
}

// nearTLD reports that the TLDs differ by one letter that fingers slip in.
func (s *slip) nearTLD(d, e *parts) bool {
	if s.kind != TLDSwapped && s.kind != TLDMistyped || Distance(d.suffix(), e.suffix(), 1) != 1 {
		return false
	}
	switch oneEdit(d.suffix(), e.suffix()).kind {
	case Transposition, Deletion, NeighbourInstead, NeighbourInserted, Repetition:
		return true
	}
	return false
}

// mailTail is what the names of many mailbox providers end with. The letters before it
// are few, so that many names differ in them alone.
const mailTail = "mail"

// beforeMail reports an error before a mailTail that both names end with.
func (s *slip) beforeMail(d, e *parts) bool {
	switch {
	case !s.ofName() || !strings.HasSuffix(d.core(), mailTail) || !strings.HasSuffix(e.core(), mailTail):
		return false
	}
	return len(e.core())-len(mailTail) <= 2
}

// tailLength returns how many letters a mailTail has that both names end with, and two
// errors are before.
func (s *slip) tailLength(d, e *parts) int {
	if s.kind == TwoEdits && strings.HasSuffix(d.core(), mailTail) && strings.HasSuffix(e.core(), mailTail) {
		return len(mailTail)
	}
	return 0
}

// lacking returns how many letters the name lacks of nine: the fewer it has, the more names
// are two errors apart.
func (s *slip) lacking(d, e *parts) float64 {
	return float64(max(0, 9-s.nameLength(e)+s.tailLength(d, e)))
}

// isNumber reports one digit typed for another.
func (s *slip) isNumber() bool {
	isDigit := func(c byte) bool { return c-'0' < 10 }
	return s.letter && isDigit(s.edit.got) && isDigit(s.edit.want)
}

// hasDigit reports a digit typed for something that it does not look like.
func (s *slip) hasDigit() bool {
	isDigit := func(c byte) bool { return c-'0' < 10 }
	return s.letter && s.kind != ASCIILookalike && (isDigit(s.edit.got) || isDigit(s.edit.want)) ||
		s.kind == TwoEdits && (isDigit(s.both[0].got) || isDigit(s.both[1].got))
}

// hosts is 2 for names of one organisation, and 1 for others: a number tells its hosts apart.
func (s *slip) hosts() float64 {
	if s.sibling {
		return 2
	}
	return 1
}

// ofLabels reports errors in whole labels.
func (s *slip) ofLabels() bool {
	switch s.kind {
	case LabelDropped, LabelAdded, LabelReordered, LabelReplaced:
		return true
	}
	return false
}

// isRestricted reports public suffixes that only universities, governments and
// their like are given: others cannot hold a lookalike there.
func isRestricted(suffix string) bool {
	first, _, second := strings.Cut(suffix, ".")
	switch first {
	case "edu", "gov", "mil":
		return true
	case "ac", "gob", "gouv", "gub", "go", "gv", "govt", "k12", "nhs", "jus", "leg", "mp", "police":
		return second
	case "int":
		return !second
	}
	return false
}

// ofName weighs errors in the letters of the name, where a short one proves
// little.
func (s *slip) ofName() bool {
	switch s.kind {
	case Deletion, Repetition, Transposition, NeighbourInserted, NeighbourInstead, Vowel, Insertion, Substitution,
		Plural, ASCIILookalike, BitFlip, TwoEdits, HyphenExtra, HyphenMissing:
		return true
	}
	return false
}

func (s *slip) kindTerm() term {
	if s.kind == TLDSwapped {
		return s.swapTerm()
	}
	return s.kind.term()
}

// term returns that of any kind but TLDSwapped, which has several.
func (k Kind) term() term {
	switch k {
	case TLDCut:
		return termTLDCut
	case TLDAppended:
		return termTLDAppended
	case TLDMistyped:
		return termTLDMistyped
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

func (s *slip) swapTerm() term {
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

// surest bounds the confidence: the labels that the weights were fitted to are no
// surer than that themselves.
const surest = 0.999

// Firmness is how many log-odds a log-odd for a slip is worth. The fit takes a false alarm
// for worse than a miss, so that its scores say too little where they are above zero. It is
// fitted as well, to scores on folds that the weights had not seen.
const Firmness = 1.4

// calibrated returns the log-odds of a score.
func calibrated(score float64) float64 {
	if score > 0 {
		return Firmness * score
	}
	return score
}

// Confidence returns how sure a score is, from 0 to 1: the logistic function of its
// log-odds, and never more than .999.
func Confidence(score float64) float64 {
	return min(surest, 1/(1+math.Exp(-calibrated(score))))
}
