package audit

import (
	"cmp"
	"fmt"
	"net/mail"
	"strings"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/internal/addresses"
	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/audit/result"
)

// Explain weighs one address or domain, whether the traffic has it or not. from, unless
// empty, is the address of who would write there.
func (v *Verdicts) Explain(query, from string) (*result.Explanation, error) {
	e := v.evidence
	m := e.matcher(0, v.slips)
	x, f, err := m.explain(query, e.personOf(from))
	if err != nil {
		return nil, err
	}
	if x.Lookalike && f.inTraffic() {
		x.Question = e.question(f)
		x.Lookalike = x.Question == ""
	}
	switch {
	case x.Question != "":
		x.Verdict = result.VerdictQuestion
	case x.Lookalike:
		x.Verdict = result.VerdictOf(f.verdict.Confidence)
	}
	return x, nil
}

// explain weighs one address or domain for who would write there. f has the verdict, if
// there is one.
func (m *matcher) explain(query string, from map[uint32]bool) (x *result.Explanation, f *found, err error) {
	local, host, isAddress := domain.SplitAddress(query)
	if !isAddress {
		host = query
	}
	name, err := domain.Parse(host)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", cmp.Or(query, "nothing"), err)
	}
	e := m.e
	x = &result.Explanation{Query: query, Domain: name.String(), Verdict: result.VerdictNone, Evidence: []result.Evidence{}, Candidates: []result.Meant{}}
	asked := asked{name: name, local: strings.ToLower(local), from: from}
	if asked.id, asked.inTraffic = e.kept.domains.Find([]byte(name.String())); asked.inTraffic {
		t := &e.traffic.byDomain[asked.id]
		x.Messages, x.Received = t.Sent, t.Received
	} else {
		asked.id = noDomain
	}
	f = &found{domain: asked.id}
	if x.Because = e.exempt.why(name); x.Because != "" {
		return x, f, nil
	}
	m.asked = &asked
	m.query.KeepSums()
	verdict, ok := m.weigh()
	if !ok {
		written := "you write to"
		if e.options.AllSenders {
			written = "anybody writes to"
		}
		x.Because = "No domain that " + written + ", and no well-known provider, is so near to " + name.String() + " that it may have been meant."
		return x, f, nil
	}
	f.verdict = verdict
	explain(x, &verdict)
	x.Lookalike = verdict.Confidence >= e.options.MinConfidence
	if isAddress {
		x.Meant = local + "@" + x.Intended
	}
	return x, f, nil
}

// inTraffic says whether the domain of a verdict had mail.
func (f *found) inTraffic() bool { return f.domain != noDomain }

// asked is a name that is to be explained.
type asked struct {
	name      domain.Name
	local     string // of the address, "" for a domain
	from      map[uint32]bool
	id        uint32
	inTraffic bool
}

// personOf returns the numbers under which the sender of an address is known.
func (e *Evidence) personOf(address string) map[uint32]bool {
	all := map[uint32]bool{}
	if address == "" {
		return all
	}
	for id := range e.people.all {
		if who := e.people.of(uint32(id)); strings.EqualFold(who.sender, address) || strings.EqualFold(who.login, address) {
			all[uint32(id)] = true
		}
	}
	return all
}

// weigh judges the domain that is asked for. What the traffic does not have of it yet is
// one mail to the address that was asked for, which may have a twin, by who was named.
func (m *matcher) weigh() (lookalike.Verdict, bool) {
	e, a := m.e, m.asked
	if a.inTraffic && e.traffic.byDomain[a.id].Sent > 0 {
		if m.settled != nil && e.recipients.mailsTo(a.id) > busyMails {
			f, ok := m.settled[a.id]
			return f.verdict, ok
		}
		return m.judge(a.id)
	}
	if a.inTraffic { // it has written to us
		t := e.traffic.byDomain[a.id]
		t.Sent, t.Senders, t.Recipients = 1, max(1, t.Senders), max(1, t.Recipients)
		return m.judgeWith(a.id, t, true)
	}
	s := lookalike.Subject{
		Name: a.name, Traffic: lookalike.Traffic{Sent: 1, Senders: 1, Recipients: 1}, Supposed: true, OfAll: e.options.AllSenders,
		Background: func() lookalike.Background { return e.background(a.name) },
	}
	return m.judgeName(s, nil, func(to uint32) (p lookalike.Pair) {
		m.addAsked(&p, to)
		return p
	})
}

// addAsked adds to a pair what the address that was asked for has in common with a domain.
func (m *matcher) addAsked(p *lookalike.Pair, to uint32) {
	r, a := &m.e.recipients, m.asked
	if a == nil || a.local == "" {
		return
	}
	twin, shared, ok := r.twinAt(addresses.HashLocal([]byte(a.local)), to)
	if !ok {
		return
	}
	var sent int64
	same := false
	for e := range r.edges.to(twin) {
		sent += int64(e.sent)
		same = same || a.from[e.person]
	}
	if same {
		p.SameSender = max(1, p.SameSender)
	}
	if p.Twins > 0 {
		return
	}
	p.Twins, p.TwinLocal, p.TwinMessages = 1, a.local, sent
	if shared {
		p.SharedTwins = 1
	}
}

