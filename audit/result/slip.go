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
// most likely first.
func Slips(names []domain.Name, n int) []Slip {
	all := []Slip{}
	for _, d := range names {
		for i, l := range lookalike.Likeliest(d, n) {
			all = append(all, Slip{
				Rank: i + 1, Domain: l.Name.String(), Unicode: l.Name.Unicode(), Intended: d.String(),
				Kind: string(l.Kind), How: l.How, Registrable: l.Registrable, Share: math.Round(l.Share*1e5) / 1e5,
			})
		}
	}
	return all
}
