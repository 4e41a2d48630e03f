package imap

import (
	"context"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/xdg-go/scram"

	"github.com/typoaudit/typoaudit/parsers/parserstest/fakeimap"
)

// asked returns how many commands of a name a server was sent.
func asked(s *fakeimap.Server, name string) (n int) {
	for _, c := range s.Commands() {
		_, command, _ := strings.Cut(strings.TrimPrefix(c, "plain: "), " ")
		if strings.HasPrefix(command, name) {
			n++
		}
	}
	return n
}

// hasFolders is a server that has these folders besides INBOX; each has the messages.
func hasFolders(folders ...string) fakeimap.Server {
	return on("LIST", says(append([]string{`* LIST () "/" INBOX`}, folders...)...))
}

// TestFoldersOfSentMail: the mark on one folder does not hide others, and one that may be
// another is a gap.
func TestFoldersOfSentMail(t *testing.T) {
	t.Parallel()
	three := []string{`* LIST (\Sent) "/" Sent`, `* LIST () "/" "Sent Items"`, `* LIST () "/" "Gesendete Elemente"`, `* LIST () "/" Entw&APw-rfe`, `* LIST (\Noselect) "/" "Sent Mail"`}
	for name, tt := range map[string]struct {
		folders   []string
		selection Selection
		want      []string // what is read
		gaps      []string // what is not, and is said to be missing
	}{
		"marked and named":     {three, Selection{Sent: true}, []string{"Gesendete Elemente", "Sent", "Sent Items"}, nil},
		"below a mark":         {[]string{`* LIST (\sent) "." Weg`, `* LIST () "." Weg.2025`, `* LIST () "." Wege`}, Selection{Sent: true}, []string{"Weg", "Weg.2025"}, nil},
		"one that may be":      {append(three, `* LIST () "/" "Old Sent"`), Selection{Sent: true}, []string{"Gesendete Elemente", "Sent", "Sent Items"}, []string{"Old Sent"}},
		"one that is said not": {append(three, `* LIST () "/" "Old Sent"`), Selection{Sent: true, Skip: []string{"old sent"}}, []string{"Gesendete Elemente", "Sent", "Sent Items"}, nil},
		"one that is named":    {append(three, `* LIST () "/" "Old Sent"`), Selection{Sent: true, Folders: []string{"Old Sent"}}, []string{"Gesendete Elemente", "Old Sent", "Sent", "Sent Items"}, nil},
		"one that is context":  {append(three, `* LIST () "/" "Old Sent"`), Selection{Sent: true, Context: []string{"Old Sent"}}, []string{"Gesendete Elemente", "Old Sent", "Sent", "Sent Items"}, nil},
		"skipped":              {three, Selection{Sent: true, Skip: []string{"Sent Items"}}, []string{"Gesendete Elemente", "Sent"}, nil},
		"only what is named":   {three, Selection{Folders: []string{"Sent"}}, []string{"Sent"}, nil},
		"Catalan":              {[]string{`* LIST () "/" Enviats`, `* LIST () "/" Esborranys`}, Selection{Sent: true}, []string{"Enviats"}, nil},
		"a name not in UTF-7":  {[]string{`* LIST () "/" "Envoy` + "\xe9" + `s"`, `* LIST () "/" "&Jjo!"`, `* LIST () "/" "Gönderilmiş Öğeler"`}, Selection{Sent: true}, []string{"Envoyés", "Gönderilmiş Öğeler"}, nil},
		"a mark on such a one": {[]string{`* LIST (\Sent) "/" "&Jjo!"`}, Selection{Sent: true}, []string{"&Jjo!"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := hasFolders(tt.folders...)
			s.Messages = sent(2)
			fakeimap.Start(t, &s, false)
			o := kim(&s, Plain)
			o.Selection = tt.selection
			r, all := collect(t, o)
			var read, gaps []string
			for i, source := range r.Sources {
				switch {
				case source.Err == nil:
					read = append(read, r.Folders[i].Name)
				case strings.Contains(source.Err.Error(), "looks like sent mail and was not read"):
					gaps = append(gaps, r.Folders[i].Name)
				default:
					t.Error(source.Err)
				}
			}
			slices.Sort(read)
			if !slices.Equal(read, tt.want) || !slices.Equal(gaps, tt.gaps) || len(all) != 2*len(tt.want) && len(tt.selection.Context) == 0 {
				t.Errorf("got %d deliveries of %q, gaps %q", len(all), read, gaps)
			}
			for _, name := range gaps {
				if _, ok := r.Positions[Folder{"kim", name}]; ok {
					t.Errorf("%s: has a position", name)
				}
			}
		})
	}
}

