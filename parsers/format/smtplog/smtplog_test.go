package smtplog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/smtplog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func TestSamples(t *testing.T) {
	t.Parallel()
	parserstest.RunStream(t, smtplog.Format{}, "testdata", "*")
}

func FuzzRead(f *testing.F) {
	parserstest.FuzzStream(f, []parsers.StreamFormat{smtplog.Format{}}, "testdata")
}

func BenchmarkRead(b *testing.B) {
	parserstest.BenchStream(b, smtplog.Format{}, "testdata/mdaemon.in")
}

const day = "Fri 2026-11-20 10:00:0"

// TestConversations: what stands in a log that is torn or odd.
func TestConversations(t *testing.T) {
	t.Parallel()
	parserstest.Cases(t, smtplog.Format{}, []parserstest.Case{
		{
			Name: "a line without its stamp is counted",
			Log: `
			Fri 2026-11-20 10:00:00: [1] --> MAIL From:<ann@corp.example>
			[1] --> RCPT To:<jane@army.ml> relayed by smtp
			Fri 2026-11-20 10:00:01: [1] <-- 250 ok`,
			Malformed: []string{"2: looks like a delivery, and was not understood"},
		},
		{
			Name: "refused as a whole, and taken in the next conversation under the same number",
			Log: `
			Fri 2026-11-20 10:00:00: [1] --> EHLO mail
			Fri 2026-11-20 10:00:00: [1] <-- 250 ok
			Fri 2026-11-20 10:00:00: [1] --> MAIL From:<ann@corp.example>
			Fri 2026-11-20 10:00:00: [1] --> RCPT To:<jane@army.ml>
			Fri 2026-11-20 10:00:00: [1] <-- 451 4.3.0 later
			Fri 2026-11-20 10:00:01: [1] --> EHLO mail
			Fri 2026-11-20 10:00:01: [1] <-- 250 ok
			Fri 2026-11-20 10:00:01: [1] --> MAIL From:<ann@corp.example>
			Fri 2026-11-20 10:00:01: [1] <-- 250 ok
			Fri 2026-11-20 10:00:01: [1] --> RCPT To:<jane@army.ml>
			Fri 2026-11-20 10:00:01: [1] <-- 250 ok
			Fri 2026-11-20 10:00:02: [1] --> DATA
			Fri 2026-11-20 10:00:02: [1] <-- 354 go
			Fri 2026-11-20 10:00:03: [1] <-- 554 5.7.1 refused`,
			Want: []string{`<ann@corp.example> -> <jane@army.ml> bounced no dsn="5.7.1" failed at 2026-11-20T10:00:03Z line=14`},
		},
		{
			Name: "a login to a smarthost, whose answers are no commands",
			Log: `
			Fri 2026-11-20 10:00:00: [1] --> EHLO mail
			Fri 2026-11-20 10:00:00: [1] <-- 250 ok
			Fri 2026-11-20 10:00:00: [1] --> AUTH LOGIN
			Fri 2026-11-20 10:00:00: [1] <-- 334 VXNlcm5hbWU6
			Fri 2026-11-20 10:00:00: [1] --> QUJDREVG
			Fri 2026-11-20 10:00:00: [1] <-- 334 UGFzc3dvcmQ6
			Fri 2026-11-20 10:00:00: [1] --> ABCDEF
			Fri 2026-11-20 10:00:00: [1] <-- 235 ok
			Fri 2026-11-20 10:00:01: [1] --> MAIL From:<ann@corp.example>
			Fri 2026-11-20 10:00:01: [1] <-- 250 ok
			Fri 2026-11-20 10:00:01: [1] --> RCPT To:jane@army.ml NOTIFY=NEVER
			Fri 2026-11-20 10:00:01: [1] <-- 250 ok
			Fri 2026-11-20 10:00:02: [1] --> DATA
			Fri 2026-11-20 10:00:02: [1] <-- 354 go
			Fri 2026-11-20 10:00:03: [1] <-- 250 taken`,
			Want: []string{`<ann@corp.example> -> <jane@army.ml> delivered yes at 2026-11-20T10:00:03Z line=15`},
		},
		{
			Name: "it begins after the sender was named",
			Log: `
			Fri 2026-11-20 10:00:01: [1] --> RCPT To:<jane@army.ml>
			Fri 2026-11-20 10:00:01: [1] <-- 250 ok
			Fri 2026-11-20 10:00:02: [1] --> DATA
			Fri 2026-11-20 10:00:02: [1] <-- 354 go
			Fri 2026-11-20 10:00:03: [1] <-- 250 taken`,
			Want: []string{`? -> <jane@army.ml> delivered yes incomplete at 2026-11-20T10:00:03Z line=5`},
		},
		{
			Name: "a refused sender",
			Log: `
			Fri 2026-11-20 10:00:00: [1] --> MAIL From:<>
			Fri 2026-11-20 10:00:00: [1] --> RCPT To:<jane@army.ml>
			Fri 2026-11-20 10:00:00: [1] <-- 550 5.7.1 no
			Fri 2026-11-20 10:00:00: [1] <-- 503 5.5.1 no sender`,
			Want: []string{`<> -> <jane@army.ml> bounced no dsn="5.5.1" failed at 2026-11-20T10:00:00Z line=4`},
		},
	})
}

