package guard

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/organisation"
)

// noting returns a guard of a mode, and the notes that it would send.
func noting(t *testing.T, mode Mode) (*Guard, *clock, *[]Kept, *[]Note) {
	g, c, kept := testGuard(t, mode)
	notes := &[]Note{}
	g.o.Note = func(n Note) bool {
		*notes = append(*notes, n)
		return true
	}
	return g, c, kept, notes
}

// TestNote: who sends a slip gets a note at an address of ours, and nobody else.
func TestNote(t *testing.T) {
	t.Parallel()
	g, _, kept, notes := noting(t, Warn)
	want := Note{To: "bob@corp.example", Recipient: "jane@army.ml", Meant: "jane@army.mil", Domain: "army.ml", Intended: "army.mil"}
	if d := g.Decide(bob("jane@army.ml")); len(*notes) != 1 || (*notes)[0] != want || !d.Noted {
		t.Fatalf("got %+v, noted %v, want %+v", *notes, d.Noted, want)
	}
	if len(*kept) != 2 || (*kept)[0].Person != "bob" || (*kept)[1].Person != "bob@corp.example" || (*kept)[1].What != keptNoted {
		t.Errorf("kept %+v", *kept)
	}
	unsent := request("zoe@corp.example", "zoe@corp.example", "jane@army.ml")
	unsent.Unsent = true
	for name, r := range map[string]Request{
		"what is meant": bob("jane@army.mil"), "another domain": bob("jane@elsewhere.example"),
		"no login": request("", "eve@corp.example", "jane@army.ml"), "a bounce": request("ann", "", "jane@army.ml"),
		"a list": request("ann", "staff-bounces@corp.example", "jane@army.ml"), "VERP": request("ann", "staff+jane=army.ml@corp.example", "jane@army.ml"),
		"a stranger": request("", "x@elsewhere.example", "jane@army.ml"), "a login that writes as a stranger": request("ann", "x@elsewhere.example", "jane@army.ml"),
		"a route": request("joe", "joe%elsewhere.example@corp.example", "jane@army.ml"), "two mailboxes": request("joe", `"a@elsewhere.example,b"@corp.example`, "jane@army.ml"),
		"a letter":             request("joe", "joe@corp.example", strings.Repeat("x", maxAddress)+"@army.ml"),
		"who is still writing": unsent, "its own": request("typoaudit", "typoaudit@corp.example", "bob@corp.example"),
	} {
		if d := g.Decide(r); len(*notes) != 1 || d.Noted {
			t.Fatalf("%s: got a note: %+v", name, *notes)
		}
	}
	for _, mode := range []Mode{Observe, Confirm, Refuse} {
		g, _, _, notes := noting(t, mode)
		if d := g.Decide(bob("jane@army.ml")); len(*notes) != 0 || d.Noted {
			t.Errorf("%s: got a note: %+v", mode, *notes)
		}
	}
}

// TestNoteOfTenant: a login of another tenant gets no note of this one's guard.
func TestNoteOfTenant(t *testing.T) {
	t.Parallel()
	g, _, _, notes := noting(t, Warn)
	g.o.Tenant = organisation.NewTenant([]domain.Name{domain.Canonical("corp.example")}, []domain.Name{domain.Canonical("other.corp.example")})
	g.Decide(request("boss@other.corp.example", "bob@corp.example", "jane@army.ml"))
	for _, n := range *notes {
		if n.To != "bob@corp.example" {
			t.Errorf("a note to %s", n.To)
		}
	}
}

