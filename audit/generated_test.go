package audit

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/parsers"
)

// A world is half a year of an organisation's mail, made up, with the truth:
// partners, slips for them, and real domains that happen to lie near one.
type world struct {
	r     *rand.Rand
	l     *Ledger
	slips map[string]string // and what was meant
	near  []string
}

func (w *world) send(at time.Time, from, to string, arrived bool) {
	d := parsers.Delivery{Time: at, Sender: from, SenderKnown: true, Submitted: true, Recipient: to, Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes}
	if !arrived {
		d.Status, d.Arrived, d.Failure = parsers.StatusBounced, parsers.ArrivedNo, parsers.FailureNoDomain
	}
	w.l.Add(&d)
}

func (w *world) receive(at time.Time, from, to string) {
	w.l.Add(&parsers.Delivery{Time: at, Sender: from, SenderKnown: true, Recipient: to, Local: true, Status: parsers.StatusDelivered})
}

func (w *world) name() string {
	syllables := [...]string{"ba", "cor", "di", "fel", "go", "han", "ji", "kra", "lem", "mo", "nor", "pi", "qua", "ri", "sol", "tan", "ur", "vex", "wy", "zan"}
	s := ""
	for range 4 {
		s += syllables[w.r.IntN(len(syllables))]
	}
	return s
}

// mistyped is a name with one of its inner letters changed for another one:
// the slip that shows least by itself.
func (w *world) mistyped(name string) string {
	at := 2 + w.r.IntN(len(name)-3)
	c := byte('a' + w.r.IntN(26))
	for c == name[at] {
		c = byte('a' + w.r.IntN(26))
	}
	return name[:at] + string(c) + name[at+1:]
}

// newWorld makes 200 partners; for every fifth one there is a slip of each of
// the kinds that the evidence of the log can settle, and for others a real
// domain as near.
func newWorld(l *Ledger) *world {
	w := &world{r: rand.New(rand.NewPCG(11, 12)), l: l, slips: map[string]string{}}
	start := time.Date(2026, 5, 1, 8, 0, 0, 0, time.UTC)
	at := func() time.Time { return start.Add(time.Duration(w.r.IntN(180*24*60)) * time.Minute) }
	for i := range 200 {
		name := w.name()
		partner := name + ".com"
		person := func(n int) string { return fmt.Sprintf("p%d.%d", i, n) }
		from := func() string { return fmt.Sprintf("s%d@corp.example", w.r.IntN(40)) }
		for range 20 {
			w.send(at(), from(), person(w.r.IntN(4))+"@"+partner, true)
		}
		w.receive(at(), person(0)+"@"+partner, "us@corp.example")
		other := w.mistyped(name) + ".com"
		if w.slips[other] != "" || other == partner {
			continue
		}
		switch i % 5 {
		case 0: // corrected within minutes, and never written to again
			who, when := from(), at()
			w.send(when, who, person(9)+"@"+other, true)
			w.send(when.Add(7*time.Minute), who, person(9)+"@"+partner, true)
			w.slips[other] = partner
		case 1: // to a person of the partner's, and no such domain
			w.send(at(), from(), person(1)+"@"+other, false)
			w.slips[other] = partner
		case 2: // a real domain, which answers
			for _, answers := range []string{"anna", "bert", ""} {
				who, when := from(), at()
				w.send(when, who, "info@"+other, true)
				if answers != "" {
					w.receive(when.Add(20*time.Hour), answers+"@"+other, who)
				}
			}
			w.near = append(w.near, other)
		case 3: // a real domain that several write to, over months
			for n := range 12 {
				w.send(at(), from(), fmt.Sprintf("q%d@%s", n%5, other), true)
			}
			w.near = append(w.near, other)
		}
	}
	return w
}

// TestEvidenceOfRealLogs measures what corrections, delivery, replies and use
// over time add, where the letters alone say little.
func TestEvidenceOfRealLogs(t *testing.T) {
	t.Parallel()
	o := options(t)
	o.Internal = []domain.Name{domain.Must("corp.example")}
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	w := newWorld(l)
	v := judged(t, l, o)
	q := v.evidence.targets.index.Query(0.5, nil)
	found, right := 0, 0
	reported := map[string]bool{}
	for _, x := range resultOn(t, v, reading()).Lookalikes {
		reported[x.Domain] = true
		if meant := w.slips[x.Domain]; meant != "" {
			found++
			if meant == x.Intended {
				right++
			}
		}
	}
	falseAlarms := 0
	for _, d := range w.near {
		if reported[d] {
			falseAlarms++
		}
	}
	t.Logf("%d of %d slips, %d with what was meant; %d of %d real neighbours reported", found, len(w.slips), right, falseAlarms, len(w.near))
	if 100*found < 95*len(w.slips) || right < found || 100*falseAlarms > 5*len(w.near) {
		t.Error("the evidence of the log does not settle it")
	}
	// By their letters alone the same domains are hardly found.
	alone := 0
	for d := range w.slips {
		s := lookalike.Subject{Name: domain.Must(d), Traffic: lookalike.Traffic{Sent: 1, Senders: 1, Recipients: 1}}
		if v, ok := q.Judge(s, nil, func(int32) lookalike.Pair { return lookalike.Pair{} }); ok && v.Confidence >= 0.5 {
			alone++
		}
	}
	t.Logf("by the letters alone: %d of %d", alone, len(w.slips))
	if 2*alone > len(w.slips) {
		t.Errorf("the letters alone find %d of %d: this test shows nothing", alone, len(w.slips))
	}
}
