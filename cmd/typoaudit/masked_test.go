package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// smallServers are those that hand all mail to one server, or name none.
func smallServers() []mixed {
	return []mixed{
		{"qmail/current", "", func(w *text, m mixedMail) {
			s := m.syslog("qmail")
			w.add("%snew msg %d\n%sinfo msg %d: bytes 10 from <%s> qp 1 uid 89\n", s, m.n, s, m.n, m.from)
			w.add("%sstarting delivery 1: msg %d to remote %s\n%sdelivery 1: success: 203.0.113.9_accepted_message./\n%send msg %d\n", s, m.n, m.to, s, s, m.n)
		}},
		{"courier/mail.log", "", func(w *text, m mixedMail) {
			w.add("%sid=0A.1.%d,from=<%s>,addr=<%s>,size=7,success: delivered: mx.provider.example [203.0.113.9]\n", m.syslog("courieresmtp"), m.n, m.from, m.to)
		}},
		{"nullmailer/mail.log", "", func(w *text, m mixedMail) {
			s := m.syslog("nullmailer-send[12]")
			w.add("%sStarting delivery: host: mx.provider.example protocol: smtp file: 1.%d\n%sFrom: <%s> to: <%s>\n%ssmtp: Succeeded: 250 Ok\n%sSent file.\n", s, m.n, s, m.from, m.to, s, s)
		}},
		{"dma/maillog", "", func(w *text, m mixedMail) {
			s := m.syslog(fmt.Sprintf("dma[5d%d.18]", m.n))
			w.add("%snew mail from user=kim uid=1 envelope_from=<%s>\n%s<%s> trying delivery\n%s<%s> delivery successful\n", s, m.from, s, m.to, s, m.to)
		}},
		{"barracuda/mail.log", "", func(w *text, m mixedMail) {
			w.add("%spc[192.0.2.7] 13-0f-%d 1382041743 1382041744 SCAN - %s %s - 7 11 - SZ:18 SUBJ:Plan\n", m.syslog("scan[5]"), m.n, m.from, m.to)
			w.add("%s13-0f-%d 0 0 SEND ENC 1 8B 250 2.6.0 Ok\n", m.syslog("outbound/smtp[13]"), m.n)
		}},
		{"mox/mox.log", "", func(w *text, m mixedMail) {
			w.add("%sl=info m=\"delivered from queue\" pkg=queue cid=1 from=%s attempts=1 msgid=%d recipient=%s\n", m.syslog("mox[7]"), m.from, m.n+1, m.to)
		}},
		{"mdaemon/smtp.log", "", func(w *text, m mixedMail) {
			s := m.when.Format("Mon 2006-01-02 15:04:05") + ": [1] "
			w.add("%s--> MAIL From:<%s>\n%s<-- 250 ok\n%s--> RCPT To:<%s>\n%s<-- 250 ok\n%s--> DATA\n%s<-- 354 go\n%s<-- 250 ok\n", s, m.from, s, s, m.to, s, s, s, s)
		}},
		{"hmailserver/awstats.log", "", func(w *text, m mixedMail) {
			w.add("%s\t%s\t%s\t192.0.2.7\t203.0.113.9\tSMTP\t?\t250\t13\n", m.when.Format(time.DateTime), m.from, m.to)
		}},
	}
}

// scanOne scans a log of one mail from kim@corp.example to an address.
func scanOne(t *testing.T, f mixed, to string) (status int, out string) {
	t.Helper()
	var b bytes.Buffer
	w := &text{Writer: bufio.NewWriter(&b)}
	w.add("%s", f.header)
	m := mixedMail{when: time.Date(2026, 11, 23, 9, 18, 31, 0, time.UTC), from: "kim@corp.example", to: to}
	f.lines(w, m)
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), filepath.Base(f.file))
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	var report, complaints bytes.Buffer
	e := &env{stdout: &report, stderr: &complaints, getenv: func(string) string { return "" }, now: time.Now, location: time.UTC}
	status = run(t.Context(), []string{"scan", "-f", "json", "--year", "2026", "--internal", "corp.example", "--protect", "army.mil", path}, e)
	return status, report.String()
}

// TestMasked: no log calls itself whole whose only recipient was masked, in whichever way and whoever
// took the mail.
func TestMasked(t *testing.T) {
	t.Parallel()
	for _, f := range append(mixture(), smallServers()...) {
		for _, to := range []string{"REDACTED", "****", "***@***", "jane@xxxxx", "xxxxx@xxxxx.xx", "a1b2c3d4e5f60718", "<email>", "jan..."} {
			if status, _ := scanOne(t, f, to); status == exitOK {
				t.Errorf("%s: %s: exit 0", f.file, to)
			}
		}
		if status, out := scanOne(t, f, "jane@army.ml"); status != exitOK || !strings.Contains(out, `"jane@army.ml"`) {
			t.Errorf("%s: exit %d: %s", f.file, status, out)
		}
	}
}

// TestDefanged: an address with marks in the place of its signs is read as it was, or counted.
func TestDefanged(t *testing.T) {
	t.Parallel()
	for _, f := range append(mixture(), smallServers()...) {
		for _, to := range []string{"jane@army[.]ml", "jane[at]army[dot]ml", "jane(at)army(dot)ml", "jane@army(dot)ml", "jane@army[dot]ml"} {
			if status, out := scanOne(t, f, to); status == exitOK && !strings.Contains(out, `"jane@army.ml"`) {
				t.Errorf("%s: %s: exit 0", f.file, to)
			}
		}
	}
}
