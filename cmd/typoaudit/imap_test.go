package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers/parserstest/fakeimap"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// A ran command is what became of it.
type ran struct {
	status         int
	stdout, stderr string
}

// call runs the program in this process.
func call(ctx context.Context, variables map[string]string, args ...string) ran {
	var stdout, stderr bytes.Buffer
	status := run(ctx, args, &env{
		stdin: strings.NewReader(""), stdout: &stdout, stderr: &stderr, getenv: func(name string) string { return variables[name] },
		now: func() time.Time { return time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC) }, location: time.UTC,
	})
	return ran{status, stdout.String(), stderr.String()}
}

const imapPassword = "Tr0ub4dor-and-3"

func secretFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// leaking are sent messages, one of which went to a lookalike domain.
func leaking() (messages []string) {
	for i := range 20 {
		to := "jane@army.mil"
		if i == 7 {
			to = "jane@army.ml"
		}
		messages = append(messages, fmt.Sprintf("From: Kim Larsen <kim@corp.example>\r\nTo: Jane <%s>\r\nSubject: s\r\nMessage-ID: <%d@corp.example>\r\n"+
			"Date: Mon, 16 Nov 2026 09:%02d:00 +0000\r\n\r\nbody\r\n", to, i, i))
	}
	return messages
}

func imapArgs(s *fakeimap.Server, more ...string) []string {
	return append([]string{"imap", "--sent", "--host", "127.0.0.1", "--port", strconv.Itoa(s.Port), "--user", "kim"}, more...)
}

// decode reads a report in JSON.
func decode(t *testing.T, r ran) *result.Result {
	t.Helper()
	var out result.Result
	if err := json.Unmarshal([]byte(r.stdout), &out); err != nil {
		t.Fatalf("%v: %s %s", err, r.stdout, r.stderr)
	}
	return &out
}

func TestIMAP(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: leaking()}
	fakeimap.Start(t, s, true)
	r := call(t.Context(), nil, imapArgs(s, "--ca-file", s.CAFile(t), "--password-file", secretFile(t, imapPassword+"\n"), "--protect", "army.mil", "-f", "json")...)
	if r.status != exitOK || r.stderr != "" {
		t.Fatalf("%+v", r)
	}
	out := decode(t, r)
	if len(out.Deliveries) != 1 || out.Deliveries[0].Recipient != "jane@army.ml" || out.Deliveries[0].Meant != "jane@army.mil" ||
		out.Deliveries[0].Source != "imap:kim/Sent" || out.Deliveries[0].Line != 80 || out.Totals.Arrived.Unknown != 1 {
		t.Errorf("%+v", out.Deliveries)
	}
	if c := out.Coverage; len(c.Sources) != 1 || c.Sources[0].Format != "imap" || c.Sources[0].Records != 20 || c.Deliveries != 20 {
		t.Errorf("%+v", c)
	}
	if len(out.InternalDomains) != 1 || out.InternalDomains[0] != "corp.example" {
		t.Errorf("%v", out.InternalDomains)
	}
	r = call(t.Context(), nil, imapArgs(s, "--ca-file", s.CAFile(t), "--password-file", secretFile(t, imapPassword+"\n"), "--protect", "army.mil")...)
	if next := r.stdout[strings.LastIndex(r.stdout, "Next: ")+1:]; !strings.HasPrefix(next, "ext: typoaudit imap --by delivery --ca-file ") || !strings.Contains(next, "--sent") {
		t.Errorf("what is next cannot be pasted: %s", next)
	}
}

// TestIMAPPortInHost: a port may stand in --host.
func TestIMAPPortInHost(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: leaking()}
	fakeimap.Start(t, s, true)
	port := strconv.Itoa(s.Port)
	for _, test := range []struct {
		host, port, stderr string
	}{
		{"127.0.0.1:" + port, "0", ""},
		{"127.0.0.1:" + port, port, ""},
		{"127.0.0.1:" + port, "1", "two ports"},
		{"127.0.0.1:imaps", "0", "imaps is no port"},
		{"127.0.0.1:70000", "0", "70000 is no port"},
	} {
		r := call(t.Context(), nil, "imap", "--sent", "--host", test.host, "--port", test.port, "--user", "kim", "--ca-file", s.CAFile(t), "--password-file", secretFile(t, imapPassword))
		if test.stderr == "" && (r.status != exitOK || r.stderr != "") || !strings.Contains(r.stderr, test.stderr) {
			t.Errorf("--host %s --port %s: status %d, %s", test.host, test.port, r.status, r.stderr)
		}
	}
}