// TestNamesAsTheServerHasThem: a folder is opened by the name that the server gave.
func TestNamesAsTheServerHasThem(t *testing.T) {
	t.Parallel()
	s := hasFolders(`* LIST () "/" Sent`, `* LIST (\Sent) "/" "&Jjo!"`, `* LIST () "/" "Envoy`+"\xe9"+`s"`, "* LIST () \"/\" {6}\r\nSent\\1", `* LIST () "/" "&AFM-ent"`)
	s.Messages = sent(1)
	fakeimap.Start(t, &s, false)
	if r, _ := collect(t, kim(&s, Plain)); sourceErrors(r) != nil || len(r.Sources) != 5 || len(r.Positions) != 5 {
		t.Error(sourceErrors(r), sourceNames(r), r.Positions)
	}
	for _, want := range []string{`EXAMINE "&Jjo!"`, `EXAMINE "Envoy` + "\xe9" + `s"`, `EXAMINE "Sent\\1"`, `EXAMINE "&AFM-ent"`} {
		if asked(&s, want) == 0 {
			t.Errorf("%q was not asked: %q", want, s.Commands())
		}
	}
}

// TestUsesOfFoldersAreNotKnown: a server that says that it knows them, and refuses to say.
func TestUsesOfFoldersAreNotKnown(t *testing.T) {
	t.Parallel()
	s := on("LIST", func(c *fakeimap.Conn) bool { return strings.Contains(c.Line, "RETURN") && answers("BAD syntax")(c) })
	s.Messages = sent(3)
	fakeimap.Start(t, &s, false)
	if r, all := collect(t, kim(&s, Plain)); sourceErrors(r) != nil || len(all) != 3 {
		t.Errorf("got %d deliveries, %v", len(all), sourceErrors(r))
	}
}

// TestMailboxIsTried: a folder that is named and not listed is opened all the same, if it
// is there.
func TestMailboxIsTried(t *testing.T) {
	t.Parallel()
	s := fakeimap.Server{Messages: sent(3), Before: func(c *fakeimap.Conn, name string) bool {
		switch {
		case name == "LIST":
			return says(`* LIST () "." INBOX`)(c)
		case name == "EXAMINE" && c.Line == `EXAMINE "INBOX.Archive.Gesendet"`:
			return says("* 3 EXISTS", "* OK [UIDVALIDITY 1] x", "* OK [UIDNEXT 40] x")(c)
		}
		return false
	}}
	fakeimap.Start(t, &s, false)
	o := kim(&s, Plain)
	o.Selection = Selection{Folders: []string{"Archive/Gesendet"}}
	r, all := collect(t, o)
	if len(all) != 3 || r.Folders[0].Name != "INBOX.Archive.Gesendet" || r.Sources[0].Err != nil {
		t.Errorf("got %d deliveries of %q, %v", len(all), sourceNames(r), sourceErrors(r))
	}
	o.Selection.Folders = []string{"Archive/Gesendet", "Nowhere"}
	r, _ = collect(t, o)
	if err := sourceErrors(r); err == nil || !strings.Contains(err.Error(), `no folder "Nowhere"; there are "INBOX"`) {
		t.Error(err)
	}
}

// refusesFirst refuses the first n commands of a name.
func refusesFirst(n int32, command string, do func(c *fakeimap.Conn) bool) fakeimap.Server {
	var count atomic.Int32
	return on(command, func(c *fakeimap.Conn) bool { return count.Add(1) <= n && do(c) })
}

// answers ends the command by a status.
func answers(status string) func(*fakeimap.Conn) bool {
	return func(c *fakeimap.Conn) bool {
		c.Say("%s %s", c.Tag, status)
		return true
	}
}

// saysGoodbye ends the connection.
func saysGoodbye(text string) func(*fakeimap.Conn) bool {
	return func(c *fakeimap.Conn) bool {
		c.Say("* BYE %s", text)
		c.Close()
		return true
	}
}

