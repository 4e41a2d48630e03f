package audit

import (
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/lookalike"
)

// judgeBelow judges a domain by the ones above it, as us.army.ml by army.ml: whoever
// protects army.mil means all that is below it. what is the subject, and pair as in
// lookalike.Query.Judge, of a name that was meant.
func (m *matcher) judgeBelow(s *lookalike.Subject, pair func(meant domain.Name) lookalike.Pair) (best lookalike.Verdict, ok bool) {
	e := m.e
	if len(e.targets.chosenPlace) == 0 {
		return best, false
	}
	full := s.Name.String()
	for at := strings.IndexByte(full, '.'); at >= 0 && strings.IndexByte(full[at+1:], '.') >= 0; {
		above, head := domain.Canonical(full[at+1:]), full[:at+1]
		v, found := m.chosen.Judge(lookalike.Subject{Name: above, Traffic: s.Traffic}, nil, func(target int32) lookalike.Pair {
			return pair(domain.Canonical(head + e.targets.all[e.targets.chosenPlace[target]].Name.String()))
		})
		if found && v.Confidence > best.Confidence && above != v.Intended {
			best, ok = v, true
			best.Target = e.targets.chosenPlace[v.Target]
			best.Intended, best.Also = domain.Canonical(head+v.Intended.String()), domain.Name{}
		}
		next := strings.IndexByte(full[at+1:], '.')
		at += 1 + next
	}
	return best, ok
}
