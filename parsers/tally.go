package parsers

import (
	"cmp"
	"slices"
)

// sortErrors puts errors into the order of the input.
func sortErrors(errs []SyntaxError) {
	slices.SortStableFunc(errs, func(a, b SyntaxError) int {
		return cmp.Or(
			cmp.Compare(a.Origin.Source, b.Origin.Source),
			cmp.Compare(a.Origin.Piece, b.Origin.Piece),
			cmp.Compare(a.Origin.Line, b.Origin.Line),
		)
	})
}
