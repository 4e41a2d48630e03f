package result

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
)

// A View is a part of a report.
type View struct {
	Text string `json:"text"` // what was asked for, such as "sender kim, domain army.ml"
	// Messages and Lookalikes count those of the whole report.
	Messages   int64 `json:"messages"`
	Lookalikes int   `json:"lookalikes"`
}

// A Selection says which findings of a report are shown. Its zero value is all.
type Selection struct {
	Sender string      // a part of the name that is ranked, or of the sender as logged
	Domain domain.Name // the lookalike, or the domain that was meant, with what is below
	Risk   Risk        // the least of the sender
	Since  time.Time
	Until  time.Time
}

// Risks are all, in rising order.
func Risks() []Risk { return []Risk{RiskNone, RiskLow, RiskMedium, RiskHigh, RiskCritical} }

// String names what is asked for, "" for all.
func (s *Selection) String() string {
	var parts []string
	for _, x := range []struct{ name, value string }{{"sender ", s.Sender}, {"domain ", cmp.Or(s.Domain.Unicode(), s.Domain.String())}, {"risk from ", string(s.Risk)}, {"since ", rfc3339(s.Since)}, {"until ", rfc3339(s.Until)}} {
		if x.value != "" {
			parts = append(parts, x.name+x.value)
		}
	}
	return strings.Join(parts, ", ")
}

func rfc3339(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}

// Select leaves in a report what a selection asks for.
func (r *Result) Select(s *Selection) {
	if s.String() == "" {
		return
	}
	r.View = &View{Text: s.String(), Messages: r.Totals.Messages, Lookalikes: r.Totals.Lookalikes}
	if !s.Since.IsZero() {
		r.Window.Since = TimeOf(s.Since)
	}
	if !s.Until.IsZero() {
		r.Window.Until = TimeOf(s.Until)
	}
	if first, last, ok := r.Span(); ok {
		r.Totals.From, r.Totals.To = TimeOf(first), TimeOf(last)
	}
	risks := map[string]Risk{}
	for i := range r.Senders {
		risks[r.Senders[i].Sender] = r.Senders[i].Risk
	}
	var kept, left []Delivery
	for _, d := range r.Deliveries {
		if s.has(&d, risks[d.Person]) {
			kept = append(kept, d)
		} else {
			left = append(left, d)
		}
	}
	r.Questions = slices.DeleteFunc(slices.Clone(r.Questions), func(q Question) bool { return !s.hasQuestion(&q) })
	r.Listed = slices.DeleteFunc(slices.Clone(r.Listed), func(l Listed) bool { return !s.hasListed(&l, risks[l.Place]) })
	if len(left) > 0 {
		r.regroup(kept, left)
	}
}

// hasQuestion leaves a question out where senders are asked for: it has none. It is one of
// the whole time.
func (s *Selection) hasQuestion(q *Question) bool {
	return s.Sender == "" && s.Risk == "" && s.hasDomain(q.Domain, q.Near)
}

// hasListed asks for the place of an address, which is its sender, with the risk of that
// one. An address stands in its list the whole time.
func (s *Selection) hasListed(l *Listed, risk Risk) bool {
	return s.hasRisk(risk) && strings.Contains(strings.ToLower(l.Place), strings.ToLower(s.Sender)) && s.hasDomain(l.Lookalike, l.Intended)
}

// hasRisk says whether the risk of a sender is one that is asked for.
func (s *Selection) hasRisk(risk Risk) bool {
	return s.Risk == "" || slices.Index(Risks(), risk) >= slices.Index(Risks(), s.Risk)
}

func (s *Selection) has(d *Delivery, risk Risk) bool {
	switch {
	case !s.Since.IsZero() && (d.Time == nil || d.Time.Before(s.Since)),
		!s.Until.IsZero() && (d.Time == nil || !d.Time.Before(s.Until)):
		return false
	}
	return s.hasRisk(risk) && s.hasSender(d) && s.hasDomain(d.Lookalike, d.Intended)
}

// hasDomain says whether one of two domains, in A-labels, is asked for.
func (s *Selection) hasDomain(lookalike, intended string) bool {
	return !s.Domain.IsValid() || domain.Canonical(lookalike).SubdomainOf(s.Domain) || domain.Canonical(intended).SubdomainOf(s.Domain)
}

func (s *Selection) hasSender(d *Delivery) bool {
	part := strings.ToLower(s.Sender)
	return strings.Contains(strings.ToLower(d.Person), part) || d.Sender != nil && strings.Contains(strings.ToLower(*d.Sender), part)
}
