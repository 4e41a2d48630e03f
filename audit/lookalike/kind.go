package lookalike

// A Kind is a typing error. Examples are of what was typed for acme.com,
// acme.co.uk, mail.acme.com, acme-parts.com or acmeparts.com.
type Kind string

// The kinds.
const (
	TLDCut            Kind = "tld-cut"            // acme.co, acme.c: the end is missing
	TLDAppended       Kind = "tld-appended"       // acme.comi: one letter too many at the end
	TLDSwapped        Kind = "tld-swapped"        // acme.org, acme.cm: another real TLD
	TLDMistyped       Kind = "tld-mistyped"       // acme.con: no such TLD
	SecondLevel       Kind = "second-level"       // acme.uk, acme.org.uk for acme.co.uk
	Deletion          Kind = "deletion"           // acm.com
	Repetition        Kind = "repetition"         // accme.com
	Transposition     Kind = "transposition"      // amce.com
	NeighbourInserted Kind = "neighbour-inserted" // acmwe.com: a key beside
	NeighbourInstead  Kind = "neighbour-instead"  // acmr.com
	Vowel             Kind = "vowel"              // acmo.com
	Insertion         Kind = "insertion"          // acmqe.com
	Substitution      Kind = "substitution"       // acwe.com
	Plural            Kind = "plural"             // acmepart.com, acmes.com
	DotMissing        Kind = "dot-missing"        // mailacme.com
	DotExtra          Kind = "dot-extra"          // acme.parts.com
	DotReplaced       Kind = "dot-replaced"       // mail,acme.com, maillacme.com
	DotMoved          Kind = "dot-moved"          // mai.lacme.com
	HyphenMissing     Kind = "hyphen-missing"     // acmeparts.com
	HyphenExtra       Kind = "hyphen-extra"       // acme-parts.com for acmeparts.com
	HyphenReplaced    Kind = "hyphen-replaced"    // acme.parts.com for acme-parts.com
	GluedTail         Kind = "glued-tail"         // acme.comjohn
	GluedHead         Kind = "glued-head"         // wwwacme.com, mailtoacme.com, 1975acme.com
	LabelsCut         Kind = "labels-cut"         // mail.acme, mail.ac
	LabelDropped      Kind = "label-dropped"      // mail.com for mail.acme.com
	LabelAdded        Kind = "label-added"        // acme.com.com
	LabelReordered    Kind = "label-reordered"    // acme.mail.com
	LabelReplaced     Kind = "label-replaced"     // vger.corp.com for vger.acme.com
	Homoglyph         Kind = "homoglyph"          // аcme.com with a Cyrillic а (xn--cme-5cd.com)
	IDN               Kind = "idn"                // acmé.com for acme.com, or the other way
	ASCIILookalike    Kind = "ascii-lookalike"    // acrne.com, acme.c0m
	BitFlip           Kind = "bit-flip"           // ccme.com: one bit of memory
	TwoEdits          Kind = "two-edits"          // amcee.com
)

// IsOfSuffix reports errors that leave the name, and change what stands after it.
func (k Kind) IsOfSuffix() bool { return k == TLDSwapped || k == SecondLevel || k == TLDCut }

// IsOfForm reports differences that the names of one organisation have as well: another
// suffix, a hyphen, a label more or less, an umlaut written out.
func (k Kind) IsOfForm() bool {
	switch k {
	case TLDSwapped, SecondLevel, HyphenMissing, HyphenExtra, HyphenReplaced, LabelDropped, LabelAdded, LabelReordered, LabelReplaced, IDN:
		return true
	}
	return false
}

// IsOfHyphen reports differences in a hyphen alone: many organisations have both names.
func (k Kind) IsOfHyphen() bool { return k == HyphenMissing || k == HyphenExtra }

// kinds are all of them, in the order in which they are documented.
func kinds() []Kind {
	return []Kind{
		TLDCut, TLDAppended, TLDSwapped, TLDMistyped, SecondLevel, Deletion, Repetition, Transposition,
		NeighbourInserted, NeighbourInstead, Vowel, Insertion, Substitution, Plural, DotMissing, DotExtra,
		DotReplaced, DotMoved, HyphenMissing, HyphenExtra, HyphenReplaced, GluedTail, GluedHead, LabelsCut,
		LabelDropped, LabelAdded, LabelReordered, LabelReplaced, Homoglyph, IDN, ASCIILookalike, BitFlip, TwoEdits,
	}
}
