//go:build unix

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// A guarded mail server asks a guard that runs in this process.
type guarded struct {
	t      *testing.T
	dir    string
	args   []string
	stderr lockedBuffer
	stdout lockedBuffer
	env    *env
	end    func() int
	ahead  atomic.Int64 // how far its clock is ahead, in nanoseconds
}

// A lockedBuffer is read while somebody writes to it.
type lockedBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write implements io.Writer.
func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

// guardLog writes a log in which people of corp.example write to army.mil.
func guardLog(t *testing.T, path string) {
	t.Helper()
	var log strings.Builder
	for i := range 60 {
		who := fmt.Sprintf("p%d", i%6)
		fmt.Fprintf(&log, `{"time":"2026-11-%02dT08:%02d:00Z","sender":"%s@corp.example","auth_user":"%s","recipient":"r%d@army.mil","status":"delivered","relay":"mx.army.mil[192.0.2.1]"}`+"\n", 1+i/3, i, who, who, i%5)
	}
	if err := os.WriteFile(path, []byte(log.String()), 0o600); err != nil {
		t.Fatal(err)
	}
}

// startGuard starts one at the socket "policy" of its folder, and waits until it listens.
func startGuard(t *testing.T, dir string, args ...string) *guarded {
	t.Helper()
	g := &guarded{t: t, dir: dir, args: args}
	g.env = &env{
		stdin: strings.NewReader(""), stdout: &g.stdout, stderr: &g.stderr, getenv: func(string) string { return "" },
		now: func() time.Time { return time.Now().Add(time.Duration(g.ahead.Load())) }, location: time.UTC,
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	args = append([]string{"guard", "--internal", "corp.example", "--deadline", "1m", "--policy", "unix:" + g.path("policy")}, args...)
	go func() { ended <- run(ctx, args, g.env) }()
	g.end = sync.OnceValue(func() int {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { g.end() })
	g.waitFor("mode", func() bool { return strings.Contains(g.stderr.String(), "guard: learned") })
	return g
}

func (g *guarded) path(name string) string { return filepath.Join(g.dir, name) }

// waitFor waits until something is so, which it must be in the end.
func (g *guarded) waitFor(what string, is func() bool) {
	g.t.Helper()
	for range 3000 {
		if is() {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	g.t.Fatalf("%s: never; %s", what, g.stderr.String())
}

// ask asks as Postfix does.
func (g *guarded) ask(login, recipient string) string {
	g.t.Helper()
	conn, err := net.Dial("unix", g.path("policy"))
	if err != nil {
		g.t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "request=smtpd_access_policy\nprotocol_state=RCPT\nsender=%s@corp.example\nrecipient=%s\nsasl_username=%s\ninstance=%p\n\n", login, recipient, login, conn)
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil && err != io.EOF {
		g.t.Fatal(err)
	}
	return strings.TrimSuffix(line, "\n")
}

func (g *guarded) asked(recipient string) bool {
	return strings.HasPrefix(g.ask("bob", recipient), "action=550 5.7.1 did you mean ")
}

// TestGuardService: it learns from a history, from the next run as well, and rereads its lists.
func TestGuardService(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	g := startGuard(t, dir, "--state", filepath.Join(dir, "state"), "--mode", "confirm", "--ignore-file", os.DevNull, "--refuse", os.DevNull)
	if g.asked("jane@army.ml") || !strings.Contains(g.stderr.String(), "no history there") {
		t.Errorf("without a history: it asks, or says nothing: %s", g.stderr.String())
	}
	guardLog(t, g.path("mail.jsonl"))
	if r := call(t.Context(), nil, "scan", "--state", g.path("state"), "--internal", "corp.example", "-o", g.path("report.json"), g.path("mail.jsonl")); r.status != exitOK {
		t.Fatal(r.stderr)
	}
	if !g.env.takeHangup() {
		t.Fatal("SIGHUP ends the guard")
	}
	g.waitFor("the history", func() bool { return g.asked("jane@army.ml") })
	if g.asked("jane@army.mil") {
		t.Error("it asks about what is meant")
	}
	var record struct{ Action, Recipient, Meant string }
	g.waitFor("the log", func() bool { return strings.Contains(g.stdout.String(), "\n") })
	first, _, _ := strings.Cut(g.stdout.String(), "\n")
	if err := json.Unmarshal([]byte(first), &record); err != nil || record.Action != "ask" || record.Meant != "jane@army.mil" {
		t.Errorf("got %s, %v", first, err)
	}
	if status := g.end(); status != exitUsage && status != exitOK {
		t.Errorf("ended with %d", status)
	}
	kept, err := os.ReadFile(filepath.Join(dir, "state", keptName))
	if err != nil || !strings.Contains(string(kept), `"what":"asked","person":"bob","recipient":"jane@army.ml"`) {
		t.Errorf("kept %s, %v", kept, err)
	}
}

// TestGuardsShareAFolder: what a guard asks is kept after another one with the same folder has
// started, and that one knows of the question and of the answer.
func TestGuardsShareAFolder(t *testing.T) {
	t.Parallel()
	dir, other := t.TempDir(), t.TempDir()
	log, state := filepath.Join(dir, "mail.jsonl"), filepath.Join(dir, "state")
	guardLog(t, log)
	first := startGuard(t, dir, log, "--mode", "confirm", "--ignore-file", os.DevNull, "--state", state)
	second := startGuard(t, other, log, "--mode", "confirm", "--ignore-file", os.DevNull, "--state", state)
	if !first.asked("jane@army.ml") {
		t.Fatal("it does not ask")
	}
	second.ahead.Add(int64(30 * time.Second))
	second.waitFor("the answer at the other one", func() bool { return second.ask("bob", "jane@army.ml") == "action=DUNNO" })
	if said := second.stderr.String(); strings.Contains(said, "not known") {
		t.Errorf("said %s", said)
	}
	first.ahead.Add(int64(time.Hour)) // too late for an answer there
	first.waitFor("what was answered", func() bool {
		first.ask("bob", "jane@army.ml")
		return strings.Contains(first.stdout.String(), `"reason":"confirmed"`)
	})
	first.end()
	kept, err := os.ReadFile(filepath.Join(state, keptName))
	if err != nil || !strings.Contains(string(kept), `"what":"asked","person":"bob","recipient":"jane@army.ml"`) {
		t.Errorf("kept %q, %v", kept, err)
	}
}

// TestGuardLists: ignore rules and the list of --refuse count when they change.
func TestGuardLists(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	guardLog(t, filepath.Join(dir, "mail.jsonl"))
	for _, name := range []string{"ignore", "refuse"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	g := startGuard(t, dir, filepath.Join(dir, "mail.jsonl"), "--mode", "confirm", "--ignore-file", filepath.Join(dir, "ignore"), "--refuse", filepath.Join(dir, "refuse"))
	if !g.asked("jane@army.ml") || g.asked("jane@hostile.example") {
		t.Fatal("it asks about what it must not, or not about a slip")
	}
	if err := os.WriteFile(g.path("ignore"), []byte("army.ml\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(g.path("refuse"), []byte("hostile.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	g.waitFor("the lists", func() bool {
		return g.ask("bob", "jane@army.ml") == "action=DUNNO" && strings.HasPrefix(g.ask("bob", "jane@hostile.example"), "action=550 5.7.1 mail to hostile.example is refused here")
	})
	if err := os.WriteFile(g.path("ignore"), []byte("\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	g.waitFor("a complaint", func() bool { return strings.Contains(g.stderr.String(), "what was read before counts") })
	if g.asked("jane@army.ml") {
		t.Error("broken rules took the place of the others")
	}
}
