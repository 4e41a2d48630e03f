package result

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// A Block is a domain that mail may be refused to, with the one that was meant.
type Block struct {
	Domain     domain.Name
	Intended   domain.Name
	Confidence float64
}

// Blocks are the lookalikes of a report of at least a confidence, in the order
// of their names. Never among them is a domain that exempt has a reason for, or
// that the report itself takes to be meant or ours: they are left out, with a
// sentence for each that says why.
func (r *Result) Blocks(least float64, exempt func(domain.Name) string) (blocks []Block, left []string) {
	meant := map[string]bool{}
	for i := range r.Lookalikes {
		meant[r.Lookalikes[i].Intended] = true
		meant[r.Lookalikes[i].Also] = true
	}
	for _, name := range r.InternalDomains {
		meant[name] = true
	}
	for i := range r.Lookalikes {
		l := &r.Lookalikes[i]
		name, err := domain.Parse(l.Domain)
		intended, err2 := domain.Parse(l.Intended)
		_, registrable := name.Registrable()
		switch {
		case err != nil || err2 != nil || name == intended:
			left = append(left, fmt.Sprintf("%q for %q: no two names of domains", l.Domain, l.Intended))
		case l.Confidence < least:
			left = append(left, fmt.Sprintf("%s: confidence %.2f is below %g", name, l.Confidence, least))
		case !registrable:
			left = append(left, fmt.Sprintf("%s: more than one organisation has its domains below it", name))
		case l.Elder:
			left = append(left, fmt.Sprintf("%s: it was written to before %s appeared", name, intended))
		case meant[name.String()]:
			left = append(left, fmt.Sprintf("%s: it is meant, or ours", name))
		default:
			if why := exempt(name); why != "" {
				left = append(left, why)
				continue
			}
			blocks = append(blocks, Block{Domain: name, Intended: intended, Confidence: l.Confidence})
		}
	}
	return ordered(blocks), left
}

// ordered returns the blocks in the order of their names, each once.
func ordered(blocks []Block) []Block {
	slices.SortFunc(blocks, func(x, y Block) int {
		return cmp.Or(cmp.Compare(x.Domain.String(), y.Domain.String()), cmp.Compare(x.Intended.String(), y.Intended.String()))
	})
	return slices.CompactFunc(blocks, func(x, y Block) bool { return x.Domain == y.Domain })
}
