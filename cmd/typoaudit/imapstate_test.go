package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/parserstest/fakeimap"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// A mailRun calls imap with a history again and again.
type mailRun struct {
	server *fakeimap.Server
	state  string
	args   []string
}

func startMailRun(t *testing.T, s *fakeimap.Server) *mailRun {
	t.Helper()
	fakeimap.Start(t, s, false)
	m := &mailRun{server: s, state: filepath.Join(t.TempDir(), "state")}
	m.args = imapArgs(s, "--tls", "none", "--password-file", secretFile(t, imapPassword), "--protect", "army.mil", "-f", "json")
	return m
}

// run returns the report of a run with the history, and how many commands it
// took.
func (m *mailRun) run(t *testing.T, more ...string) (*result.Result, int) {
	t.Helper()
	before := len(m.server.Commands())
	r := call(t.Context(), nil, slices.Concat(m.args, []string{"--state", m.state}, more)...)
	if r.status != exitOK || r.stderr != "" {
		t.Fatalf("%v: %+v", more, r)
	}
	return decode(t, r), len(m.server.Commands()) - before
}

// whole returns the report of a run that knows of no other.
func (m *mailRun) whole(t *testing.T, more ...string) *result.Result {
	t.Helper()
	r := call(t.Context(), nil, slices.Concat(m.args, more)...)
	if r.status != exitOK || r.stderr != "" {
		t.Fatalf("%v: %+v", more, r)
	}
	return decode(t, r)
}

// fetched returns the messages of which the headers were asked for since a
// command.
func (m *mailRun) fetched(from int) (sets []string) {
	for _, c := range m.server.Commands()[from:] {
		if words := strings.Fields(c); len(words) > 4 && words[2] == "UID" && words[3] == "FETCH" && strings.Contains(c, "HEADER.FIELDS") {
			sets = append(sets, words[4])
		}
	}
	return sets
}

// toldMail is what a report says of each message.
func toldMail(r *result.Result) (all []string) {
	for i := range r.Deliveries {
		d := &r.Deliveries[i]
		all = append(all, fmt.Sprintf("%v %s %s %s %s %s:%d %d", d.Time, d.Person, d.Recipient, d.Status, d.Arrived, d.Source, d.Line, d.Bytes))
	}
	return append(all, fmt.Sprintf("%+v %d of %d", r.Totals.Messages, r.Coverage.Outbound, r.Coverage.Deliveries))
}

func sameMail(t *testing.T, step string, want, got *result.Result) {
	t.Helper()
	if diff := cmp.Diff(toldMail(want), toldMail(got)); diff != "" {
		t.Errorf("%s: %s", step, diff)
	}
}

// sentOn is a message to an address, of a day of November 2026.
func sentOn(day int, to string) string {
	return fmt.Sprintf("From: Kim Larsen <kim@corp.example>\r\nTo: <%s>\r\nMessage-ID: <d%d.%s>\r\nDate: %s\r\n\r\nbody\r\n",
		to, day, to, time.Date(2026, 11, day, 10, 0, 0, 0, time.UTC).Format(time.RFC1123Z))
}

