// Package guard answers mail servers that ask about a recipient before they take a mail:
// does the address look like a slip for another one? What was learned of the organisation's
// mail is a snapshot (audit.Snapshot) that is replaced as a whole.
//
// A guard must never stop the mail: where it does not know, cannot answer in time, is asked
// too much or in a way that it does not understand, the mail passes.
package guard

import (
	netmail "net/mail"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/organisation"
	"github.com/typoaudit/typoaudit/audit/result"
)

// Deadline is how long an answer may take unless Options say something else: a mail server
// waits for it.
const Deadline = 200 * time.Millisecond

// Options say how a guard decides.
type Options struct {
	Mode Mode
	// Block is the confidence from which on Refuse refuses for good.
	Block    float64
	Deadline time.Duration // after which mail passes without an answer
	// Retention is how long an answer of a sender counts, 0 for good.
	Retention time.Duration
	// Tenant is whose mail alone is decided about, nil for everybody's: a question has in it
	// whom others write to.
	Tenant *organisation.Tenant
	Now    func() time.Time
	// Record is given each decision about what looks like a slip. It must not block.
	Record func(*Request, *Decision)
	// Keep is given each question, answer and note, for a later guard to Resume. It must not
	// block.
	Keep func(Kept)
	// Note is given what the senders of marked mail are to read, in the mode Warn, and says
	// whether they will. It must not block. Without it nobody is written to.
	Note func(Note) bool
}

// A Guard decides about recipients. It is safe for concurrent use.
type Guard struct {
	o        Options
	Counters Counters
	snapshot atomic.Pointer[audit.Snapshot]
	rules    atomic.Pointer[result.Rules]
	refused  atomic.Pointer[Refused]
	mu       sync.Mutex
	limits   *limits      // of questions
	noted    *limits      // of notes
	name     string       // of this guard, which a later one does not have
	mails    atomic.Int64 // that a mail server named no instance of
}

// New returns a guard that lets all mail pass until it is given a snapshot.
func New(o Options) *Guard {
	return &Guard{o: o, limits: newLimits(o.Retention), noted: newLimits(0), name: strconv.FormatInt(time.Now().UnixNano(), 36) + "."}
}

// Learn gives the guard what it knows from now on.
func (g *Guard) Learn(s *audit.Snapshot) { g.snapshot.Store(s) }

// Learned is from how many deliveries the guard learned what it knows.
func (g *Guard) Learned() int64 {
	if s := g.snapshot.Load(); s != nil {
		return s.Deliveries()
	}
	return 0
}

// Ignore gives the guard the ignore rules that count from now on.
func (g *Guard) Ignore(rules result.Rules) { g.rules.Store(&rules) }

// Refuse gives the guard the domains that are refused from now on.
func (g *Guard) Refuse(list Refused) { g.refused.Store(&list) }

// Decide answers a request, at the latest when the deadline is over.
func (g *Guard) Decide(r Request) Decision {
	began := time.Now()
	answer := make(chan Decision, 1)
	r.settled = &atomic.Bool{}
	go func() {
		defer func() {
			if recover() != nil { // a fault of the program must not stop the mail
				answer <- Decision{Reason: ReasonInvalid, Answer: unanswered(&r)}
			}
		}()
		answer <- g.decide(&r, g.o.Now())
	}()
	timer := time.NewTimer(g.o.Deadline)
	defer timer.Stop()
	var d Decision
	select {
	case d = <-answer:
	case <-timer.C:
		if d = (Decision{Reason: ReasonLate, Answer: unanswered(&r)}); !r.settle() {
			d = <-answer // it is noted already, and there in a moment
		}
	}
	g.Counters.count(&d, time.Since(began))
	g.record(&r, &d)
	return d
}

// record notes what was decided about what looks like a slip, and writes to the sender where
// that is due.
func (g *Guard) record(r *Request, d *Decision) {
	defer func() { _ = recover() }() // a fault of the program must not stop the mail
	if !d.IsFinding() {
		return
	}
	d.Noted = g.note(r, d)
	if g.o.Record != nil {
		g.o.Record(r, d)
	}
}

// unanswered is the answer where there is none.
func unanswered(r *Request) audit.Answer {
	return audit.Answer{Explanation: &result.Explanation{Query: r.Recipient, Verdict: result.VerdictNone}}
}

// decide answers a request that is made at a time.
func (g *Guard) decide(r *Request, now time.Time) Decision {
	d := Decision{Reason: ReasonClear, Answer: unanswered(r)}
	s := g.snapshot.Load()
	switch {
	case !r.OfNobody && !g.o.Tenant.Wrote(r.Sender, r.Login):
		d.Reason = ReasonForeign
		return d
	case g.settleListed(r, &d, s):
		return d
	case s == nil:
		d.Reason = ReasonNotReady
		return d
	case !r.OfNobody && !s.IsOurs(r.Attempt):
		d.Reason = ReasonForeign
		return d
	}
	var rules result.Rules
	if p := g.rules.Load(); p != nil {
		rules = *p
	}
	asked := r.Attempt
	g.mu.Lock()
	asked.Right = g.limits.calledRight(pairOf(r), now)
	g.mu.Unlock()
	answer, err := s.Ask(asked, rules, now)
	if err != nil {
		d.Reason = ReasonInvalid
		return d
	}
	d.Answer = answer
	switch {
	case answer.Rule != nil && !answer.Rule.Slip:
		d.Reason = ReasonRule
	case answer.Lookalike:
		g.settle(r, &d, now)
	}
	return d
}

