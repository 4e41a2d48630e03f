package audit

import (
	"fmt"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/parsers"
)

// sendingSnapshot knows an organisation whose people write to r0 to r4 at worksand.de and
// s0 to s4 at pumpen-werke.de, and what more it is given.
func sendingSnapshot(t *testing.T, more ...parsers.Delivery) *Snapshot {
	t.Helper()
	o := options(t)
	o.Internal, o.MinConfidence = []domain.Name{domain.Canonical("corp.example")}, 0.7
	at := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	l := NewLedger(o.Ledgering(time.Time{}, time.Time{}))
	for i := range 200 {
		who := fmt.Sprintf("p%d", i%5)
		for _, d := range []parsers.Delivery{
			sentMail(at.Add(time.Duration(i)*time.Hour), who, fmt.Sprintf("r%d@worksand.de", i%5)),
			sentMail(at.Add(time.Duration(i)*time.Hour), who, fmt.Sprintf("s%d@pumpen-werke.de", i%5)),
			receivedMail(at.Add(time.Duration(i)*time.Hour+30*time.Minute), fmt.Sprintf("r%d@worksand.de", i%5), who),
		} {
			l.Add(&d)
		}
	}
	for i := range more {
		l.Add(&more[i])
	}
	return judged(t, l, o).Snapshot()
}

func sentMail(at time.Time, who, to string) parsers.Delivery {
	return parsers.Delivery{
		Time: at, Sender: who + "@corp.example", SenderKnown: true, AuthUser: who, Submitted: true, Recipient: to,
		Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, Relay: "mx.example[192.0.2.1]:25",
	}
}

func receivedMail(at time.Time, from, who string) parsers.Delivery {
	return parsers.Delivery{
		Time: at, Sender: from, SenderKnown: true, Recipient: who + "@corp.example", Local: true,
		Status: parsers.StatusDelivered, Arrived: parsers.ArrivedYes, Direction: parsers.DirectionInbound,
	}
}

// TestSending: in the moment of sending it counts who writes to whom, and what was answered.
func TestSending(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 11, n, 12, 0, 0, 0, time.UTC) }
	s := sendingSnapshot(t,
		sentMail(day(2), "p1", "new@worksamd.de"), receivedMail(day(3), "new@worksamd.de", "p1"),
		receivedMail(day(3), "r1@worskand.de", "p1"),
	)
	sure := func(who, to string, right int) Answer {
		a, err := s.Ask(Attempt{Login: who, Sender: who + "@corp.example", Recipient: to, Right: right}, nil, day(20))
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	for _, test := range []struct {
		name, who, to string
		right         int
		isSlip        bool
	}{
		{"the sender writes to that person", "p1", "r1@worksand.at", 0, true},
		{"another one does", "p9", "r1@worksand.at", 0, false},
		{"the sender writes to another person", "p1", "r2@worksand.at", 0, false},
		{"a slip of the fingers", "p9", "x@worksnad.de", 0, true},
		{"one answer says that it is meant", "p9", "x@worksnad.de", 1, true},
		{"two answers do", "p9", "x@worksnad.de", 2, false},
		{"two answers do, also for who writes to that person", "p1", "r1@worksnad.de", 2, false},
		{"of a provider", "p9", "x@gmial.com", 8, true},
		{"the names differ in a hyphen", "p1", "s1@pumpenwerke.de", 0, false},
		{"whom it is written to has written", "p1", "r1@worskand.de", 0, true},
	} {
		if a := sure(test.who, test.to, test.right); a.Lookalike != test.isSlip || a.Sure < 0 || a.Sure > 1 {
			t.Errorf("%s: got %v, %v sure, %s", test.name, a.Lookalike, a.Sure, a.Question)
		}
	}
	if x, y := sure("p1", "r1@worskand.de", 0), sure("p1", "r2@worskand.de", 0); x.Sure >= y.Sure {
		t.Errorf("%v sure of who has written, %v of another one", x.Sure, y.Sure)
	}
	if a := sure("p1", "r3@worksamd.de", 0); a.Sure >= a.Confidence {
		t.Errorf("%v sure of a domain that answers, %v by the verdict", a.Sure, a.Confidence)
	}
	if a := sure("p1", "new@worksamd.de", 0); !a.Written || a.Lookalike != (a.Sure >= leastAgain) {
		t.Errorf("of one written to before: %+v", a)
	}
}
