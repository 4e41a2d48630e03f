package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/format/table"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// readOf returns what parse prints of the samples of a format, and the name by which the
// format is recognised in each.
func readOf(t *testing.T, path string) (lines []table.Line) {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(context.Background(), []string{"parse", "--jobs", "1", path}, testEnv(&out, &errs)); status == exitUsage {
		t.Fatalf("%s: %s", path, errs.String())
	}
	for line := range bytes.Lines(out.Bytes()) {
		var l table.Line
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}

// TestFormatsSay: the table of help/formats.md says what a log does not say, and no sample
// of it has that; what it does not list, a sample has.
func TestFormatsSay(t *testing.T) {
	t.Parallel()
	topic, err := os.ReadFile("help/formats.md")
	if err != nil {
		t.Fatal(err)
	}
	_, listed, ok := strings.Cut(string(topic), "| log | what it does not say |\n|---|---|\n")
	listed, _, ends := strings.Cut(listed, "\n\n")
	if !ok || !ends {
		t.Fatal("help/formats.md has no table of what logs do not say")
	}
	has := map[string]func(l *table.Line) bool{
		"size":       func(l *table.Line) bool { return l.Bytes > 0 },
		"subject":    func(l *table.Line) bool { return l.Subject != "" },
		"message id": func(l *table.Line) bool { return l.MessageID != "" },
		"login":      func(l *table.Line) bool { return l.AuthUser != nil },
		"aliases":    func(l *table.Line) bool { return l.OrigRecipient != nil },
		"relay":      func(l *table.Line) bool { return l.Relay != "" },
		"sender":     func(l *table.Line) bool { return l.Sender != nil && *l.Sender != "" },
	}
	const formats = "../../parsers/format/"
	for _, test := range []struct{ row, path, missing, there string }{
		{"chasquid", "chasquid/testdata/own.log", "size,subject,message id", "login,sender"},
		{"maddy, mox", "maddy/testdata/own.log", "size,subject,message id,aliases", "login"},
		{"maddy, mox", "mox/testdata/own.log", "subject,message id,login,size", "sender"},
		{"Haraka", "haraka/testdata/haraka.in", "login", "sender"},
		{"Stalwart", "stalwart/testdata/stalwart.log", "subject,message id", "size,login"},
		{"Barracuda's gateway", "barracuda/testdata/esg.log", "relay,message id", "size,subject"},
		{"Mailjet", "events/testdata/mailjet.in", "sender", "subject"},
		{"dma, msmtp, nullmailer", "dma/testdata/freebsd.log", "subject,message id,relay", "sender"},
		{"dma, msmtp, nullmailer", "msmtp/testdata/msmtp.log", "subject,message id", "size,relay,login"},
	} {
		if !strings.Contains("\n"+listed, "\n| "+test.row+" | ") {
			t.Errorf("no row for %q", test.row)
		}
		lines := readOf(t, formats+test.path)
		if len(lines) == 0 {
			t.Errorf("%s: no deliveries", test.path)
		}
		for _, field := range strings.Split(test.missing+","+test.there, ",") {
			some := false
			for i := range lines {
				some = some || has[field](&lines[i])
			}
			if want := !strings.Contains(","+test.missing+",", ","+field+","); some != want {
				t.Errorf("%s: %s is there: %v, want %v", test.path, field, some, want)
			}
		}
	}
}

// TestTornLines holds a line that a newline is missing before to each kind of line of the
// servers that are read through the shared wrapper.
func TestTornLines(t *testing.T) {
	t.Parallel()
	const recipient = "torn@army.ml"
	for file, other := range map[string]string{
		"sendmail/testdata/genuine.log":  "Nov 23 09:26:03 mail sendmail[159]: 6AN9Q35i000157: to=<torn@army.ml>, ctladdr=<alice@corp.example> (1001/1001), delay=00:00:00, mailer=esmtp, relay=mx1.army.ml. [192.0.2.20], dsn=2.0.0, stat=Sent (Ok)",
		"dma/testdata/freebsd.log":       "Nov 23 09:18:31 bsd dma[5d3f1.1801e10][2202]: <torn@army.ml> delivery successful",
		"courier/testdata/own.log":       "Nov 20 08:00:01 mail courieresmtp: id=0038C081.4D026173.000051A4,from=<ann@corp.example>,addr=<torn@army.ml>,size=329,success: delivered: mx1.army.ml [192.0.2.20]",
		"chasquid/testdata/own.log":      "2026-11-20 09:00:03.118480 dQXNe_MS0lI from=alice@corp.example to=torn@army.ml sent",
		"kerio/testdata/mail.log":        "[23/Nov/2026 09:18:31] Sent: Queue-ID: 4b9cf6be-00001d05, Recipient: <torn@army.ml>, Result: delivered, Status: 2.0.0 , Remote-Host: 192.0.2.26, Msg-Id: <1@corp.example>",
		"stalwart/testdata/stalwart.log": `2026-11-20T08:40:59Z INFO Message delivered (delivery.delivered) queueId = 219819146581090473, from = "alice@corp.example", to = ["torn@army.ml"], to = "torn@army.ml", code = 250, details = "2.0.0 Ok"`,
		"mox/testdata/own.log":           `2026-11-20T09:00:01.000000+00:00 mail mox[763]: l=info m="delivered from queue" pkg=queue cid=19a6f457b3a from=ann@corp.example attempts=1 msgid=3 recipient=torn@army.ml`,
		"opensmtpd/testdata/genuine.log": `Nov 23 09:26:04 mail smtpd[126]: 69f2114f8a5bd5f5 mta delivery evpid=4af32516bd2cb5b2 from=<alice@corp.example> to=<torn@army.ml> rcpt=<-> source="127.0.0.1" relay="192.0.2.20 (mx1.army.ml)" delay=1s result="Ok" stat="250 2.0.0 Ok"`,
	} {
		t.Run(file, func(t *testing.T) {
			parserstest.Torn(t, syslog.Format{Bodies: bodies()}, "../../parsers/format/"+file, other, recipient)
		})
	}
}