// TestCompleteMailbox: the folders of the server are completed where it can be logged in to
// without a question, and nothing is said where it cannot.
func TestCompleteMailbox(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: leaking()}
	fakeimap.Start(t, s, true)
	login := imapArgs(s, "--ca-file", s.CAFile(t))
	for name, test := range map[string]struct {
		more []string
		want string
	}{
		"a password":       {[]string{"--password-file", secretFile(t, imapPassword)}, "INBOX\nSent\n:4\n"},
		"a port in --host": {[]string{"--password-file", secretFile(t, imapPassword), "--port", "0", "--host", "127.0.0.1:" + strconv.Itoa(s.Port)}, "INBOX\nSent\n:4\n"},
		"no password":      {nil, ":4\n"},
		"a file not there": {[]string{"--password-file", "/nonexistent"}, ":4\n"},
		"no server":        {[]string{"--password-file", secretFile(t, imapPassword), "--port", "1"}, ":4\n"},
	} {
		args := append(slices.Concat([]string{"__complete"}, login, test.more), "--mailbox", "")
		if r := call(t.Context(), nil, args...); r.status != exitOK || r.stdout != test.want {
			t.Errorf("%s: status %d, %q, %s", name, r.status, r.stdout, r.stderr)
		}
	}
}

// TestIMAPStatus: the exit status and what is said, whatever the server does.
func TestIMAPStatus(t *testing.T) {
	for name, tt := range map[string]struct {
		before func(c *fakeimap.Conn, name string) bool
		spoil  func(c *fakeimap.Conn, uid uint32, usual string) string
		args   []string
		status int
		stderr string
	}{
		"a bad message": {spoil: func(_ *fakeimap.Conn, uid uint32, usual string) string {
			if uid == 50 {
				return "* 5 FETCH (((\r\n"
			}
			return usual
		}, status: exitPartial, stderr: "typoaudit: imap:kim/Sent: 1 of the messages could not be read: uid 50 ("},
		"a refused login": {before: func(c *fakeimap.Conn, name string) bool {
			if name == "AUTHENTICATE" {
				c.Say("%s NO wrong\x1b[31m %s", c.Tag, imapPassword)
			}
			return name == "AUTHENTICATE"
		}, status: exitUsage, stderr: "typoaudit: imap:kim: the server refused to log in kim: (a text that repeats the secret)\n"},
		"an escape sequence": {before: func(c *fakeimap.Conn, name string) bool {
			if name == "EXAMINE" {
				c.Say("%s NO wrong\x1b[31m\u202e", c.Tag)
			}
			return name == "EXAMINE"
		}, status: exitUsage, stderr: `refused to open the folder: wrong\x1b[31m\u202e` + "\n"},
		"a stall": {before: func(c *fakeimap.Conn, name string) bool {
			if name == "EXAMINE" {
				_, _ = c.Read(make([]byte, 1))
			}
			return name == "EXAMINE"
		}, args: []string{"--timeout", "500ms"}, status: exitUsage, stderr: "no answer in time"},
		"--fail-on":          {args: []string{"--fail-on", "low"}, status: exitFail},
		"no such folder":     {args: []string{"--mailbox", "Foo"}, status: exitUsage, stderr: `no folder "Foo"; there are "INBOX", "Sent"`},
		"a wrong flag":       {args: []string{"--tls", "perhaps"}, status: exitUsage, stderr: "--tls perhaps: implicit, starttls or none"},
		"two secrets":        {args: []string{"--token-command", "echo x"}, status: exitUsage, stderr: "more than one of"},
		"too large a port":   {args: []string{"--port", "70000"}, status: exitUsage, stderr: "no port"},
		"no certificate":     {args: []string{"--ca-file", os.DevNull}, status: exitUsage, stderr: "no certificate"},
		"an empty list":      {args: []string{"--users-file", os.DevNull}, status: exitUsage, stderr: "no user in it"},
		"no server there":    {args: []string{"--port", "1"}, status: exitUsage, stderr: "connection refused"},
		"TLS where it isn't": {args: []string{"--tls", "implicit"}, status: exitUsage, stderr: "hint: the server does not begin with TLS there"},
		"a strange signer":   {args: []string{"--tls", "starttls"}, status: exitUsage, stderr: "hint: name the organisation's own certificate authority"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &fakeimap.Server{Messages: leaking(), Before: tt.before, Message: tt.spoil}
			fakeimap.Start(t, s, false)
			args := append([]string{"--tls", "none", "--password-file", secretFile(t, imapPassword), "--protect", "army.mil", "-f", "json"}, tt.args...)
			r := call(t.Context(), nil, imapArgs(s, args...)...)
			if r.status != tt.status || !strings.Contains(r.stderr, tt.stderr) || tt.stderr == "" && r.stderr != "" {
				t.Errorf("status %d, want %d: %s", r.status, tt.status, r.stderr)
			}
			if strings.Contains(r.stderr+r.stdout, imapPassword) || strings.Contains(r.stderr, "\x1b") {
				t.Errorf("shown: %q", r.stderr)
			}
			if r.status != exitUsage {
				if out := decode(t, r); len(out.Deliveries) != 1 || out.Deliveries[0].Lookalike != "army.ml" {
					t.Errorf("%+v", out.Deliveries)
				}
			} else if r.stdout != "" {
				t.Errorf("a report: %s", r.stdout)
			}
		})
	}
}

