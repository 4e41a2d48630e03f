//go:build linux

package main

import (
	"context"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// rules are those that block writes of a report with findings, or without.
func rules(t *testing.T, server, result string) string {
	t.Helper()
	var out, errs strings.Builder
	e := &env{stdin: strings.NewReader(""), stdout: &out, stderr: &errs, getenv: func(string) string { return "" }, now: time.Now, location: time.UTC}
	if code := run(context.Background(), []string{"block", "../../report/testdata/" + result + ".json", "--for", server}, e); code != exitOK {
		t.Fatalf("exit %d: %s", code, errs.String())
	}
	return out.String()
}

// checkRefused holds a real server that has the rules against them: what was
// meant passes, the lookalike is refused with the hint, in any case of letters.
func checkRefused(t *testing.T, address string) {
	t.Helper()
	answer := func(to string) error {
		c, err := smtp.Dial(address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if err := c.Hello("client.corp.example"); err != nil {
			t.Fatal(err)
		}
		if ok, how := c.Extension("AUTH"); ok && strings.Contains(how, "PLAIN") {
			if err := c.Auth(smtp.PlainAuth("", "alice", "secret", "127.0.0.1")); err != nil {
				t.Fatal(err)
			}
		}
		if err := c.Mail("alice@corp.example"); err != nil {
			t.Fatal(err)
		}
		return c.Rcpt(to)
	}
	for _, to := range []string{"jane@army.mil", "jane@acme-supply.com", "jane@army.ml.example", "jane@sarmy.ml"} {
		if err := answer(to); err != nil {
			t.Errorf("%s: %v", to, err)
		}
	}
	for to, meant := range map[string]string{"jane@army.ml": "army.mil", "JANE@ARMY.ML": "army.mil", "bob@outlook.con": "outlook.com", "x@acme-suply.com": "acme-supply.com"} {
		err := answer(to)
		if err == nil || !strings.HasPrefix(err.Error(), "5") || !strings.Contains(err.Error(), "did you mean "+meant+"?") {
			t.Errorf("%s: %v", to, err)
		}
	}
}

// checkPasses holds a server that has the rules of no finding against them.
func checkPasses(t *testing.T, address string) {
	t.Helper()
	c, err := smtp.Dial(address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Mail("alice@corp.example"); err != nil {
		t.Fatal(err)
	}
	if err := c.Rcpt("jane@army.ml"); err != nil {
		t.Error(err)
	}
}

// saved writes a file that any user may read, in a folder of its own.
func saved(t *testing.T, name, text string) string {
	t.Helper()
	dir, err := os.MkdirTemp("/var/tmp", "typoaudit-block-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func start(t *testing.T, address string, cmd *exec.Cmd) {
	t.Helper()
	out := &strings.Builder{}
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(out.String())
		}
	})
	servers.Listens(t, address)
}

func TestBlockPostfix(t *testing.T) {
	slow(t)
	address, log := servers.StartPostfix(t, servers.StartSink(t))
	conf := filepath.Join(filepath.Dir(log), "conf")
	rules := saved(t, "typoaudit.regexp", rules(t, "postfix", "findings"))
	for _, args := range [][]string{
		{"postconf", "-c", conf, "-e", "smtpd_recipient_restrictions=check_recipient_access regexp:" + rules},
		{"postfix", "-c", conf, "reload"},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%q: %v: %s", args, err, out)
		}
	}
	servers.Wait(t, "the rules are read", func() bool {
		text, _ := os.ReadFile(log)
		return strings.Contains(string(text), "reload")
	})
	checkRefused(t, address)
}

// TestBlockPostfixForward: the rules for SMTP let an alias send mail to a lookalike, and
// those of the transport bounce it with the hint.
func TestBlockPostfixForward(t *testing.T) {
	slow(t)
	address, log := servers.StartPostfix(t, servers.StartSink(t))
	conf := filepath.Join(filepath.Dir(log), "conf")
	access, transport := saved(t, "typoaudit.regexp", rules(t, "postfix", "findings")), saved(t, "transport.regexp", rules(t, "postfix-transport", "findings"))
	forwards := saved(t, "virtual", "/^sato@corp[.]example$/ sato@army.ml\n/^kato@corp[.]example$/ kato@army.mil\n")
	for _, args := range [][]string{
		{"postconf", "-c", conf, "-e", "smtpd_recipient_restrictions=check_recipient_access regexp:" + access, "transport_maps=regexp:" + transport, "virtual_alias_maps=regexp:" + forwards},
		{"postfix", "-c", conf, "reload"},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%q: %v: %s", args, err, out)
		}
	}
	logged := func(want string) func() bool {
		return func() bool {
			text, _ := os.ReadFile(log)
			return strings.Contains(string(text), want)
		}
	}
	servers.Wait(t, "the rules are read", logged("reload"))
	if err := smtp.SendMail(address, smtp.PlainAuth("", "alice", "secret", "127.0.0.1"), "outside@else.example", []string{"sato@corp.example", "kato@corp.example"}, []byte("Subject: x\r\n\r\nx\r\n")); err != nil {
		t.Fatal(err)
	}
	servers.Wait(t, "the forward to the lookalike bounces", logged("to=<sato@army.ml>, orig_to=<sato@corp.example>, relay=none"))
	servers.Wait(t, "with the hint", logged("status=bounced (did you mean army.mil?)"))
	servers.Wait(t, "what was meant goes on", logged("to=<kato@army.mil>, orig_to=<kato@corp.example>"))
}

