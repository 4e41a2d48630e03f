package events_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/events"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

type keeper struct {
	parserstest.NoBounces
	lines []string
}

func (k *keeper) Add(d *parsers.Delivery) { k.lines = append(k.lines, parserstest.Describe(d)) }

func acme() events.Mapping {
	return events.Mapping{
		Name: "acme", Title: "Acme's gateway", Required: []string{"acmeVersion"},
		Map: map[string]string{
			"time": "when", "sender": "env/from", "auth_user": "login", "recipient": "env/to", "message_id": "id", "subject": "title", "bytes": "size",
			"status": "outcome", "reply": "answer", "relay": "host",
		},
		Status: map[string]string{"Sent": "delivered", "hard": "bounced", "soft": "deferred", "passed": "delivered", "opened": ""},
		Handed: []string{"passed"}, Outbound: true,
	}
}

func TestMapping(t *testing.T) {
	t.Parallel()
	f, err := acme().Format()
	if err != nil {
		t.Fatal(err)
	}
	const text = `{"acmeVersion":2,"when":"2026-11-20T09:00:00Z","id":"<1@corp.example>","login":"ann","size":12,"title":"Plan","env":{"from":"ann@corp.example","to":["jane@army.ml","kim@army.mil"]},"outcome":"SOFT"}
{"acmeVersion":2,"when":"2026-11-20T09:01:00Z","id":"<1@corp.example>","env":{"from":"ann@corp.example","to":"jane@army.ml"},"outcome":"sent","answer":"250 2.0.0 ok","host":"mx.army.ml"}
{"acmeVersion":2,"when":"2026-11-20T09:02:00Z","id":"<1@corp.example>","env":{"to":"jane@army.ml"},"outcome":"opened"}
{"acmeVersion":2,"when":"2026-11-20T09:03:00Z","id":"<2@corp.example>","env":{"from":"bob@corp.example","to":"joe@hotmial.com"},"outcome":"passed"}
{"acmeVersion":2,"when":"2026-11-20T09:04:00Z","id":"<3@corp.example>","env":{"from":"bob@corp.example","to":"joe@hotmial.com"},"outcome":"vanished"}
`
	if n := f.Sniff([]byte(text)); n <= 95 || f.Name() != "acme" {
		t.Errorf("got %s, recognised with %d, want acme, above 95", f.Name(), n)
	}
	if n := f.Sniff([]byte(`{"env":{"to":"jane@army.ml"}}`)); n > 0 {
		t.Errorf("without what it needs: got %d for how surely it is recognised, want 0", n)
	}
	var got keeper
	tally, err := f.(parsers.StreamFormat).Read(context.Background(), parsers.Piece{Location: time.UTC}, strings.NewReader(text), &got)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`<ann@corp.example> -> <jane@army.ml> delivered yes login="ann" dsn="2.0.0" relay="mx.army.ml" id="1@corp.example" subject="Plan" bytes=12 submitted at 2026-11-20T09:01:00Z line=2`,
		`<ann@corp.example> -> <kim@army.mil> deferred no login="ann" id="1@corp.example" subject="Plan" bytes=12 submitted failed at 2026-11-20T09:00:00Z line=1`,
		`<bob@corp.example> -> <joe@hotmial.com> delivered maybe id="2@corp.example" handed submitted at 2026-11-20T09:03:00Z line=4`,
	}
	if diff := cmp.Diff(want, got.lines); diff != "" {
		t.Error(diff)
	}
	if tally.Malformed != 1 {
		t.Errorf("got %d malformed, want 1", tally.Malformed)
	}
}

// TestMappingOfPairs reads lines of key=value, in whose subject somebody wrote
// a recipient.
func TestMappingOfPairs(t *testing.T) {
	t.Parallel()
	f, err := events.Mapping{
		Name: "box", Pairs: true, Separators: ",",
		Map: map[string]string{"time": "at", "sender": "mailfrom", "recipient": "rcpt", "subject": "subj", "status": "result"},
	}.Format()
	if err != nil {
		t.Fatal(err)
	}
	const text = `Nov 20 09:00:00 box1 at=2026-11-20T09:00:00Z mailfrom=<ann@corp.example> rcpt="<jane@army.ml>,<kim@army.mil>" subj="x rcpt=<evil@x.example> \" result=bounced" result=delivered` + "\n"
	var got keeper
	if _, err := f.(parsers.StreamFormat).Read(context.Background(), parsers.Piece{Location: time.UTC}, strings.NewReader(text), &got); err != nil {
		t.Fatal(err)
	}
	want := []string{
		`<ann@corp.example> -> <jane@army.ml> delivered yes subject="x rcpt=<evil@x.example> \" result=bounced" at 2026-11-20T09:00:00Z line=1`,
		`<ann@corp.example> -> <kim@army.mil> delivered yes subject="x rcpt=<evil@x.example> \" result=bounced" at 2026-11-20T09:00:00Z line=1`,
	}
	if diff := cmp.Diff(want, got.lines); diff != "" {
		t.Error(diff)
	}
}

func TestMappingsThatAreWrong(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		change func(*events.Mapping)
		want   string
	}{
		{func(m *events.Mapping) { m.Name = "a b" }, `format "a b": not a name`},
		{func(m *events.Mapping) { m.Map["form"] = "x" }, `format acme: no field "form"`},
		{func(m *events.Mapping) { delete(m.Map, "recipient") }, "format acme: no column for the recipient"},
		{func(m *events.Mapping) { m.Map["sender"] = "" }, "format acme: no column for sender"},
		{func(m *events.Mapping) { m.Status["soft"] = "late" }, `format acme: unknown status "late"`},
	} {
		m := acme()
		test.change(&m)
		if _, err := m.Format(); err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("got the error %v, want %s", err, test.want)
		}
	}
}