// TestIMAPStateGoesOn holds runs that read on against runs that read all: they
// report the same, and only what is new is fetched.
func TestIMAPStateGoesOn(t *testing.T) {
	t.Parallel()
	validity := uint32(7)
	s := &fakeimap.Server{Messages: leaking(), Validity: func() uint32 { return validity }}
	m := startMailRun(t, s)
	step := func(name string, more ...string) *result.Result {
		t.Helper()
		r, _ := m.run(t)
		sameMail(t, name, m.whole(t), r)
		return r
	}
	step("first")
	from := len(s.Commands())
	r, _ := m.run(t)
	if got := m.fetched(from); len(got) > 0 || r.Trend.NewMessages != 0 {
		t.Errorf("nothing new: fetched %v, %+v", got, r.Trend)
	}
	s.Messages = append(s.Messages, sentOn(17, "joe@army.ml"), sentOn(17, "joe@army.mil"))
	from = len(s.Commands())
	r, _ = m.run(t)
	if got := m.fetched(from); !slices.Equal(got, []string{"210,220"}) || r.Trend.NewMessages != 1 {
		t.Errorf("two new: fetched %v, %+v", got, r.Trend)
	}
	sameMail(t, "two new", m.whole(t), r)
	validity = 8
	for i := range s.Messages {
		s.UIDs = append(s.UIDs, uint32(i+5))
	}
	if r = step("another UIDVALIDITY"); r.Trend.NewMessages != 0 || r.Totals.Messages != 2 {
		t.Errorf("another UIDVALIDITY: %+v, %+v", r.Trend, r.Totals)
	}
	step("after it")
	kept := toldMail(r)
	s.Messages, s.UIDs = s.Messages[15:], s.UIDs[15:]
	r, _ = m.run(t)
	if diff := cmp.Diff(kept, toldMail(r)); diff != "" {
		t.Errorf("removed on the server: %s", diff)
	}
}

// TestIMAPStateRoundTrips: a run with nothing new takes five commands and the
// goodbye, one of them a SEARCH: this server does not say UIDNEXT.
func TestIMAPStateRoundTrips(t *testing.T) {
	t.Parallel()
	m := startMailRun(t, &fakeimap.Server{Messages: []string{sentOn(16, "jane@army.mil")}})
	m.run(t)
	if _, n := m.run(t); n > 6 {
		t.Errorf("got %d commands, want 6 at most: %v", n, m.server.Commands())
	}
}

// TestIMAPStateOpened: what a finding carried is known to the next run, which takes as
// few commands as one without findings; and it is looked at again if more is wanted.
func TestIMAPStateOpened(t *testing.T) {
	t.Parallel()
	validity := uint32(7)
	server := &fakeimap.Server{Messages: []string{sentOn(16, "jane@army.mil"), sentOn(16, "jane@army.ml")}, Validity: func() uint32 { return validity }}
	server.Before = func(c *fakeimap.Conn, name string) bool {
		const structure = `(("text" "plain" NIL NIL NIL "7bit" 23 1)("application" "pdf" ("name" "plan.pdf") NIL NIL "7bit" 13 NIL ("attachment" ("filename" "plan.pdf"))) "mixed" ("boundary" "b"))`
		switch {
		case name == "UID FETCH" && strings.Contains(c.Line, "BODYSTRUCTURE"):
			c.Say("* 2 FETCH (UID 20 BODYSTRUCTURE %s BODY[HEADER.FIELDS (Subject)] {4}\r\n\r\n\r\n)", structure)
		case name == "UID FETCH" && strings.Contains(c.Line, "BODY.PEEK[1]"):
			c.Say("* 2 FETCH (UID 20 BODY[1]<0> {23}\r\npassword: S3cr3t-word-7)")
		default:
			return false
		}
		c.OK()
		return true
	}
	m := startMailRun(t, server)
	check := func(name string, most int, sensitive int, more ...string) {
		t.Helper()
		r, n := m.run(t, more...)
		if len(r.Deliveries) != 1 || r.Deliveries[0].Attachments != 1 || len(r.Deliveries[0].Sensitive) != sensitive || n > most {
			t.Errorf("%s: got %d commands, want %d at most; %+v", name, n, most, r.Deliveries)
		}
	}
	const few, any = 6, 1000
	check("first", any, 0)
	check("second", few, 0)
	check("searched", any, 1, "--content")
	check("searched again", few, 1, "--content")
	check("not searched", any, 0)
	check("not searched again", few, 0)
	validity = 8
	check("another UIDVALIDITY", any, 0)
	check("and once more", few, 0)
}

