package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	gomail "github.com/wneessen/go-mail"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/parsers/format/shared/secret"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

const mailPassword = "Tr0ub4dor-and-3"

// An oddServer is a mail server that does something else at one command: "" is the
// greeting and "." the end of the mail. What it does ends the connection, unless it says
// that it goes on.
type oddServer struct {
	at    string
	do    func(c net.Conn) (goesOn bool)
	wait  bool   // it keeps silent: it is not waited for long
	user  bool   // it is logged in to
	tls   bool   // implicit TLS
	taken int    // mails that it says it took
	want  string // part of the error; "" for none
}

func say(lines ...string) func(net.Conn) bool {
	return func(c net.Conn) bool {
		_, err := fmt.Fprint(c, strings.Join(lines, "\r\n")+"\r\n")
		return err == nil
	}
}

func hangUp(net.Conn) bool { return false }

// reset closes without a word and without what is on the way.
func reset(c net.Conn) bool {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	return false
}

// keepSilent waits until the client hangs up.
func keepSilent(c net.Conn) bool {
	_, _ = bufio.NewReader(c).WriteTo(new(bytes.Buffer))
	return false
}

// flood writes text without end.
func flood(text string) func(net.Conn) bool {
	return func(c net.Conn) bool {
		block := []byte(strings.Repeat(text, 1+(64<<10)/len(text)))
		for {
			if _, err := c.Write(block); err != nil {
				return false
			}
		}
	}
}

// oddServers are what mail servers do, by name.
func oddServers() map[string]oddServer {
	coded := base64.StdEncoding.EncodeToString([]byte("\x00kim\x00" + mailPassword))
	return map[string]oddServer{
		"as it should be":               {taken: 1},
		"with a login":                  {taken: 1, user: true},
		"TLS from the first byte":       {taken: 1, tls: true},
		"TLS and a login":               {taken: 1, tls: true, user: true},
		"a refusal as greeting":         {at: "", do: say("554 no mail from you"), want: "554"},
		"busy":                          {at: "", do: say("421 too many connections"), want: "421"},
		"no greeting":                   {at: "", do: keepSilent, wait: true, want: "timeout"},
		"closed at once":                {at: "", do: hangUp, want: "EOF"},
		"no SMTP":                       {at: "", do: say("SSH-2.0-OpenSSH_9.2"), wait: true, want: "timeout"},
		"an endless greeting":           {at: "", do: flood("220-x"), want: "the server sent more than"},
		"a greeting of endless lines":   {at: "", do: flood("220-x\r\n"), want: "the server sent more than"},
		"EHLO unknown":                  {at: "EHLO", do: say("502 unknown"), taken: 1},
		"EHLO and HELO refused":         {at: "EHLO", do: func(c net.Conn) bool { say("502 unknown", "502 unknown")(c); return true }, want: "502"},
		"the login refused":             {at: "AUTH", do: say("535 5.7.8 authentication failed"), user: true, want: "authentication failed"},
		"the password in the answer":    {at: "AUTH", do: say("535 not " + mailPassword), user: true, want: "535"},
		"the login in the answer":       {at: "AUTH", do: say("535 not " + coded), user: true, want: "535"},
		"the password at a later one":   {at: "MAIL", do: say("550 " + strings.ToUpper(mailPassword)), user: true, want: "550"},
		"the sender refused":            {at: "MAIL", do: say("550 no such sender"), want: "no such sender"},
		"the recipient refused":         {at: "RCPT", do: say("550 no such user"), want: "no such user"},
		"greylisted":                    {at: "RCPT", do: say("451 later"), want: "451"},
		"DATA refused":                  {at: "DATA", do: say("554 no"), want: "554"},
		"closed in the mail":            {at: "DATA", do: func(c net.Conn) bool { say("354 go on")(c); return false }, want: ""},
		"silent after the mail":         {at: ".", do: keepSilent, wait: true, want: "timeout"},
		"closed after the mail":         {at: ".", do: hangUp, want: "EOF"},
		"reset after the mail":          {at: ".", do: reset, want: ""},
		"the mail refused":              {at: ".", do: say("554 5.7.1 spam"), want: "spam"},
		"an endless refusal":            {at: ".", do: flood("554-no"), want: "the server sent more than"},
		"taken, then closed":            {at: ".", do: func(c net.Conn) bool { say("250 ok")(c); return false }, taken: 1},
		"taken, then reset":             {at: "QUIT", do: reset, taken: 1},
		"taken, then silent":            {at: "QUIT", do: keepSilent, taken: 1},
		"taken, and QUIT refused":       {at: "QUIT", do: say("500 never"), taken: 1},
		"taken, then an endless answer": {at: "QUIT", do: flood("221-x"), taken: 1},
	}
}

