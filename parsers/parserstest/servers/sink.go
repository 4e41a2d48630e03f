package servers

import (
	"bufio"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A Sink is an SMTP server that stands for the world. Its answer depends on
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