// TestIMAPUsers: a master user reads everybody's mail; who cannot be read is
// named, and does not stop the others.
func TestIMAPUsers(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: leaking(), Greeting: "* OK [CAPABILITY IMAP4rev1] ready"}
	s.Before = func(c *fakeimap.Conn, name string) bool {
		if name == "LOGIN" && strings.HasPrefix(c.Line, `LOGIN "jo*audit"`) {
			c.Say("%s NO unknown user", c.Tag)
			return true
		}
		return false
	}
	fakeimap.Start(t, s, false)
	users := secretFile(t, "# ours\nkim\njo # left\n\nkim\nlee\n")
	r := call(t.Context(), map[string]string{"CREDENTIALS_DIRECTORY": filepath.Dir(secretFile(t, imapPassword))},
		"imap", "--sent", "--host", "127.0.0.1", "--port", strconv.Itoa(s.Port), "--tls", "none", "--user", "audit", "--users-file", users, "--password-credential", "secret", "--protect", "army.mil", "-f", "json")
	if r.status != exitPartial || r.stderr != "typoaudit: imap:jo: the server refused to log in jo*audit: unknown user\n" {
		t.Errorf("%+v", r)
	}
	out := decode(t, r)
	var names []string
	for _, s := range out.Coverage.Sources {
		names = append(names, s.Name)
	}
	if got := strings.Join(names, " "); got != "imap:kim/Sent imap:jo imap:lee/Sent" {
		t.Error(got)
	}
}

func TestIMAPSecrets(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: leaking()}
	fakeimap.Start(t, s, false)
	for name, tt := range map[string]struct {
		args   []string
		status int
		stderr string
	}{
		"a command":              {[]string{"--password-command", "echo " + imapPassword}, exitOK, ""},
		"a command that fails":   {[]string{"--password-command", "echo " + imapPassword + "; exit 3"}, exitUsage, "the command ended with exit status 3"},
		"a silent command":       {[]string{"--password-command", "true"}, exitUsage, "printed nothing"},
		"a command of much talk": {[]string{"--password-command", "yes"}, exitUsage, "--password-command"},
		"a missing file":         {[]string{"--password-file", "/nonexistent"}, exitUsage, "no such file"},
		"an empty file":          {[]string{"--password-file", os.DevNull}, exitUsage, "it is empty"},
		"no credentials":         {[]string{"--password-credential", "x"}, exitUsage, "systemd gave no credentials"},
		"a token":                {[]string{"--token-command", "echo token-" + imapPassword}, exitOK, ""},
		"a token in a file":      {[]string{"--token-file", secretFile(t, "token-"+imapPassword)}, exitOK, ""},
	} {
		r := call(t.Context(), nil, imapArgs(s, append([]string{"--tls", "none"}, tt.args...)...)...)
		if r.status != tt.status || !strings.Contains(r.stderr, tt.stderr) || strings.Contains(r.stderr, imapPassword) {
			t.Errorf("%s: %+v", name, r)
		}
	}
}