// kept are deliveries.
type kept struct{ all []parsers.Delivery }

func (k *kept) Add(d *parsers.Delivery)  { k.all = append(k.all, d.Clone()) }
func (k *kept) Bounce(_ *parsers.Bounce) {}

func read(t *testing.T, log string) ([]parsers.Delivery, parsers.Tally) {
	t.Helper()
	var sink kept
	tally, err := smtplog.Format{}.Read(t.Context(), parsers.Piece{Location: time.UTC}, strings.NewReader(log), &sink)
	if err != nil {
		t.Fatal(err)
	}
	return sink.all, tally
}

// TestTaken: of mail that a server took from its clients the log says no more, unless it has
// the server's own conversations.
func TestTaken(t *testing.T) {
	t.Parallel()
	const taken = day + "0: [1] <-- MAIL From:<ann@corp.example>\n" + day + "0: [1] --> 250 ok\n" + day + "0: [1] <-- RCPT To:<jane@army.ml>\n" + day + "0: [1] --> 250 ok\n"
	all, tally := read(t, taken)
	if len(all) != 0 || tally.Records != 0 || tally.Passed.Total() != 1 || !tally.Known {
		t.Errorf("got %d deliveries, %d records, passed %v, known %v; want 0, 0, 1, true", len(all), tally.Records, tally.Passed, tally.Known)
	}
}

// TestManyRecipients: those beyond what is read of one mail are counted.
func TestManyRecipients(t *testing.T) {
	t.Parallel()
	const many = 10_003
	log := day + "0: [1] --> MAIL From:<ann@corp.example>\n" + strings.Repeat(day+"0: [1] --> RCPT To:<jane@army.ml>\n", many)
	if all, tally := read(t, log); len(all)+int(tally.NotUnderstood.Total()) != many || tally.NotUnderstood.Total() != 3 {
		t.Errorf("got %d deliveries and %d not understood, want %d and 3", len(all), tally.NotUnderstood.Total(), many-3)
	}
}

// TestMany: more conversations than are kept end, and none is lost.
func TestMany(t *testing.T) {
	t.Parallel()
	var log strings.Builder
	const many = 10_050
	for i := range many {
		fmt.Fprintf(&log, "%s0: [%d] --> MAIL From:<a%d@corp.example>\n%s0: [%d] --> RCPT To:<jane@army.ml>\n", day, i, i, day, i)
	}
	if all, _ := read(t, log.String()); len(all) != many {
		t.Errorf("got %d deliveries, want %d", len(all), many)
	}
}
