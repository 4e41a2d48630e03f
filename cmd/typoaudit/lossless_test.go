package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// samples returns the logs and mailboxes of the repository, and the runs of real
// servers beside it, if they are there.
func samples(t *testing.T) (paths []string) {
	t.Helper()
	for _, pattern := range []string{"../../examples/logs/*", "../../parsers/format/*/testdata/*", "../../parsers/format/shared/*/testdata/*", "../../../shared/genuine/*", "../../../shared/genuine/*/*"} {
		found, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			switch filepath.Ext(path) {
			case ".want", ".csv", ".md":
			default:
				paths = append(paths, path)
			}
		}
	}
	return paths
}

// TestParseIsLossless scans what parse prints of each sample: the report is that of
// the sample itself, but for what it says of its source.
func TestParseIsLossless(t *testing.T) {
	slow(t)
	t.Parallel()
	read := 0
	for _, path := range samples(t) {
		for _, flags := range [][]string{
			{"--all-senders", "--min-confidence", "0.01", "--subjects"},
			{"--internal", "corp.example", "--protect", "army.mil"},
		} {
			want := reportOf(t, nil, flags, path)
			if want == nil {
				continue // no log, as folders of fuzz seeds are not
			}
			read++
			got := reportOf(t, parsed(t, flags, path), flags, "-")
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s %v (-scan +parse and scan):\n%s", path, flags, diff)
			}
		}
	}
	if read < 40 {
		t.Errorf("got %d reports, want those of the test data at least", read)
	}
}

// aSentFolder holds what anInbox has a bounce of.
const aSentFolder = `From alice@corp.example Mon Nov 23 09:18:31 2026
From: alice@corp.example
To: jane@army.ml, kim@army.ml, jane@army.mil
Subject: Plan
Message-ID: <1@corp.example>
Date: Mon, 23 Nov 2026 09:18:31 +0000

The plan.

`

const anInbox = `From MAILER-DAEMON Mon Nov 23 09:20:31 2026
From: MAILER-DAEMON@mail.corp.example
To: alice@corp.example
Subject: Undelivered Mail Returned to Sender
Date: Mon, 23 Nov 2026 09:20:31 +0000
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.corp.example

Final-Recipient: rfc822; jane@army.ml
Action: failed
Status: 5.1.1
Remote-MTA: dns; mx1.army.ml
Diagnostic-Code: smtp; 550 5.1.1 user unknown

--b
Content-Type: message/rfc822

Message-ID: <1@corp.example>
From: alice@corp.example

The plan.
--b--
`

// TestParseKeepsBounces parses a mailbox with a bounce: the copy says what became of
// it, the bounce is no delivery of its own, and scan makes the same of both.
func TestParseKeepsBounces(t *testing.T) {
	t.Parallel()
	path := t.TempDir()
	for name, text := range map[string]string{"Sent": aSentFolder, "INBOX": anInbox} {
		if err := os.WriteFile(filepath.Join(path, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	flags := []string{"--internal", "corp.example", "--protect", "army.mil"}
	text := parsed(t, flags, path)
	for _, want := range []string{
		`"recipient":"jane@army.ml","orig_recipient":null,"status":"bounced","arrived":"no","dsn":"5.1.1"`,
		`"copy":true,"bounced_by_report":true`,
	} {
		if !bytes.Contains(text, []byte(want)) {
			t.Errorf("got %s, want a line with %s", text, want)
		}
	}
	if got := bytes.Count(text, []byte("\n")); got != 3 {
		t.Errorf("got %d lines: %s, want one for each copy", got, text)
	}
	want, got := reportOf(t, nil, flags, path), reportOf(t, text, flags, "-")
	if diff := cmp.Diff(want, got); diff != "" || want == nil {
		t.Errorf("-scan +parse and scan:\n%s", diff)
	}
}

// TestParseKeepsCoverage: what was not understood is in the lines of parse, and a log in
// which nothing happened is one.
func TestParseKeepsCoverage(t *testing.T) {
	t.Parallel()
	const sent = "Nov 23 09:18:31 mail postfix/smtp[4]: 3AF09DE6ED: to=<jane@army.ml>, relay=mx.army.ml[203.0.113.9]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)\n"
	path := filepath.Join(t.TempDir(), "mail.log")
	flags := []string{"--internal", "corp.example", "--protect", "army.mil"}
	for _, log := range []string{
		sent + "Nov 23 09:18:32 mail relayd[7]: AAAA: to=<kim@army.ml>, relay=mx, status=sent\nNov 23 09:18:33 mail spamd: clean\n",
		"Nov 23 09:18:31 mail postfix/smtpd[4]: connect from mx.army.ml[203.0.113.9]\n",
	} {
		if err := os.WriteFile(path, []byte(log), 0o600); err != nil {
			t.Fatal(err)
		}
		want, got := reportOf(t, nil, flags, path), reportOf(t, parsed(t, flags, path), flags, "-")
		if diff := cmp.Diff(want, got); diff != "" || want == nil {
			t.Errorf("%s (-scan +parse and scan):\n%s", log, diff)
		}
	}
}

// parsed returns what parse prints of a path.
func parsed(t *testing.T, flags []string, path string) []byte {
	t.Helper()
	var out, errs bytes.Buffer
	args := []string{"parse", "--jobs", "1", path}
	if flags[0] == "--internal" {
		args = append(args, flags[:2]...)
	}
	if status := run(context.Background(), args, testEnv(&out, &errs)); status != exitOK && status != exitPartial {
		t.Fatalf("parse %s: got exit status %d, %s, want 0 or 3", path, status, errs.String())
	}
	return out.Bytes()
}

// reportOf returns the report on a path without what it says of its sources, and
// nil if there is none.
func reportOf(t *testing.T, stdin []byte, flags []string, path string) map[string]any {
	t.Helper()
	var out, errs bytes.Buffer
	e := testEnv(&out, &errs)
	e.stdin = bytes.NewReader(stdin)
	status := run(context.Background(), append([]string{"scan", "-f", "json", path}, flags...), e)
	switch {
	case status == exitUsage && strings.Contains(errs.String(), "recognised"):
		return nil
	case status != exitOK && status != exitPartial:
		t.Fatalf("scan %s: got exit status %d, %s, want 0 or 3", path, status, errs.String())
	}
	var report map[string]any
	if err := json.Unmarshal(out.Bytes(), &report); err != nil {
		t.Fatal(err)
	}
	delete(report, "generated_at")
	coverage := report["coverage"].(map[string]any)
	for _, key := range []string{"sources", "lines", "messages", "uninspected", "problems"} {
		delete(coverage, key)
	}
	return report
}
