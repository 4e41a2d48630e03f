//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
)

// A fault is an error that system calls fail with.
type fault struct{ err, calls string }

// faults are those of full disks, broken disks, systems without another file, and calls
// that are to be made again. Of close there are none: what strace lets fail is not done, and
// a close that fails closes all the same.
func faults() []fault {
	return []fault{
		{"ENOSPC", "write,pwrite64,openat,mkdirat,fsync,fdatasync,ftruncate,renameat,renameat2,rename"},
		{"EIO", "read,pread64,write,pwrite64,fsync,fdatasync,unlinkat,unlink,fchmod,renameat,rename"},
		{"EMFILE", "openat,socket,pipe2,epoll_create1"},
		{"EINTR", "read,pread64,write,pwrite64,openat,fsync"},
	}
}

// A victim is a command that faults are tried on.
type victim struct {
	name string
	args []string
	// clean is the exit status without a fault.
	clean int
	// mails is how many mails one whole run sends.
	mails int
}

func victims() []victim {
	return []victim{
		{name: "scan", args: []string{"scan", "--protect", "army.mil", "--jobs", "1", "-o", "report.json", "mail.log"}},
		{name: "scan with a history", args: []string{"scan", "--protect", "army.mil", "--jobs", "1", "--state", "state", "-o", "report.json", "mail.log"}},
		{name: "run", args: []string{"run", "-c", "run.toml", "--jobs", "1"}, mails: 1},
		{name: "notify", args: []string{"notify", "-c", "run.toml", "old.json"}, mails: 1},
		{name: "ignore", args: []string{"ignore", "add", "x.example", "--ignore-file", "rules"}},
		{name: "history", args: []string{"history", "check", "--state", "state"}},
	}
}

