//go:build linux

package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// held is what a process holds.
type held struct {
	memory              uint64
	goroutines, handles int
}

func heldNow(t *testing.T) (h held) {
	t.Helper()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	handles, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return held{m.HeapAlloc, runtime.NumGoroutine(), len(handles)}
}

// TestGuardDay: after a day of questions, of connections that come and go and of logs that are
// learned each hour a guard holds what it held in the morning. It is not parallel: other tests
// would be counted.
func TestGuardDay(t *testing.T) {
	slow(t)
	dir := t.TempDir()
	log := filepath.Join(dir, "mail.jsonl")
	guardLog(t, log)
	g := startGuard(t, dir, log, "--mode", "confirm", "--ignore-file", os.DevNull, "--state", filepath.Join(dir, "state"))
	var morning held
	for hour := range 24 {
		if hour == 3 {
			morning = heldNow(t)
		}
		conn, err := net.Dial("unix", g.path("policy"))
		if err != nil {
			t.Fatal(err)
		}
		answers := bufio.NewReader(conn)
		for i := range 120 {
			g.ahead.Add(int64(30 * time.Second))
			fmt.Fprintf(conn, "request=smtpd_access_policy\nprotocol_state=RCPT\nsender=p%d@corp.example\nrecipient=r%d@%s\nsasl_username=p%[1]d\n\n", i%50, i, []string{"army.mil", "army.ml", "new.example"}[i%3])
			for range 2 {
				if _, err := answers.ReadString('\n'); err != nil {
					t.Fatal(err)
				}
			}
		}
		conn.Close()
		if !g.env.takeHangup() {
			t.Fatal("nobody waits for a SIGHUP")
		}
	}
	g.waitFor("an evening as quiet as the morning", func() bool {
		h := heldNow(t)
		return h.goroutines <= morning.goroutines+2 && h.handles <= morning.handles+2 && h.memory <= morning.memory+4<<20
	})
}

// TestGuardReloadHangs: while a log is read without end, and after it could not be read, the
// guard answers by what it knows.
func TestGuardReloadHangs(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	log := filepath.Join(dir, "mail.jsonl")
	guardLog(t, log)
	g := startGuard(t, dir, log, "--mode", "confirm", "--ignore-file", os.DevNull)
	if err := os.Remove(log); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(log, 0o600); err != nil {
		t.Fatal(err)
	}
	if !g.env.takeHangup() {
		t.Fatal("nobody waits for a SIGHUP")
	}
	var writer *os.File
	g.waitFor("somebody who reads", func() bool {
		f, err := os.OpenFile(log, os.O_WRONLY|syscall.O_NONBLOCK, 0)
		writer = f
		return err == nil
	})
	if !g.asked("jane@army.ml") {
		t.Error("it does not ask while it learns")
	}
	writer.Close()
	g.waitFor("a complaint", func() bool { return strings.Contains(g.stderr.String(), "not learned again") })
	if !g.asked("jack@army.ml") {
		t.Error("what it knew is forgotten")
	}
}
