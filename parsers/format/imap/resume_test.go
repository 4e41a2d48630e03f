package imap

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/parserstest/fakeimap"
)

// strangerConn is a connection to somebody else.
type strangerConn struct{ net.Conn }

func (strangerConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 143} }

// TestDisconnects: a connection that breaks after every few messages changes
// nothing in the deliveries.
func TestDisconnects(t *testing.T) {
	t.Parallel()
	const messages = 60
	step := 1
	if testing.Short() {
		step = 9 // 1, 10, 19: each message, and a few more or many between two ends
	}
	for every := 1; every <= 20; every += step {
		for _, half := range []bool{false, true} {
			t.Run(fmt.Sprintf("every %d, half a message %v", every, half), func(t *testing.T) {
				t.Parallel()
				s := &fakeimap.Server{Messages: sent(messages), Message: func(c *fakeimap.Conn, _ uint32, usual string) string {
					if c.Sent == every {
						if half {
							_, _ = c.Write([]byte(usual[:len(usual)/2]))
						}
						c.Close()
					}
					return usual
				}}
				fakeimap.Start(t, s, false)
				r, all := collect(t, kim(s, Plain))
				if err := sourceErrors(r); err != nil {
					t.Error(err)
				}
				if got := recipients(all); !slices.Equal(got, wantRecipients(messages)) {
					t.Errorf("got %d: %v", len(got), got)
				}
			})
		}
	}
}

// TestBadMessages: every bad message is found among the good ones, and named.
func TestBadMessages(t *testing.T) {
	t.Parallel()
	bad := []int{0, 3, 4, 5, 41, 99}
	s := &fakeimap.Server{Messages: sent(100), Message: func(_ *fakeimap.Conn, uid uint32, usual string) string {
		if slices.Contains(bad, int(uid)/10-1) {
			return strings.Replace(usual, "RFC822.SIZE", "X(", 1)
		}
		return usual
	}}
	fakeimap.Start(t, s, false)
	r, all := collect(t, kim(s, Plain))
	if got := recipients(all); !slices.Equal(got, wantRecipients(100, bad...)) {
		t.Errorf("got %d: %v", len(got), got)
	}
	src := r.Sources[0]
	if src.Malformed != int64(len(bad)) || len(src.Errors) != len(bad) || src.Errors[0].Origin.Line != 10 || r.Line(src.Errors[5].Origin) != 1000 {
		t.Errorf("%d malformed: %v", src.Malformed, src.Errors)
	}
	if err := sourceErrors(r); err == nil || !strings.HasPrefix(err.Error(), "imap:kim/Sent: 6 of the messages could not be read: uid 10 (") {
		t.Errorf("%v", err)
	}
	o := kim(s, Plain)
	o.Known = r.Positions
	if r, all = collect(t, o); len(all) != 0 || r.Sources[0].Malformed != int64(len(bad)) || sourceErrors(r) == nil {
		t.Errorf("again: %v, %d malformed", recipients(all), r.Sources[0].Malformed)
	}
	bad, o.Known = bad[:2], r.Positions
	r, all = collect(t, o)
	if got := recipients(all); !slices.Equal(got, []string{"r41@partner.example", "r4@partner.example", "r5@partner.example", "r99@partner.example"}) {
		t.Errorf("mended: %v", got)
	}
	if p := r.Positions[Folder{"kim", "Sent"}]; p.LastUID != 1000 || !slices.Equal(p.Missing, []uint32{10, 40}) {
		t.Errorf("%v", p)
	}
}

// TestWindows: a large folder is asked for piece by piece, by one connection
// or by several, and each message is read once.
func TestWindows(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("short: no large folders")
	}
	const messages = 250
	for jobs := 1; jobs <= 4; jobs++ {
		for _, window := range []int{1, 7, 100, 250, 1000} {
			s := &fakeimap.Server{Messages: sent(messages)}
			fakeimap.Start(t, s, false)
			o := kim(s, Plain)
			o.Jobs, o.Limits.Window, o.Limits.Batch = jobs, window, 10
			r, all := collect(t, o)
			if err := sourceErrors(r); err != nil || !slices.Equal(recipients(all), wantRecipients(messages)) {
				t.Errorf("%d jobs, windows of %d: got %d deliveries, error %v, want %d and none", jobs, window, len(all), err, messages)
			}
			if jobs > 1 && window > 100 && s.Connections() != jobs {
				t.Errorf("got %d connections, want %d", s.Connections(), jobs)
			}
			if p := r.Positions[Folder{"kim", "Sent"}]; p.UIDValidity != 1 || p.LastUID != messages*10 {
				t.Errorf("%v", r.Positions)
			}
		}
	}
}

// TestHelperFails: what a second connection cannot fetch, the first one does.
func TestHelperFails(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: sent(100)}
	s.Before = func(c *fakeimap.Conn, name string) bool {
		if c.Number > 1 && name == "AUTHENTICATE" {
			return refuses("[LIMIT] too many connections")(c)
		}
		return false
	}
	fakeimap.Start(t, s, false)
	o := kim(s, Plain)
	o.Jobs, o.Limits.Batch = 4, 5
	if r, all := collect(t, o); sourceErrors(r) != nil || !slices.Equal(recipients(all), wantRecipients(100)) {
		t.Errorf("%d deliveries, %v", len(all), sourceErrors(r))
	}
}

