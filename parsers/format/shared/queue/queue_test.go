package queue

import (
	"fmt"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

type keeper struct {
	parserstest.NoBounces
	all []parsers.Delivery
}

func (k *keeper) Add(d *parsers.Delivery) { k.all = append(k.all, d.Clone()) }

func day(n int) time.Time { return time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

// open begins a message for one recipient that waits.
func open(t *Table, id string, at *Place) {
	m := t.Message(nil, []byte(id), at, true)
	m.Sender, m.SenderKnown = "ann@corp.example", true
	m.Recipient("jane@army.ml").Set(at, parsers.StatusDeferred)
}

// TestIdle: a message without a line for longer than servers try is emitted as it
// is, incomplete and counted, and its id is free.
func TestIdle(t *testing.T) {
	t.Parallel()
	var k keeper
	j := NewJoiner(&k)
	for n := range 9 {
		table := NewTable(parsers.Piece{Number: int32(n)}, &k)
		if n < 2 {
			open(table, fmt.Sprint("old", n), table.Place(day(n), 1, 1))
		} else {
			m := table.Message(nil, []byte("other"), table.Place(day(n), 1, 1), true)
			m.Ended = true
		}
		_, left := table.Close()
		j.Join(left)
		if want := max(0, n-6); len(k.all) != want {
			t.Fatalf("on day %d: got %d deliveries, want %d", n, len(k.all), want)
		}
	}
	tally := j.Close()
	if len(k.all) != 2 || tally.Deliveries != 2 || tally.Incomplete != 2 {
		t.Errorf("%d emitted, %+v", len(k.all), tally)
	}
	for _, d := range k.all {
		if !d.Incomplete || d.Status != parsers.StatusDeferred || d.Sender != "ann@corp.example" {
			t.Errorf("%+v", d)
		}
	}
}

// TestTooMany: of more messages than may wait those that were silent longest
// are emitted as they are, and counted.
func TestTooMany(t *testing.T) {
	t.Parallel()
	var k keeper
	j := NewJoiner(&k)
	const most, more = 1000, 10
	j.maxWaiting = most
	table := NewTable(parsers.Piece{}, &k)
	for n := range most + more {
		open(table, fmt.Sprint(n), table.Place(day(0).Add(time.Duration(n)*time.Second/10), int64(n+1), 1))
	}
	_, left := table.Close()
	j.Join(left)
	if len(k.all) != more || k.all[0].Origin.Line != 1 || !k.all[0].Incomplete {
		t.Fatalf("%d are emitted: %+v", len(k.all), k.all[:min(1, len(k.all))])
	}
	if tally := j.Close(); tally.Deliveries != most+more || tally.Incomplete != most+more || len(k.all) != most+more {
		t.Errorf("%+v, %d emitted", tally, len(k.all))
	}
}

// TestStreamIsBounded: a source that is read from one end to the other keeps
// only so many messages.
func TestStreamIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("short: the table is not filled")
	}
	t.Parallel()
	var k keeper
	table := NewTable(parsers.Piece{}, &k)
	for n := range maxEvents + 1 {
		open(table, fmt.Sprint(n), table.Place(day(0), int64(n+1), 1))
		table.Bound()
	}
	if len(k.all) == 0 || len(table.messages) > maxEvents || table.open.used > maxEvents {
		t.Errorf("%d emitted, %d and %d kept", len(k.all), len(table.messages), table.open.used)
	}
	if tally := table.Finish(); tally.Deliveries != maxEvents+1 || len(k.all) != maxEvents+1 {
		t.Errorf("%+v, %d emitted", tally, len(k.all))
	}
}

// TestEvents: of what events say of a recipient the weightiest word counts, and
// of two of a kind the later one, in whatever order they come.
func TestEvents(t *testing.T) {
	t.Parallel()
	type event struct {
		minute int
		status parsers.Status
		handed bool
	}
	const delivered, deferred, bounced, unknown = parsers.StatusDelivered, parsers.StatusDeferred, parsers.StatusBounced, parsers.StatusUnknown
	for _, test := range []struct {
		events []event
		want   parsers.Status
		handed bool
	}{
		{[]event{{1, unknown, false}, {2, deferred, false}, {3, delivered, false}}, delivered, false},
		{[]event{{3, delivered, false}, {2, deferred, false}, {1, unknown, false}}, delivered, false},
		{[]event{{1, delivered, false}, {2, bounced, false}}, bounced, false},
		{[]event{{2, bounced, false}, {1, delivered, false}}, bounced, false},
		{[]event{{1, delivered, true}}, delivered, true},
		{[]event{{1, delivered, true}, {2, deferred, false}}, deferred, false},
		{[]event{{2, delivered, false}, {3, delivered, true}}, delivered, false},
		{[]event{{0, delivered, false}, {0, deferred, false}}, delivered, false},
	} {
		var r Recipient
		for _, e := range test.events {
			r.Event(&Place{When: day(0).Add(time.Duration(e.minute) * time.Minute)}, e.status, e.handed)
		}
		if r.Status != test.want || r.Handed != test.handed {
			t.Errorf("%v: got %s, handed %v, want %s, %v", test.events, r.Status, r.Handed, test.want, test.handed)
		}
	}
}
