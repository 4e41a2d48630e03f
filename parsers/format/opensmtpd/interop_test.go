//go:build linux

package opensmtpd_test

import (
	"fmt"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers/parserstest"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// startOpenSMTPD starts OpenSMTPD on loopback and returns its address, and a
// file with what it gives to syslog, without the header. It has one queue on a
// machine, in a place that is compiled in. team@corp.example is an alias of kim at
// the domain. Nobody may log in: Debian's takes logins under TLS only, and its TLS
// does not work with OpenSSL 3.
func startOpenSMTPD(t *testing.T, program, relay, domain string) (address, log string) {
	t.Helper()
	servers.Alone(t, "opensmtpd")
	dir := t.TempDir()
	port := servers.FreePort(t)
	conf := filepath.Join(dir, "smtpd.conf")
	log = filepath.Join(dir, "log")
	if err := os.WriteFile(conf, []byte(fmt.Sprintf(`queue ttl 1h
table aliases { team = "kim@%[3]s" }
listen on 127.0.0.1 port %[1]s hostname mail.corp.example
action "out" relay host smtp://127.0.0.1:%[2]s
action "in" expand-only alias <aliases>
match from any for domain "refused.example" reject
match from any for domain "corp.example" action "in"
match from any for any action "out"
`, port, relay, domain)), 0o600); err != nil {
		t.Fatal(err)
	}
	file, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	cmd := exec.Command(program, "-d", "-f", conf)
	cmd.Stdout, cmd.Stderr = file, file
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
		forget(log)
	})
	address = "127.0.0.1:" + port
	servers.Listens(t, address)
	return address, log
}

// forget removes the mail of a log from the queue: mail that waits there would be
// tried in the next run, and make its relay look bad.
func forget(log string) {
	text, _ := os.ReadFile(log)
	for line := range strings.Lines(string(text)) {
		if _, rest, ok := strings.Cut(line, " smtp message msgid="); ok && len(rest) > 8 {
			os.RemoveAll(filepath.Join("/var/spool/smtpd/queue", rest[:2], rest[:8]))
		}
	}
}

// TestInterop reads a real log of Debian's OpenSMTPD.
func TestInterop(t *testing.T) {
	const program = "/usr/sbin/smtpd"
	servers.Need(t, program)
	_, relay, _ := net.SplitHostPort(servers.StartSink(t).Addr().String())
	run := strconv.FormatInt(time.Now().UnixNano(), 36) // the queue may still have an earlier run's mail
	domain := run + ".army.ml"
	address, log := startOpenSMTPD(t, program, relay, domain)
	for i, to := range []string{"jane@" + domain, "nobody@" + domain, "grey@" + domain, "broken@" + domain, "team@corp.example"} {
		text := fmt.Sprintf("From: alice@corp.example\r\nSubject: Plan\r\nMessage-ID: <%d@corp.example>\r\n\r\nHello\r\n", i)
		if err := smtp.SendMail(address, nil, "alice@corp.example", []string{to}, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := smtp.SendMail(address, nil, "alice@corp.example", []string{"x@refused.example"}, []byte("x")); err == nil {
		t.Fatal("nothing was refused")
	}
	var text []byte
	servers.Wait(t, "every mail was tried", func() bool {
		raw, _ := os.ReadFile(log)
		text = text[:0]
		for line := range strings.Lines(string(raw)) {
			text = append(text, "Nov 20 08:00:00 mail smtpd[1]: "+line...)
		}
		return strings.Count(string(text), domain+"> rcpt=<") >= 5 && strings.Contains(string(text), "failed-command")
	})
	deliveries, tally := parserstest.Read(format(), text)
	got := map[string]string{}
	for _, d := range deliveries {
		if to, mine := strings.CutSuffix(d.Recipient, "@"+domain); mine {
			got[strings.TrimSuffix(to+" <"+d.OrigRecipient, " <")] = fmt.Sprintf("%s %s %s", d.Sender, d.Status, d.Arrived)
		} else if d.Recipient == "x@refused.example" {
			got["refused"] = fmt.Sprintf("%s %s", d.Status, d.Arrived)
		}
	}
	want := map[string]string{
		// The relay is on this host: the log does not say how it went on there.
		"jane":                   "alice@corp.example delivered maybe",
		"nobody":                 "alice@corp.example bounced no",
		"grey":                   "alice@corp.example deferred no",
		"broken":                 "alice@corp.example deferred maybe",
		"kim <team@corp.example": "alice@corp.example delivered maybe",
		"refused":                "rejected no",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%s", diff, text)
	}
	if tally.Malformed > 0 {
		t.Errorf("%+v", tally.Errors)
	}
}
