//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// askedText is the beginning of what the sender of a mail to jane@army.ml reads.
const askedText = "did you mean jane@army.mil? If jane@army.ml is right, "

// A submission is a mail server that alice may log in to.
type submission struct {
	t       *testing.T
	address string
	login   bool // by AUTH PLAIN
}

// open begins a mail of alice.
func (s *submission) open() *smtp.Client {
	s.t.Helper()
	c, err := smtp.Dial(s.address)
	if err == nil {
		err = c.Hello("pc7.corp.example")
	}
	if err == nil && s.login {
		err = c.Auth(smtp.PlainAuth("", "alice", "secret", "127.0.0.1"))
	}
	if err == nil {
		err = c.Mail("alice@corp.example")
	}
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// rcpt returns the answer to one recipient, "" if it is taken.
func (s *submission) rcpt(to string) string {
	s.t.Helper()
	c := s.open()
	defer c.Close()
	if err := c.Rcpt(to); err != nil {
		return strings.ReplaceAll(err.Error(), `\n5.7.1 `, " ") // Exim folds it
	}
	return ""
}

// asksOnce holds a real mail server that asks a guard in the mode confirm against it: a slip
// is asked about, and passes when it is sent again; what is right is never asked about; and
// when the guard has gone all mail flows.
func (s *submission) asksOnce(g *guarded) {
	s.t.Helper()
	for _, to := range []string{"r1@army.mil", "jane@army.mil", "new@elsewhere.example"} {
		if got := s.rcpt(to); got != "" {
			s.t.Errorf("%s: %s", to, got)
		}
	}
	for _, step := range []struct {
		later time.Duration
		want  string
	}{
		{0, askedText + "send again within 10 minutes. army.ml looks like army.mil"},
		{5 * time.Second, askedText + "wait 20 seconds and send again within 10 minutes. army.ml looks like army.mil"},
		{20 * time.Second, ""}, {0, ""},
	} {
		g.ahead.Add(int64(step.later))
		got := s.rcpt("jane@army.ml")
		if step.want == "" && got != "" || step.want != "" && (!strings.HasPrefix(got, `550 "5.7.1 `) || !strings.Contains(got, step.want)) {
			s.t.Errorf("%s later: got %q, want %q", step.later, got, step.want)
		}
	}
	if got := s.rcpt("other@army.ml"); !strings.Contains(got, "did you mean other@army.mil?") {
		s.t.Errorf("another recipient: got %q", got)
	}
	g.end()
	if got := s.rcpt("third@army.ml"); got != "" {
		s.t.Errorf("the guard has gone: got %q", got)
	}
}

// startLearned starts a guard that has learned, in the mode confirm.
func startLearned(t *testing.T, args ...string) *guarded {
	t.Helper()
	dir := saved(t, "mail.jsonl", "")
	guardLog(t, dir)
	return startGuard(t, filepath.Dir(dir), append([]string{dir, "--mode", "confirm", "--ignore-file", os.DevNull}, args...)...)
}

// postfixWith starts Postfix with more settings.
func postfixWith(t *testing.T, settings ...string) (s *submission, log string) {
	t.Helper()
	address, log := servers.StartPostfix(t, servers.StartSink(t))
	conf := filepath.Join(filepath.Dir(log), "conf")
	for _, args := range [][]string{append([]string{"postconf", "-c", conf, "-e"}, settings...), {"postfix", "-c", conf, "reload"}} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%q: %v: %s", args, err, out)
		}
	}
	servers.Wait(t, "the settings are read", func() bool {
		text, _ := os.ReadFile(log)
		return strings.Contains(string(text), "reload")
	})
	return &submission{t: t, address: address, login: true}, log
}

func TestGuardPostfixPolicy(t *testing.T) {
	slow(t)
	servers.Need(t, "/usr/lib/postfix/sbin/master")
	g := startLearned(t, "--socket-group", "postfix")
	s, _ := postfixWith(t, "smtpd_recipient_restrictions=check_policy_service { unix:"+g.path("policy")+", timeout=30s, default_action=DUNNO }")
	s.asksOnce(g)
}

func TestGuardPostfixMilter(t *testing.T) {
	slow(t)
	servers.Need(t, "/usr/lib/postfix/sbin/master")
	port := servers.FreePort(t)
	g := startLearned(t, "--milter", "127.0.0.1:"+port)
	s, _ := postfixWith(t, "smtpd_milters=inet:127.0.0.1:"+port, "milter_default_action=accept")
	s.asksOnce(g)
}