// faultStage is where a victim is run: with a report, rules and a history of before.
func faultStage(t *testing.T) *stage {
	t.Helper()
	s := plainStage(t)
	s.write("sendmail", "#!/bin/sh\ncat >> mail.$$ && echo sent >> mails\n")
	if err := os.Chmod(s.path("sendmail"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.appendLog(slips(0, 5))
	s.mustRun()
	s.copyFile("report.json", "old.json")
	s.write("rules", "y.example\n")
	s.appendLog(slips(5, 5))
	return s
}

func (s *stage) copyFile(from, to string) {
	s.t.Helper()
	text, err := os.ReadFile(s.path(from))
	if err != nil {
		s.t.Fatal(err)
	}
	s.write(to, string(text))
}

// mails returns how many mails sendmail took.
func (s *stage) mails() int {
	text, _ := os.ReadFile(s.path("mails"))
	return strings.Count(string(text), "\n")
}

// TestInjectedFaults lets each system call of each command fail once, the first, the
// second, and so on until none is left: no report is lost with exit status 0, none is half,
// nothing is mailed twice, and the next run goes well. With TYPOAUDIT_TEST_LONG all are
// tried, else a few.
func TestInjectedFaults(t *testing.T) {
	slow(t)
	t.Parallel()
	if out, err := exec.Command("strace", "-qq", "-o", "/dev/null", "-e", "inject=fsync:error=EIO", "true").CombinedOutput(); err != nil {
		if os.Getenv("TYPOAUDIT_REQUIRE_INTEROP") != "" {
			t.Fatalf("strace: %v: %s", err, out)
		}
		t.Skipf("strace cannot be used here: %v", err)
	}
	base := faultStage(t)
	for i, v := range victims() {
		for j, f := range faults() {
			if !isLong() && (i+j)%2 > 0 {
				continue
			}
			t.Run(v.name+" "+f.err, func(t *testing.T) {
				t.Parallel()
				tried := 0
				const sample = 5
				for n := 1; isLong() || n <= sample; n++ {
					if !isLong() && n < sample {
						continue
					}
					s := &stage{t, t.TempDir()}
					if err := os.CopyFS(s.dir, os.DirFS(base.dir)); err != nil {
						t.Fatal(err)
					}
					if !s.survives(v, f, n) {
						break
					}
					tried++
				}
				t.Logf("%d faults", tried)
			})
		}
	}
}

// survives runs a victim with the nth call failing, and looks at what is left. It is false
// when there was no such call.
func (s *stage) survives(v victim, f fault, n int) bool {
	s.t.Helper()
	before := s.mails()
	program, err := os.Executable()
	if err != nil {
		s.t.Fatal(err)
	}
	trace := filepath.Join(s.t.TempDir(), "trace")
	ctx, cancel := context.WithTimeout(s.t.Context(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "strace", append([]string{"-qq", "-o", trace, "-e", "trace=" + f.calls, "-e", "inject=" + f.calls + ":error=" + f.err + ":when=" + strconv.Itoa(n), "-f", "-b", "execve", "typoaudit"}, v.args...)...)
	link := filepath.Join(s.t.TempDir(), "typoaudit")
	if err := os.Symlink(program, link); err != nil {
		s.t.Fatal(err)
	}
	cmd.Args[len(cmd.Args)-len(v.args)-1] = link
	cmd.Dir, cmd.Env = s.dir, append(os.Environ(), "TZ=UTC")
	out, _ := cmd.CombinedOutput()
	status := cmd.ProcessState.ExitCode()
	calls, err := os.ReadFile(trace)
	if err != nil {
		s.t.Fatal(err)
	}
	injected := bytes.Contains(calls, []byte("(INJECTED)"))
	if bytes.Contains(out, []byte("error while loading shared libraries")) || bytes.Contains(out, []byte("runtime: netpollBreak")) {
		return injected // it did not begin, or a call failed by which the runtime wakes itself: there it cannot
	}
	said := len(out) > 0 || bytes.Contains(calls, []byte("write(2, ")) // what cannot be said is not heard
	name := fmt.Sprintf("%s: %s at call %d, exit status %d", v.name, f.err, n, status)
	switch {
	case bytes.Contains(out, []byte("goroutine ")), bytes.Contains(out, []byte("panic")):
		s.t.Errorf("%s: %s", name, out)
	case !injected && status != v.clean:
		s.t.Errorf("%s, without a fault: %s", name, out)
	case status < 0 || status > exitPartial || status != 0 && !said:
		s.t.Errorf("%s: %q", name, out)
	}
	if sent := s.mails() - before; sent > v.mails || status == 0 && sent != v.mails {
		s.t.Errorf("%s: %d mails: %s", name, sent, out)
	}
	s.checkFiles(name, v, status)
	if s.t.Failed() {
		for line := range bytes.Lines(calls) {
			if bytes.Contains(line, []byte("(INJECTED)")) {
				s.t.Logf("%s", line)
			}
		}
	}
	return injected
}

// checkFiles looks at what a victim wrote: the old text or the new one, and the new one if
// it says that all went well.
func (s *stage) checkFiles(name string, v victim, status int) {
	s.t.Helper()
	text, err := os.ReadFile(s.path("report.json"))
	var r result.Result
	if err != nil || json.Unmarshal(text, &r) != nil || r.Totals.Messages != 5 && r.Totals.Messages != 10 && (status == 0 || !r.Incomplete) {
		s.t.Errorf("%s: the report is neither the old nor the new one: %v, %d bytes", name, err, len(text))
	}
	if status == 0 && (strings.HasPrefix(v.name, "scan") || v.name == "run") && r.Totals.Messages != 10 {
		s.t.Errorf("%s: the report was not written", name)
	}
	rules, _ := os.ReadFile(s.path("rules"))
	if got := string(rules); got != "y.example\n" && got != "y.example\nx.example\n" || status == 0 && v.name == "ignore" && got == "y.example\n" {
		s.t.Errorf("%s: rules %q", name, got)
	}
	if status, out := s.run(); v.name == "run" || v.name == "scan with a history" {
		if !strings.Contains(s.report(), `"messages": 10,`) || status != 0 && status != exitPartial {
			s.t.Errorf("%s: the next run: exit status %d: %s", name, status, out)
		}
	}
}
