package lookalike

import (
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// Where a top-level domain does not exist, it is mistyped, whether or not anybody has
// ever written to what was meant: acme.cmo is a slip in a log of one day that has no
// other mail to acme.com. What was meant is guessed by the suffixes of the targets.

// guessed is the number of the target of a query that is guessed.
const guessed = -1

// minShare is the share of the targets that a suffix must have to be guessed at, in
// thousandths, and minLead how much likelier the best guess must be than the next one.
const (
	minShare = 5
	minLead  = 2
)

// guess puts what was likely meant by a domain into the query, and says whether there is
// anything. What several people write to, or what arrives, is a name of some network.
func (q *Query) guess(d *Subject) bool {
	dp := &q.parts
	if dp.known || dp.stem() == "" || strings.HasPrefix(dp.full, "xn--") || d.Traffic.Arrived > 0 || d.Traffic.Recipients > 2 || d.Traffic.Received > 0 {
		return false
	}
	suffix := q.x.likelySuffix(dp)
	if suffix == "" {
		return false
	}
	name := domain.Canonical(dp.stem() + "." + suffix)
	q.guessed = Target{Name: name, guessed: true}
	q.guessedParts = cut(name)
	return q.guessedParts.suffix() == suffix
}

// likelySuffix returns the suffix that the one of a domain is likely mistyped for, "" if
// several are as likely.
func (x *Index) likelySuffix(d *parts) (best string) {
	most, next := 0.0, 0.0
	for suffix, n := range x.suffixes {
		if strings.Contains(suffix, ".") || 1000*n < minShare*len(x.targets) {
			continue
		}
		likely := float64(n) * x.shareOf(d.suffix(), suffix)
		if likely > most || likely == most && suffix < best {
			best, most, next = suffix, likely, most
		} else {
			next = max(next, likely)
		}
	}
	if most < minLead*next {
		return ""
	}
	return best
}

// shareOf returns how often a suffix is mistyped to what is none, as a share of all slips.
func (x *Index) shareOf(typed, suffix string) float64 {
	switch {
	case strings.HasPrefix(suffix, typed):
		return shareTLDCut
	case strings.HasPrefix(typed, suffix) && len(typed) == len(suffix)+1:
		return shareAppended
	case len(suffix) > 2 && strings.HasPrefix(typed, suffix) && len(typed) <= len(suffix)+maxTail:
		return shareAppended / 2
	case len(typed) > 1 && Distance(typed, suffix, 1) == 1:
		return shareTLDMistyped
	}
	return 0
}

// target returns the target of a number, and its parts.
func (q *Query) target(id int32) (*Target, *parts) {
	if id == guessed {
		return &q.guessed, &q.guessedParts
	}
	return &q.x.targets[id], &q.x.parts[id]
}