// serve serves one connection, and counts what it says that it took.
func (s *oddServer) serve(c net.Conn, took func()) {
	defer c.Close()
	r := bufio.NewReader(c)
	for command := ""; ; {
		if command == s.at && s.do != nil {
			if !s.do(c) {
				if s.taken > 0 && s.at == "." {
					took()
				}
				return
			}
		} else if !answer(c, command, s.user, took) {
			return
		}
		line, err := r.ReadString('\n')
		if err != nil {
			return
		}
		if command == "DATA" && (s.at != "DATA" || s.do == nil) {
			for line != ".\r\n" {
				if line, err = r.ReadString('\n'); err != nil {
					return
				}
			}
		}
		command, _, _ = strings.Cut(strings.ToUpper(strings.TrimSpace(line)), " ")
	}
}

// answer answers a command as it should be.
func answer(c net.Conn, command string, auth bool, took func()) bool {
	switch command {
	case "":
		return say("220 mail ESMTP")(c)
	case "EHLO":
		if auth {
			return say("250-mail", "250-AUTH PLAIN", "250 8BITMIME")(c)
		}
		return say("250-mail", "250 8BITMIME")(c)
	case "AUTH":
		return say("235 welcome")(c)
	case "DATA":
		return say("354 go on")(c)
	case ".":
		took()
		return say("250 ok")(c)
	case "QUIT":
		say("221 bye")(c)
		return false
	}
	return say("250 ok")(c)
}

// start starts the server, and returns how mail is sent to it and how much of it was
// taken.
func (s *oddServer) start(t *testing.T) (sender *smtpSender, taken func() int) {
	t.Helper()
	dir := t.TempDir()
	servers.WriteCertificates(t, dir)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if s.tls {
		pair, err := tls.LoadX509KeyPair(filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem"))
		if err != nil {
			t.Fatal(err)
		}
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{pair}})
	}
	t.Cleanup(func() { l.Close() })
	var mu sync.Mutex
	n := 0
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go s.serve(c, func() { mu.Lock(); n++; mu.Unlock() })
		}
	}()
	authority, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(authority)
	sender = &smtpSender{
		Transport: &config.Transport{Host: "127.0.0.1", Port: port, Implicit: s.tls}, isPlain: !s.tls, timeout: time.Minute,
		tls: &tls.Config{ServerName: "127.0.0.1", RootCAs: roots},
	}
	if s.user {
		sender.User, sender.password = "kim", mailPassword
	}
	if s.wait {
		sender.timeout = 500 * time.Millisecond
	}
	return sender, func() int { mu.Lock(); defer mu.Unlock(); return n }
}

// shortMail returns a mail with text.
func shortMail(t *testing.T, text string) *gomail.Msg {
	t.Helper()
	msg := gomail.NewMsg()
	if err := errors.Join(msg.From("typoaudit@corp.example"), msg.To("security@corp.example")); err != nil {
		t.Fatal(err)
	}
	msg.SetBodyString(gomail.TypeTextPlain, text)
	return msg
}

// TestMailServers: whatever a mail server does, a mail is sent if and only if it says that
// it took it, and no secret is shown.
func TestMailServers(t *testing.T) {
	t.Parallel()
	for name, s := range oddServers() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sender, taken := s.start(t)
			err := sender.send(t.Context(), shortMail(t, strings.Repeat("a line of the report\n", rounds(20_000))))
			if taken() != s.taken || (err == nil) != (s.taken == 1) {
				t.Fatalf("the server took %d mails, and we say: %v", taken(), err)
			}
			if err == nil {
				return
			}
			if !strings.Contains(err.Error(), s.want) || len(err.Error()) > maxWords+100 || secret.IsIn(err.Error(), mailPassword) {
				t.Errorf("%d bytes, want %q: %v", len(err.Error()), s.want, err)
			}
		})
	}
}

