package audit

import (
	"fmt"
	"strings"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/result"
)

// Some domains that look like another one belong to the same organisation: the own name
// under another top-level domain, the partner's new name, one of several branches. Nothing
// in a log decides that, and the administrator knows it at once.

// Thresholds of a domain that people use as an organisation's, and not by a slip.
const (
	usedMails      = 5
	usedSenders    = 2
	usedRecipients = 2
	usedSpan       = 28 * 24 * 60 * 60 // seconds
	// replacedOverlap is how long, in seconds, two names of one organisation are in use at
	// the same time.
	replacedOverlap = 14 * 24 * 60 * 60
	// replacedMails is how many mails must be missing of a domain, at the rate of before,
	// until it is out of use, or must have been missing before it was in use.
	replacedMails = 3
)

// question returns why a domain that looks like another one is asked for, "" if it is
// reported as a slip.
func (e *Evidence) question(f *found) string {
	v := &f.verdict
	d, near := e.names[f.domain], v.Intended
	target := &e.targets.all[v.Target]
	to := e.targets.domain[v.Target]
	switch {
	case target.Known || target.Protected, f.isCorrected() && e.traffic.byDomain[f.domain].Sent <= maxCorrected:
		return ""
	case target.Own && v.Kind.IsOfSuffix() && (!v.Typed || e.isUsed(f.domain)):
		return fmt.Sprintf("Is %s yours, as %s is? It has the same name.", d, near)
	case target.Own:
		return ""
	case to != noDomain && e.takesOver(f.domain, to):
		return fmt.Sprintf("Are %s and %s two names of one organisation? Mail went to the one until it went to the other.", d, near)
	case v.Kind.IsOfForm() && !v.Typed && e.isUsed(f.domain):
		return fmt.Sprintf("Is %s of the same organisation as %s? Several people write to several there.", d, near)
	case differInDigits(d, near) && e.traffic.byDomain[f.domain].Arrived > 0:
		return fmt.Sprintf("Are %s and %s branches of one organisation? They differ in a number.", d, near)
	}
	return ""
}

// isCorrected says whether who wrote to the domain corrected it.
func (f *found) isCorrected() bool {
	for _, x := range f.verdict.Evidence {
		if x.Code == "corrected" {
			return true
		}
	}
	return false
}

// isUsed says whether a domain takes mail of several people to several, for weeks.
func (e *Evidence) isUsed(id uint32) bool {
	t := &e.traffic.byDomain[id]
	return t.Arrived >= usedMails && t.Began() >= usedSenders && t.Recipients >= usedRecipients && e.traffic.spans[id].isLong()
}

// isLong says whether a span is as long as mail goes to an organisation.
func (s span) isLong() bool { return s.first != 0 && s.last-s.first >= usedSpan }

// takesOver says whether one of two domains came into use as the other one went out of
// it, as the names of an organisation do. A single correspondent's new address may be
// a slip in an address book.
func (e *Evidence) takesOver(d, near uint32) bool {
	t := &e.traffic.byDomain[d]
	x, y := e.traffic.spans[d], e.traffic.spans[near] // what strangers write in a name is nothing
	if t.Arrived == 0 || x.mails < replacedMails || !x.isLong() || t.Began() < usedSenders && t.Recipients < usedRecipients && t.Writers < usedSenders {
		return false
	}
	return x.follows(y, e.traffic.span) || y.follows(x, e.traffic.span)
}

// A span is from the first to the last mail, in Unix seconds; 0 is none.
type span struct {
	first, last uint32
	mails       uint32
}

func (s *span) add(first, last, mails uint32) {
	s.first, s.last, s.mails = earliest(s.first, first), max(s.last, last), plus(s.mails, mails)
}

// follows says whether a domain came into use when another one had gone out of it.
func (s span) follows(before span, window edge) bool {
	if s.first == 0 || before.first == 0 || s.first+replacedOverlap < before.last {
		return false
	}
	missingAfter := before.rate() * float64(window.last-min(before.last, window.last))
	missingBefore := s.rate() * float64(max(s.first, window.first)-window.first)
	return missingAfter >= replacedMails || missingBefore >= replacedMails && s.last > before.last
}

// rate is how many mails there are in a second of a span.
func (s span) rate() float64 { return float64(s.mails) / float64(max(1, s.last-s.first)) }

// appearance is the span in which a domain was written to, or wrote.
func (e *Evidence) appearance(id uint32) span {
	s := e.traffic.spans[id]
	if w := e.traffic.writers[id]; w != nil {
		s.add(w.first, w.last, 0)
	}
	return s
}

// isElder says whether a domain was written to before the one that it looks like appeared:
// whoever came later may want to be taken for the other one. What the user or the world
// knows as meant needs no mail.
func (e *Evidence) isElder(f *found) bool {
	target := &e.targets.all[f.verdict.Target]
	near := e.targets.domain[f.verdict.Target]
	if near == noDomain || target.Own || target.Protected || target.Listed || target.Known {
		return false
	}
	x, y := e.traffic.spans[f.domain], e.appearance(near)
	return x.first != 0 && x.first < y.first
}

// differInDigits says whether two names are the same but for their digits.
func differInDigits(x, y domain.Name) bool {
	without := func(n domain.Name) string {
		return strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' {
				return '0'
			}
			return r
		}, n.String())
	}
	return x != y && without(x) == without(y)
}

// questions takes the verdicts that are asked for out of those that are reported.
func (v *Verdicts) questions() (all []result.Question) {
	e := v.evidence
	for i := range v.all {
		f := &v.all[i]
		t := &e.traffic.byDomain[f.domain]
		sent := t.Sent - e.traffic.earlier[f.domain]
		if f.why == "" || sent == 0 {
			continue
		}
		d := e.names[f.domain].String()
		all = append(all, result.Question{
			Domain: d, Near: f.verdict.Intended.String(), Why: f.why, Messages: sent,
			Command: "typoaudit ignore add " + d + ` --reason "the same organisation"`,
		})
	}
	return all
}