// TestGuardPostfixWarns: the header is in the mail that goes out, by policy and by milter.
func TestGuardPostfixWarns(t *testing.T) {
	slow(t)
	servers.Need(t, "/usr/lib/postfix/sbin/master")
	world := servers.StartSink(t)
	address, log := servers.StartPostfix(t, world)
	conf, port := filepath.Join(filepath.Dir(log), "conf"), servers.FreePort(t)
	g := startLearned(t, "--mode", "warn", "--milter", "127.0.0.1:"+port, "--socket-group", "postfix")
	for i, setting := range []string{"smtpd_recipient_restrictions=check_policy_service unix:" + g.path("policy"), "smtpd_milters=inet:127.0.0.1:" + port} {
		for _, args := range [][]string{{"postconf", "-c", conf, "-e", setting}, {"postfix", "-c", conf, "reload"}} {
			if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
				t.Fatalf("%q: %v: %s", args, err, out)
			}
		}
		servers.Wait(t, "the settings are read", func() bool {
			text, _ := os.ReadFile(log)
			return strings.Count(string(text), "reload -- version") == i+1
		})
		if err := smtp.SendMail(address, smtp.PlainAuth("", "alice", "secret", "127.0.0.1"), "alice@corp.example", []string{"jane@army.ml"}, []byte("Subject: x\r\n\r\nx\r\n")); err != nil {
			t.Fatal(err)
		}
		servers.Wait(t, "the mail is marked", func() bool {
			all := world.Mails()
			return len(all) == i+1 && strings.Count(all[i], "X-Typoaudit: army.ml looks like army.mil (confidence 0.") == i+1
		})
	}
}

// guardEximLogins follow eximConfig, for a server that takes logins.
const guardEximLogins = `begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = yes
  server_set_id = $auth2
`

func TestGuardExim(t *testing.T) {
	slow(t)
	const program = "/usr/sbin/exim4"
	servers.Need(t, program)
	g := startLearned(t, "--exim", "unix:"+filepath.Join(filepath.Dir(saved(t, "x", "")), "exim"), "--socket-group", "nogroup")
	socket := strings.TrimPrefix(g.args[len(g.args)-3], "unix:")
	port := servers.FreePort(t)
	rules := strings.NewReplacer("/run/typoaudit/exim", socket, "{1s}", "{30s}").Replace(exampleLines(t, "guard/exim.acl"))
	conf := saved(t, "exim.conf", fmt.Sprintf(eximConfig+guardEximLogins, filepath.Dir(socket), port, rules))
	start(t, "127.0.0.1:"+port, exec.Command(program, "-C", conf, "-bdf"))
	(&submission{t: t, address: "127.0.0.1:" + port, login: true}).asksOnce(g)
}

// exampleLines returns an example without its comments.
func exampleLines(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("../../examples", name))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for line := range strings.Lines(string(text)) {
		if !strings.HasPrefix(line, "#") {
			b.WriteString(line)
		}
	}
	return b.String()
}

// TestGuardSendmail: there the login is set by a rule, as a real one would be.
func TestGuardSendmail(t *testing.T) {
	slow(t)
	const program = "/usr/libexec/sendmail/sendmail"
	servers.Need(t, program)
	milter, port := servers.FreePort(t), servers.FreePort(t)
	g := startLearned(t, "--milter", "127.0.0.1:"+milter)
	access := saved(t, "access", "")
	conf := sendmailConfig(t, filepath.Dir(access), port, "INPUT_MAIL_FILTER(`typoaudit', `S=inet:"+milter+"@127.0.0.1, T=S:30s;R:30s')dnl\n"+
		"LOCAL_CONFIG\nKstorage macro\nLOCAL_RULESETS\nSLocal_check_mail\nR$*\t$: $(storage {auth_authen} $@ alice $) $1\n")
	makeMap(t, "/usr/libexec/sendmail/makemap", conf, access)
	start(t, "127.0.0.1:"+port, sendmailCommand(program, "-bD", "-C", conf))
	(&submission{t: t, address: "127.0.0.1:" + port}).asksOnce(g)
}

