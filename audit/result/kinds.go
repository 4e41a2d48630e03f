package result

import (
	"cmp"
	"slices"
	"strings"

	"github.com/typoaudit/typoaudit/audit/lookalike"
)

// KindText returns a kind of typing error in words. One that is not known keeps its
// own, without hyphens.
func KindText(kind string) string {
	switch lookalike.Kind(kind) {
	case lookalike.TLDCut:
		return "the end of the TLD is missing"
	case lookalike.TLDAppended:
		return "one letter too many at the end"
	case lookalike.TLDSwapped:
		return "another TLD"
	case lookalike.TLDMistyped:
		return "no such TLD"
	case lookalike.SecondLevel:
		return "the country's second level mistaken"
	case lookalike.Deletion:
		return "one letter is missing"
	case lookalike.Repetition:
		return "a letter typed twice"
	case lookalike.Transposition:
		return "two letters swapped"
	case lookalike.NeighbourInserted:
		return "a neighbouring key as well"
	case lookalike.NeighbourInstead:
		return "a neighbouring key instead"
	case lookalike.Vowel:
		return "another vowel"
	case lookalike.Insertion:
		return "one letter too many"
	case lookalike.Substitution:
		return "another letter"
	case lookalike.Plural:
		return "singular and plural mistaken"
	case lookalike.DotMissing:
		return "a dot is missing"
	case lookalike.DotExtra:
		return "a dot too many"
	case lookalike.DotReplaced:
		return "another key for a dot"
	case lookalike.DotMoved:
		return "a dot in the wrong place"
	case lookalike.HyphenMissing:
		return "a hyphen is missing"
	case lookalike.HyphenExtra:
		return "a hyphen too many"
	case lookalike.HyphenReplaced:
		return "another key for a hyphen"
	case lookalike.GluedTail:
		return "text stuck to the end"
	case lookalike.GluedHead:
		return "text stuck to the beginning"
	case lookalike.LabelsCut:
		return "the end is missing"
	case lookalike.LabelDropped:
		return "a part is missing"
	case lookalike.LabelAdded:
		return "a part too many"
	case lookalike.LabelReordered:
		return "parts in the wrong order"
	case lookalike.LabelReplaced:
		return "another part"
	case lookalike.Homoglyph:
		return "letters of another script"
	case lookalike.IDN:
		return "an accent more or less"
	case lookalike.ASCIILookalike:
		return "letters that look alike"
	case lookalike.BitFlip:
		return "one bit flipped"
	case lookalike.TwoEdits:
		return "two slips at once"
	}
	return strings.ReplaceAll(kind, "-", " ")
}

// The verdicts on a domain that looks like another one, the same word in every report.
const (
	VerdictSlip     = "slip"          // as good as sure
	VerdictPossible = "possible slip" // somebody must look
	VerdictQuestion = "question"      // asked for, and in no ranking
	VerdictNone     = "no slip"       // below the confidence that is reported
)

// MinHidden is the confidence from which on a verdict that is not sure enough to be
// reported is counted as hidden.
const MinHidden = 0.1

// VerdictOf returns the verdict in words on a lookalike that is reported.
func VerdictOf(confidence float64) string {
	if confidence >= lookalike.SlipConfidence {
		return VerdictSlip
	}
	return VerdictPossible
}

// kindsOf sums lookalikes by the kind of typing error, most mail first.
func kindsOf(all []Lookalike) []Kind {
	byName := map[string]*Kind{}
	for i := range all {
		l := &all[i]
		k := byName[l.Kind]
		if k == nil {
			k = &Kind{Kind: l.Kind, Text: KindText(l.Kind)}
			byName[l.Kind] = k
		}
		k.Lookalikes++
		k.Messages += l.Messages
		k.Arrived.sum(l.Arrived)
	}
	kinds := make([]Kind, 0, len(byName))
	for _, k := range byName {
		kinds = append(kinds, *k)
	}
	slices.SortFunc(kinds, func(x, y Kind) int {
		return cmp.Or(cmp.Compare(y.Messages, x.Messages), cmp.Compare(x.Kind, y.Kind))
	})
	return kinds
}
