package result

import (
	"math"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/lookalike"
)

// A Slip is a domain that people are expected to type for another one.
type Slip struct {
	Rank     int    `json:"rank"`
	Domain   string `json:"domain"` // in A-labels
	Unicode  string `json:"unicode"`
	Intended string `json:"intended"`
	Kind     string `json:"kind"`
	How      string `json:"how"`
	// Registrable says that the top-level domain exists.
	Registrable bool    `json:"registrable"`
	Share       float64 `json:"share"` // of all slips of the intended domain, as expected
}

// Slips returns the n slips of each domain that people are likeliest to make,
// most likely first; with registrable only those whose top-level domain exists.
func Slips(names []domain.Name, n int, registrable bool) []Slip {
	all := []Slip{}
	for _, d := range names {
		for i, l := range lookalike.Likeliest(d, n, registrable) {
			all = append(all, Slip{
				Rank: i + 1, Domain: l.Name.String(), Unicode: l.Name.Unicode(), Intended: d.String(),
				Kind: string(l.Kind), How: l.How, Registrable: l.Registrable, Share: math.Round(l.Share*1e5) / 1e5,
			})
		}
	}
	return all
}

// SlipBlocks are the slips of a list in the order of their names, to refuse mail to.
// Never among them is a domain that exempt has a reason for, or one of the list's own:
// they are left out, with a sentence for each that says why.
func SlipBlocks(all []Slip, exempt func(domain.Name) string) (blocks []Block, left []string) {
	meant := map[string]bool{}
	for i := range all {
		meant[all[i].Intended] = true
	}
	for i := range all {
		s := &all[i]
		name := domain.Canonical(s.Domain)
		why := exempt(name)
		if _, ok := name.Registrable(); !ok {
			why = s.Domain + ": more than one organisation has its domains below it"
		}
		switch {
		case meant[s.Domain]:
		case why != "":
			left = append(left, why)
		default:
			blocks = append(blocks, Block{Domain: name, Intended: domain.Canonical(s.Intended)})
		}
	}
	return ordered(blocks), left
}