// TestHolds: a refusal for now is waited for, whatever was asked for; no message is blamed
// for it.
func TestHolds(t *testing.T) {
	t.Parallel()
	for _, command := range []string{"GREETING", "AUTHENTICATE", "LIST", "EXAMINE", "UID SEARCH", "UID FETCH"} {
		for name, do := range map[string]func(*fakeimap.Conn) bool{
			"Exchange": answers("BAD Request is throttled. Suggested Backoff Time: 3 milliseconds"), "Gmail": answers("NO [OVERQUOTA] Account exceeded command or bandwidth limits. (Failure)"),
			"Dovecot": answers("NO [UNAVAILABLE] Temporary authentication failure."), "a bug": answers("NO [SERVERBUG] Internal error occurred"), "a limit": answers("NO [LIMIT] Rate limit hit."),
			"in use": answers("NO [INUSE] Mailbox is locked"), "in words": answers("NO System busy, please try again later"), "not there": answers("BAD User is authenticated but not connected."),
			"goodbye": saysGoodbye("[UNAVAILABLE] come back later"), "goodbye in words": saysGoodbye("Too many simultaneous connections"),
		} {
			if command == "GREETING" && !strings.HasPrefix(name, "goodbye") {
				continue
			}
			if testing.Short() && command != "UID FETCH" && name != "goodbye" && name != "in use" {
				continue
			}
			t.Run(name+" at "+command, func(t *testing.T) {
				t.Parallel()
				s := refusesFirst(4, command, do)
				s.Messages = sent(5)
				fakeimap.Start(t, &s, false)
				r, all := collect(t, kim(&s, Plain))
				if err := sourceErrors(r); err != nil || !slices.Equal(recipients(all), wantRecipients(5)) {
					t.Errorf("got %v, %v", recipients(all), err)
				}
			})
		}
	}
}

// TestWrongPasswordIsNoHold: a refusal of who logs in is not tried again, however polite.
func TestWrongPasswordIsNoHold(t *testing.T) {
	t.Parallel()
	for _, status := range []string{
		"NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)", "NO [ALERT] Invalid credentials, please try again later", "NO LOGIN Login failed. Try again.", "NO no",
		"NO [AUTHORIZATIONFAILED] temporarily", "NO [EXPIRED] x", "NO Authentication failed", "BAD [AUTHENTICATIONFAILED] x", "NO incorrect password or account name, too many attempts",
	} {
		s := on("AUTHENTICATE", answers(status))
		fakeimap.Start(t, &s, false)
		if r, _ := collect(t, kim(&s, Plain)); sourceErrors(r) == nil || asked(&s, "AUTHENTICATE")+asked(&s, "LOGIN") != 1 {
			t.Errorf("%s: %d logins, %v", status, asked(&s, "AUTHENTICATE")+asked(&s, "LOGIN"), sourceErrors(r))
		}
	}
}

// TestHoldIsAsLongAsTheServerSays: and it is shown meanwhile.
func TestHoldIsAsLongAsTheServerSays(t *testing.T) {
	t.Parallel()
	s := refusesFirst(1, "UID FETCH", answers("NO Request is throttled. Suggested Backoff Time: 300 milliseconds"))
	s.Messages = sent(5)
	fakeimap.Start(t, &s, false)
	o := kim(&s, Plain)
	o.Progress = &Progress{}
	seen := make(chan string, 1)
	go func() {
		for range 1000 {
			if w := o.Progress.Waiting(); w != nil {
				seen <- w.Reason
				return
			}
			time.Sleep(time.Millisecond)
		}
		seen <- ""
	}()
	start := time.Now()
	r, all := collect(t, o)
	if took := time.Since(start); sourceErrors(r) != nil || len(all) != 5 || took < 300*time.Millisecond {
		t.Errorf("got %d deliveries after %v, %v", len(all), took, sourceErrors(r))
	}
	if reason := <-seen; !strings.Contains(reason, "Request is throttled") || o.Progress.Waiting() != nil {
		t.Errorf("shown: %q, and then %v", reason, o.Progress.Waiting())
	}
}

// TestHoldIsCut: what cannot be waited for in the time for all is not; no message is
// blamed, and what was read stays.
func TestHoldIsCut(t *testing.T) {
	t.Parallel()
	for _, wait := range []string{"Suggested Backoff Time: 600000 milliseconds", "try again in 99999999999 hours", "slow down, server busy"} {
		var fetches atomic.Int32
		s := on("UID FETCH", func(c *fakeimap.Conn) bool { return fetches.Add(1) > 1 && answers("NO throttled. "+wait)(c) })
		s.Messages = sent(150)
		fakeimap.Start(t, &s, false)
		o := kim(&s, Plain)
		o.Limits.Total, o.Limits.Backoff = 2*time.Second, time.Minute
		start := time.Now()
		r, all := collect(t, o)
		err := sourceErrors(r)
		if took := time.Since(start); took > 2*time.Second || len(all) != 100 || err == nil || !strings.Contains(err.Error(), "50 messages were not read: the server refused to send messages: throttled.") || r.Sources[0].Malformed != 0 {
			t.Errorf("%s: got %d deliveries after %v, %d bad, %v", wait, len(all), took, r.Sources[0].Malformed, err)
		}
	}
}

