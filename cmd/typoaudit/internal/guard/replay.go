package guard

import (
	"cmp"
	"slices"
	"time"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/parsers"
)

// A Replayed is what a guard would have done about the mail of a log.
type Replayed struct {
	Schema     string             `json:"schema"`
	Learned    int64              `json:"learned"`     // deliveries
	From       time.Time          `json:"from"`        // of the mail that is asked about
	Until      time.Time          `json:"until"`       // its last
	FirstSends int64              `json:"first_sends"` // of one of ours to an address outside
	Asked      int64              `json:"asked"`       // of those
	Again      int64              `json:"asked_again"` // at addresses that had been written to before
	Limited    int64              `json:"limited"`     // not asked, since the sender had been asked often enough
	Warned     int64              `json:"warned"`      // nobody would have read a question: programs, lists, no login
	Arrived    result.Arrived     `json:"arrived"`     // what became of the mails that were asked about
	Domains    int                `json:"domains"`     // that were asked about
	People     []ReplayedPerson   `json:"people"`      // who was asked, most questions first
	Questions  []ReplayedQuestion `json:"questions"`   // in the order of time, those that a limit kept back too
}

// A ReplayedPerson is one who would have been asked.
type ReplayedPerson struct {
	Person string `json:"person"`
	Asked  int64  `json:"asked"`
}

// A ReplayedQuestion is one that would have been asked.
type ReplayedQuestion struct {
	Time       time.Time       `json:"time"`
	First      bool            `json:"first"` // the address was new to this person
	Person     string          `json:"person"`
	Recipient  string          `json:"recipient"`
	Meant      string          `json:"meant"`
	Domain     string          `json:"domain"`
	Intended   string          `json:"intended"`
	Confidence float64         `json:"confidence"`
	Arrived    parsers.Arrived `json:"arrived"`
	Messages   int64           `json:"messages"` // of this person to this address, in the whole log
	Reason     Reason          `json:"reason"`
}

// replaySchema names the form of a Replayed.
const replaySchema = "typoaudit.guard-replay/v1"

// Replay asks a snapshot about the mail of a log that was sent from a time on, by the
// ignore rules: each person about each address once.
func Replay(s *audit.Snapshot, sends []pipeline.Send, from time.Time, rules result.Rules) *Replayed {
	p := replaying{
		out:   &Replayed{Schema: replaySchema, Learned: s.Deliveries(), From: from, People: []ReplayedPerson{}, Questions: []ReplayedQuestion{}},
		guard: New(Options{Mode: Confirm, Block: 1}), asked: map[string]int64{}, domains: map[string]bool{},
	}
	p.guard.Learn(s)
	p.guard.Ignore(rules)
	for i := range sends {
		x := &sends[i]
		isFirst := !x.First.Time.Before(from)
		if !isFirst && x.Last.Time.Before(from) || !s.IsOurs(x.Attempt) || s.IsInside(x.Recipient) {
			continue
		}
		p.ask(x, isFirst)
	}
	return p.end()
}

// A replaying is a replay that goes on.
type replaying struct {
	out     *Replayed
	guard   *Guard
	asked   map[string]int64
	domains map[string]bool
}

// ask asks about a first mail, or about the last one to an address that was known.
func (p *replaying) ask(x *pipeline.Send, isFirst bool) {
	sent := x.First
	if isFirst {
		p.out.FirstSends++
	} else {
		sent = x.Last
	}
	if sent.Time.After(p.out.Until) {
		p.out.Until = sent.Time
	}
	r := Request{Attempt: x.Attempt}
	if r.Login == "" {
		r.Login = r.Sender // many logs do not have the login
	}
	d := p.guard.decide(&r, sent.Time)
	if !d.IsFinding() {
		return
	}
	p.out.add(x, sent, isFirst, &d)
	if d.Action != Ask {
		return
	}
	p.asked[x.Person()]++
	p.domains[d.Domain] = true
	if x.Messages > 1 { // who goes on writing there would have said so
		p.guard.limits.confirm(pairOf(&r), sent.Time)
	}
}

// end returns what was found.
func (p *replaying) end() *Replayed {
	out := p.out
	out.Domains = len(p.domains)
	for who, n := range p.asked {
		out.People = append(out.People, ReplayedPerson{who, n})
	}
	slices.SortFunc(out.People, func(x, y ReplayedPerson) int {
		return cmp.Or(cmp.Compare(y.Asked, x.Asked), cmp.Compare(x.Person, y.Person))
	})
	slices.SortStableFunc(out.Questions, func(x, y ReplayedQuestion) int { return x.Time.Compare(y.Time) })
	return out
}

// add adds what the guard decided about a mail that looks like a slip.
func (o *Replayed) add(x *pipeline.Send, sent pipeline.Sent, isFirst bool, d *Decision) {
	switch {
	case d.Action == Ask:
		if isFirst {
			o.Asked++
		} else {
			o.Again++
		}
		o.Arrived.Add(sent.Arrived, 1)
	case d.Reason == ReasonLimit:
		o.Limited++
	default:
		o.Warned++
	}
	o.Questions = append(o.Questions, ReplayedQuestion{
		Time: sent.Time, First: isFirst, Person: x.Person(), Recipient: x.Recipient, Meant: d.Meant, Domain: d.Domain, Intended: d.Intended,
		Confidence: d.Sure, Arrived: sent.Arrived, Messages: x.Messages, Reason: d.Reason,
	})
}