// TestIMAPStateNew: --new reports what came since, and once.
func TestIMAPStateNew(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: leaking()}
	m := startMailRun(t, s)
	m.run(t)
	s.Messages = append(s.Messages, sentOn(17, "joe@army.ml"))
	for _, want := range []int64{1, 0} {
		r, _ := m.run(t, "--new")
		if r.Totals.Messages != want || want > 0 && r.Deliveries[0].Recipient != "joe@army.ml" {
			t.Errorf("%+v, want %d", r.Deliveries, want)
		}
	}
}

// TestIMAPStateWindow: a later run may ask for a wider span or for a narrower
// one, and reports what one that knows of no other does.
func TestIMAPStateWindow(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{}
	add := func(stored time.Time, message string) {
		s.Messages, s.Received = append(s.Messages, message), append(s.Received, stored)
	}
	for _, at := range []time.Time{
		time.Date(2024, 3, 1, 9, 0, 0, 0, time.UTC), time.Date(2025, 3, 1, 9, 0, 0, 0, time.UTC), time.Date(2026, 11, 10, 9, 0, 0, 0, time.UTC), time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC),
	} {
		text := sentOn(1, fmt.Sprintf("jane%d@army.ml", at.Unix()))
		add(at, strings.Replace(text, "Sun, 01 Nov 2026 10:00:00 +0000", at.Format(time.RFC1123Z), 1))
	}
	m := startMailRun(t, s)
	spans := []string{"7d", "30d", "2025-01-01", "7d", "2024-01-01", "2023-01-01", "30d"}
	if testing.Short() {
		spans = spans[2:5] // wider than before, narrower, and wider than all
	}
	for i, since := range spans {
		if since == "2024-01-01" { // mail that was moved here, and is older than the run before asked for
			add(time.Date(2024, 6, 1, 9, 0, 0, 0, time.UTC), strings.Replace(sentOn(2, "jim@army.ml"), "Mon, 02 Nov 2026 10:00:00 +0000", "Sat, 01 Jun 2024 09:00:00 +0000", 1))
		}
		r, _ := m.run(t, "--since", since)
		whole := m.whole(t, "--since", since)
		var want, got []string
		for i := range whole.Deliveries {
			want = append(want, whole.Deliveries[i].Recipient)
		}
		for i := range r.Deliveries {
			got = append(got, r.Deliveries[i].Recipient)
		}
		if !slices.Equal(want, got) {
			t.Errorf("run %d, %s: got %v, want %v", i, since, got, want)
		}
	}
	from := len(s.Commands())
	m.run(t)
	m.run(t)
	if got := m.fetched(from); len(got) > 1 {
		t.Errorf("fetched %v", got)
	}
}

// TestIMAPStateKilled: a run that ends between the report and the history is
// repeated by the next one, and nothing is lost.
func TestIMAPStateKilled(t *testing.T) {
	s := &fakeimap.Server{Messages: leaking()}
	m := startMailRun(t, s)
	m.run(t)
	db := filepath.Join(m.state, "history.db")
	before, err := os.ReadFile(db)
	if err != nil {
		t.Fatal(err)
	}
	s.Messages = append(s.Messages, sentOn(17, "joe@army.ml"))
	killed, _ := m.run(t, "--new")
	if err := os.WriteFile(db, before, 0o600); err != nil { // as if it had not come so far
		t.Fatal(err)
	}
	again, _ := m.run(t, "--new")
	if diff := cmp.Diff(killed, again); diff != "" || killed.Totals.Messages != 1 {
		t.Errorf("%+v: %s", killed.Totals, diff)
	}
}