// TestIMAPInterrupted: a signal ends the run at once, wherever it waits, and
// nothing is reported.
func TestIMAPInterrupted(t *testing.T) {
	for _, command := range []string{"GREETING", "AUTHENTICATE", "UID FETCH"} {
		ctx, cancel := context.WithCancelCause(t.Context())
		s := &fakeimap.Server{Messages: leaking(), Before: func(c *fakeimap.Conn, name string) bool {
			if name == command {
				cancel(signalError{2})
				_, _ = c.Read(make([]byte, 1))
			}
			return name == command
		}}
		fakeimap.Start(t, s, false)
		r := call(ctx, nil, imapArgs(s, "--tls", "none", "--timeout", "1h", "--password-file", secretFile(t, imapPassword))...)
		if r.status != exitSignal+2 || r.stdout != "" {
			t.Errorf("%s: %+v", command, r)
		}
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(100*time.Millisecond, func() { cancel(signalError{2}) })
	s := &fakeimap.Server{}
	fakeimap.Start(t, s, false)
	if r := call(ctx, nil, imapArgs(s, "--tls", "none", "--password-command", "exec sleep 60")...); r.status != exitSignal+2 {
		t.Errorf("%+v", r)
	}
}

// TestIMAPContent: the text of a message to a lookalike is searched after the
// verdict, and no body of another one is ever fetched.
func TestIMAPContent(t *testing.T) {
	t.Parallel()
	d := servers.StartDovecot(t, "")
	messages := leaking()
	messages[7] = strings.Replace(messages[7], "body\r\n", "password: S3cr3t-canary-77\r\n", 1)
	d.Deliver(t, "kim", ".Sent", messages)
	args := []string{"imap", "--sent", "--host", "127.0.0.1", "--port", strconv.Itoa(d.TLSPort), "--ca-file", d.CAFile, "--user", "kim", "--protect", "army.mil", "-f", "json",
		"--password-file", secretFile(t, servers.Password)}
	plain := decode(t, call(t.Context(), nil, args...))
	r := call(t.Context(), nil, append(args, "--content")...)
	out := decode(t, r)
	if r.status != exitOK || len(out.Deliveries) != 1 || strings.Join(out.Deliveries[0].Sensitive, " ") != "credentials" || strings.Contains(r.stdout+r.stderr, "canary") {
		t.Errorf("%+v", r)
	}
	if len(plain.Deliveries) != 1 || len(plain.Deliveries[0].Sensitive) != 0 {
		t.Errorf("%+v", plain.Deliveries)
	}
}

// TestIMAPContentOfFindingsOnly: of no message but the finding more than the
// header is asked for.
func TestIMAPContentOfFindingsOnly(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: leaking()}
	s.Before = func(c *fakeimap.Conn, name string) bool {
		if name == "UID FETCH" && strings.Contains(c.Line, "BODYSTRUCTURE") {
			c.Say(`* 8 FETCH (UID 80 BODYSTRUCTURE ("text" "plain" NIL NIL NIL "7bit" 6 1 NIL NIL NIL NIL) BODY[HEADER.FIELDS (Subject)] {4}` + "\r\n\r\n\r\n)")
			c.OK()
			return true
		}
		if name == "UID FETCH" && strings.Contains(c.Line, "BODY.PEEK[1]") {
			c.Say("* 8 FETCH (UID 80 BODY[1]<0> {23}\r\npassword: S3cr3t-word-7)")
			c.OK()
			return true
		}
		return false
	}
	fakeimap.Start(t, s, false)
	r := call(t.Context(), nil, imapArgs(s, "--tls", "none", "--content", "--protect", "army.mil", "-f", "json", "--password-file", secretFile(t, imapPassword))...)
	if out := decode(t, r); r.status != exitOK || len(out.Deliveries) != 1 || len(out.Deliveries[0].Sensitive) != 1 {
		t.Errorf("%+v", r)
	}
	for _, c := range s.Commands() {
		_, c, _ = strings.Cut(c, " ")
		_, c, _ = strings.Cut(c, " ")
		if bodies := strings.Contains(c, "BODYSTRUCTURE") || strings.Contains(c, "BODY.PEEK[1]"); bodies && !strings.HasPrefix(c, "UID FETCH 80 ") {
			t.Errorf("fetched: %s", c)
		}
		if name, _, _ := strings.Cut(c, " "); strings.HasPrefix(c, "UID FETCH") && strings.Contains(c, "BODY[") || name == "SELECT" || name == "STORE" {
			t.Errorf("more than looking: %s", c)
		}
	}
}