// TestHoldOfOneMessage: one that is refused for now again and again, while others are sent,
// keeps none of them back.
func TestHoldOfOneMessage(t *testing.T) {
	t.Parallel()
	for _, bad := range []int{0, 7, 19} {
		s := on("UID FETCH", func(c *fakeimap.Conn) bool {
			set := strings.Fields(c.Line)[2]
			return holdsUID(set, (bad+1)*10) && answers("NO [SERVERBUG] Internal error")(c)
		})
		s.Messages = sent(20)
		fakeimap.Start(t, &s, false)
		r, all := collect(t, kim(&s, Plain))
		if err := sourceErrors(r); !slices.Equal(recipients(all), wantRecipients(20, bad)) || err == nil || !strings.Contains(err.Error(), fmt.Sprintf("uid %d (while others were sent, ", (bad+1)*10)) {
			t.Errorf("%d: got %d deliveries, %v", bad, len(all), err)
		}
	}
}

// holdsUID reports whether a set names a UID, one by one or in ranges.
func holdsUID(set string, uid int) bool {
	for part := range strings.SplitSeq(set, ",") {
		from, to, isRange := strings.Cut(part, ":")
		low, _ := strconv.Atoi(from)
		high, _ := strconv.Atoi(to)
		if !isRange {
			high = low
		}
		if low <= uid && uid <= high {
			return true
		}
	}
	return false
}

// TestHoldForEver: a server that serves nothing is left alone in the end.
func TestHoldForEver(t *testing.T) {
	t.Parallel()
	for command, complain := range map[string]string{"UID FETCH": "5 messages were not read", "UID SEARCH": "refused to list messages", "EXAMINE": "refused to open the folder", "AUTHENTICATE": "refused to log in"} {
		s := on(command, answers("NO [UNAVAILABLE] later"))
		s.Messages = sent(5)
		fakeimap.Start(t, &s, false)
		r, all := collect(t, kim(&s, Plain))
		if err := sourceErrors(r); len(all) != 0 || err == nil || !strings.Contains(err.Error(), complain) || len(s.Commands()) > 50 {
			t.Errorf("%s: %d deliveries, %d commands, %v", command, len(all), len(s.Commands()), err)
		}
	}
}

// TestSearchIsTriedAgain: also where the server does not say that it may be.
func TestSearchIsTriedAgain(t *testing.T) {
	t.Parallel()
	for _, status := range []string{"NO SEARCH failed", "BAD Unspecified error", "NO [INUSE] x"} {
		s := refusesFirst(1, "UID SEARCH", answers(status))
		s.Messages = sent(5)
		fakeimap.Start(t, &s, false)
		if r, all := collect(t, kim(&s, Plain)); sourceErrors(r) != nil || len(all) != 5 || asked(&s, "UID SEARCH") != 2 {
			t.Errorf("%s: got %d deliveries, %v", status, len(all), sourceErrors(r))
		}
	}
}

// TestIntroduction: a server that lets nobody in who does not say which program it is.
func TestIntroduction(t *testing.T) {
	t.Parallel()
	for _, greeting := range []string{"* OK ready", "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN ID] ready", "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR] ready"} {
		var known atomic.Bool
		s := fakeimap.Server{Messages: sent(2), Greeting: greeting, Before: func(c *fakeimap.Conn, name string) bool {
			switch name {
			case "CAPABILITY":
				return says("* CAPABILITY IMAP4rev1 XLIST SPECIAL-USE ID LITERAL+ STARTTLS SASL-IR AUTH=PLAIN")(c)
			case "ID":
				known.Store(c.Line == `ID ("name" "typoaudit" "version" "1.2")`)
				return says(`* ID ("name" "Coremail Imap" "vendor" "Mailtech"`)(c) // its list has no end
			case "EXAMINE":
				return !known.Load() && refuses("EXAMINE Unsafe Login. Please contact kefu@163.com for help")(c)
			}
			return false
		}}
		fakeimap.Start(t, &s, false)
		o := kim(&s, Plain)
		o.Program, o.Version = "typoaudit", "1.2"
		if r, all := collect(t, o); sourceErrors(r) != nil || len(all) != 2 || asked(&s, "ID") != 1 {
			t.Errorf("%s: got %d deliveries, %v, %q", greeting, len(all), sourceErrors(r), s.Commands())
		}
	}
	s := on("ID", answers("BAD what?"))
	s.Messages, s.Greeting = sent(2), "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN ID SPECIAL-USE LIST-EXTENDED] ready"
	fakeimap.Start(t, &s, false)
	if r, all := collect(t, kim(&s, Plain)); sourceErrors(r) != nil || len(all) != 2 {
		t.Errorf("ID refused: got %d deliveries, %v", len(all), sourceErrors(r))
	}
}

