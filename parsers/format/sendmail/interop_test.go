//go:build linux

package sendmail_test

import (
	"bytes"
	"fmt"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/parsers/parserstest"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// A syslogd keeps the lines that programs write to /dev/log.
type syslogd struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *syslogd) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// startSyslog listens in place of a syslog daemon, where there is none.
func startSyslog(t *testing.T) *syslogd {
	t.Helper()
	const path = "/dev/log"
	if _, err := os.Lstat(path); err == nil {
		t.Skipf("%s is another daemon's", path)
	}
	c, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		c.Close()
		os.Remove(path)
	})
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	s := &syslogd{}
	go func() {
		b := make([]byte, 64<<10)
		for {
			n, err := c.Read(b)
			if err != nil {
				return
			}
			s.mu.Lock()
			s.text.Write(append(b[:n:n], '\n'))
			s.mu.Unlock()
		}
	}()
	return s
}

const config = `divert(-1)
divert(0)dnl
include(` + "`/usr/share/sendmail/cf/m4/cf.m4'" + `)dnl
OSTYPE(linux)dnl
define(` + "`confDOMAIN_NAME', `mail.corp.example'" + `)dnl
define(` + "`QUEUE_DIR', `%[1]s/queue'" + `)dnl
define(` + "`confPID_FILE', `%[1]s/pid'" + `)dnl
define(` + "`STATUS_FILE', `'" + `)dnl
define(` + "`ALIAS_FILE', `'" + `)dnl
define(` + "`confCW_FILE', `/dev/null'" + `)dnl
FEATURE(` + "`promiscuous_relay'" + `)dnl
FEATURE(` + "`accept_unresolvable_domains'" + `)dnl
FEATURE(` + "`nocanonify'" + `)dnl
FEATURE(` + "`no_default_msa'" + `)dnl
define(` + "`SMART_HOST', `relay:[127.0.0.1]'" + `)dnl
define(` + "`RELAY_MAILER_ARGS', `TCP $h %[3]s'" + `)dnl
DAEMON_OPTIONS(` + "`Port=%[2]s, Addr=127.0.0.1, Name=MTA'" + `)dnl
MAILER(local)dnl
MAILER(smtp)dnl
`

// startSendmail starts Sendmail on loopback, from a folder of its own, and
// returns its address.
func startSendmail(t *testing.T, program, relay string) (address string) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "queue"), 0o700); err != nil {
		t.Fatal(err)
	}
	port := servers.FreePort(t)
	m4 := exec.Command("m4")
	m4.Stdin = strings.NewReader(fmt.Sprintf(config, dir, port, relay))
	cf, err := m4.Output()
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "sendmail.cf")
	if err := os.WriteFile(path, cf, 0o600); err != nil {
		t.Fatal(err)
	}
	// A machine whose name has no dot makes Sendmail wait for a minute.
	cmd := exec.Command("sh", "-c", `hostname mail.corp.example && exec "$0" -bD -q1s -C "$1"`, program, path)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUTS}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	address = "127.0.0.1:" + port
	servers.Listens(t, address)
	return address
}

// TestInterop reads a real log of Debian's Sendmail.
func TestInterop(t *testing.T) {
	const program = "/usr/libexec/sendmail/sendmail"
	servers.Need(t, program)
	log := startSyslog(t)
	_, relay, _ := net.SplitHostPort(servers.StartSink(t).Addr().String())
	address := startSendmail(t, program, relay)
	send := func(i int, to string) {
		text := fmt.Sprintf("From: alice@corp.example\r\nSubject: Plan\r\nMessage-ID: <%d@corp.example>\r\n\r\nHello\r\n", i)
		if err := smtp.SendMail(address, nil, "alice@corp.example", []string{to}, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	for i, to := range []string{"jane@army.ml", "nobody@army.ml", "grey@army.ml", `"a, b"@army.ml`} {
		send(i, to)
	}
	var text string
	defer func() {
		if t.Failed() {
			t.Log(log.String())
		}
	}()
	servers.Wait(t, "every mail has an end", func() bool {
		text = log.String()
		return strings.Contains(text, ": to=<nobody@army.ml>") && strings.Count(text, ": to=<grey@army.ml>") >= 2 && strings.Count(text, "stat=Sent") >= 4
	})
	send(4, "broken@army.ml") // after the others: a host that failed is not tried again in a queue run
	servers.Wait(t, "the last one was tried", func() bool {
		text = log.String()
		return strings.Contains(text, ": to=<broken@army.ml>")
	})
	deliveries, tally := parserstest.Read(format(), []byte(text))
	got := map[string]string{}
	for _, d := range deliveries {
		if d.Sender != "" && d.Recipient != "alice@corp.example" {
			got[d.Recipient] = fmt.Sprintf("%s %s %s %s", d.Sender, d.MessageID, d.Status, d.Arrived)
		}
	}
	want := map[string]string{
		// The relay is on this host: the log does not say how it went on there.
		"jane@army.ml":   "alice@corp.example 0@corp.example delivered maybe",
		"nobody@army.ml": "alice@corp.example 1@corp.example bounced no",
		"grey@army.ml":   "alice@corp.example 2@corp.example delivered maybe",
		"broken@army.ml": "alice@corp.example 4@corp.example deferred maybe",
		`"a, b"@army.ml`: "alice@corp.example 3@corp.example delivered maybe",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if tally.Malformed > 0 {
		t.Errorf("%+v", tally.Errors)
	}
}
