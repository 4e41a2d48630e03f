//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// silentServer is one that says greeting, and nothing more.
func silentServer(t *testing.T, greeting string) (port int) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
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
				fmt.Fprint(c, greeting)
				keepSilent(c)
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

// catches waits until a program does not ignore a signal: Go takes all of them when it begins.
func catches(t *testing.T, pid int, signal syscall.Signal) {
	t.Helper()
	servers.Wait(t, "the program catches signals", func() bool {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		_, after, _ := strings.Cut(string(text), "SigCgt:\t")
		mask, _, _ := strings.Cut(after, "\n")
		n, _ := strconv.ParseUint(mask, 16, 64)
		return n>>(signal-1)&1 == 1
	})
}

// TestSignals ends the program wherever it waits for somebody: at once, with the status of
// the signal, without a report and without a word of its history.
func TestSignals(t *testing.T) {
	t.Parallel()
	log, err := filepath.Abs("../../examples/logs/maillog")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	imap := func(port int, more ...string) []string {
		return append([]string{"imap", "--sent", "--host", "127.0.0.1", "--port", strconv.Itoa(port), "--tls", "none", "--user", "kim"}, more...)
	}
	mail := func(via string) string {
		return "state = \"state\"\n[[source]]\ntype = \"log\"\npaths = [\"mail.log\"]\n[mail]\nfrom = \"a@corp.example\"\nto = [\"b@corp.example\"]\nvia = \"" + via + "\"\n"
	}
	for name, c := range map[string]struct {
		args   []string
		config string
		stdin  bool // a pipe to which nobody writes
		stdout bool // a pipe from which nobody reads
		quick  bool // also with -short: one of each kind of waiting
	}{
		"standard input":         {args: []string{"scan", "-"}, stdin: true, quick: true},
		"standard input, parse":  {args: []string{"parse", "-"}, stdin: true},
		"standard output":        {args: []string{"parse", "large.log"}, stdout: true, quick: true},
		"a log":                  {args: []string{"scan", "fifo"}, quick: true},
		"one log of two":         {args: []string{"scan", log, "fifo"}},
		"context":                {args: []string{"scan", log, "--context", "fifo"}},
		"ignore rules":           {args: []string{"scan", "--ignore-file", "fifo", log}},
		"the list of partners":   {args: []string{"scan", "--reference", "fifo", log}},
		"the key":                {args: []string{"scan", "--pseudonymize", "fifo", log}},
		"the template":           {args: []string{"scan", "--template", "fifo", log}},
		"the configuration":      {args: []string{"scan", "-c", "fifo", log}},
		"an alias map":           {args: []string{"scan", "--aliases", "fifo", log}},
		"the report to write":    {args: []string{"scan", "-o", "fifo", log}},
		"the report to read":     {args: []string{"report", "fifo"}},
		"a log to check":         {args: []string{"check", "army.ml", "--log", "fifo"}},
		"a report to notify":     {args: []string{"notify", "fifo", "--dry-run", "notes"}},
		"a password file":        {args: imap(1, "--password-file", "fifo")},
		"a password command":     {args: imap(1, "--password-command", "exec sleep 60"), quick: true},
		"a token command":        {args: imap(silentServer(t, "* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] hi\r\n"), "--token-command", "exec sleep 60")},
		"an IMAP server":         {args: imap(silentServer(t, ""), "--password-file", "word"), quick: true},
		"an IMAP server's login": {args: imap(silentServer(t, "* OK [CAPABILITY IMAP4rev1] hi\r\n"), "--password-file", "word")},
		"a mail server":          {args: []string{"run", "-c", "run.toml"}, config: mail(fmt.Sprintf("smtp://127.0.0.1:%d", silentServer(t, "")))},
		"a mail server's answer": {args: []string{"run", "-c", "run.toml"}, config: mail(fmt.Sprintf("smtp://127.0.0.1:%d", silentServer(t, "220 hi\r\n")))},
		"sendmail":               {args: []string{"run", "-c", "run.toml"}, config: mail("sendmail:sendmail"), quick: true},
	} {
		if testing.Short() && !c.quick {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := &stage{t, t.TempDir()}
			s.write("word", "word\n")
			s.write("mail.log", string(text))
			if c.stdout {
				s.write("large.log", strings.Repeat(string(text), 10)) // what is parsed is more than a pipe holds
			}
			s.write("run.toml", c.config)
			s.write("sendmail", "#!/bin/sh\nexec sleep 60\n")
			if err := os.Chmod(s.path("sendmail"), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Mkfifo(s.path("fifo"), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := s.command(c.args...)
			if c.stdin {
				pipe(t, func(r, _ *os.File) { cmd.Stdin = r })
			}
			if c.stdout {
				pipe(t, func(_, w *os.File) { cmd.Stdout = w })
			}
			s.endBySignal(cmd)
			if left, _ := filepath.Glob(s.path(".*.[0-9]*")); len(left) > 0 {
				t.Errorf("left over: %s", left)
			}
		})
	}
}

// pipe gives a pipe to use, which stays open until the test ends.
func pipe(t *testing.T, use func(r, w *os.File)) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close(); w.Close() })
	use(r, w)
}

// endBySignal ends a program that waits for something that does not come. Where the machine
// is so busy that the signal came before the program could ask for it, it is started again.
func (s *stage) endBySignal(cmd *exec.Cmd) {
	s.t.Helper()
	for pause := 200 * time.Millisecond; ; pause *= 5 { // it comes to the place; anywhere before, the same must hold
		again := exec.Command(cmd.Path, cmd.Args[1:]...)
		again.Dir, again.Env, again.Stdin, again.Stdout = cmd.Dir, cmd.Env, cmd.Stdin, cmd.Stdout
		if s.endsBySignal(cmd, pause) {
			return
		}
		cmd = again
	}
}

// endsBySignal ends a program by a signal after a pause, and returns false where it was killed.
func (s *stage) endsBySignal(cmd *exec.Cmd, pause time.Duration) bool {
	s.t.Helper()
	var said strings.Builder
	cmd.Stderr = &said
	cmd.WaitDelay = 50 * time.Millisecond // programs that it started may hold the pipe
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	catches(s.t, cmd.Process.Pid, syscall.SIGHUP)
	time.Sleep(pause)
	began := time.Now()
	if err := cmd.Process.Signal(syscall.SIGHUP); err != nil {
		s.t.Fatal(err)
	}
	_ = cmd.Wait()
	took := time.Since(began)
	status := cmd.ProcessState.ExitCode()
	if status < 0 && pause < 5*time.Second { // killed
		return false
	}
	if status != exitSignal+int(syscall.SIGHUP) || !strings.Contains(said.String(), "interrupted") {
		s.t.Errorf("exit status %d: %s", status, said.String())
	}
	if s.t.Logf("%v", took); took > 20*time.Second { // a second on a machine that has nothing else to do
		s.t.Errorf("it took %v to end", took)
	}
	return true
}