// TestWaysOfLogin: where one way is not understood, another is tried, until somebody is
// refused.
func TestWaysOfLogin(t *testing.T) {
	t.Parallel()
	plain := base64.StdEncoding.EncodeToString([]byte("\x00kim\x00" + secretWord))
	atOnce, later, command, login := "AUTHENTICATE PLAIN "+plain, "AUTHENTICATE PLAIN", `LOGIN "kim" "`+secretWord+`"`, "AUTHENTICATE LOGIN"
	for name, tt := range map[string]struct {
		capabilities string
		refusals     map[string]string // the status for a command
		want         []string          // what is tried
		ok           bool
	}{
		"BAD at once":       {"SASL-IR AUTH=PLAIN", map[string]string{atOnce: "BAD syntax"}, []string{atOnce, later}, true},
		"[CANNOT], and BAD": {"SASL-IR AUTH=PLAIN", map[string]string{atOnce: "NO [CANNOT] x", later: "BAD x"}, []string{atOnce, later, command}, true},
		"no PLAIN at all":   {"AUTH=PLAIN AUTH=LOGIN", map[string]string{later: "BAD x", command: "BAD x"}, []string{later, command, login}, true},
		"LOGIN alone":       {"LOGINDISABLED AUTH=LOGIN SASL-IR", nil, []string{login}, true},
		"a wrong password":  {"SASL-IR AUTH=PLAIN AUTH=LOGIN", map[string]string{atOnce: "NO [AUTHENTICATIONFAILED] x"}, []string{atOnce}, false},
		"refused in words":  {"SASL-IR AUTH=PLAIN AUTH=LOGIN", map[string]string{atOnce: "NO login refused"}, []string{atOnce}, false},
		"wrong later":       {"SASL-IR AUTH=PLAIN", map[string]string{atOnce: "BAD x", later: "NO [AUTHENTICATIONFAILED] x"}, []string{atOnce, later}, false},
		"all refused":       {"AUTH=PLAIN LOGINDISABLED", map[string]string{later: "BAD x"}, []string{later}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			var tried []string
			s := fakeimap.Server{Messages: sent(2), Greeting: "* OK [CAPABILITY IMAP4rev1 SPECIAL-USE LIST-EXTENDED " + tt.capabilities + "] ready", Before: func(c *fakeimap.Conn, name string) bool {
				if name != "AUTHENTICATE" && name != "LOGIN" {
					return false
				}
				mu.Lock()
				defer mu.Unlock()
				tried = append(tried, c.Line)
				if status, refused := tt.refusals[c.Line]; refused {
					return answers(status)(c)
				}
				ok := true
				switch c.Line {
				case later:
					c.Say("+ ")
					ok = c.ReadLine() == plain
				case login:
					c.Say("+ VXNlcm5hbWU6")
					ok = c.ReadLine() == base64.StdEncoding.EncodeToString([]byte("kim"))
					c.Say("+ UGFzc3dvcmQ6")
					ok = ok && c.ReadLine() == base64.StdEncoding.EncodeToString([]byte(secretWord))
				}
				if !ok {
					return answers("NO [AUTHENTICATIONFAILED] not what was asked for")(c)
				}
				c.OK()
				return true
			}}
			fakeimap.Start(t, &s, false)
			r, all := collect(t, kim(&s, Plain))
			if err := sourceErrors(r); (err == nil) != tt.ok || tt.ok != (len(all) == 2) || !slices.Equal(tried, tt.want) {
				t.Errorf("tried %q, got %d deliveries, %v", tried, len(all), err)
			}
		})
	}
}

// TestSCRAM: the password is proven and not sent, and so is the server's knowledge of it.
func TestSCRAM(t *testing.T) {
	t.Parallel()
	client, err := scram.SHA256.NewClient("kim", secretWord, "")
	if err != nil {
		t.Fatal(err)
	}
	keys, err := client.GetStoredCredentialsWithError(scram.KeyFactors{Salt: "salt-of-12-bytes", Iters: 4096})
	if err != nil {
		t.Fatal(err)
	}
	server, err := scram.SHA256.NewServer(func(string) (scram.StoredCredentials, error) { return keys, nil })
	if err != nil {
		t.Fatal(err)
	}
	for password, want := range map[string]string{secretWord: "", "wrong": "refused to log in kim: no such luck", "forged": "cannot be read"} {
		s := on("AUTHENTICATE", func(c *fakeimap.Conn) bool {
			conversation := server.NewConversation()
			_, message, _ := strings.Cut(strings.TrimPrefix(c.Line, "AUTHENTICATE "), " ")
			for range 2 {
				text, _ := base64.StdEncoding.DecodeString(message)
				answer, err := conversation.Step(string(text))
				if err != nil && password != "forged" {
					return answers("NO [AUTHENTICATIONFAILED] no such luck")(c)
				}
				if err != nil {
					answer = "v=" + base64.StdEncoding.EncodeToString(make([]byte, 32))
				}
				c.Say("+ %s", base64.StdEncoding.EncodeToString([]byte(answer)))
				message = c.ReadLine()
			}
			if message != "" {
				return answers("BAD another step")(c)
			}
			c.OK()
			return true
		})
		s.Messages, s.Greeting = sent(2), "* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=SCRAM-SHA-256 AUTH=SCRAM-SHA-1 LOGINDISABLED] ready"
		fakeimap.Start(t, &s, false)
		o := kim(&s, Plain)
		given := password
		o.Accounts[0].Secret = func(context.Context) (string, error) { return given, nil }
		r, all := collect(t, o)
		err := sourceErrors(r)
		if want == "" && (err != nil || len(all) != 2) || want != "" && (err == nil || !strings.Contains(err.Error(), want) || len(all) != 0) {
			t.Errorf("%s: got %d deliveries, %v", password, len(all), err)
		}
	}
}