// TestMessageLimit: of a folder that is too large the newest are read, and it
// is said.
func TestMessageLimit(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: sent(100)}
	fakeimap.Start(t, s, false)
	o := kim(s, Plain)
	o.Limits.Window, o.Limits.Messages = 10, 30
	r, all := collect(t, o)
	if err := sourceErrors(r); err == nil || !strings.Contains(err.Error(), "of 100 messages only the newest 30 were") || len(all) != 30 || len(r.Positions) != 0 {
		t.Errorf("%d deliveries, %v", len(all), err)
	}
}

// TestIncremental: a second run reads what is new, in few round trips before the
// goodbye, also from a server that does not say UIDNEXT; under another
// UIDVALIDITY it reads all again.
func TestIncremental(t *testing.T) {
	t.Parallel()
	validity := uint32(1)
	s := &fakeimap.Server{Messages: sent(5), Validity: func() uint32 { return validity }}
	fakeimap.Start(t, s, false)
	o := kim(s, Plain)
	run := func(step string, want []string) {
		t.Helper()
		before := len(s.Commands())
		r, all := collect(t, o)
		if err := sourceErrors(r); err != nil || !slices.Equal(recipients(all), want) {
			t.Errorf("%s: got %v, want %v; %v", step, recipients(all), want, err)
		}
		asked := s.Commands()[before:]
		if last := asked[len(asked)-1]; !strings.HasSuffix(last, " LOGOUT") {
			t.Errorf("%s: got %q last, want a goodbye", step, last)
		}
		if n := len(asked) - 1; want == nil && n > 5 {
			t.Errorf("%s: got %d round trips, want 5 at most: %v", step, n, asked)
		}
		if replaced := len(r.Replaced) > 0; replaced != (step == "another validity") {
			t.Errorf("%s: replaced %v", step, r.Replaced)
		}
		o.Known = r.Positions
	}
	run("first", wantRecipients(5))
	run("nothing new", nil)
	s.Messages = sent(8)
	run("three more", wantRecipients(8, 0, 1, 2, 3, 4))
	run("nothing new again", nil)
	validity = 2
	run("another validity", wantRecipients(8))
	run("nothing new at last", nil)
}

// TestWiderSpan: what an earlier run left out as too old is read when it is
// asked for, once, and what a narrower run found new is not taken for all.
func TestWiderSpan(t *testing.T) {
	t.Parallel()
	day := func(d int) time.Time { return time.Date(2026, 11, d, 12, 0, 0, 0, time.UTC) }
	s := &fakeimap.Server{Messages: sent(6), Received: []time.Time{day(1), day(2), day(10), day(11), day(20), day(20)}}
	fakeimap.Start(t, s, false)
	for _, window := range []int{2, 1000} {
		s.Messages, s.Received = sent(6), s.Received[:6]
		o := kim(s, Plain)
		o.Limits.Window = window
		run := func(step string, since time.Time, want []string) {
			t.Helper()
			o.Since = since
			r, all := collect(t, o)
			if err := sourceErrors(r); err != nil || !slices.Equal(recipients(all), want) {
				t.Errorf("windows of %d, %s: got %v, want %v; %v", window, step, recipients(all), want, err)
			}
			o.Known = r.Positions
		}
		run("a week", day(20), wantRecipients(6, 0, 1, 2, 3))
		run("wider", day(11), wantRecipients(6, 0, 1, 4, 5))
		run("the same again", day(11), nil)
		s.Messages, s.Received = sent(8), append(s.Received, day(12), day(21))
		run("narrow, with an old message that is new", day(20), wantRecipients(8, 0, 1, 2, 3, 4, 5))
		run("the wider one again", day(11), nil)
		run("all", time.Time{}, wantRecipients(8, 2, 3, 4, 5, 6, 7))
		run("all again", time.Time{}, nil)
	}
}

// TestOtherKind: what was read as received mail is reread as sent mail.
func TestOtherKind(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: sent(3)}
	fakeimap.Start(t, s, false)
	o := kim(s, Plain)
	o.Selection = Selection{Folders: []string{"INBOX"}, Context: []string{"Sent"}}
	r, _ := collect(t, o)
	o.Known, o.Selection = r.Positions, Selection{Sent: true}
	r, all := collect(t, o)
	if err := sourceErrors(r); err != nil || !slices.Equal(recipients(all), wantRecipients(3)) || !r.Replaced[Folder{"kim", "Sent"}] {
		t.Errorf("got %v, %v, %v", recipients(all), r.Replaced, err)
	}
}

