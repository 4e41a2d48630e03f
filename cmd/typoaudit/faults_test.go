//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
	"github.com/typoaudit/typoaudit/parsers/read"
)

// killRounds is how often a run is killed.
const killRounds = 100 / slowdown

// plainStage keeps everything in one folder.
func plainStage(t *testing.T) *stage {
	return newStage(t, "state = \"state\"\noutput = [\"report.json\"]\n")
}

func (s *stage) appendLog(lines []string) {
	s.t.Helper()
	f, err := os.OpenFile(s.path("mail.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteString(strings.Join(lines, "")); err != nil {
		s.t.Fatal(err)
	}
}

// command returns the program as a process of its own.
func (s *stage) command(args ...string) *exec.Cmd {
	program, err := os.Executable() // TestMain is the program under that name
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := exec.Command(program)
	cmd.Args = append([]string{"typoaudit"}, args...)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "TZ=UTC")
	return cmd
}

// run runs to the end and returns the exit status and what was said.
func (s *stage) run() (int, string) {
	s.t.Helper()
	out, err := s.command("run", "-c", "run.toml", "--jobs", "1").CombinedOutput()
	if _, exited := err.(*exec.ExitError); err != nil && !exited {
		s.t.Fatal(err)
	}
	status := 0
	if err != nil {
		status = err.(*exec.ExitError).ExitCode()
	}
	return status, string(out)
}

func (s *stage) mustRun() {
	s.t.Helper()
	if status, out := s.run(); status != 0 || out != "" {
		s.t.Fatalf("exit status %d: %s", status, out)
	}
}

// report returns the report, without the time when it was made.
func (s *stage) report() string {
	s.t.Helper()
	text, err := os.ReadFile(s.path("report.json"))
	if err != nil {
		s.t.Fatal(err)
	}
	var lines []string
	for l := range strings.Lines(string(text)) {
		if !strings.Contains(l, `"generated_at"`) {
			lines = append(lines, l)
		}
	}
	return strings.Join(lines, "")
}

