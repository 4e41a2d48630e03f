package parsers_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
)

// TestBounces: the last word on a delivery is the same in every order.
func TestBounces(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	bounce := func(minutes int, status parsers.Status, arrived parsers.Arrived, dsn string) parsers.Bounce {
		return parsers.Bounce{
			Time: at.Add(time.Duration(minutes) * time.Minute), MessageID: "1@corp.example", Recipient: "Jane@army.ml",
			Status: status, Arrived: arrived, DSN: dsn,
		}
	}
	for name, test := range map[string]struct {
		all  []parsers.Bounce
		want string
	}{
		"a later one": {[]parsers.Bounce{bounce(1, parsers.StatusBounced, parsers.ArrivedNo, "5.1.1"), bounce(2, parsers.StatusBounced, parsers.ArrivedNo, "5.1.2")}, "5.1.2"},
		"a delay is never the last word": {
			[]parsers.Bounce{bounce(1, parsers.StatusBounced, parsers.ArrivedNo, "5.1.1"), bounce(9, parsers.StatusDeferred, parsers.ArrivedNo, "4.4.1")}, "5.1.1",
		},
		"the later of two delays": {
			[]parsers.Bounce{bounce(9, parsers.StatusDeferred, parsers.ArrivedNo, "4.4.2"), bounce(1, parsers.StatusDeferred, parsers.ArrivedNo, "4.4.1")}, "4.4.2",
		},
		"of the same time the better one": {
			[]parsers.Bounce{bounce(1, parsers.StatusBounced, parsers.ArrivedNo, "5.1.1"), bounce(1, parsers.StatusDelivered, parsers.ArrivedYes, "2.0.0")}, "2.0.0",
		},
		"of the same time and end the lesser code": {
			[]parsers.Bounce{bounce(1, parsers.StatusBounced, parsers.ArrivedNo, "5.1.2"), bounce(1, parsers.StatusBounced, parsers.ArrivedNo, "5.1.1")}, "5.1.1",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			random := rand.New(rand.NewPCG(1, 2))
			for range 20 {
				random.Shuffle(len(test.all), func(i, j int) { test.all[i], test.all[j] = test.all[j], test.all[i] })
				bounces := parsers.Bounces{}
				for i := range test.all {
					bounces.Add(&test.all[i])
				}
				if got, ok := bounces.Of(parsers.Copied{MessageID: "1@corp.example", Recipient: "jane@ARMY.ml"}); !ok || got.DSN != test.want {
					t.Fatalf("got %q, %v, want %q", got.DSN, ok, test.want)
				}
			}
		})
	}
}

// TestBounceOfNobody: a bounce that names no message is about none.
func TestBounceOfNobody(t *testing.T) {
	t.Parallel()
	bounces := parsers.Bounces{}
	bounces.Add(&parsers.Bounce{Recipient: "jane@army.ml", Status: parsers.StatusBounced})
	if got, ok := bounces.Of(parsers.Copied{Recipient: "jane@army.ml"}); ok || len(bounces) != 0 {
		t.Errorf("got %+v, want none", got)
	}
}