// eximConfig is that of a server in a folder, with its port and the lines of its ACL.
const eximConfig = `exim_user = nobody
exim_group = nogroup
primary_hostname = mail.corp.example
qualify_domain = corp.example
spool_directory = %[1]s
log_file_path = %[1]s/%%slog
daemon_smtp_ports = %[2]s
local_interfaces = 127.0.0.1
tls_advertise_hosts =
keep_environment =
acl_smtp_rcpt = rcpt
begin acl
rcpt:
%[3]s
  accept
`

func TestBlockExim(t *testing.T) {
	slow(t)
	const program = "/usr/sbin/exim4"
	servers.Need(t, program)
	for _, result := range []string{"findings", "empty"} {
		port := servers.FreePort(t)
		rules := saved(t, "typoaudit.acl", rules(t, "exim", result))
		conf := saved(t, "exim.conf", fmt.Sprintf(eximConfig, filepath.Dir(rules), port, ".include_if_exists "+rules))
		address := "127.0.0.1:" + port
		start(t, address, exec.Command(program, "-C", conf, "-bdf"))
		if result == "empty" {
			checkPasses(t, address)
		} else {
			checkRefused(t, address)
		}
	}
}

// checkForwards waits for what the world gets of a mail to two of ours who forward theirs,
// one to a lookalike: the mail to whom was meant, and a bounce with the hint to who wrote.
func checkForwards(t *testing.T, world *servers.Sink, hint string) {
	t.Helper()
	var bounce, forward bool
	servers.Wait(t, "a bounce and a forward", func() bool {
		for _, mail := range world.Mails() {
			bounce = bounce || strings.Contains(mail, hint) && strings.Contains(mail, "sato@army.ml")
			forward = forward || strings.HasPrefix(mail[strings.Index(mail, "Subject: "):], "Subject: forwarded")
		}
		return bounce && forward
	})
	if n := len(world.Mails()); n != 2 {
		t.Errorf("%d mails, want a bounce and a forward: %q", n, world.Mails())
	}
}

const forwardedMail = "Subject: forwarded\r\n\r\nx\r\n"

func TestBlockEximForward(t *testing.T) {
	slow(t)
	const program = "/usr/sbin/exim4"
	servers.Need(t, program)
	world, port := servers.StartSink(t), servers.FreePort(t)
	_, relay, _ := net.SplitHostPort(world.Addr().String())
	acl, routers := saved(t, "typoaudit.acl", rules(t, "exim", "findings")), saved(t, "typoaudit.routers", rules(t, "exim-router", "findings"))
	conf := saved(t, "exim.conf", fmt.Sprintf(eximConfig+`begin routers
.include_if_exists %[4]s
forwards:
  driver = redirect
  domains = corp.example
  data = ${local_part}@${if eq{$local_part}{sato}{army.ml}{army.mil}}
out:
  driver = manualroute
  route_list = * 127.0.0.1
  self = send
  transport = smtp
begin transports
smtp:
  driver = smtp
  port = %[5]s
  allow_localhost
`, filepath.Dir(acl), port, ".include_if_exists "+acl, routers, relay))
	start(t, "127.0.0.1:"+port, exec.Command(program, "-C", conf, "-bdf"))
	checkRefused(t, "127.0.0.1:"+port)
	if err := smtp.SendMail("127.0.0.1:"+port, nil, "outside@else.example", []string{"sato@corp.example", "kato@corp.example"}, []byte(forwardedMail)); err != nil {
		t.Fatal(err)
	}
	checkForwards(t, world, "did you mean army.mil?")
}