// history returns what the store holds, but for the times and numbers of runs,
// and whether the last report got out.
func (s *stage) history() (text string, told bool) {
	s.t.Helper()
	ctx := context.Background()
	var store *history.Store
	servers.Wait(s.t, "the history can be opened", func() bool {
		var err error
		var locked *history.LockedError
		store, err = history.OpenExisting(ctx, s.path("state"), "the test")
		if errors.As(err, &locked) {
			return false // what a killed run was about to start holds the lock until it has started
		}
		if err != nil {
			s.t.Fatal(err)
		}
		return true
	})
	defer store.Close()
	var b strings.Builder
	sources, err := store.Sources(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, x := range sources {
		p, err := read.Unseal(x.State)
		if err != nil {
			s.t.Fatal(err)
		}
		p.Open = nil                        // its sessions are numbered by run; what they become is compared
		p.Inode, p.Changed = 0, time.Time{} // each stage has files of its own
		line, _ := json.Marshal(p)
		fmt.Fprintf(&b, "%d %d %d %d %s\n", x.ID, x.Size, x.Packs, x.Deliveries, bytes.ReplaceAll(line, []byte(s.dir), nil))
	}
	err = store.Packs(ctx, -1<<40, 1<<40, read.NoDay, func(p history.Pack) error {
		fmt.Fprintf(&b, "%d %d %d %x\n", p.Source, p.Day, p.Deliveries, p.Sealed)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	findings, err := store.Findings(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, f := range findings {
		f.Reported = true
		fmt.Fprintf(&b, "%+v\n", f)
	}
	runs, err := store.Runs(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	return b.String(), len(runs) > 0 && runs[0].Reported
}

// slips returns a log of n mails to a lookalike, the sessions of two at a time
// mixed.
func slips(from, n int) (lines []string) {
	at := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC).Add(time.Duration(from) * time.Minute)
	for i := from; i < from+n; i++ {
		for k, text := range []string{
			"postfix/smtpd[1]: %s: client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=kim",
			"postfix/qmgr[2]: %s: from=<kim@corp.example>, size=400, nrcpt=1 (queue active)",
			"postfix/smtp[3]: %s: to=<n" + fmt.Sprint(i) + "@army.ml>, relay=mx.army.ml[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)",
			"postfix/qmgr[2]: %s: removed",
		} {
			stamp := at.Add(time.Duration(i-from)*time.Minute + time.Duration(k)*40*time.Second)
			lines = append(lines, stamp.Format(time.RFC3339)+" mail "+fmt.Sprintf(text, fmt.Sprintf("4%014d", i))+"\n")
		}
	}
	for i := 3; i+2 < len(lines); i += 4 {
		lines[i], lines[i+1] = lines[i+1], lines[i]
	}
	return lines
}

// TestKilled kills runs at random moments: after the next one the report and
// the history are those of a run that nobody disturbed, and a mail was sent; another time
// only if the history did not know of it yet.
func TestKilled(t *testing.T) {
	slow(t)
	log := slips(0, 60)
	first, second, third := log[:90], log[90:170], log[170:]
	prepare := func() *stage {
		s := plainStage(t)
		s.write("sendmail", "#!/bin/sh\ncat >/dev/null && echo sent >> mails\n")
		if err := os.Chmod(s.path("sendmail"), 0o755); err != nil {
			t.Fatal(err)
		}
		s.appendLog(first)
		s.mustRun()
		s.appendLog(second)
		return s
	}
	whole := prepare()
	began := time.Now()
	whole.mustRun()
	took := time.Since(began)
	wantReport := strings.ReplaceAll(whole.report(), whole.dir, "")
	wantHistory, _ := whole.history()
	whole.appendLog(third)
	whole.mustRun()
	wantThird := strings.ReplaceAll(whole.report(), whole.dir, "")

	again, twice := 0, 0
	random := seeded(t)
	base := prepare()
	for round := range killRounds {
		s := &stage{t, t.TempDir()}
		if err := os.CopyFS(s.dir, os.DirFS(base.dir)); err != nil {
			t.Fatal(err)
		}
		if err := os.Chtimes(s.path("mail.log"), time.Time{}, mtime(t, base.path("mail.log"))); err != nil {
			t.Fatal(err)
		}
		cmd := s.command("run", "-c", "run.toml", "--jobs", "1")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(random.Float64() * float64(took*5/4)))
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		most := 2 // mails: one of the first run
		if got, told := s.history(); !told || got != wantHistory {
			again++
			most = 3
			s.mustRun()
		}
		if n := s.mails(); n < 2 || n > most {
			t.Fatalf("round %d: %d mails, want 2 to %d", round, n, most)
		} else if n == 3 {
			twice++
		}
		if diff := cmp.Diff(wantReport, strings.ReplaceAll(s.report(), s.dir, "")); diff != "" {
			t.Fatalf("round %d: the report is another: %s", round, diff)
		}
		if got, told := s.history(); got != wantHistory || !told {
			t.Fatalf("round %d: the history is another (told: %v): %s", round, told, cmp.Diff(wantHistory, got))
		}
		if round%10 == 0 {
			s.appendLog(third)
			s.mustRun()
			if diff := cmp.Diff(wantThird, strings.ReplaceAll(s.report(), s.dir, "")); diff != "" {
				t.Fatalf("round %d: the next report is another: %s", round, diff)
			}
		}
	}
	t.Logf("%d of %d runs were killed before they were done, %d between the mail and the note of it", again, killRounds, twice)
}

func mtime(t *testing.T, path string) time.Time {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.ModTime()
}

// TestTwoRuns starts a run while another one is at work.
func TestTwoRuns(t *testing.T) {
	t.Parallel()
	s := plainStage(t)
	s.appendLog(slips(0, 10))
	if err := syscall.Mkfifo(s.path("gate"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.write("sendmail", "#!/bin/sh\ncat > mail; echo there > gate; read go < gate2\n")
	if err := syscall.Mkfifo(s.path("gate2"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(s.path("sendmail"), 0o755); err != nil {
		t.Fatal(err)
	}
	first := s.command("run", "-c", "run.toml")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(s.path("gate")); err != nil { // the first one is sending
		t.Fatal(err)
	}
	status, out := s.run()
	if want := fmt.Sprintf("process %d", first.Process.Pid); status != exitUsage || !strings.Contains(out, "in use") || !strings.Contains(out, want) {
		t.Errorf("exit status %d, not naming %s: %s", status, want, out)
	}
	if err := os.WriteFile(s.path("gate2"), []byte("go\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := first.Wait(); err != nil {
		t.Error(err)
	}
	if _, told := s.history(); !told {
		t.Error("the first run did not end well")
	}
}

// smallDisk mounts a file system of a few KiB.
func smallDisk(t *testing.T, path string, kib int) {
	t.Helper()
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mount("none", path, "tmpfs", 0, fmt.Sprintf("size=%dk", kib)); err != nil {
		t.Skipf("file systems cannot be mounted here: %v", err)
	}
	t.Cleanup(func() { _ = syscall.Unmount(path, 0) })
}

// fillDisk writes until nothing goes any more, and returns the file to remove.
func fillDisk(t *testing.T, path string) string {
	t.Helper()
	name := filepath.Join(path, "filler")
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for block := make([]byte, 4096); err == nil; {
		_, err = f.Write(block)
	}
	return name
}

// TestFullDiskReport has no room for the report: the old one stays whole, the
// history does not move, and the run says so.
func TestFullDiskReport(t *testing.T) {
	slow(t)
	s := newStage(t, "state = \"state\"\noutput = [\"small/report.json\"]\n")
	smallDisk(t, s.path("small"), 256)
	s.appendLog(slips(0, 10))
	s.mustRun()
	old, err := os.ReadFile(s.path("small/report.json"))
	if err != nil {
		t.Fatal(err)
	}
	before, _ := s.history()
	filler := fillDisk(t, s.path("small"))
	s.appendLog(slips(10, 10))
	if status, out := s.run(); status != exitUsage || !strings.Contains(out, "small/report.json") || !strings.Contains(out, "no space left") {
		t.Errorf("exit status %d: %s", status, out)
	}
	if now, err := os.ReadFile(s.path("small/report.json")); err != nil || !bytes.Equal(now, old) {
		t.Errorf("the old report is not whole: %v", err)
	}
	if after, _ := s.history(); after != before {
		t.Error("the history moved")
	}
	if left, _ := filepath.Glob(s.path("small/.report*")); len(left) > 0 {
		t.Errorf("left over: %s", left)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	s.mustRun()
	if now, _ := os.ReadFile(s.path("small/report.json")); !bytes.Contains(now, []byte(`"new_messages": 10,`)) {
		t.Error("what was found while the disk was full is not reported as new")
	}
}

// TestFullDiskHistory has no room for the history: report and mail get out, the
// run says that it is not saved, and the next one repeats it.
func TestFullDiskHistory(t *testing.T) {
	slow(t)
	s := newStage(t, "state = \"small/state\"\noutput = [\"report.json\"]\n")
	smallDisk(t, s.path("small"), 512)
	s.appendLog(slips(0, 10))
	s.mustRun()
	filler := fillDisk(t, s.path("small"))
	s.appendLog(slips(10, 400))
	if err := os.Remove(s.path("mail")); err != nil {
		t.Fatal(err)
	}
	status, out := s.run()
	if status != exitUsage || !strings.Contains(out, "not saved; the next run repeats") {
		t.Errorf("exit status %d: %s", status, out)
	}
	if !strings.Contains(s.report(), `"new_messages": 400,`) {
		t.Error("the report is not there")
	}
	if _, err := os.Stat(s.path("mail")); err != nil {
		t.Errorf("the mail did not get out: %v", err)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	s.mustRun()
	if !strings.Contains(s.report(), `"new_messages": 400,`) || !strings.Contains(s.report(), `"messages": 410,`) {
		t.Error("the next run does not repeat what was not saved")
	}
}

// TestFullDiskAtFirst has no room to make a history: report and mail get out, and say so.
func TestFullDiskAtFirst(t *testing.T) {
	slow(t)
	s := newStage(t, "state = \"small/state\"\noutput = [\"report.json\"]\n")
	smallDisk(t, s.path("small"), 64)
	filler := fillDisk(t, s.path("small"))
	s.appendLog(slips(0, 10))
	if status, out := s.run(); status != exitPartial || !strings.Contains(out, "the history cannot be used") {
		t.Errorf("exit status %d: %s", status, out)
	}
	if _, err := os.Stat(s.path("mail")); err != nil || !strings.Contains(s.report(), `"messages": 10,`) {
		t.Errorf("report and mail did not get out: %v", err)
	}
	out, err := s.command("scan", "--state", "small/state", "--protect", "army.mil", "-o", "scan.json", "mail.log").CombinedOutput()
	if _, missing := os.Stat(s.path("scan.json")); err == nil || missing != nil {
		t.Errorf("%v, %v: %s", err, missing, out)
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(s.path("small/state")); len(left) > 1 { // the lock may be there
		t.Errorf("left over: %v", left)
	}
}

// TestFullDiskTemp has no room for temporary files: none are needed.
func TestFullDiskTemp(t *testing.T) {
	slow(t)
	s := plainStage(t)
	smallDisk(t, s.path("small"), 16)
	fillDisk(t, s.path("small"))
	t.Setenv("TMPDIR", s.path("small"))
	s.appendLog(slips(0, 100))
	s.mustRun()
}

// TestDamaged finds the history damaged: it is kept aside, said, and started again.
func TestDamaged(t *testing.T) {
	slow(t)
	t.Parallel()
	for name, damage := range map[string]func([]byte) []byte{
		"overwritten": func(b []byte) []byte { return bytes.Repeat([]byte("x"), len(b)) },
		"cut off":     func(b []byte) []byte { return b[:len(b)/2] },
		"empty":       func(b []byte) []byte { return b[:0] },
		"a name": func(b []byte) []byte {
			b[bytes.LastIndex(b, []byte("army.ml"))] ^= 1
			return b
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := plainStage(t)
			s.appendLog(slips(0, 50))
			s.mustRun()
			file := s.path("state/history.db")
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			bad := damage(text)
			if err := os.WriteFile(file, bad, 0o600); err != nil {
				t.Fatal(err)
			}
			status, out := s.run()
			if status != exitPartial || !strings.Contains(out, "cannot be read and is started again; the old one is kept as") {
				t.Fatalf("exit status %d: %s", status, out)
			}
			aside, _ := filepath.Glob(file + ".damaged-*")
			if len(aside) != 1 {
				t.Fatalf("kept aside: %s", aside)
			}
			if kept, err := os.ReadFile(aside[0]); err != nil || !bytes.Equal(kept, bad) {
				t.Errorf("what is kept aside is not what was there: %v", err)
			}
			if !strings.Contains(s.report(), `"new_messages": 50,`) {
				t.Error("the run did not restart")
			}
		})
	}
}

// TestEnded ends a run that waits for another program: it ends at once, and what
// it could not mail is new for the next one.
func TestEnded(t *testing.T) {
	s := plainStage(t)
	s.appendLog(slips(0, 10))
	if err := syscall.Mkfifo(s.path("gate"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.write("sendmail", "#!/bin/sh\ncat > /dev/null; echo there > gate; sleep 30\n")
	if err := os.Chmod(s.path("sendmail"), 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := s.command("run", "-c", "run.toml")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(s.path("gate")); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait()
	if status := cmd.ProcessState.ExitCode(); status != exitSignal+int(syscall.SIGTERM) {
		t.Errorf("exit status %d", status)
	}
	if took := time.Since(began); took > 20*time.Second { // it would be 30
		t.Errorf("it took %v to end", took)
	}
	if _, told := s.history(); told {
		t.Error("the report counts as sent")
	}
}

// An error that wraps none is one that counts, and no reader that has gone: the exit status
// was 0 where the name of a server was not known.
func TestReaderGoneAlone(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		err  error
		want bool
	}{
		{nil, true}, {errReaderGone, true}, {fmt.Errorf("write -: %w", errReaderGone), true}, {errors.Join(errReaderGone, nil), true},
		{errPartial, false}, {errors.Join(errReaderGone, errPartial), false}, {fmt.Errorf("connect: %w", &net.DNSError{Err: "no such host"}), false},
		{&net.OpError{Op: "dial"}, false},
	} {
		if got := isReaderGone(test.err); got != test.want {
			t.Errorf("%v: got %v", test.err, got)
		}
	}
}

// TestReaderGone: when nobody reads standard output any more, as with "| head", the rest
// is done all the same, and the exit status says what it would have said.
func TestReaderGone(t *testing.T) {
	log, err := filepath.Abs("../../examples/logs/maillog")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		args []string
		want int
	}{
		"parse":          {[]string{"parse", log}, exitOK},
		"a part parsed":  {[]string{"parse", log, "missing.log"}, exitPartial},
		"a part checked": {[]string{"check", "army.ml", "not a name"}, exitPartial},
		"scan":           {[]string{"scan", log}, exitOK},
		"fail-on":        {[]string{"scan", "--fail-on", "low", log}, exitFail},
		"another report": {[]string{"scan", "-o", "-", "-o", "report.json", log}, exitOK},
		"a lost report":  {[]string{"scan", "-o", "-", "-o", "missing/report.json", log}, exitUsage},
	} {
		if testing.Short() && c.args[0] != "scan" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			s := plainStage(t)
			cmd := s.command(c.args...)
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			r.Close()
			cmd.Stdout = w
			var stderr strings.Builder
			cmd.Stderr = &stderr
			_ = cmd.Run()
			w.Close()
			if got := cmd.ProcessState.ExitCode(); got != c.want {
				t.Errorf("exit status %d, want %d: %s", got, c.want, stderr.String())
			}
			if _, err := os.Stat(s.path("report.json")); name == "another report" && err != nil {
				t.Error(err)
			}
		})
	}
}
