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
)

// startOpenSMTPD starts OpenSMTPD on loopback and returns its address, and a
// file with what it gives to syslog, without the header. It has one queue on a
// machine, in a place that is compiled in.
func startOpenSMTPD(t *testing.T, program, relay string) (address, log string) {
	t.Helper()
	dir := t.TempDir()
	port := parserstest.FreePort(t)
	conf := filepath.Join(dir, "smtpd.conf")
	log = filepath.Join(dir, "log")
	if err := os.WriteFile(conf, []byte(fmt.Sprintf(`queue ttl 1h
listen on 127.0.0.1 port %s hostname mail.corp.example
action "out" relay host smtp://127.0.0.1:%s
match from any for domain "refused.example" reject
match from any for any action "out"
`, port, relay)), 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(log)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(program, "-d", "-f", conf)
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	address = "127.0.0.1:" + port
	parserstest.Listens(t, address)
	return address, log
}

// TestInterop reads what Debian's OpenSMTPD really logs.
func TestInterop(t *testing.T) {
	const program = "/usr/sbin/smtpd"
	parserstest.Need(t, program)
	_, relay, _ := net.SplitHostPort(parserstest.StartSink(t).Addr().String())
	address, log := startOpenSMTPD(t, program, relay)
	run := strconv.FormatInt(time.Now().UnixNano(), 36) // the queue may still have an earlier run's mail
	for i, name := range []string{"jane", "nobody", "grey", "broken"} {
		to := name + "@" + run + ".army.ml"
		text := fmt.Sprintf("From: alice@corp.example\r\nSubject: Plan\r\nMessage-ID: <%d@corp.example>\r\n\r\nHello\r\n", i)
		if err := smtp.SendMail(address, nil, "alice@corp.example", []string{to}, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := smtp.SendMail(address, nil, "alice@corp.example", []string{"x@refused.example"}, []byte("x")); err == nil {
		t.Fatal("nothing was refused")
	}
	var text []byte
	parserstest.Wait(t, "every mail was tried", func() bool {
		raw, _ := os.ReadFile(log)
		text = text[:0]
		for line := range strings.Lines(string(raw)) {
			text = append(text, "Nov 20 08:00:00 mail smtpd[1]: "+line...)
		}
		return strings.Count(string(text), " mta delivery ") >= 4 && strings.Count(string(text), run+".army.ml> rcpt=<") >= 4 && strings.Contains(string(text), "failed-command")
	})
	deliveries, tally := parserstest.Read(format(), text)
	got := map[string]string{}
	for _, d := range deliveries {
		if to, mine := strings.CutSuffix(d.Recipient, "@"+run+".army.ml"); mine {
			got[to] = fmt.Sprintf("%s %s %s", d.Sender, d.Status, d.Arrived)
		} else if d.Recipient == "x@refused.example" {
			got["refused"] = fmt.Sprintf("%s %s", d.Status, d.Arrived)
		}
	}
	want := map[string]string{
		// The relay is on this host: what it did with the mail is not told.
		"jane":    "alice@corp.example delivered maybe",
		"nobody":  "alice@corp.example bounced no",
		"grey":    "alice@corp.example deferred no",
		"broken":  "alice@corp.example deferred maybe",
		"refused": "rejected no",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s\n%s", diff, text)
	}
	if tally.Malformed > 0 {
		t.Errorf("%+v", tally.Errors)
	}
}
