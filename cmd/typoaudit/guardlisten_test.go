//go:build linux

package main

import (
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestGuardActivated: systemd hands over the socket, at which it listens from the start; a
// process that is killed stops no mail, and the next one answers at the same socket.
func TestGuardActivated(t *testing.T) {
	slow(t)
	s := &stage{t, t.TempDir()}
	guardLog(t, s.path("mail.jsonl"))
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: s.path("policy"), Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	f, err := l.File()
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for range 2 {
		// The shell knows the number of the process, which is to be in the environment.
		cmd := s.command("guard", "--internal", "corp.example", "--mode", "confirm", "--deadline", "1m", "--ignore-file", os.DevNull, "mail.jsonl")
		cmd.Args = append([]string{"sh", "-c", `LISTEN_PID=$$ LISTEN_FDS=1 LISTEN_FDNAMES=policy exec -a typoaudit "$0" "$@"`, cmd.Path}, cmd.Args[1:]...)
		cmd.Path = "/bin/bash"
		cmd.ExtraFiles = []*os.File{f}
		out, err := os.Create(s.path("said"))
		if err != nil {
			t.Fatal(err)
		}
		defer out.Close()
		cmd.Stdout, cmd.Stderr = out, out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		answer := askSocket(t, s.path("policy"))
		if !strings.HasPrefix(answer, "action=550 5.7.1 did you mean jane@army.mil?") {
			said, _ := os.ReadFile(s.path("said"))
			t.Errorf("got %q: %s", answer, said)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // it was killed
	}
}

// askSocket asks as Postfix does, and waits for the answer.
func askSocket(t *testing.T, path string) string {
	t.Helper()
	conn, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, "request=smtpd_access_policy\nprotocol_state=RCPT\nsender=bob@corp.example\nrecipient=jane@army.ml\nsasl_username=bob\n\n"); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 1024)
	n, _ := conn.Read(b)
	return string(b[:n])
}

// TestPassedListeners: sockets that are not for this process, or of no protocol, are not taken.
func TestPassedListeners(t *testing.T) {
	t.Parallel()
	for pid, want := range map[string]bool{"1": true, "": true} {
		env := map[string]string{"LISTEN_FDS": "1", "LISTEN_PID": pid, "LISTEN_FDNAMES": "policy"}
		all, err := passedListeners(func(name string) string { return env[name] })
		if (err == nil && len(all) == 0) != want {
			t.Errorf("of process %q: got %v, %v", pid, all, err)
		}
	}
}

// TestCheckPassed: a socket has the name of a protocol.
func TestCheckPassed(t *testing.T) {
	t.Parallel()
	protocols := []protocol{{name: "policy"}, {name: "http"}}
	for name, want := range map[string]string{"policy": "", "smtp": "socket smtp of systemd: FileDescriptorName= is one of policy, http"} {
		err := checkPassed(map[string][]net.Listener{name: nil}, protocols)
		if err == nil && want != "" || err != nil && err.Error() != want {
			t.Errorf("%s: got %v, want %q", name, err, want)
		}
	}
}

// TestGuardKeepsNothing: where answers cannot be kept, they are known until the guard ends, and
// it says so.
func TestGuardKeepsNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := filepath.Join(dir, "mail.jsonl")
	guardLog(t, log)
	state := filepath.Join(dir, "state")
	if err := os.Mkdir(state, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("/dev/full", filepath.Join(state, keptName)); err != nil {
		t.Fatal(err)
	}
	g := startGuard(t, dir, log, "--mode", "confirm", "--ignore-file", os.DevNull, "--state", state)
	if !g.asked("jane@army.ml") {
		t.Error("it does not ask")
	}
	g.ahead.Add(int64(time.Minute))
	for range 2 {
		if got := g.ask("bob", "jane@army.ml"); got != "action=DUNNO" {
			t.Errorf("the answer does not count: %s", got)
		}
	}
	g.waitFor("a complaint", func() bool { return strings.Contains(g.stderr.String(), "guard.jsonl: not a regular file") })
}
