package parserstest

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"os/exec"
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
	mu   sync.Mutex
	grey map[string]bool
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
			for line != ".\r\n" {
				if line, err = r.ReadString('\n'); err != nil {
					return
				}
			}
			if broken {
				return
			}
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
