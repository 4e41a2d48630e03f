package exim_test

import (
	"encoding/csv"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/format/exim"
	"github.com/typoaudit/typoaudit/parsers/format/shared/syslog"
	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

func TestConformance(t *testing.T) { parserstest.Run(t, exim.Format{}, "testdata") }

func TestDamage(t *testing.T) {
	t.Run("default", func(t *testing.T) { parserstest.Damage(t, exim.Format{}, "testdata/default.log") })
	t.Run("cpanel", func(t *testing.T) { parserstest.Damage(t, exim.Format{}, "testdata/cpanel.log") })
}

func TestTorn(t *testing.T) {
	t.Parallel()
	parserstest.Torn(t, exim.Format{}, "testdata/default.log",
		`2026-11-23 09:18:27 1xVQBv-00002R-2R => torn@army.ml R=dnslookup T=remote_smtp H=mx1.army.ml [192.0.2.20] C="250 Ok"`, "torn@army.ml")
}

func wrapped() syslog.Format { return syslog.Format{Bodies: []syslog.Body{exim.Body{}}} }

func summary(all []parsers.Delivery) string {
	var out []string
	for _, d := range all {
		sender, to := d.Sender, d.Recipient
		if !d.SenderKnown {
			sender = "?"
		}
		if d.AuthUser != "" {
			sender += "(" + d.AuthUser + ")"
		}
		if d.OrigRecipient != "" {
			to += "[" + d.OrigRecipient + "]"
		}
		s := fmt.Sprintf("%s->%s %s %s", sender, to, d.Status, d.Arrived)
		if d.Local {
			s += " local"
		}
		out = append(out, s)
	}
	return strings.Join(out, "\n")
}

const cpanel = `ann@corp.example(ann@corp.example)->"a>b"@army.ml delivered yes
ann@corp.example(ann@corp.example)->kim@gmial.com deferred maybe
bob@corp.example->bob[team@corp.example] delivered yes local
bob@corp.example->jane@army.ml[team@corp.example] delivered yes
bob@corp.example->joe@army.ml[team@corp.example] delivered yes
bob@corp.example->void@corp.example discarded no
bob@corp.example->log@corp.example delivered yes local
spam@evil.example->"vic tim"@army.ml rejected no
eve@corp.example->ceo@partner.example bounced no
eve@corp.example->old@void.example expired no
eve@corp.example->gone@void.example removed no`

func TestRead(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/cpanel.log")
	if err != nil {
		t.Fatal(err)
	}
	got, tally := parserstest.Read(exim.Format{}, data)
	want := strings.Replace(cpanel, "->bob[team@corp.example] delivered", "->team@corp.example delivered", 1)
	if diff := cmp.Diff(want, summary(got)); diff != "" {
		t.Error(diff)
	}
	d := got[0]
	if d.Subject != `Re: => not "this" ** x@y.example` || d.Bytes != 512 || d.MessageID != "c1@corp.example" || d.Relay != "mx1.army.ml[192.0.2.20]:25" ||
		d.DSN != "2.0.0" || d.Time.UTC().Format("15:04:05.000") != "07:00:02.100" || !d.Submitted {
		t.Errorf("%+v", d)
	}
	if tally.Malformed != 0 {
		t.Errorf("%+v", tally.Errors)
	}
	if bounced := got[8]; bounced.DSN != "5.1.1" || bounced.QueueID != "1xV000-00000000004-0aad" || bounced.Bytes != 99 {
		t.Errorf("the last hop's word, the first hop's size: %+v", bounced)
	}
}

// TestSyslog puts the same lines into syslog, with Exim's own stamp and
// without, and one of them split.
func TestSyslog(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/cpanel.log")
	if err != nil {
		t.Fatal(err)
	}
	for _, own := range []bool{true, false} {
		var b strings.Builder
		for line := range strings.Lines(string(data)) {
			text := line
			if !own {
				_, text, _ = strings.Cut(line, "] ")
				if strings.Contains(line, "args:") || text == "" {
					continue
				}
			}
			if half := len(text) / 2; strings.Contains(text, "T=\"Re:") {
				fmt.Fprintf(&b, "Nov 20 08:00:01 mail exim[4]: [1\\2] %s\n", text[:half])
				text = "[2/2] " + text[half:]
			}
			b.WriteString("Nov 20 08:00:01 mail exim[4]: " + text)
		}
		got, _ := parserstest.Read(wrapped(), []byte(b.String()))
		want := strings.Replace(cpanel, "->bob[team@corp.example] delivered", "->team@corp.example delivered", 1)
		if diff := cmp.Diff(want, summary(got)); diff != "" {
			t.Errorf("own stamp %v: %s", own, diff)
		}
	}
}

// TestTwice has a refusal twice, as main and reject log give it to syslog.
func TestTwice(t *testing.T) {
	t.Parallel()
	const line = "2026-11-20 08:00:04 H=ext.partner.example [192.0.2.50] F=<spam@evil.example> rejected RCPT <v@army.ml>: relay not permitted\n"
	if got, _ := parserstest.Read(exim.Format{}, []byte(line+line)); len(got) != 1 {
		t.Errorf("got %d deliveries, want 1", len(got))
	}
}

// TestTruth compares the reading of a genuine log with the mail that the
// receiving servers stored, and with the bounces.
func TestTruth(t *testing.T) {
	t.Parallel()
	data, err := os.ReadFile("testdata/default.log")
	if err != nil {
		t.Fatal(err)
	}
	f, err := os.Open("testdata/default.truth.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	got, _ := parserstest.Read(exim.Format{}, data)
	statuses := map[string]parsers.Delivery{}
	for _, d := range got {
		statuses[d.MessageID+" "+strings.TrimSuffix(d.Recipient, ".")] = d
	}
	checked := 0
	for _, r := range rows[1:] {
		to, status, leaked, id := strings.TrimSuffix(r[1][strings.LastIndex(r[1], ":")+1:], "."), r[2], r[4], strings.Trim(r[6], "<>")
		if id == "" || status == "local" || status == "inbound-local" || status == "alias" || status == "rejected" {
			continue
		}
		d, ok := statuses[id+" "+to]
		if !ok || status != "discarded" && d.Status.String() != status || (leaked == "yes") == (d.Arrived == parsers.ArrivedNo) && status != "discarded" {
			t.Errorf("%s %s: %s, leaked %s; read as %s %s", id, to, status, leaked, d.Status, d.Arrived)
		}
		checked++
	}
	if checked < 40 {
		t.Errorf("only %d rows were checked", checked)
	}
}

func FuzzExim(f *testing.F) {
	data, err := os.ReadFile("testdata/cpanel.log")
	if err != nil {
		f.Fatal(err)
	}
	parserstest.Fuzz(f, exim.Format{}, string(data), "2026-11-20 08:00:01 1xV000-00000000001-0aaa => <", `2026-11-20 08:00:01 1xV000-00000000001-0aaa ** "a`)
}

func FuzzResume(f *testing.F) {
	data, err := os.ReadFile("testdata/cpanel.log")
	if err != nil {
		f.Fatal(err)
	}
	parserstest.FuzzResume(f, exim.Format{}, string(data))
}

// BenchmarkParse measures the same as the benchmark of Postfix, to compare.
func BenchmarkParse(b *testing.B) { parserstest.BenchLines(b, exim.Format{}, "testdata/default.log") }

// TestAttempts: what was said in an attempt, or by a client, is no outcome that was not
// understood, whatever words it has.
func TestAttempts(t *testing.T) {
	t.Parallel()
	const known = "2026-11-23 09:18:30 1tB2cE-000001-AB <= <> R=1tB2cE-000001-AA U=exim P=local S=1000\n"
	for _, text := range []string{
		"1tB2cD-000001-AB H=mx.army.ml [203.0.113.9]: SMTP error from remote mail server after RCPT TO:<jane@army.ml>: 451 4.7.1 <jane@army.ml>: Recipient address rejected: Greylisted",
		"SMTP protocol synchronization error (input sent without waiting for greeting): rejected connection from H=[198.51.100.7] input=\"RCPT TO:<x@y.example>\\r\\n\"",
	} {
		all, tally := parserstest.Read(exim.Format{}, []byte(known+"2026-11-23 09:18:31 "+text+"\n"))
		if tally.Malformed > 0 || len(all) > 0 {
			t.Errorf("%s: %d malformed, %d deliveries", text, tally.Malformed, len(all))
		}
	}
}