// TestNoteLimits: a person gets a note a day about a recipient and three a week, whatever
// address the login writes as, and by a later guard as well.
func TestNoteLimits(t *testing.T) {
	t.Parallel()
	g, c, kept, notes := noting(t, Warn)
	for i, step := range []struct {
		after    time.Duration
		from, to string
		want     int
	}{
		{0, "bob", "a@army.ml", 1}, {time.Minute, "bob", "a@army.ml", 1}, {25 * time.Hour, "bob", "a@army.ml", 2}, {time.Hour, "robert", "b@army.ml", 3},
		{time.Hour, "bob", "c@army.ml", 3}, {time.Hour, "robert", "d@army.ml", 3}, {7 * 24 * time.Hour, "bob", "e@army.ml", 4},
	} {
		c.now = c.now.Add(step.after)
		g.Decide(request("bob", step.from+"@corp.example", step.to))
		if len(*notes) != step.want {
			t.Fatalf("step %d: got %d notes, want %d", i, len(*notes), step.want)
		}
	}
	later, _, _, more := noting(t, Warn)
	later.o.Now = func() time.Time { return c.now.Add(time.Hour) }
	later.Resume(StillKept(*kept, c.now, time.Minute))
	if later.Decide(bob("e@army.ml")); len(*more) != 0 {
		t.Errorf("a later guard repeats %+v", *more)
	}
	// A note asked nothing: the next mail is no answer to it.
	asking, _, _ := testGuard(t, Confirm)
	asking.o.Now = func() time.Time { return c.now.Add(time.Minute) }
	asking.Resume(*kept)
	if got := decided(asking, bob("e@army.ml")); got != "ask: slip" {
		t.Errorf("after a note: got %s", got)
	}
}

// TestNoteDropped: what is not even tried was no note, and is one the next time.
func TestNoteDropped(t *testing.T) {
	t.Parallel()
	g, c, kept, _ := noting(t, Warn)
	g.o.Note = func(Note) bool { return false }
	if d := g.Decide(bob("jane@army.ml")); d.Action != Mark || d.Noted || len(*kept) != 0 || len(g.noted.asked) != 0 {
		t.Errorf("got %s, noted %v, kept %+v, %v", d.Action, d.Noted, *kept, g.noted.asked)
	}
	c.now = c.now.Add(25 * time.Hour)
	g.o.Note = func(Note) bool { return true }
	if d := g.Decide(bob("jane@army.ml")); !d.Noted {
		t.Error("no note the next time")
	}
	g.o.Note = func(Note) bool { panic("a fault") }
	if got := decided(g, request("alice", "alice@corp.example", "jane@army.ml")); got != "warn: slip" {
		t.Errorf("a fault: got %s", got)
	}
}

// TestNotesHang: a server that does not answer holds up nobody; what it cannot take is
// counted.
func TestNotesHang(t *testing.T) {
	t.Parallel()
	began := make(chan struct{}, 1)
	var c Counters
	n := NewNotes(t.Context(), &c, func(ctx context.Context, _ *Note) error {
		select {
		case began <- struct{}{}:
		default:
		}
		<-ctx.Done()
		return ctx.Err()
	}, []time.Duration{0, 0}, func(error) {})
	n.Add(Note{})
	<-began
	taken := 0
	for range 3 * maxNotes {
		if n.Add(Note{}) {
			taken++
		}
	}
	if taken != maxNotes || c.NotesDropped.Load() != 2*maxNotes {
		t.Errorf("%d were taken, %d dropped", taken, c.NotesDropped.Load())
	}
	n.Close(0)
	if c.NotesSent.Load() != 0 || c.NotesFailed.Load() != 1+maxNotes {
		t.Errorf("%d were sent, %d failed", c.NotesSent.Load(), c.NotesFailed.Load())
	}
	if n.Add(Note{}) {
		t.Error("it takes notes after its end")
	}
}

// TestNotesTries: a note is tried again, unless the answer is for good; of several failures
// in a row the first is complained of.
func TestNotesTries(t *testing.T) {
	t.Parallel()
	tries := map[string]int{}
	var complaints []string
	var c Counters
	n := NewNotes(t.Context(), &c, func(_ context.Context, x *Note) error {
		switch tries[x.To]++; {
		case x.To == "never":
			return fmt.Errorf("550: %w", ErrPermanent)
		case x.To == "later" && tries[x.To] < 2, x.To == "broken":
			return errors.New("450")
		}
		return nil
	}, []time.Duration{0, 0, 0}, func(err error) { complaints = append(complaints, err.Error()) })
	for _, to := range []string{"never", "broken", "later", "once", "never"} {
		n.Add(Note{To: to})
	}
	n.Close(time.Minute)
	if got := fmt.Sprint(tries); got != "map[broken:3 later:2 never:2 once:1]" {
		t.Errorf("tried %s", got)
	}
	if c.NotesSent.Load() != 2 || c.NotesFailed.Load() != 3 || len(complaints) != 2 || !strings.HasPrefix(complaints[0], "550") {
		t.Errorf("%d were sent, %d failed: %q", c.NotesSent.Load(), c.NotesFailed.Load(), complaints)
	}
}