// TestReasonOfTokenRefusal: why a token is refused is said in the exchange before.
func TestReasonOfTokenRefusal(t *testing.T) {
	t.Parallel()
	reason := `{"status":"400","schemes":"Bearer","scope":"https://mail.google.com/"}`
	for secret, want := range map[string]string{"ya29.token": reason, "mail.google.com": "(a text that repeats the secret)"} {
		s := on("AUTHENTICATE", func(c *fakeimap.Conn) bool {
			c.Say("+ %s", base64.StdEncoding.EncodeToString([]byte(reason)))
			c.ReadLine()
			return answers("NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)")(c)
		})
		fakeimap.Start(t, &s, false)
		o := kim(&s, Plain)
		o.Accounts[0].Mechanism, o.Accounts[0].Secret = XOAuth2, password(secret)
		r, _ := collect(t, o)
		if err := sourceErrors(r); err == nil || !strings.HasSuffix(err.Error(), "refused to log in kim: Invalid credentials (Failure); its reason: "+want) {
			t.Error(err)
		}
	}
}

// TestOneWrongLogin: a secret that all accounts share is tried once if it is wrong; who is
// refused after another was not, or for being nobody, does not stop the others.
func TestOneWrongLogin(t *testing.T) {
	t.Parallel()
	const wrong = "NO [AUTHENTICATIONFAILED] no"
	everybody := func(int) bool { return true }
	for name, tt := range map[string]struct {
		status     string
		refuses    func(user int) bool
		jobs       int
		logins     int // at most
		deliveries int
	}{
		"a wrong secret":              {wrong, everybody, 1, 1, 0},
		"a wrong secret, at once":     {wrong, everybody, 4, 1, 0},
		"a wrong secret, in words":    {"NO Login failed.", everybody, 4, 1, 0},
		"a few are wrong":             {wrong, func(user int) bool { return user == 25 || user == 29 }, 4, 60, 28},
		"the first is nobody":         {"NO [AUTHORIZATIONFAILED] x", func(user int) bool { return user == 0 }, 1, 60, 29},
		"the first is nobody, so say": {"NO unknown user", func(user int) bool { return user < 7 }, 1, 60, 23},
		"the first is not let in":     {"NO not now", func(user int) bool { return user == 0 }, 1, 60, 29},
		"no reason at all":            {"NO x", everybody, 4, maxVague, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var logins atomic.Int32
			s := on("AUTHENTICATE", func(c *fakeimap.Conn) bool {
				logins.Add(1)
				text, _ := base64.StdEncoding.DecodeString(strings.Fields(c.Line)[2])
				user, _ := strconv.Atoi(string(text[len("\x00user"):][:2]))
				return tt.refuses(user) && answers(tt.status)(c)
			})
			s.Messages = sent(1)
			fakeimap.Start(t, &s, false)
			o := kim(&s, Plain)
			o.Jobs, o.SharedSecret, o.Accounts = tt.jobs, true, nil
			for i := range 30 {
				name := fmt.Sprintf("user%02d", i)
				o.Accounts = append(o.Accounts, Account{Name: name, User: name + "*audit", Secret: password(secretWord)})
			}
			r, all := collect(t, o)
			if len(all) != tt.deliveries || int(logins.Load()) > tt.logins || len(r.Sources) != 30 {
				t.Errorf("got %d deliveries after %d logins, %v", len(all), logins.Load(), sourceErrors(r))
			}
			for _, s := range r.Sources {
				if tt.deliveries == 0 && (s.Err == nil || !strings.Contains(s.Err.Error(), "refused to log in user")) {
					t.Errorf("%s: %v", s.Name, s.Err)
				}
			}
		})
	}
}

