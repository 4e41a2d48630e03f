package parserstest

import (
	"bufio"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// Need skips a test that starts a real server, as root, if the server's program
// is not there; where such tests must run it fails.
func Need(t *testing.T, program string) {
	t.Helper()
	missing := t.Skipf
	if os.Getenv("TYPOAUDIT_REQUIRE_INTEROP") == "1" {
		missing = t.Fatalf
	}
	if _, err := os.Stat(program); err != nil {
		missing("the server is not installed: %v", err)
	}
	if os.Getuid() != 0 {
		missing("%s is started by root only", program)
	}
}

// A Sink is an SMTP server that stands for the world. What it does is told by
// the recipient's local part.
type Sink struct {
	net.Listener
	mu    sync.Mutex
	grey  map[string]bool
	mails []string
}

// Mails returns the mails that were taken, as they came.
func (s *Sink) Mails() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.mails)
}

func (s *Sink) take(mail string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, mail)
}

// StartSink starts a sink on a port of its own, until the test ends.
func StartSink(t *testing.T) *Sink {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Sink{Listener: l, grey: map[string]bool{}}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c)
		}
	}()
	return s
}

func (s *Sink) serve(c net.Conn) {
	defer c.Close()
	r := bufio.NewReader(c)
	say := func(line string) { fmt.Fprintf(c, "%s\r\n", line) }
	say("220 sink ESMTP")
	broken := false
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		switch command := strings.ToUpper(strings.TrimSpace(line)); {
		case strings.HasPrefix(command, "RCPT TO:<NOBODY@"):
			say("550 5.1.1 no such user; to=<fake@other.example>, relay=none, dsn=2.0.0, status=sent (250 ok)")
		case strings.HasPrefix(command, "RCPT TO:<GREY@") && s.first(command):
			say("450 4.2.0 greylisted")
		case strings.HasPrefix(command, "RCPT TO:<BROKEN@"):
			broken = true
			say("250 ok")
		case command == "DATA":
			say("354 go on")
			var mail strings.Builder
			for {
				if line, err = r.ReadString('\n'); err != nil {
					return
				}
				if line == ".\r\n" {
					break
				}
				mail.WriteString(strings.TrimPrefix(line, ".")) // RFC 5321 section 4.5.2
			}
			if broken {
				return
			}
			s.take(mail.String())
			say("250 2.0.0 Ok: queued as SINK01")
		case command == "QUIT":
			say("221 bye")
			return
		default:
			say("250 ok")
		}
	}
}

func (s *Sink) first(command string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	first := !s.grey[command]
	s.grey[command] = true
	return first
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
// password is "secret". Whose certificate it has is not asked.
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

// Certificate makes a certificate and its key with openssl, in a folder.
func Certificate(t *testing.T, dir string) (cert, key string) {
	t.Helper()
	cert, key = filepath.Join(dir, "fullchain.pem"), filepath.Join(dir, "privkey.pem")
	out, err := exec.Command("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=mail.corp.example", "-days", "1", "-keyout", key, "-out", cert).CombinedOutput()
	if err != nil {
		t.Fatalf("openssl: %v\n%s", err, out)
	}
	return cert, key
}

// Program returns the path of a program that a test runs, and skips the test if
// it is not installed; where such tests must run it fails.
func Program(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	switch {
	case err == nil:
		return path
	case os.Getenv("TYPOAUDIT_REQUIRE_INTEROP") == "1":
		t.Fatalf("the program is not installed: %v", err)
	}
	t.Skipf("the program is not installed: %v", err)
	return ""
}