// settleListed decides about a domain that is in the file of --refuse, whatever was learned; s may
// be nil. It says whether the domain is there.
func (g *Guard) settleListed(r *Request, d *Decision, s *audit.Snapshot) bool {
	list := g.refused.Load()
	if list == nil {
		return false
	}
	name, intended, ok := list.find(r.Recipient)
	if !ok {
		return false
	}
	d.Domain, d.Intended, d.Reason, d.Would = name, intended, ReasonListed, Deny
	if local, _, isAddress := domain.SplitAddress(r.Recipient); isAddress && intended != "" {
		d.Meant = local + "@" + intended
	}
	d.Header = mark(d)
	isMachine := isAutomatic(r.Sender) || s != nil && s.IsMachine(r.Attempt)
	switch {
	case !r.OfNobody && (r.Sender == "" || isMachine && g.o.Mode < Refuse):
		d.Reason = ReasonMachine
	case g.o.Mode >= Confirm:
		d.Action, d.Text = Deny, denial(d)
	case g.o.Mode == Warn:
		d.Action = Mark
	}
	return true
}

// settle decides about a mail that looks like a slip.
func (g *Guard) settle(r *Request, d *Decision, now time.Time) {
	d.Reason, d.Would, d.Header = ReasonSlip, Ask, mark(d)
	if g.o.Mode == Refuse && d.Confidence >= g.o.Block && !d.Elder {
		d.Would = Deny
	}
	isEarly := false
	switch {
	case !r.OfNobody && (r.Sender == "" || d.Would == Ask && (d.Machine || isAutomatic(r.Sender))):
		d.Reason = ReasonMachine
	case d.Would == Ask && r.Login == "":
		d.Reason = ReasonNoLogin
	case d.Would == Ask && !r.settle():
		d.Reason = ReasonLate
		return
	case d.Would == Ask:
		isEarly = g.takeTurn(r, d, now)
	}
	d.Action = g.action(d)
	switch d.Action {
	case Ask:
		d.Text = question(d, isEarly)
	case Deny:
		d.Text = denial(d)
	}
}

// action is what the mode does about a mail that looks like a slip.
func (g *Guard) action(d *Decision) Action {
	switch {
	case g.o.Mode == Observe, d.Reason == ReasonConfirmed, d.Reason == ReasonLimit, d.Reason == ReasonMachine:
		return Pass
	case g.o.Mode == Warn, d.Reason == ReasonNoLogin:
		return Mark
	}
	return d.Would
}

// takeTurn finds out whether the sender has answered, or was asked often enough. isEarly
// says that the question was asked a moment ago.
func (g *Guard) takeTurn(r *Request, d *Decision, now time.Time) (isEarly bool) {
	a := asking{pair: pairOf(r), domain: d.Domain, instance: r.Instance, at: now}
	asks := g.o.Mode >= Confirm
	g.mu.Lock()
	turn := g.limits.turn(a, asks)
	g.mu.Unlock()
	k := Kept{Time: now, Person: a.person, Recipient: a.recipient}
	switch turn {
	case turnAsk:
		k.What, k.Domain, k.Instance = keptAsked, a.domain, a.instance
	case turnConfirm:
		d.Reason, d.Confirmed = ReasonConfirmed, true
		k.What = keptConfirmed
	case turnKnown:
		d.Reason = ReasonConfirmed
	case turnOver:
		d.Reason = ReasonLimit
	}
	if asks && k.What != "" {
		g.keep(k)
	}
	return turn == turnRepeat
}

// keep gives a later guard something to Resume.
func (g *Guard) keep(k Kept) {
	if g.o.Keep != nil {
		g.o.Keep(k)
	}
}

// newInstance returns a text that no other mail of this guard has.
func (g *Guard) newInstance() string { return g.name + strconv.FormatInt(g.mails.Add(1), 10) }

// isAutomatic says whether nobody reads what becomes of the mail of a sender: bounces, and
// what lists and programs send.
func isAutomatic(sender string) bool {
	if a, err := netmail.ParseAddress(sender); err == nil {
		sender = a.Address
	}
	local, _, _ := strings.Cut(strings.ToLower(sender), "@")
	if local == "" {
		return true
	}
	for _, prefix := range []string{"owner-", "bounce", "srs0=", "srs1=", "srs0+", "srs1+", "prvs=", "noreply", "no-reply", "donotreply", "mailer-daemon"} {
		if strings.HasPrefix(local, prefix) {
			return true
		}
	}
	for _, part := range []string{"-owner", "-request", "-bounces", "-bounce", "-admin"} {
		if strings.HasSuffix(local, part) || strings.Contains(local, part+"+") {
			return true
		}
	}
	return strings.Contains(local, "=") // VERP
}
