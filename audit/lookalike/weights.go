package lookalike

// DefaultWeights returns the weights of the score, in log-odds. Unless a
// comment says that one was set by hand, they were fitted to labelled traffic by a
// logistic regression with a ridge towards weights set by hand: 1,900 slips among 53,000
// domains, of mailing lists, of a company's own mail, of the former with slips put in as
// often as people make them, of short pieces of these, of lists of
// slips, and of two generated years of a company and fifty days of them.
//
//	go test ./audit -run TestFit -v -fit DIR
//
// prints how well they do on folds that the fit has not seen, split by the
// organisation that was meant, and how well they are calibrated on each set; the topic
// detection of the help has the figures. Percentages are the shares of the kinds among 255
// slips of real mail.
func DefaultWeights() Weights {
	return Weights{
		termBias:              -5.4, // a domain is meant as it stands until something speaks against it
		termTLDCut:            6.5,  // acme.co; 19 % of real slips
		termTLDAppended:       6.6,  // acme.comi; 9 %
		termTLDMistyped:       4.7,  // acme.con; 4 %
		termSwapConfusable:    1.2,  // acme.cm, army.ml
		termSwapGeneric:       1.1,  // acme.org for acme.com
		termSwapCountry:       -1.1, // acme.de for acme.com: mostly both are meant
		termSwapCountries:     -1.8, // acme.de for acme.fr
		termSecondLevel:       -1.0, // acme.com.br for acme.com
		termGluedTail:         3.9,  // acme.comjohn; 5 %
		termGluedHead:         3.7,  // wwwacme.com
		termDeletion:          5.6,  // 18 %
		termRepetition:        5.2,  // 2 %
		termTransposition:     5.4,  // 5 %
		termNeighbourInserted: 4.5,  // 3 %
		termNeighbourInstead:  4.7,  // 2 %
		termVowel:             1.1,
		termInsertion:         1.6, // 5 %
		termSubstitution:      0.4,
		termPlural:            3.4,
		termDot:               5.4,
		termHyphen:            3.4,
		termLabelsCut:         3.3,
		termLabelDropped:      1.2,
		termLabelAdded:        2.0,
		termLabelReordered:    4.0,  // by hand: two cases
		termLabelReplaced:     -2.5, // by hand: two cases
		termLooks:             4.6,
		termTwoEdits:          -4.1, // besides half of what each of them weighs
		termMoreEdits:         -1.6, // for each edit beyond two, or beyond one in a TLD
		termBothParts:         -1.7, // name and suffix both wrong
		termFirstLetter:       -3.3, // the first letter is rarely wrong (Yannakoudakis and Fawthrop 1983)
		termShort3:            -2.1, // names of three letters and less are all neighbours
		termShort4:            -2.1, // names of four letters
		termLong:              0.7,  // names of twelve letters and more
		termSibling:           1.4,  // us.acme.com for de.acme.com
		termNoTLD:             2.2,  // no such TLD
		termNoDomain:          4.0,  // by hand: a generated year says 5.3, but a partner may have given his domain up
		termWroteToUs:         -5.3, // back and forth over days, or answers to several of ours
		termWroteOnce:         -3.0, // by hand: one answer, which a squatter gives as well
		termUnsolicited:       -0.3, // by hand, for each who wrote: anybody can write to us
		termKnown:             -6.0, // by hand: a mailbox provider
		termSubjectVolume:     0.1,  // for each decade
		termManySenders:       -1.5, // for each decade: many do not make the same slip
		termOneMail:           -0.5, // one mail in all
		termVolume:            1.5,  // for each decade of mail
		termMajor:             3.6,  // gmail.com and the like
		termProvider:          0.7,  // another mailbox provider
		termChosen:            7.0,  // by hand: the user says that it is meant
		termFamily:            -4.5, // by hand: no provider is a slip for itself
		termRatio:             1.1,  // for each decade that it lacks of having twice the mail of the other
		termTwin:              3.9,  // the same local part at both
		termSameSender:        0.2,  // by the same sender
		termSharedTwin:        -2.3, // but info@ and the like
		termNoTwin:            -1.0, // several recipients, and none at the other
		termListed:            0.8,  // in a list of partners
		termCorrected:         5.0,  // by hand: it says nothing of corrections either
		termForwarded:         5.5,  // by hand: who makes a rule means a mailbox, and those are known
		termForm:              1.5,  // by hand: half of a twin
		termMute:              -3.0, // by hand: the one that answers is meant
		termFramed:            -4.0, // by hand: nobody outside may get a partner taken for a slip
		termAmid:              1.8,  // by hand: and of times
		termReversed:          -4.0, // by hand
		termNoUser:            1.5,  // by hand
		termFailed:            0.7,  // by hand
		termTwinSuffix:        -1.2, // a twin where only the suffix differs
		termFirstCut:          -2.4, // the first letter is missing, or one stands before it
		termMajorAfter:        3.2,  // gmail.com.br
		termEstablished:       -3.0, // it, or the domain above it, is somebody's own: see Background
		termParentWrote:       -1.6, // the domain above it has written to us
		termParentBusy:        -0.6, // the domain above it has much more mail
		termRestricted:        -1.8, // its suffix is given to universities and governments alone
		termNoTwins:           -1.6, // a doubling of the recipients of whom none is at the other
		termTwinFew:           -1.3, // few of them are
		termTargetWrote:       -0.3, // the other has written to us
		termTargetThin:        0.3,  // the other has not, and one or two people wrote to it
		termSwapNoTwin:        -1.7, // another real TLD, and no twin
		termLabelsNoTwin:      -2.4, // whole labels, and no twin
		termLetters:           0.2,  // a nat by which these letters are mistyped more often than others
		termShort5:            -1.2, // a name of five letters
		termShort6:            -1.1, // a name of six letters
		termTwoShort:          -0.3, // two edits: each letter that the name lacks of nine
		termUnused:            -0.4, // a provider that nobody here wrote to
		termSwapTyped:         2.4,  // .om, .cm for .com: a slip of the fingers, though the TLD exists
		termTLDNear:           1.0,  // the TLD differs by a letter of the kinds that fingers slip in
		termMailTail:          -1.5, // an error before a "mail" that both names end with
		termDigit:             -1.8, // a digit that is no look-alike
		termSiblingLong:       -0.2, // both names are of one organisation, and the label has four letters or more
		termBothReal:          -1.8, // name and suffix are both wrong, and the suffix exists
		termUsual:             -0.5, // a nat by which the name is a more usual one than that of the other
		termSpelled:           -2.1, // umlauts are written out
		termWordsLost:         1.8,  // for all of the letters that words cover in the other one alone
		termWords:             -0.6, // it consists of words, as names do
		termKnows:             1.7,  // all of its senders write to the other as well
		termSilent:            0.1,  // for each doubling of mail that it does not answer, and the other one writes
		termGuessed:           -0.6, // nothing is known of the other but its suffix
		termThin:              -0.3, // one or two mails went to the other
		termBeside:            -3.5, // by hand
		termBrand:             0.7,  // a decade by which a provider has more mail under another suffix
		termTargets:           -1.8, // for each decade of domains that may be meant, beyond a thousand
		termEcho:              2.3,  // a letter too many that stands two letters before or after as well
		termAcross:            -1.6, // the key above or below, instead of that beside
		termChannel:           1,    // by definition: it is a logarithm
		termSpread:            -1.5, // a provider with that name under many suffixes, and another one of these
	}
}