// TestFewLogins: messages that cannot be read cost no connection, and those that end one
// cost a few.
func TestFewLogins(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		of   func(c *fakeimap.Conn, usual string) string
		most int // connections
		all  bool
	}{
		"a list without an end": {replace("RFC822.SIZE", "FLAGS ("), 1, true},
		"a long literal": {func(_ *fakeimap.Conn, usual string) string {
			return usual[:strings.Index(usual, "{")] + "{400000}\r\n" + strings.Repeat("x", 400_000) + ")\r\n"
		}, 1, true},
		"a huge literal": {func(_ *fakeimap.Conn, usual string) string {
			return usual[:strings.Index(usual, "{")] + "{99999999999}\r\n"
		}, maxWrong + 1, false},
		"an end":                 {func(c *fakeimap.Conn, _ string) string { c.Close(); return "" }, 2*maxWrong + 1, false},
		"a tag that is not ours": {func(*fakeimap.Conn, string) string { return "x9 OK done\r\n" }, maxWrong + 1, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := fakeimap.Server{Messages: sent(200), Message: func(c *fakeimap.Conn, uid uint32, usual string) string {
				if uid%80 == 0 { // 25 of them
					return tt.of(c, usual)
				}
				return usual
			}}
			fakeimap.Start(t, &s, false)
			o := kim(&s, Plain)
			o.Limits.Batch = 40
			r, all := collect(t, o)
			err := sourceErrors(r)
			if s.Connections() > tt.most || err == nil || tt.all && (len(all) != 175 || r.Sources[0].Malformed != 25) {
				t.Errorf("got %d deliveries and %d bad messages over %d connections, %v", len(all), r.Sources[0].Malformed, s.Connections(), err)
			}
		})
	}
}

// TestBadAnswersAreABudget: answers that come slowly and cannot be read are waited for in
// all as long as one command may take, however many messages come between.
func TestBadAnswersAreABudget(t *testing.T) {
	t.Parallel()
	s := fakeimap.Server{Messages: sent(400), Message: func(c *fakeimap.Conn, uid uint32, usual string) string {
		if uid%50 != 0 {
			return usual
		}
		time.Sleep(150 * time.Millisecond)
		return "x9 OK done\r\n"
	}}
	fakeimap.Start(t, &s, false)
	o := kim(&s, Plain)
	o.Limits.Wasted = 400 * time.Millisecond
	start := time.Now()
	r, _ := collect(t, o)
	if err := sourceErrors(r); err == nil || time.Since(start) > 3*time.Second || s.Connections() > 5 {
		t.Errorf("after %v over %d connections: %v", time.Since(start), s.Connections(), err)
	}
}

// TestFewMessagesAtOnce: a server that takes few messages in a command (RFC 9738), whether
// it says so before or after.
func TestFewMessagesAtOnce(t *testing.T) {
	t.Parallel()
	const most = 7
	for _, announced := range []bool{true, false} {
		for _, status := range []string{"OK", "NO"} {
			s := fakeimap.Server{Messages: sent(50), Greeting: "* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN SASL-IR SPECIAL-USE LIST-EXTENDED] ready"}
			if announced {
				s.Greeting = strings.Replace(s.Greeting, "SASL-IR", "SASL-IR MESSAGELIMIT=7", 1)
			}
			s.Before = func(c *fakeimap.Conn, name string) bool { return limited(c, name, most, status) }
			fakeimap.Start(t, &s, false)
			r, all := collect(t, kim(&s, Plain))
			if err := sourceErrors(r); err != nil || !slices.Equal(recipients(all), wantRecipients(50)) {
				t.Errorf("announced %v, %s: got %d deliveries, %v", announced, status, len(all), err)
			}
			if n := asked(&s, "UID FETCH"); announced && n != 8 {
				t.Errorf("announced: %d commands", n)
			}
		}
	}
	// One that does less than it says.
	s := fakeimap.Server{Messages: sent(50)}
	s.Before = func(c *fakeimap.Conn, name string) bool {
		if name != "UID SEARCH" {
			return false
		}
		c.Say("* SEARCH 500")
		return answers("OK [MESSAGELIMIT 1 500] partial")(c)
	}
	fakeimap.Start(t, &s, false)
	if r, _ := collect(t, kim(&s, Plain)); sourceErrors(r) == nil {
		t.Error("a part of the messages is taken for all")
	}
}