// explain fills x with what was found.
func explain(x *result.Explanation, v *lookalike.Verdict) {
	x.Intended, x.Also = v.Intended.String(), v.Also.String()
	x.Kind, x.How, x.Change = string(v.Kind), v.How, v.Change
	x.Confidence = result.Round(v.Confidence)
	x.Evidence, x.Candidates = evidenceOf(v.Sum), candidatesOf(v.Candidates)
	if v.Sum == nil { // of a verdict that was made before
		x.Evidence = evidenceOf(v.Evidence)
	}
}

// CheckRecipients explains the addresses that the report is to be mailed to: it
// must not go to a lookalike itself. It returns an error for the first that looks
// like a slip.
func (v *Verdicts) CheckRecipients() error {
	for _, address := range v.evidence.options.MailTo {
		if parsed, err := mail.ParseAddress(address); err == nil {
			address = parsed.Address
		}
		if strings.HasSuffix(strings.ToLower(address), "@localhost") {
			continue // RFC 6761 section 6.3: this machine itself, and nobody's slip
		}
		x, err := v.Explain(address, "")
		if err != nil {
			return fmt.Errorf("check recipient %w", err)
		}
		if x.Lookalike {
			return fmt.Errorf("recipient %s: %s looks like a slip of %s (confidence %.2f)", address, x.Domain, x.Intended, x.Confidence)
		}
	}
	return nil
}

// Some domains that look like another one belong to the same organisation: the own name
// under another top-level domain, the partner's new name, one of several branches. Nothing
// in a log decides that, and the administrator knows it at once.

// Thresholds of a domain that people use as an organisation's, and not by a slip.
const (
	usedMails      = 5
	usedSenders    = 2
	usedRecipients = 2
	usedSpan       = 28 * 24 * 60 * 60 // seconds
	// usedUnsettled is how many mails it takes where the source does not say what became
	// of them.
	usedUnsettled = 20
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
	return e.unanswered(f, e.options.Ignore, e.options.Now)
}

// unanswered is question by other rules than those of the evidence, at another time.
func (e *Evidence) unanswered(f *found, rules result.Rules, now time.Time) string {
	why, d := e.ask(f), e.names[f.domain].String()
	if why == "" || rules.AreOfSlip(&result.Delivery{Recipient: "*@" + d, Lookalike: d, Intended: f.verdict.Intended.String()}, now) {
		return ""
	}
	return why
}

// ask is question without the answers of the user.
func (e *Evidence) ask(f *found) string {
	v := &f.verdict
	d, near := e.names[f.domain], v.Intended
	target := e.targets.target(v.Target)
	to, hasMail := e.targets.domainOf(v.Target)
	switch {
	case target.Known || target.Protected, f.isCorrected() && e.traffic.byDomain[f.domain].Sent <= maxCorrected:
		return ""
	case target.Own && v.Kind.IsOfSuffix() && (!v.Typed || e.isUsed(f.domain)):
		return fmt.Sprintf("Is %s yours, as %s is? It has the same name.", d, near)
	case target.Own:
		return ""
	case hasMail && e.takesOver(f.domain, to):
		return fmt.Sprintf("Are %s and %s two names of one organisation? Mail went to the one until it went to the other.", d, near)
	case v.Kind.IsOfForm() && !v.Typed && e.isUsed(f.domain):
		return fmt.Sprintf("Is %s of the same organisation as %s? Several people write to several there.", d, near)
	case v.Kind.IsOfHyphen() && e.traffic.byDomain[f.domain].Arrived > e.traffic.byDomain[f.domain].Forwarded:
		return fmt.Sprintf("Are %s and %s two names of one organisation? They differ in a hyphen, and somebody takes the mail.", d, near)
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
	t, s := &e.traffic.byDomain[id], e.traffic.spans[id]
	isSettled := t.Arrived+t.NoDomain+t.NoUser+t.Failed > 0
	isTaken := t.Arrived >= usedMails || !isSettled && t.Sent >= usedUnsettled
	return isTaken && t.Began() >= usedSenders && t.Recipients >= usedRecipients && (s.isLong() || !isSettled && s.first == 0)
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
	s.first, s.last, s.mails = least(s.first, first), max(s.last, last), plus(s.mails, mails)
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
	target := e.targets.target(f.verdict.Target)
	near, ok := e.targets.domainOf(f.verdict.Target)
	if !ok || target.Own || target.Protected || target.Listed || target.Known {
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
		all = append(all, result.NewQuestion(e.names[f.domain].String(), f.verdict.Intended.String(), f.why, sent, result.Round(f.verdict.Confidence)))
	}
	return all
}