// TestIMAPSettings: the configuration and the environment count as for scan, but
// for what is a folder here and a path there.
func TestIMAPSettings(t *testing.T) {
	t.Parallel()
	s := &fakeimap.Server{Messages: leaking()}
	fakeimap.Start(t, s, true)
	file := filepath.Join(t.TempDir(), "typoaudit.toml")
	if err := os.WriteFile(file, []byte("internal = [\"corp.example\"]\nprotect = [\"army.mil\"]\ncontext = [\"/nowhere\"]\nstate = \"hist\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	variables := map[string]string{"TYPOAUDIT_FORMAT": "json", "TYPOAUDIT_PASSWORD_FILE": secretFile(t, imapPassword+"\n")}
	r := call(t.Context(), variables, "imap", "--sent", "--host", "127.0.0.1", "--port", strconv.Itoa(s.Port), "--user", "kim", "--ca-file", s.CAFile(t), "-c", file)
	if r.status != exitOK || r.stderr != "" {
		t.Fatalf("%+v", r)
	}
	out := decode(t, r)
	if out.InternalInferred || len(out.InternalDomains) != 1 || out.Totals.Messages != 1 || out.Lookalikes[0].Intended != "army.mil" {
		t.Errorf("internal %v (inferred %v), %+v", out.InternalDomains, out.InternalInferred, out.Totals)
	}
	if _, err := os.Stat(filepath.Join(filepath.Dir(file), "hist")); err == nil {
		t.Error("a reading by hand touches the history of run")
	}
}

// TestIMAPFailingAccounts: each account that fails is a line of its own, in the messages
// and in the report, also where a log or a history gives one all the same.
func TestIMAPFailingAccounts(t *testing.T) {
	t.Parallel()
	var users strings.Builder
	for i := range 10 {
		fmt.Fprintf(&users, "user%d\n", i)
	}
	s := &fakeimap.Server{Before: func(c *fakeimap.Conn, name string) bool {
		if name == "LIST" {
			c.Say("%s NO not you", c.Tag)
		}
		return name == "LIST"
	}}
	fakeimap.Start(t, s, true)
	list, password := secretFile(t, users.String()), secretFile(t, imapPassword)
	config := secretFile(t, fmt.Sprintf(`
internal = ["corp.example"]
state = %q
[[source]]
type = "mailbox"
paths = [%q]
[[source]]
type = "imap"
host = "127.0.0.1"
port = %d
user = "audit"
users_file = %q
ca_file = %q
password_file = %q
`, t.TempDir(), secretFile(t, "From a Mon Nov 16 09:00:00 2026\n"+leaking()[0]), s.Port, list, s.CAFile(t), password))
	for name, tt := range map[string]struct {
		args   []string
		status int
	}{
		"imap":                {imapArgs(s, "--ca-file", s.CAFile(t), "--password-file", password, "--users-file", list), exitUsage},
		"run, with a history": {[]string{"run", "-c", config, "-o", "-", "-f", "table"}, exitPartial},
	} {
		r := call(t.Context(), nil, tt.args...)
		lines := strings.Split(strings.TrimSuffix(r.stderr, "\n"), "\n")
		if r.status != tt.status || len(lines) != 10 || strings.Contains(r.stdout+r.stderr, `\x0a`) || tt.status == exitPartial && strings.Count(r.stdout, "! ") != 10 {
			t.Errorf("%s: exit %d, %d lines: %s%s", name, r.status, len(lines), r.stderr, r.stdout)
		}
		for i, line := range lines {
			if want := fmt.Sprintf("imap:user%d: the server refused to list folders: not you", i); !strings.HasSuffix(line, want) {
				t.Errorf("%s: got %q, want %q", name, line, want)
			}
		}
	}
}