// TestIMAPStateBreaks: messages that could not be read are asked for again by
// each run, and counted once.
func TestIMAPStateBreaks(t *testing.T) {
	var broken atomic.Bool
	s := &fakeimap.Server{Messages: leaking(), Before: func(c *fakeimap.Conn, name string) bool {
		if name == "UID FETCH" && broken.Load() && strings.Contains(c.Line, "From") {
			c.Say("%s NO not now", c.Tag)
			return true
		}
		return false
	}}
	m := startMailRun(t, s)
	m.run(t)
	s.Messages = append(s.Messages, sentOn(17, "joe@army.ml"), sentOn(18, "jim@army.ml"))
	broken.Store(true)
	for range 2 {
		r := call(t.Context(), nil, slices.Concat(m.args, []string{"--state", m.state, "--timeout", "1s"})...)
		if out := decode(t, r); r.status != exitPartial || out.Totals.Messages != 1 || out.Coverage.Malformed != 2 || out.Coverage.Messages != 20 {
			t.Errorf("%d: %+v, %+v", r.status, out.Totals, out.Coverage)
		}
	}
	broken.Store(false)
	whole, _ := m.run(t)
	sameMail(t, "mended", m.whole(t), whole)
	if c := whole.Coverage; c.Malformed != 0 || c.Messages != 22 {
		t.Errorf("mended: %+v", c)
	}
}

// TestIMAPStateUnfinished: a folder that was not read to its end is read again
// from where the last whole run ended, and nothing counts twice.
func TestIMAPStateUnfinished(t *testing.T) {
	var broken atomic.Bool
	s := &fakeimap.Server{Messages: leaking()}
	s.Message = func(c *fakeimap.Conn, uid uint32, usual string) string {
		if broken.Load() && uid == 220 {
			_, _ = c.Read(make([]byte, 1)) // until the client hangs up
		}
		return usual
	}
	m := startMailRun(t, s)
	m.run(t)
	s.Messages = append(s.Messages, sentOn(17, "joe@army.ml"), sentOn(18, "jim@army.ml"))
	broken.Store(true)
	r := call(t.Context(), nil, slices.Concat(m.args, []string{"--state", m.state, "--timeout", "500ms"})...)
	if out := decode(t, r); r.status != exitPartial || out.Totals.Messages != 2 {
		t.Errorf("%d: %+v", r.status, out.Totals)
	}
	broken.Store(false)
	whole, _ := m.run(t)
	sameMail(t, "whole", m.whole(t), whole)
}

// TestIMAPStateAccounts: of an account that cannot be had it counts what earlier
// runs read, and the next run that can reads on.
func TestIMAPStateAccounts(t *testing.T) {
	t.Parallel()
	var locked atomic.Bool
	s := &fakeimap.Server{Messages: leaking(), Greeting: "* OK [CAPABILITY IMAP4rev1] ready"}
	s.Before = func(c *fakeimap.Conn, name string) bool {
		if name == "LOGIN" && locked.Load() && strings.HasPrefix(c.Line, `LOGIN "jo*kim"`) {
			c.Say("%s NO not now", c.Tag)
			return true
		}
		return false
	}
	m := startMailRun(t, s)
	m.args = append(m.args, "--users-file", secretFile(t, "jo\nlee\n"))
	first, _ := m.run(t)
	locked.Store(true)
	r := call(t.Context(), nil, slices.Concat(m.args, []string{"--state", m.state})...)
	out := decode(t, r)
	var names []string
	for i := range out.Coverage.Sources {
		names = append(names, out.Coverage.Sources[i].Name)
	}
	if got := strings.Join(names, " "); r.status != exitPartial || got != "imap:jo imap:lee/Sent imap:jo/Sent" || out.Coverage.Deliveries != first.Coverage.Deliveries {
		t.Errorf("%d: %s, %+v", r.status, got, out.Coverage)
	}
	locked.Store(false)
	from := len(s.Commands())
	again, _ := m.run(t)
	sameMail(t, "unlocked", first, again)
	if got := m.fetched(from); len(got) > 0 {
		t.Errorf("fetched %v", got)
	}
}