// TestGuardOpenSMTPD: it runs the guard as its filter. Debian's can take no login with the
// OpenSSL of Debian, so that what refuses without one is tried; lines of a login are in the
// tests of the protocol.
func TestGuardOpenSMTPD(t *testing.T) {
	slow(t)
	const program = "/usr/sbin/smtpd"
	servers.Need(t, program)
	servers.Alone(t, "opensmtpd")
	log, port := saved(t, "mail.jsonl", ""), servers.FreePort(t)
	guardLog(t, log)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	copied := saved(t, "typoaudit", string(text))
	for path, mode := range map[string]os.FileMode{copied: 0o755, log: 0o644} { // another user runs it
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	conf := filepath.Join(t.TempDir(), "smtpd.conf")
	if err := os.WriteFile(conf, []byte(fmt.Sprintf(`filter "typoaudit" proc-exec "%s guard --opensmtpd --deadline 1m --mode refuse --internal corp.example --ignore-file /dev/null %s"
listen on 127.0.0.1 port %s hostname mail.corp.example filter "typoaudit"
action "out" relay host smtp://127.0.0.1:9
match from any for any action "out"
`, copied, log, port)), 0o600); err != nil {
		t.Fatal(err)
	}
	server := exec.Command(program, "-d", "-f", conf)
	server.Env = append(os.Environ(), "HOME="+filepath.Dir(log)) // not that of root, which the filter may not read
	start(t, "127.0.0.1:"+port, server)
	s := &submission{t: t, address: "127.0.0.1:" + port}
	servers.Wait(t, "the guard has learned", func() bool { return s.rcpt("jane@army.ml") != "" })
	if got := s.rcpt("jane@army.ml"); !strings.Contains(got, "5.7.1 did you mean jane@army.mil? Mail to army.ml is refused here: it looks like army.mil.") {
		t.Errorf("got %q", got)
	}
	for _, to := range []string{"r1@army.mil", "new@elsewhere.example"} {
		if got := s.rcpt(to); got != "" {
			t.Errorf("%s: %s", to, got)
		}
	}
}

// rspamdConfig is all that rspamd needs to ask, and no more.
const rspamdConfig = `options {
  pidfile = "%[1]s/pid"; tempdir = "%[1]s"; url_tld = "%[1]s/tld";
  filters = ""; disable_hyperscan = true; task_timeout = 60s;
  dns { nameserver = ["127.0.0.1"]; }
}
logging { type = "console"; level = "error"; }
worker "normal" { bind_socket = "127.0.0.1:%[2]s"; count = 1; }
lua = "%[1]s/rspamd.lua";
`

// TestGuardRspamd: rspamd asks by the plugin of the examples, and refuses what the guard asks about
// with its text.
func TestGuardRspamd(t *testing.T) {
	slow(t)
	const program = "/usr/bin/rspamd"
	servers.Need(t, program)
	at, port := servers.FreePort(t), servers.FreePort(t)
	g := startLearned(t, "--http", "127.0.0.1:"+at)
	plugin, err := os.ReadFile("../../examples/guard/rspamd.lua")
	if err != nil {
		t.Fatal(err)
	}
	conf := saved(t, "rspamd.conf", "")
	dir := filepath.Dir(conf)
	for name, text := range map[string]string{
		"rspamd.conf": fmt.Sprintf(rspamdConfig, dir, port), "tld": "com\n",
		"rspamd.lua": strings.NewReplacer("10040", at, "timeout = 1.0", "timeout = 30.0").Replace(string(plugin)),
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	start(t, "127.0.0.1:"+port, exec.Command(program, "-f", "-i", "-c", conf))
	for i, step := range []struct {
		to    string
		later time.Duration
		want  string // "" if it passes
	}{
		{"r1@army.mil", 0, ""}, {"new@elsewhere.example", 0, ""}, {"jane@army.ml", 0, askedText + "send again within 10 minutes. army.ml looks like army.mil"},
		{"jane@army.ml", 5 * time.Second, askedText + "wait 20 seconds and send again within 10 minutes. army.ml looks like army.mil"},
		{"jane@army.ml", 20 * time.Second, ""}, {"jane@army.ml", 0, ""},
	} {
		g.ahead.Add(int64(step.later))
		action, text := scanned(t, port, step.to)
		if text != step.want || (action == "reject") != (step.want != "") {
			t.Errorf("step %d: got %q, %q, want %q", i, action, text, step.want)
		}
	}
	g.end()
	if action, _ := scanned(t, port, "third@army.ml"); action == "reject" {
		t.Error("the guard has gone: it is refused")
	}
}

// scanned returns what rspamd would do with a mail of alice, and its answer to her.
func scanned(t *testing.T, port, to string) (action, text string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, "http://127.0.0.1:"+port+"/checkv2", strings.NewReader("From: alice@corp.example\r\nSubject: x\r\n\r\nhi\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range map[string]string{"From": "alice@corp.example", "Rcpt": to, "User": "alice"} {
		r.Header.Set(name, value)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var scan struct {
		Action   string
		Messages struct {
			Text string `json:"smtp_message"`
		}
	}
	if err := json.NewDecoder(answer.Body).Decode(&scan); err != nil {
		t.Fatal(err)
	}
	return scan.Action, scan.Messages.Text
}