// limited answers SEARCH and FETCH for the messages with the highest UIDs alone, if they
// are about more than most.
func limited(c *fakeimap.Conn, name string, most int, status string) bool {
	words := strings.Fields(c.Line)
	var uids []int
	for i := range 50 {
		n := (i + 1) * 10
		if name == "UID SEARCH" && words[2] != "ALL" {
			n = i + 1
		}
		if name == "UID SEARCH" && words[2] == "ALL" || strings.HasPrefix(name, "UID ") && holdsUID(words[2], n) {
			uids = append(uids, (i+1)*10)
		}
	}
	if len(uids) <= most {
		return false
	}
	uids = uids[len(uids)-most:]
	if name == "UID SEARCH" {
		c.Say("* SEARCH%s", strings.Trim(fmt.Sprint(append([]int{0}, uids...)), "[]0"))
	} else if status == "OK" {
		for i, m := range sent(50) {
			if n := (i + 1) * 10; slices.Contains(uids, n) {
				head := m[:strings.Index(m, "\r\n\r\n")+4]
				c.Say("* %d FETCH (UID %d BODY[HEADER.FIELDS (FROM)] {%d}\r\n%s)", i+1, n, len(head), head)
			}
		}
	}
	return answers(fmt.Sprintf("%s [MESSAGELIMIT %d %d] partial", status, most, uids[0]))(c)
}

// TestUIDsAlone: a server that numbers messages by UIDs alone (RFC 9586).
func TestUIDsAlone(t *testing.T) {
	t.Parallel()
	s := fakeimap.Server{Messages: sent(50), UIDs: make([]uint32, 50), Before: func(c *fakeimap.Conn, name string) bool {
		words := strings.Fields(c.Line)
		return name == "UID SEARCH" && words[2] != "UID" && answers("BAD [UIDREQUIRED] Message numbers are not allowed")(c)
	}}
	for i := range s.UIDs {
		s.UIDs[i] = uint32(i*i*97 + 1)
	}
	s.UIDs = append(s.UIDs, 300_000) // the next one
	s.Message = func(c *fakeimap.Conn, uid uint32, usual string) string {
		_, items, _ := strings.Cut(usual, " FETCH ")
		if uid == 1 {
			c.Say("* VANISHED 77,88:90")
		}
		return fmt.Sprintf("* %d UIDFETCH %s", uid, strings.Replace(items, fmt.Sprintf("UID %d ", uid), "", 1))
	}
	fakeimap.Start(t, &s, false)
	o := kim(&s, Plain)
	o.Limits.Window = 40
	r, all := collect(t, o)
	if err := sourceErrors(r); err != nil || !slices.Equal(recipients(all), wantRecipients(50)) {
		t.Errorf("got %d deliveries, %v", len(all), err)
	}
}

// TestFolderThatNoClientOpened: its UIDVALIDITY is another one each time (Courier).
func TestFolderThatNoClientOpened(t *testing.T) {
	t.Parallel()
	s := hasFolders(`* LIST () "/" Sent`, `* LIST () "/" "Sent Items"`)
	s.Messages = sent(5)
	var opened atomic.Uint32
	s.Validity = func() uint32 { return opened.Add(1) }
	fakeimap.Start(t, &s, false)
	o := kim(&s, Plain)
	r, all := collect(t, o)
	if err := sourceErrors(r); err != nil || len(all) != 10 {
		t.Errorf("got %d deliveries, %v", len(all), err)
	}
	o.Known = r.Positions
	if r, all := collect(t, o); sourceErrors(r) != nil || len(all) != 10 || len(r.Replaced) != 2 {
		t.Errorf("again: got %d deliveries, %v", len(all), sourceErrors(r))
	}
}

func TestToldWait(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"Request is throttled. Suggested Backoff Time: 299961 milliseconds": 299_961 * time.Millisecond, "try again in 5 minutes.": 5 * time.Minute, "Retry after 30s": 0, "retry after 30 s": 30 * time.Second,
		"wait 99999999999999999999 hours": 0, "wait 999999999 hours": 1000 * time.Hour, "12 messages": 0, "": 0, "seconds 5": 0,
	} {
		if got := toldWait(text); got != want {
			t.Errorf("%q: got %v, want %v", text, got, want)
		}
	}
}

func TestDecodeName(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		"inbox": "INBOX", "Entw&APw-rfe": "Entwürfe", "R&-D": "R&D", "&kAFP4W4IMH8-": "送信済み", "&Jjo!": "&Jjo!", "&2D3cTA-": "\U0001F44C", "&2D0-": "&2D0-", "&A-": "&A-",
		"Entwürfe": "Entwürfe", "\xc3\x28": "Ã(", "a&": "a&", "": "",
	} {
		if got := decodeName(raw); got != want {
			t.Errorf("%q: got %q, want %q", raw, got, want)
		}
	}
}
