//go:build linux

package servers

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// saslServer speaks Dovecot's authentication protocol (version 1.2) and lets
// everybody in, so that Postfix logs a login.
func saslServer(t *testing.T, path string) {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				fmt.Fprintf(c, "VERSION\t1\t2\nMECH\tPLAIN\tplaintext\nSPID\t1\nCUID\t1\nCOOKIE\t0123456789abcdef0123456789abcdef\nDONE\n")
				r := bufio.NewScanner(c)
				for r.Scan() {
					if f := strings.Split(r.Text(), "\t"); f[0] == "AUTH" {
						fmt.Fprintf(c, "OK\t%s\tuser=alice\n", f[1])
					}
				}
			}()
		}
	}()
}

// StartPostfix starts Debian's Postfix on loopback, from a folder of its own and
// with the sink as the world, and returns its submission address, where
// everybody may log in as alice, and its log. It is skipped where Postfix is not
// installed.
func StartPostfix(t *testing.T, sink *Sink) (address, log string) {
	t.Helper()
	const master = "/usr/lib/postfix/sbin/master"
	Need(t, master)
	_, relay, _ := net.SplitHostPort(sink.Addr().String())
	dir, err := os.MkdirTemp("/var/tmp", "typoaudit-postfix-") // below /var: maillog_file_prefixes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	conf, queue, data := filepath.Join(dir, "conf"), filepath.Join(dir, "queue"), filepath.Join(dir, "data")
	log = filepath.Join(dir, "maillog")
	port := FreePort(t)
	for _, d := range []string{conf, queue, data} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	saslServer(t, filepath.Join(dir, "auth"))
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(conf, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("main.cf", fmt.Sprintf(`compatibility_level = 3.6
queue_directory = %s
data_directory = %s
maillog_file = %s
myhostname = mail.corp.example
mydomain = corp.example
myorigin = corp.example
mydestination = corp.example
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
local_transport = discard
alias_maps =
local_recipient_maps =
relayhost = [127.0.0.1]:%s
transport_maps =
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = %s
smtpd_relay_restrictions = permit_sasl_authenticated, reject
smtpd_tls_security_level = none
smtp_tls_security_level = none
minimal_backoff_time = 2s
maximal_backoff_time = 2s
queue_run_delay = 2s
`, queue, data, log, relay, filepath.Join(dir, "auth")))
	write("master.cf", port+` inet n - n - - smtpd -o syslog_name=postfix/submission
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
proxymap unix - - n - - proxymap
postlog unix-dgram n - n - 1 postlogd
`)
	run := func(args ...string) {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v: %s", strings.Join(args, " "), err, out)
		}
	}
	run("chown", "postfix", data)
	run("postfix", "-c", conf, "check")
	cmd := exec.CommandContext(context.Background(), master, "-c", conf, "-d")
	cmd.Env = append(os.Environ(), "MAIL_CONFIG="+conf)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		_ = cmd.Wait()
	})
	address = "127.0.0.1:" + port
	Listens(t, address)
	return address, log
}
