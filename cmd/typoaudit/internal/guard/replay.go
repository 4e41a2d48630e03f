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
	Schema     string              `json:"schema"`
	Learned    int64               `json:"learned"`     // deliveries
	From       time.Time           `json:"from"`        // of the mail that is asked about
	Until      time.Time           `json:"until"`       // its last
	FirstSends int64               `json:"first_sends"` // of one of ours to an address outside
	Asked      int64               `json:"asked"`       // of those
	Limited    int64               `json:"limited"`     // not asked, since the sender had been asked often enough
	Warned     int64               `json:"warned"`      // nobody would have read a question: programs, lists, no login
	Arrived    result.Arrived      `json:"arrived"`     // what became of the mails that were asked about
	Domains    int                 `json:"domains"`     // that were asked about
	People     []ReplayedPerson    `json:"people"`      // who was asked, most questions first
	Questions  []ReplayedQuestion  `json:"questions"`   // in the order of time, those that a limit kept back too
}

// A ReplayedPerson is one who would have been asked.
type ReplayedPerson struct {
	Person string `json:"person"`
	Asked  int64  `json:"asked"`
}

// A ReplayedQuestion is one that would have been asked.
type ReplayedQuestion struct {
	Time       time.Time       `json:"time"`
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

// Replay asks a snapshot about the first mails of a log that were sent from a time on, by
// the ignore rules.
func Replay(s *audit.Snapshot, sends []pipeline.Send, from time.Time, rules result.Rules) *Replayed {
	var now time.Time
	g := New(Options{Mode: Confirm, Block: 1, Now: func() time.Time { return now }})
	g.Learn(s)
	g.Ignore(rules)
	out := &Replayed{Schema: replaySchema, Learned: s.Deliveries(), From: from, People: []ReplayedPerson{}, Questions: []ReplayedQuestion{}}
	asked, domains := map[string]int64{}, map[string]bool{}
	for i := range sends {
		x := &sends[i]
		if x.Time.Before(from) || !s.IsOurs(x.Attempt) || s.IsInside(x.Recipient) {
			continue
		}
		out.FirstSends++
		out.Until = x.Time
		r := Request{Attempt: x.Attempt}
		if r.Login == "" {
			r.Login = r.Sender // of many logs the login is not known
		}
		now = x.Time
		if d := g.decide(&r, now); d.IsFinding() {
			out.add(x, &d)
			if d.Action == Ask {
				asked[x.Person()]++
				domains[d.Domain] = true
			}
		}
	}
	out.Domains = len(domains)
	for who, n := range asked {
		out.People = append(out.People, ReplayedPerson{who, n})
	}
	slices.SortFunc(out.People, func(x, y ReplayedPerson) int {
		return cmp.Or(cmp.Compare(y.Asked, x.Asked), cmp.Compare(x.Person, y.Person))
	})
	return out
}

// add adds what the guard decided about a mail that looks like a slip.
func (o *Replayed) add(x *pipeline.Send, d *Decision) {
	switch {
	case d.Action == Ask:
		o.Asked++
		o.Arrived.Add(x.Arrived, 1)
	case d.Reason == ReasonLimit:
		o.Limited++
	default:
		o.Warned++
	}
	o.Questions = append(o.Questions, ReplayedQuestion{
		Time: x.Time, Person: x.Person(), Recipient: x.Recipient, Meant: d.Meant, Domain: d.Domain, Intended: d.Intended,
		Confidence: d.Confidence, Arrived: x.Arrived, Messages: x.Messages, Reason: d.Reason,
	})
}

// LearnedUntil returns the time before which a share of first mails was sent, the zero time
// if there are none.
func LearnedUntil(sends []pipeline.Send, share float64) time.Time {
	if len(sends) == 0 {
		return time.Time{}
	}
	return sends[min(len(sends)-1, int(share*float64(len(sends))))].Time
}