// TestIMAPStateTwice: a source that is configured twice has two histories.
func TestIMAPStateTwice(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: leaking()}
	m := startMailRun(t, s)
	source := fmt.Sprintf("[[source]]\ntype = \"imap\"\nhost = \"127.0.0.1\"\nport = %d\nuser = \"kim\"\ntls = \"none\"\npassword_file = %q\n", s.Port, secretFile(t, imapPassword))
	config := secretFile(t, fmt.Sprintf("protect = [\"army.mil\"]\nwindow = \"all\"\nstate = %q\n", m.state)+source+source)
	for i, want := range []int64{1, 1, 2} {
		if i == 2 {
			s.Messages = append(s.Messages, sentOn(17, "joe@army.ml"))
		}
		r := call(t.Context(), nil, "run", "-c", config, "-f", "json", "-o", "-")
		if out := decode(t, r); r.status != exitOK || out.Totals.Messages != want || out.Coverage.Deliveries != 2*int64(len(s.Messages)) {
			t.Errorf("run %d: %+v, %+v, %s", i, out.Totals, out.Coverage, r.stderr)
		}
	}
}

// TestIMAPStateServers: folders of the same name at two servers are two, and
// what a run does not ask for counts still.
func TestIMAPStateServers(t *testing.T) {
	t.Parallel()
	a, b := &fakeimap.Server{Messages: leaking()}, &fakeimap.Server{Messages: []string{sentOn(19, "lee@army.ml")}}
	ma, mb := startMailRun(t, a), startMailRun(t, b)
	mb.state = ma.state
	ma.run(t)
	for range 2 {
		if r, _ := mb.run(t); r.Totals.Messages != 2 || len(r.Coverage.Sources) != 2 {
			t.Errorf("%+v", r.Coverage)
		}
	}
	from := len(a.Commands())
	if r, _ := ma.run(t); r.Totals.Messages != 2 || r.Trend.NewMessages != 0 || len(ma.fetched(from)) > 0 {
		t.Errorf("%+v, fetched %v", r.Totals, ma.fetched(from))
	}
}

// TestIMAPStateContent: a finding of an earlier run is opened again.
func TestIMAPStateContent(t *testing.T) {
	t.Parallel()
	d := servers.StartDovecot(t, "")
	messages := leaking()
	messages[7] = strings.Replace(messages[7], "body\r\n", "password: S3cr3t-canary-77\r\n", 1)
	d.Deliver(t, "kim", ".Sent", messages)
	args := []string{"imap", "--sent", "--host", "127.0.0.1", "--port", strconv.Itoa(d.TLSPort), "--ca-file", d.CAFile, "--user", "kim", "--protect", "army.mil", "-f", "json",
		"--password-file", secretFile(t, servers.Password), "--state", filepath.Join(t.TempDir(), "state"), "--content", "--context", "INBOX"}
	for range 2 {
		r := call(t.Context(), nil, args...)
		if out := decode(t, r); r.status != exitOK || len(out.Deliveries) != 1 || strings.Join(out.Deliveries[0].Sensitive, " ") != "credentials" {
			t.Fatalf("%+v", r)
		}
	}
	d.Deliver(t, "kim", "", []string{notDelivered("jane@army.ml", "<7@corp.example>")})
	for range 2 { // it is read by the first, and known to the second
		r := call(t.Context(), nil, append(args, "--until", "2026-11-17")...)
		out := decode(t, r)
		if r.status != exitOK || len(out.Deliveries) != 1 || out.Deliveries[0].Status != parsers.StatusBounced || out.Deliveries[0].Arrived != parsers.ArrivedNo {
			t.Errorf("%s %+v", r.stderr, out.Deliveries)
		}
	}
}

// notDelivered is a report that a message came back, of 20 November 2026.
func notDelivered(recipient, id string) string {
	return "From: Mail Delivery System <MAILER-DAEMON@mx.corp.example>\r\nTo: kim@corp.example\r\nSubject: Undelivered\r\nDate: Fri, 20 Nov 2026 09:00:00 +0000\r\n" +
		"Content-Type: multipart/report; report-type=delivery-status; boundary=\"b\"\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n" +
		"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.corp.example\r\n\r\nFinal-Recipient: rfc822; " + recipient +
		"\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: " + id + "\r\nTo: " + recipient + "\r\n\r\n--b--\r\n"
}
