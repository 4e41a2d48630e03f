package result

import (
	"cmp"
	"slices"
)

// kindsOf sums lookalikes by the kind of typing error, most mail first.
func kindsOf(all []Lookalike) []Kind {
	byName := map[string]*Kind{}
	for i := range all {
		l := &all[i]
		k := byName[l.Kind]
		if k == nil {
			k = &Kind{Kind: l.Kind}
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