const blockSendmailConfig = `divert(-1)
divert(0)dnl
include(` + "`/usr/share/sendmail/cf/m4/cf.m4'" + `)dnl
OSTYPE(linux)dnl
define(` + "`confDOMAIN_NAME', `mail.corp.example'" + `)dnl
define(` + "`QUEUE_DIR', `%[1]s'" + `)dnl
define(` + "`confPID_FILE', `%[1]s/pid'" + `)dnl
define(` + "`STATUS_FILE', `'" + `)dnl
define(` + "`ALIAS_FILE', `'" + `)dnl
define(` + "`confDONT_BLAME_SENDMAIL', `MapInUnsafeDirPath'" + `)dnl
define(` + "`confCW_FILE', `/dev/null'" + `)dnl
FEATURE(` + "`access_db', `hash %[1]s/access'" + `)dnl
FEATURE(` + "`blocklist_recipients'" + `)dnl
FEATURE(` + "`promiscuous_relay'" + `)dnl
FEATURE(` + "`accept_unresolvable_domains'" + `)dnl
FEATURE(` + "`nocanonify'" + `)dnl
FEATURE(` + "`no_default_msa'" + `)dnl
DAEMON_OPTIONS(` + "`Port=%[2]s, Addr=127.0.0.1, Name=MTA'" + `)dnl
`

