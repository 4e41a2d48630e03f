//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/csv"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"net/smtp"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// A receivedReport is a report mail, taken apart.
type receivedReport struct {
	mail.Header
	subject, text, html string
	rows                [][]string
}

// TestWeeklyMail audits what a real Postfix logs, mails the reports of two weeks
// through that Postfix, and reads them where they arrive.
func TestWeeklyMail(t *testing.T) {
	slow(t)
	sink := servers.StartSink(t)
	address, log := servers.StartPostfix(t, sink)
	s := newStage(t, "")
	s.write("password", "secret\n")
	s.write("run.toml", fmt.Sprintf(`
internal = ["corp.example"]
protect = ["army.mil"]
state = "state"
output = ["report.json"]
[[source]]
type = "log"
paths = ["mail.log*"]
[mail]
from = "typoaudit@corp.example"
to = ["security@siem.example"]
via = "smtp://alice@%s"
tls = "none"
password_file = "password"
`, address))
	const weeks = 5
	send(t, address, log, "jane@army.ml", "john@army.ml", "jim@army.ml")
	read := takeLog(t, s, log, 0, "mail.log.1", -weeks*7)
	first := weekly(t, s, sink, time.Now().AddDate(0, 0, -weeks*7))
	send(t, address, log, "jane@army.ml", "joe@army.ml", "bob@gmial.com")
	takeLog(t, s, log, read, "mail.log", 0)
	second := weekly(t, s, sink, time.Now())

	for i, r := range []*receivedReport{first, second} {
		if !strings.Contains(r.subject, "3 misdirected mails") || !strings.Contains(r.subject, []string{"(first report)", "(3 new)"}[i]) {
			t.Errorf("subject of week %d: %s", i+1, r.subject)
		}
		if r.Get("Auto-Submitted") != "auto-generated" || len(r.rows) != 2 || !strings.Contains(strings.Join(r.rows[1], ","), "alice") {
			t.Errorf("week %d: %v, attached %q", i+1, r.Header, r.rows)
		}
		if !strings.Contains(r.text, "army[.]ml") || !strings.Contains(r.html, "army[.]ml") {
			t.Errorf("week %d: the lookalike is not in both parts:\n%s", i+1, r.text)
		}
	}
	if a, b := first.Get("References"), second.Get("References"); a == "" || a != b || first.Get("Message-Id") == second.Get("Message-Id") {
		t.Errorf("the weeks do not thread: %q and %q", a, b)
	}
	checkSecondWeek(t, s)
}

