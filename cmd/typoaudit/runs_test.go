package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/audit/result"
)

// hostLog returns the log of a host in chunks, a week each. A mail that is
// deferred at the end of a week is delivered at the beginning of the next one.
func hostLog(r *rand.Rand, host string, weeks int) (chunks []string) {
	at := time.Date(2026, 9, 7, 0, 0, 0, 0, time.UTC)
	number := 0
	var waiting []string // ids of mails that are deferred
	for range weeks {
		var b strings.Builder
		line := func(format string, args ...any) {
			at = at.Add(time.Duration(1+r.IntN(20)) * time.Second)
			fmt.Fprintf(&b, "%s %s postfix/%s\n", at.Format(time.RFC3339), host, fmt.Sprintf(format, args...))
		}
		sent := func(id, status string) {
			line("smtp[3]: %s: to=<%s.%s@army.ml>, relay=mx.army.ml[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=%s", id, id, host, status)
		}
		for _, id := range waiting {
			sent(id, "sent (250 ok)")
			line("qmgr[2]: %s: removed", id)
		}
		waiting = nil
		for i := range 30 {
			number++
			id := fmt.Sprintf("%010X", number)
			line("smtpd[1]: %s: client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=kim", id)
			line("qmgr[2]: %s: from=<kim@corp.example>, size=400, nrcpt=1 (queue active)", id)
			if i >= 27 {
				sent(id, "deferred (450 later)")
				waiting = append(waiting, id)
				continue
			}
			sent(id, "sent (250 ok)")
			line("qmgr[2]: %s: removed", id)
		}
		chunks = append(chunks, b.String())
		at = at.AddDate(0, 0, 7).Truncate(24 * time.Hour).Add(-5 * time.Minute)
		if r.IntN(2) == 0 { // the last mails of the week wait until it ends
			for i := range waiting {
				fmt.Fprintf(&b, "%s %s postfix/smtp[3]: %s: to=<%s.%s@army.ml>, relay=none, delay=1, delays=0/0/1/0, dsn=4.4.1, status=deferred (again)\n", at.Add(time.Duration(i)*time.Second).Format(time.RFC3339), host, waiting[i], waiting[i], host)
			}
			chunks[len(chunks)-1] = b.String()
			at = at.Add(time.Minute)
		}
	}
	return chunks
}

// TestRunsAsOne holds weekly runs over the logs of two hosts, one of which is
// rotated, against one scan of the same logs: who sent what, and what became of
// it, is the same.
func TestRunsAsOne(t *testing.T) {
	t.Parallel()
	weeks := 2 + rounds(3)
	r := rand.New(rand.NewPCG(7, 8))
	logs := map[string][]string{"a": hostLog(r, "a", weeks), "b": hostLog(r, "b", weeks)}
	dir, whole := t.TempDir(), t.TempDir()
	add := func(path, text string) {
		t.Helper()
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
	}
	scan := func(folder string, more ...string) *result.Result {
		t.Helper()
		var out, errs bytes.Buffer
		args := append([]string{"scan", "--internal", "corp.example", "--protect", "army.mil", "-f", "json", filepath.Join(folder, "*.log*")}, more...)
		if status := run(context.Background(), args, testEnv(&out, &errs)); status != exitOK {
			t.Fatalf("exit status %d: %s", status, errs.String())
		}
		res, err := result.Read(&out)
		if err != nil {
			t.Fatal(err)
		}
		return res
	}
	reported := func(res *result.Result) (all []string) {
		for i := range res.Deliveries {
			d := &res.Deliveries[i]
			all = append(all, fmt.Sprintf("%v %s %s %s %s %d", d.Time, d.Person, d.Recipient, d.Status, d.Arrived, d.Bytes))
		}
		return all
	}
	var last *result.Result
	for week := range weeks {
		for host, chunks := range logs {
			add(filepath.Join(whole, host+".log"), chunks[week])
			add(filepath.Join(dir, host+".log"), chunks[week])
		}
		last = scan(dir, "--state", filepath.Join(dir, "state"))
		if diff := cmp.Diff(reported(scan(whole)), reported(last)); diff != "" {
			t.Fatalf("week %d: %s", week+1, diff)
		}
		if week%2 == 0 {
			if err := os.Rename(filepath.Join(dir, "a.log"), filepath.Join(dir, fmt.Sprintf("a.log.%d", week))); err != nil {
				t.Fatal(err)
			}
		}
	}
	if c, want := last.Coverage, scan(whole).Coverage; c.Lines != want.Lines || c.Deliveries != want.Deliveries || c.NoSender != want.NoSender || c.Incomplete != want.Incomplete || c.Outbound != want.Outbound {
		t.Errorf("coverage %+v\ninstead of %+v", c, want)
	}
}