// TestMailEnded ends the sending while a server keeps silent: at once.
func TestMailEnded(t *testing.T) {
	t.Parallel()
	for _, at := range []string{"", "EHLO", "MAIL", "DATA", "."} {
		reached := make(chan bool, 1)
		s := oddServer{at: at, do: func(c net.Conn) bool { reached <- true; return keepSilent(c) }}
		sender, _ := s.start(t)
		ctx, stop := context.WithCancelCause(t.Context())
		go func() {
			<-reached
			stop(signalError{syscall.SIGTERM})
		}()
		var end signalError
		if err := sender.send(ctx, shortMail(t, "text")); !errors.As(err, &end) {
			t.Errorf("at %q: %v", at, err)
		}
	}
}

// withShell skips a test where there is no shell.
func withShell(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("there is no shell here")
	}
}

// TestSendmail hands mails to programs of all kinds.
func TestSendmail(t *testing.T) {
	t.Parallel()
	withShell(t)
	for name, c := range map[string]struct {
		script, want string
		limit        time.Duration
	}{
		"as it should be":     {"cat >/dev/null", "", time.Minute},
		"it leaves a child":   {"cat >/dev/null; sleep 20 &", "", time.Minute},
		"it warns":            {"cat >/dev/null; echo 'a warning' >&2", "", time.Minute},
		"it fails":            {"cat >/dev/null; echo 'no such user' >&2; exit 67", "no such user", time.Minute},
		"it reads nothing":    {"exec sleep 0 <&-; exit 0", "", time.Minute},
		"it takes for ever":   {"cat >/dev/null; exec sleep 20", "it did not end in", 500 * time.Millisecond},
		"it talks for ever":   {"exec yes >&2", "it did not end in", 50 * time.Millisecond}, // it takes a processor meanwhile,
		"a part, and a child": {"exec 3<&0; (head -c 1000 <&3 >/dev/null; sleep 20) & exit 0", "WaitDelay", time.Minute},
		"it is missing":       {"", "no such file", time.Minute},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			program := filepath.Join(t.TempDir(), "sendmail")
			if c.script != "" {
				if err := os.WriteFile(program, []byte("#!/bin/sh\n"+c.script+"\n"), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			err := sendBy(t.Context(), program, "typoaudit@corp.example", shortMail(t, strings.Repeat("a line of the report\n", 20_000)), c.limit)
			switch {
			case c.want == "" && err != nil, c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
				t.Errorf("%v, want %q", err, c.want)
			case err != nil && len(err.Error()) > maxWords+200:
				t.Errorf("%d bytes", len(err.Error()))
			}
		})
	}
}

// TestPasswordCommandLeavesChild: a command that ends well has printed the password, also
// if it leaves a program that holds its output.
func TestPasswordCommandLeavesChild(t *testing.T) {
	t.Parallel()
	withShell(t)
	var stderr bytes.Buffer
	e := &env{stderr: &stderr}
	if got, err := e.runForSecret(t.Context(), "--password-command", "echo hush; sleep 20 &"); got != "hush" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := e.runForSecret(t.Context(), "--password-command", "echo hush; exit 3"); got != "" || err == nil {
		t.Errorf("%q, %v", got, err)
	}
}

// FuzzMailServer: whatever a mail server says, nothing crashes, and what is shown of it
// is short and without the password.
func FuzzMailServer(f *testing.F) {
	f.Add([]byte("220 hi\r\n250-mail\r\n250 AUTH PLAIN\r\n235 welcome\r\n250 ok\r\n250 ok\r\n354 go on\r\n250 ok\r\n221 bye\r\n"), true)
	f.Add([]byte("220 hi\r\n250 AUTH PLAIN\r\n535 "+mailPassword+"\r\n"), true)
	f.Add([]byte("220 hi\r\n250 mail\r\n550 no\r\n"), false)
	f.Fuzz(func(t *testing.T, said []byte, login bool) {
		s := oddServer{user: login, do: func(c net.Conn) bool {
			_, _ = c.Write(said)
			if tcp, ok := c.(*net.TCPConn); ok {
				_ = tcp.CloseWrite()
			}
			return keepSilent(c)
		}}
		sender, _ := s.start(t)
		err := sender.send(t.Context(), shortMail(t, "text"))
		if err != nil && (len(err.Error()) > maxWords+100 || login && secret.IsIn(err.Error(), mailPassword)) {
			t.Errorf("%d bytes: %v", len(err.Error()), err)
		}
	})
}
