package result

import (
	"slices"
	"time"
)

// A Suppressor leaves out the deliveries that rules are about, and counts for
// each rule what it left out.
type Suppressor struct {
	rules Rules
	uses  []RuleUse
	index ruleIndex // of those that have not expired
}

// A RuleUse is a rule with what it left out.
type RuleUse struct {
	Rule     string     `json:"rule"`
	Line     int        `json:"line"`
	Reason   string     `json:"reason"`
	Until    *time.Time `json:"until"`    // the end of its last day
	Expired  bool       `json:"expired"`  // it left out nothing for that
	Messages int64      `json:"messages"` // that it left out
	Listed   int64      `json:"listed"`   // addresses of alias maps and lists that it left out
	Slips    int64      `json:"slips"`    // messages and addresses that it says are slips, and that stay
}

// NewSuppressor applies the rules that have not expired at a time.
func NewSuppressor(rules Rules, now time.Time) *Suppressor {
	s := &Suppressor{rules: rules, uses: make([]RuleUse, len(rules))}
	for i := range rules {
		r := &rules[i]
		s.uses[i] = RuleUse{Rule: r.Text, Line: r.Line, Reason: r.Reason, Until: TimeOf(r.Until), Expired: r.Expired(now)}
		if !s.uses[i].Expired {
			s.index.add(r, i)
		}
	}
	return s
}

// IsUnused reports a rule that was about nothing.
func (u *RuleUse) IsUnused() bool { return u.Messages == 0 && u.Listed == 0 && u.Slips == 0 }

// LeavesOut says whether a rule is about d, and counts it.
func (s *Suppressor) LeavesOut(d *Delivery) bool {
	u := s.use(d)
	if u != nil {
		u.Messages += d.Count
	}
	return u != nil
}

// KeepListed returns the addresses of alias maps and lists that no rule is about, and
// counts the others.
func (s *Suppressor) KeepListed(all []Listed) []Listed {
	return slices.DeleteFunc(all, func(l Listed) bool {
		u := s.use(&Delivery{Person: l.Place, Recipient: l.Address, Lookalike: l.Lookalike, Intended: l.Intended})
		if u != nil {
			u.Listed++
		}
		return u != nil
	})
}

// use returns that of the first rule that is about d, nil if there is none or if it says
// that d is a slip.
func (s *Suppressor) use(d *Delivery) *RuleUse {
	n := namesOf(d)
	first := len(s.rules)
	for _, candidates := range s.index.candidates(n) {
		for _, i := range candidates {
			if i >= first {
				break
			}
			if s.rules[i].matches(n) {
				first = i
			}
		}
	}
	switch {
	case first == len(s.rules):
		return nil
	case s.rules[first].Slip:
		s.uses[first].Slips += max(1, d.Count)
		return nil
	}
	return &s.uses[first]
}

// CountIn adds what s left out to a coverage. One that counts uses of the same
// rules already keeps their counts.
func (s *Suppressor) CountIn(c *Coverage) {
	type place struct {
		rule string
		line int
	}
	counted := map[place]int{}
	for i, x := range slices.Backward(c.IgnoreRules) {
		counted[place{x.Rule, x.Line}] = i
	}
	for _, u := range s.uses {
		c.Suppressed += u.Messages
		i, ok := counted[place{u.Rule, u.Line}]
		if !ok {
			counted[place{u.Rule, u.Line}] = len(c.IgnoreRules)
			c.IgnoreRules = append(c.IgnoreRules, u)
			continue
		}
		c.IgnoreRules[i].Messages += u.Messages
		c.IgnoreRules[i].Listed += u.Listed
		c.IgnoreRules[i].Slips += u.Slips
		c.IgnoreRules[i].Expired = u.Expired
	}
}

// Suppress takes the findings out of a finished report that ignore rules are
// about. Whom and what no rule is about keeps its figures; what the trend says
// of the time before stays as it was.
func (r *Result) Suppress(rules Rules, now time.Time) {
	s := NewSuppressor(rules, now)
	var suppressed, kept []Delivery
	for _, d := range r.Deliveries {
		if s.LeavesOut(&d) {
			suppressed = append(suppressed, d)
		} else {
			kept = append(kept, d)
		}
	}
	r.Questions, r.Listed = s.Answer(r.Questions), s.KeepListed(r.Listed)
	s.CountIn(&r.Coverage)
	if len(suppressed) > 0 {
		r.regroup(kept, suppressed)
	}
}

// regroup makes the lookalikes, senders and totals of the deliveries that are
// kept.
func (r *Result) regroup(kept, suppressed []Delivery) {
	verdicts := map[string]Verdict{}
	for i := range r.Lookalikes {
		l := &r.Lookalikes[i]
		verdicts[l.Domain] = Verdict{Confidence: l.Confidence}
	}
	r.Deliveries = []Delivery{}
	for _, d := range kept {
		if _, ok := verdicts[d.Lookalike]; ok {
			r.Deliveries = append(r.Deliveries, d)
		}
	}
	s := Summarise(r.Deliveries, verdicts)
	r.keepLookalikes(s.Lookalikes, suppressed)
	r.keepSenders(s.Senders, suppressed)
	s.Totals.From, s.Totals.To = r.Totals.From, r.Totals.To
	r.Totals, r.Kinds, r.Weeks = s.Totals, kindsOf(r.Lookalikes), s.Weeks
	r.Totals.Exposure = totalExposure(r.Lookalikes)
	r.Trend.forget(suppressed, r.Lookalikes)
	r.CountOlder()
}

// keepLookalikes takes over the new figures of those that lost a delivery. All
// else of a lookalike stays as it was.
func (r *Result) keepLookalikes(all []Lookalike, suppressed []Delivery) {
	touched, before := map[string]bool{}, map[string]*Lookalike{}
	for i := range suppressed {
		touched[suppressed[i].Lookalike] = true
	}
	for i := range r.Lookalikes {
		before[r.Lookalikes[i].Domain] = &r.Lookalikes[i]
	}
	for i := range all {
		l := &all[i]
		old := *before[l.Domain]
		if touched[l.Domain] {
			old.Exposure, old.Messages, old.Arrived, old.Senders, old.Recipients = l.Exposure, l.Messages, l.Arrived, l.Senders, l.Recipients
			old.Relays, old.First, old.Last = l.Relays, l.First, l.Last
			old.Standing = old.Standing && (l.Standing || old.FirstSeen != nil) // since before the window
		}
		all[i] = old
	}
	rankLookalikes(all)
	r.Lookalikes = all
}

// keepSenders takes over the new figures of those who lost a delivery.
func (r *Result) keepSenders(all []Sender, suppressed []Delivery) {
	touched, before := map[string]bool{}, map[string]Sender{}
	for i := range suppressed {
		touched[suppressed[i].Person] = true
	}
	for _, s := range r.Senders {
		before[s.Sender] = s
	}
	for i := range all {
		old, ok := before[all[i].Sender]
		if ok && !touched[all[i].Sender] {
			all[i] = old
		}
		all[i].Before = old.Before
	}
	rankSenders(all)
	r.Senders = all
}

// forget takes what was left out from the figures of the window.
func (t *Trend) forget(suppressed []Delivery, left []Lookalike) {
	if t == nil {
		return
	}
	for i := range suppressed {
		d := &suppressed[i]
		if d.New {
			t.NewMessages -= d.Count
		} else {
			t.ReportedMessages -= d.Count
		}
		for j := range t.Weeks {
			t.Weeks[j].remove(d)
		}
	}
	t.NewLookalikes = 0
	for i := range left {
		if left[i].New {
			t.NewLookalikes++
		}
	}
}