// sendmailConfig makes the configuration of a server of a folder, with more lines of m4.
func sendmailConfig(t *testing.T, dir, port, more string) (path string) {
	t.Helper()
	if err := os.Chmod(dir, 0o700); err != nil { // Sendmail trusts no map that others may write
		t.Fatal(err)
	}
	m4 := exec.Command("m4")
	m4.Stdin = strings.NewReader(fmt.Sprintf(blockSendmailConfig, dir, port) + more + "MAILER(smtp)dnl\n")
	cf, err := m4.Output()
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(dir, "sendmail.cf")
	if err := os.WriteFile(path, cf, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// makeMap makes the map of a text of that name.
func makeMap(t *testing.T, makemap, conf, path string) {
	t.Helper()
	in, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	cmd := exec.Command(makemap, "-C", conf, "hash", path)
	cmd.Stdin = in
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("makemap: %v: %s", err, out)
	}
}

// sendmailCommand is that of Sendmail: a machine whose name has no dot makes it wait for a minute.
func sendmailCommand(program string, args ...string) *exec.Cmd {
	cmd := exec.Command("sh", append([]string{"-c", `hostname mail.corp.example && exec "$0" "$@"`, program}, args...)...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUTS}
	return cmd
}

func TestBlockSendmail(t *testing.T) {
	slow(t)
	const program, makemap = "/usr/libexec/sendmail/sendmail", "/usr/libexec/sendmail/makemap"
	servers.Need(t, program)
	servers.Need(t, makemap)
	access, port := saved(t, "access", rules(t, "sendmail", "findings")), servers.FreePort(t)
	conf := sendmailConfig(t, filepath.Dir(access), port, "")
	makeMap(t, makemap, conf, access)
	start(t, "127.0.0.1:"+port, sendmailCommand(program, "-bD", "-C", conf))
	checkRefused(t, "127.0.0.1:"+port)
}

const blockSendmailForwards = "FEATURE(`mailertable', `hash %[1]s/mailertable')dnl\n" +
	"FEATURE(`virtusertable', `hash %[1]s/virtusertable')dnl\n" +
	"VIRTUSER_DOMAIN(`corp.example')dnl\n" +
	"define(`ALIAS_FILE', `%[1]s/aliases')dnl\n" +
	"LOCAL_DOMAIN(`corp.example')dnl\n" +
	"MAILER(local)dnl\n" +
	"define(`RELAY_MAILER_ARGS', `TCP $h %[2]s')dnl\n" +
	"define(`SMART_HOST', `relay:[127.0.0.1]')dnl\n" +
	"define(`confDELIVERY_MODE', `interactive')dnl\n"

func TestBlockSendmailForward(t *testing.T) {
	slow(t)
	const program, makemap = "/usr/libexec/sendmail/sendmail", "/usr/libexec/sendmail/makemap"
	servers.Need(t, program)
	servers.Need(t, makemap)
	world, port := servers.StartSink(t), servers.FreePort(t)
	_, relay, _ := net.SplitHostPort(world.Addr().String())
	access := saved(t, "access", rules(t, "sendmail", "findings"))
	dir := filepath.Dir(access)
	conf := sendmailConfig(t, dir, port, fmt.Sprintf(blockSendmailForwards, dir, relay))
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("mailertable", rules(t, "sendmail-mailertable", "findings"))
	write("virtusertable", "info@corp.example\tinfo@army.ml\n")
	write("aliases", "sato\tsato@army.ml\nkato\tkato@army.mil\nlab\tsato@army.ml,kato@army.mil\n@\t@\n") // the last: it is whole
	for _, name := range []string{"access", "mailertable", "virtusertable", "aliases"} {
		makeMap(t, makemap, conf, filepath.Join(dir, name))
	}
	start(t, "127.0.0.1:"+port, sendmailCommand(program, "-bD", "-C", conf))
	checkRefused(t, "127.0.0.1:"+port)
	send := func(to ...string) error {
		return smtp.SendMail("127.0.0.1:"+port, nil, "outside@else.example", to, []byte(forwardedMail))
	}
	for _, to := range []string{"sato@corp.example", "lab@corp.example", "info@corp.example"} {
		if err := send(to); err == nil || !strings.HasPrefix(err.Error(), "5") || !strings.Contains(err.Error(), "did you mean army.mil?") {
			t.Errorf("%s: %v", to, err)
		}
	}
	if err := send("kato@corp.example"); err != nil {
		t.Fatal(err)
	}
	submit := sendmailCommand(program, "-C", conf, "-f", "outside@else.example", "sato@army.ml")
	submit.Stdin = strings.NewReader("Subject: refused\n\nx\n")
	_ = submit.Run() // its status is that of the delivery
	checkForwards(t, world, "did you mean army.mil?")
}

func TestBlockOpenSMTPD(t *testing.T) {
	slow(t)
	const program = "/usr/sbin/smtpd"
	servers.Need(t, program)
	servers.Alone(t, "opensmtpd")
	for _, result := range []string{"findings", "empty"} {
		t.Run(result, func(t *testing.T) {
			port := servers.FreePort(t)
			conf := filepath.Join(t.TempDir(), "smtpd.conf")
			if err := os.WriteFile(conf, []byte(fmt.Sprintf(`%slisten on 127.0.0.1 port %s hostname mail.corp.example filter "typoaudit"
action "out" relay host smtp://127.0.0.1:9
match from any for any action "out"
`, rules(t, "opensmtpd", result), port)), 0o600); err != nil {
				t.Fatal(err)
			}
			start(t, "127.0.0.1:"+port, exec.Command(program, "-d", "-f", conf))
			if result == "empty" {
				checkPasses(t, "127.0.0.1:"+port)
			} else {
				checkRefused(t, "127.0.0.1:"+port)
			}
		})
	}
}

// A plugin for Haraka is run by Node.js, in place of Haraka.
func TestBlockHaraka(t *testing.T) {
	slow(t)
	const program = "/usr/bin/node"
	servers.Need(t, program)
	plugin := saved(t, "typoaudit.js", rules(t, "haraka", "findings"))
	script := `global.DENY = 902; const plugin = require(process.argv[1]);
for (const host of ['army.ml', 'ARMY.ML', 'army.mil', '__proto__']) plugin.hook_rcpt((code, text) => console.log(host, code, text), {}, [{host}]);`
	out, err := exec.Command(program, "-e", script, plugin).CombinedOutput()
	want := "army.ml 902 5.1.2 did you mean army.mil?\nARMY.ML 902 5.1.2 did you mean army.mil?\narmy.mil undefined undefined\n__proto__ undefined undefined\n"
	if err != nil || string(out) != want {
		t.Errorf("%v: %s", err, out)
	}
}

func TestBlockOpenSMTPDForward(t *testing.T) {
	slow(t)
	const program = "/usr/sbin/smtpd"
	servers.Need(t, program)
	servers.Alone(t, "opensmtpd")
	world, port := servers.StartSink(t), servers.FreePort(t)
	conf := filepath.Join(t.TempDir(), "smtpd.conf")
	if err := os.WriteFile(conf, []byte(fmt.Sprintf(`table forwards { sato@corp.example = sato@army.ml, kato@corp.example = kato@army.mil, lab@corp.example = "sato@army.ml,kato@army.mil" }
%slisten on 127.0.0.1 port %s hostname mail.corp.example filter "typoaudit"
action "forward" forward-only virtual <forwards>
action "out" relay host smtp://%s
match from any for domain "corp.example" action "forward"
match from any for any action "out"
`, rules(t, "opensmtpd", "findings"), port, world.Addr())), 0o600); err != nil {
		t.Fatal(err)
	}
	address := "127.0.0.1:" + port
	start(t, address, exec.Command(program, "-d", "-f", conf))
	for _, to := range []string{"sato@corp.example", "lab@corp.example"} {
		if err := smtp.SendMail(address, nil, "outside@else.example", []string{to}, []byte(forwardedMail)); err == nil || !strings.HasPrefix(err.Error(), "5") {
			t.Errorf("%s: %v", to, err)
		}
	}
	if err := smtp.SendMail(address, nil, "outside@else.example", []string{"kato@corp.example"}, []byte(forwardedMail)); err != nil {
		t.Fatal(err)
	}
	servers.Wait(t, "what was meant goes on", func() bool { return len(world.Mails()) > 0 })
	if all := world.Mails(); len(all) != 1 || !strings.Contains(all[0], "Subject: forwarded") {
		t.Errorf("%q", all)
	}
}