// checkSecondWeek holds the report of the second week to what was sent.
func checkSecondWeek(t *testing.T, s *stage) {
	t.Helper()
	f, err := os.Open(s.path("report.json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := result.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, l := range r.Lookalikes {
		age := time.Since(*l.FirstSeen).Round(24*time.Hour) / (24 * time.Hour)
		got[l.Domain] = fmt.Sprintf("new %v, standing %v, %d mails, first seen %d days ago", l.New, l.Standing, l.Messages, age)
	}
	if got["army.ml"] != "new false, standing true, 2 mails, first seen 35 days ago" || got["gmial.com"] != "new true, standing false, 1 mails, first seen 0 days ago" {
		t.Errorf("%v", got)
	}
	if r.Trend.NewMessages != 3 || r.Trend.NewLookalikes != 1 || !slices.Equal(r.Trend.Weeks, weeksOf(r)) {
		t.Errorf("trend: %+v", r.Trend)
	}
}

// weeksOf returns the weeks that must be reported: those with mails, and those into
// which a day reaches that was read. The days of the history are of UTC.
func weeksOf(r *result.Result) (weeks []result.Week) {
	const day = 24 * time.Hour
	end := r.Trend.Weeks[len(r.Trend.Weeks)-1].To
	for n := result.MaxWeeks; n > 0; n-- {
		w := result.Week{From: end.Add(-7 * day * time.Duration(n)), To: end.Add(-7 * day * time.Duration(n-1))}
		read := false
		for _, ago := range []int{35, 0} {
			mails := time.Now().AddDate(0, 0, -ago).UTC()
			if !mails.Before(w.From) && mails.Before(w.To) {
				w.Messages, w.Arrived.Maybe = 3, 3
			}
			midnight := mails.Truncate(day)
			read = read || midnight.Before(w.To) && midnight.Add(day).After(w.From)
		}
		if read {
			weeks = append(weeks, w)
		}
	}
	return weeks
}

// send sends a mail to each recipient, and waits until all have an end.
func send(t *testing.T, address, log string, recipients ...string) {
	t.Helper()
	// What was delivered is logged as removed a moment later: it must not be
	// taken for one of these mails.
	servers.Wait(t, "the queue is empty", func() bool { return logged(log, " (queue active)\n") == removed(log) })
	before := removed(log)
	auth := smtp.PlainAuth("", "alice", "secret", "127.0.0.1")
	for i, to := range recipients {
		text := fmt.Sprintf("From: alice@corp.example\r\nTo: %s\r\nSubject: Plan\r\nMessage-ID: <%d.%d@corp.example>\r\n\r\nHello\r\n", to, before, i)
		if err := smtp.SendMail(address, auth, "alice@corp.example", []string{to}, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	servers.Wait(t, "every mail has an end", func() bool { return removed(log) >= before+len(recipients) })
}

func removed(log string) int { return logged(log, ": removed\n") }

func logged(log, what string) int {
	text, _ := os.ReadFile(log)
	return strings.Count(string(text), what)
}

// takeLog puts what Postfix logged after a place into a log of the stage, as if
// it had been days later, and returns the place after it.
func takeLog(t *testing.T, s *stage, log string, from int, name string, days int) int {
	t.Helper()
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	var b strings.Builder
	for line := range strings.Lines(string(text[from:])) {
		at, err := time.ParseInLocation(time.Stamp, line[:len(time.Stamp)], time.Local)
		if err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		at = time.Date(now.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, time.Local).AddDate(0, 0, days)
		b.WriteString(at.Format(time.Stamp) + line[len(time.Stamp):])
	}
	s.write(name, b.String())
	if then := now.AddDate(0, 0, days); days != 0 {
		if err := os.Chtimes(s.path(name), then, then); err != nil {
			t.Fatal(err)
		}
	}
	return len(text)
}

// weekly runs on the Monday after a day, and returns the mail that arrives.
func weekly(t *testing.T, s *stage, sink *servers.Sink, day time.Time) *receivedReport {
	t.Helper()
	monday := time.Date(day.Year(), day.Month(), day.Day(), 6, 0, 0, 0, time.Local)
	for monday = monday.AddDate(0, 0, 1); monday.Weekday() != time.Monday; {
		monday = monday.AddDate(0, 0, 1)
	}
	var out, errs bytes.Buffer
	e := testEnv(&out, &errs)
	e.now, e.location = func() time.Time { return monday }, time.Local
	before := len(sink.Mails())
	if status := run(context.Background(), []string{"run", "-c", s.path("run.toml")}, e); status != exitOK || out.Len()+errs.Len() > 0 {
		t.Fatalf("exit status %d: %s%s", status, out.String(), errs.String())
	}
	servers.Wait(t, "the report arrives", func() bool { return len(sink.Mails()) > before })
	return takeApart(t, sink.Mails()[before])
}

func takeApart(t *testing.T, text string) *receivedReport {
	t.Helper()
	m, err := mail.ReadMessage(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	r := &receivedReport{Header: m.Header}
	if r.subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		t.Fatal(err)
	}
	r.part(t, m.Header.Get("Content-Type"), "", m.Body)
	if r.text == "" || r.html == "" || r.rows == nil {
		t.Fatalf("a part is missing:\n%s", text)
	}
	return r
}

// part reads a part of a mail, and those within it.
func (r *receivedReport) part(t *testing.T, contentType, encoding string, body io.Reader) {
	t.Helper()
	kind, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasPrefix(kind, "multipart/") {
		parts := multipart.NewReader(body, params["boundary"])
		for {
			p, err := parts.NextRawPart()
			if err == io.EOF {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			r.part(t, p.Header.Get("Content-Type"), p.Header.Get("Content-Transfer-Encoding"), p)
		}
	}
	switch strings.ToLower(encoding) {
	case "quoted-printable":
		body = quotedprintable.NewReader(body)
	case "base64":
		body = base64.NewDecoder(base64.StdEncoding, body)
	}
	text, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	switch kind {
	case "text/plain":
		r.text = string(text)
	case "text/html":
		r.html = string(text)
	case "text/csv":
		if r.rows, err = csv.NewReader(bytes.NewReader(text)).ReadAll(); err != nil {
			t.Fatal(err)
		}
	}
}
