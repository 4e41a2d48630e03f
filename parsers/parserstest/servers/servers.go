// Package servers starts real mail servers for tests, Dovecot, Cyrus, Courier and Postfix,
// and holds the ports, certificates and the sink that stands for the world, for tests
// that start a server of their own. A test that needs a server is skipped where
// it is not installed; with TYPOAUDIT_REQUIRE_INTEROP=1 it fails instead.
package servers

import (
	"crypto/tls"
	"io"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"testing"
	"time"
)

// required reports whether the tests that start servers must run.
func required() bool { return os.Getenv("TYPOAUDIT_REQUIRE_INTEROP") == "1" }

// skipShort skips a test that starts a program that is not our own where the
// tests are to be short.
func skipShort(t *testing.T) {
	t.Helper()
	if testing.Short() && !required() {
		t.Skip("short: no real servers and programs")
	}
}

// Need skips a test that starts a real server, as root, if the server's program
// is not there or the tests are to be short; where such tests must run it fails.
func Need(t *testing.T, program string) {
	t.Helper()
	skipShort(t)
	missing := t.Skipf
	if required() {
		missing = t.Fatalf
	}
	if _, err := os.Stat(program); err != nil {
		missing("the server is not installed: %v", err)
	}
	if os.Getuid() != 0 {
		missing("%s is started by root only", program)
	}
}

// FreePort returns a TCP port of loopback that nobody listens on.
func FreePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// Wait waits until done, and fails the test after 30 seconds.
func Wait(t *testing.T, what string, done func() bool) {
	t.Helper()
	for range 300 {
		if done() {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatalf("not in 30 seconds: %s", what)
}

// Listens waits until somebody takes connections at address.
func Listens(t *testing.T, address string) {
	t.Helper()
	Wait(t, address+" is listened on", func() bool {
		c, err := net.Dial("tcp", address)
		if err == nil {
			c.Close()
		}
		return err == nil
	})
}

// Submit sends a mail to a server that takes logins under TLS only, by one whose
// password is "secret". The owner of its certificate is not checked.
func Submit(address, login, from, to, text string) error {
	c, err := smtp.Dial(address)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.StartTLS(&tls.Config{InsecureSkipVerify: true}); err != nil {
		return err
	}
	if err := c.Auth(smtp.PlainAuth("", login, "secret", "127.0.0.1")); err != nil {
		return err
	}
	if err := c.Mail(from); err != nil {
		return err
	}
	if err := c.Rcpt(to); err != nil {
		return err
	}
	w, err := c.Data()
	if err != nil {
		return err
	}
	if _, err := io.WriteString(w, text); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return c.Quit()
}

// Program returns the path of a program that a test runs, and skips the test if
// it is not installed or the tests are to be short; where such tests must run it
// fails.
func Program(t *testing.T, name string) string {
	t.Helper()
	skipShort(t)
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case required():
		t.Fatalf("the program is not installed: %v", err)
	}
	t.Skipf("the program is not installed: %v", err)
	return ""
}