// TestSurveyFails: an account whose second folder always breaks the connection
// fails alone, and nothing of its first folder is taken for a source.
func TestSurveyFails(t *testing.T) {
	t.Parallel()
	s := on("EXAMINE", func(c *fakeimap.Conn) bool {
		if !strings.Contains(c.Line, "INBOX") {
			return false
		}
		c.Close()
		return true
	})
	s.Messages = sent(3)
	fakeimap.Start(t, &s, false)
	o := kim(&s, Plain)
	o.Selection.Folders = []string{"INBOX"}
	r, all := collect(t, o)
	if err := sourceErrors(r); err == nil || !strings.Contains(err.Error(), "closed the connection") || len(all) != 0 || len(r.Sources) != 1 || r.Sources[0].Name != "imap:kim" {
		t.Errorf("got %d deliveries of %v, said %v; want none of imap:kim, and why", len(all), sourceNames(r), err)
	}
}

// TestOneSession: the folders of an account are read in one session.
func TestOneSession(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: sent(3)}
	fakeimap.Start(t, s, false)
	o := kim(s, Plain)
	o.Selection.Folders = []string{"INBOX"}
	r, all := collect(t, o)
	if err := sourceErrors(r); err != nil || len(r.Sources) != 2 || len(all) != 6 || s.Connections() != 1 {
		t.Errorf("got %d deliveries of %v over %d connections, want 6 of 2 over one; %v", len(all), sourceNames(r), s.Connections(), err)
	}
}

// TestIncompleteIsNotKnown: a folder that was not read to its end is read again.
func TestIncompleteIsNotKnown(t *testing.T) {
	t.Parallel()
	s := on("UID FETCH", stall)
	s.Messages = sent(5)
	fakeimap.Start(t, &s, false)
	o := kim(&s, Plain)
	o.Limits = hasty()
	if r, _ := collect(t, o); len(r.Positions) != 0 {
		t.Errorf("%v", r.Positions)
	}
}

// TestValidityChanges: numbers that mean other messages than before are not
// mixed with those.
func TestValidityChanges(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: sent(20)}
	opened := uint32(0)
	s.Validity = func() uint32 { opened++; return opened }
	s.Message = func(c *fakeimap.Conn, uid uint32, usual string) string {
		if uid == 100 {
			c.Close()
		}
		return usual
	}
	fakeimap.Start(t, s, false)
	r, all := collect(t, kim(s, Plain))
	if err := sourceErrors(r); err == nil || !strings.Contains(err.Error(), "UIDVALIDITY") || len(all) != 9 {
		t.Errorf("%d deliveries, %v", len(all), err)
	}
}

// TestAccounts: one bad account does not stop the others, and the sources
// stand in the order of the accounts whoever is ready first.
func TestAccounts(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: sent(3)}
	s.Before = func(c *fakeimap.Conn, name string) bool {
		return name == "LOGIN" && strings.Contains(c.Line, `"u13"`) && refuses("unknown user")(c)
	}
	s.Greeting = "* OK [CAPABILITY IMAP4rev1] ready"
	fakeimap.Start(t, s, false)
	several := []int{3, 1, 40}
	if testing.Short() {
		several = several[:1]
	}
	for _, jobs := range several {
		o := kim(s, Plain)
		o.Jobs, o.FirstSource = jobs, 7
		o.Accounts = nil
		for i := range 30 {
			name := fmt.Sprintf("u%d", i)
			o.Accounts = append(o.Accounts, Account{Name: name, User: name, Secret: password(secretWord)})
		}
		o.Progress = &Progress{}
		r, deliveries := collect(t, o)
		if len(deliveries) != 29*3 || len(r.Sources) != 30 || len(r.Sinks) != jobs {
			t.Fatalf("%d deliveries of %d sources", len(deliveries), len(r.Sources))
		}
		for i, src := range r.Sources {
			want := fmt.Sprintf("imap:u%d/Sent", i)
			if i == 13 {
				want = "imap:u13"
			}
			if src.Name != want || (src.Err != nil) != (i == 13) {
				t.Errorf("%s: %v", src.Name, src.Err)
			}
		}
		if i := slices.IndexFunc(deliveries, func(d parsers.Delivery) bool { return d.Origin.Source < 7 || d.Origin.Source == 7+13 }); i >= 0 {
			t.Errorf("%+v", deliveries[i])
		}
		_, seen, done := o.Progress.Accounts()
		if all, got := o.Progress.Messages(); all != 87 || got != 87 || seen != 30 || done != 30 {
			t.Errorf("progress: got %d of %d messages, %d and %d accounts, want 87 and 87 and 30 and 30", got, all, seen, done)
		}
	}
}

// TestSince: the server is asked for the messages of the days wanted, and one
// more for its zone.
func TestSince(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: sent(3)}
	fakeimap.Start(t, s, false)
	o := kim(s, Plain)
	o.Since = time.Date(2026, 11, 16, 12, 0, 0, 0, time.UTC)
	if r, all := collect(t, o); sourceErrors(r) != nil || len(all) != 3 {
		t.Errorf("got %d deliveries, %v, want 3 and no error", len(all), sourceErrors(r))
	}
	if !slices.ContainsFunc(s.Commands(), func(c string) bool { return strings.HasSuffix(c, `UID SEARCH SINCE "15-Nov-2026"`) }) {
		t.Errorf("%q", s.Commands())
	}
}
