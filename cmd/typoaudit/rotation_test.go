package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
)

// rotationRounds is how often the log of the test is rotated.
const rotationRounds = 50 / slowdown

// A logWriter writes the log of a mail server that sends numbered mails, four
// lines each, some of them at the same time.
type logWriter struct {
	t      *testing.T
	path   string
	mu     sync.Mutex // held while a line is written
	random *rand.Rand // under mu
	lines  []string   // of the mails that are under way
	number int
	now    time.Time
	lost   map[int]bool // mails of which a line was written where it may be lost
	risky  bool
	wrote  func(line string) // nil, or told what was written
}

func (w *logWriter) line() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lineLocked()
}

// lineLocked writes a line of one of up to four mails that are under way.
func (w *logWriter) lineLocked() {
	if len(w.lines) < 16 && (len(w.lines) == 0 || w.random.IntN(2) == 0) {
		n := w.number
		w.number++
		id := fmt.Sprintf("4%014d", n) // long ids are not used again
		for _, text := range []string{
			"postfix/smtpd[1]: %s: client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=kim",
			"postfix/qmgr[2]: %s: from=<kim@corp.example>, size=400, nrcpt=1 (queue active)",
			"postfix/smtp[3]: %s: to=<n%[2]d@army.ml>, relay=mx.army.ml[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)",
			"postfix/qmgr[2]: %s: removed",
		} {
			text = fmt.Sprintf(text, id, n)
			if i := bytes.IndexByte([]byte(text), '%'); i >= 0 {
				text = text[:i]
			}
			w.lines = append(w.lines, fmt.Sprintf("%d %s", n, text))
		}
	}
	// Lines of one mail stay in order; those of several mix.
	pick := w.random.IntN(min(len(w.lines), 8))
	var n int
	fmt.Sscan(w.lines[pick], &n)
	for i := range pick {
		var m int
		if fmt.Sscan(w.lines[i], &m); m == n {
			pick = i
			break
		}
	}
	_, text, _ := bytes.Cut([]byte(w.lines[pick]), []byte(" "))
	w.lines = append(w.lines[:pick], w.lines[pick+1:]...)
	if w.risky {
		w.lost[n] = true
	}
	w.now = w.now.Add(time.Second)
	w.write(w.now.Format(time.RFC3339) + " mail " + string(text) + "\n")
}

func (w *logWriter) write(line string) {
	f, err := os.OpenFile(w.path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		w.t.Error(err)
		return
	}
	defer f.Close()
	half := len(line) / 2 // a reader may see the beginning of a line
	for _, part := range []string{line[:half], line[half:]} {
		if _, err := f.WriteString(part); err != nil {
			w.t.Error(err)
		}
	}
	if w.wrote != nil {
		w.wrote(line)
	}
}

// finish writes the lines that are left.
func (w *logWriter) finish() {
	for len(w.lines) > 0 {
		var n int
		fmt.Sscan(w.lines[0], &n)
		_, text, _ := bytes.Cut([]byte(w.lines[0]), []byte(" "))
		w.lines = w.lines[1:]
		w.now = w.now.Add(time.Second)
		w.write(w.now.Format(time.RFC3339) + " mail " + string(text) + "\n")
	}
}

// rotate does as logrotate: the older logs move on, the second one is packed.
func (w *logWriter) rotate(copies bool) {
	const kept = 5
	for n := kept; n > 1; n-- {
		w.rename(fmt.Sprintf("%s.%d.gz", w.path, n), fmt.Sprintf("%s.%d.gz", w.path, n+1))
	}
	if _, err := os.Stat(w.path + ".1"); err == nil {
		w.pack(w.path+".1", w.path+".2.gz")
	}
	if !copies {
		w.mu.Lock()
		w.rename(w.path, w.path+".1")
		w.mu.Unlock()
		return
	}
	w.mu.Lock()
	w.copy(w.path, w.path+".1")
	w.risky = w.random.IntN(2) == 0
	if w.risky {
		for range 3 {
			w.lineLocked()
		}
	}
	w.risky = false
	if err := os.Truncate(w.path, 0); err != nil {
		w.t.Error(err)
	}
	w.mu.Unlock()
}

func (w *logWriter) rename(from, to string) {
	if err := os.Rename(from, to); err != nil && !os.IsNotExist(err) {
		w.t.Error(err)
	}
}

func (w *logWriter) copy(from, to string) {
	text, err := os.ReadFile(from)
	if err != nil {
		w.t.Error(err)
	}
	if err := os.WriteFile(to, text, 0o600); err != nil {
		w.t.Error(err)
	}
}

func (w *logWriter) pack(from, to string) {
	in, err := os.Open(from)
	if err != nil {
		w.t.Error(err)
		return
	}
	defer in.Close()
	out, err := os.Create(to)
	if err != nil {
		w.t.Error(err)
		return
	}
	z := gzip.NewWriter(out)
	if _, err := io.Copy(z, in); err != nil {
		w.t.Error(err)
	}
	if err := z.Close(); err != nil {
		w.t.Error(err)
	}
	out.Close()
	os.Remove(from)
}

// testEnv is a world of its own.
func testEnv(stdout, stderr io.Writer) *env {
	return &env{
		stdin: bytes.NewReader(nil), stdout: stdout, stderr: stderr, getenv: func(string) string { return "" },
		now: func() time.Time { return time.Date(2026, 11, 25, 6, 0, 0, 0, time.UTC) }, location: time.UTC,
	}
}

// TestRotation audits a log again and again while it is written and rotated:
// every mail is reported exactly once, with its sender, whatever became of its file.
func TestRotation(t *testing.T) {
	slow(t)
	dir := t.TempDir()
	w := &logWriter{t: t, random: seeded(t), path: filepath.Join(dir, "mail.log"), now: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), lost: map[int]bool{}}
	var out, errs bytes.Buffer
	scan := func() *result.Result {
		out.Reset()
		errs.Reset()
		args := []string{"scan", "--state", filepath.Join(dir, "state"), "--internal", "corp.example", "--protect", "army.mil", "-f", "json", filepath.Join(dir, "mail.log*")}
		status := run(context.Background(), args, testEnv(&out, &errs))
		if status != exitOK && status != exitPartial {
			t.Fatalf("exit status %d: %s", status, errs.String())
		}
		r, err := result.Read(&out)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	for range 20 {
		w.line()
	}
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case <-stop:
				return
			default:
				w.line()
			}
			time.Sleep(200 * time.Microsecond)
		}
	}()
	for round := range rotationRounds {
		var rotating sync.WaitGroup
		rotating.Go(func() { w.rotate(round%2 == 1) })
		scan()
		rotating.Wait()
		if round%5 == 0 {
			scan()
		}
	}
	close(stop)
	<-done
	w.finish()
	checkOnce(t, w, scan(), "")
	checkOnce(t, w, scan(), "again: ")
	text, _ := json.Marshal(w.lost)
	t.Logf("%d mails, %d rotations; may be lost: %s", w.number, rotationRounds, text)
}

// checkOnce holds a report to the mails that were written.
func checkOnce(t *testing.T, w *logWriter, r *result.Result, when string) {
	t.Helper()
	seen := map[string]int{}
	for i := range r.Deliveries {
		d := &r.Deliveries[i]
		seen[d.Recipient]++
		var n int
		fmt.Sscanf(d.Recipient, "n%d@", &n)
		if (d.AuthUser == nil || d.Person != "kim@corp.example") && !w.lost[n] {
			t.Errorf("%sthe sender of %s is not known: %+v", when, d.Recipient, d)
		}
	}
	lost, double := 0, 0
	for n := range w.number {
		switch c := seen[fmt.Sprintf("n%d@army.ml", n)]; {
		case c == 0 && !w.lost[n]:
			lost++
		case c > 1:
			double++
		}
	}
	if lost > 0 || double > 0 {
		t.Errorf("%s%d of %d mails are lost, %d reported twice", when, lost, w.number, double)
	}
}

// TestCopiedBehindTheLook has a log copied and emptied at each moment at which a run
// looks at the clock: one lies between the look for files and their reading, when the
// copy is not among them.
func TestCopiedBehindTheLook(t *testing.T) {
	slow(t)
	t.Parallel()
	for moment := 1; ; moment++ {
		r, looks := copiedAtLook(t, moment)
		if looks < moment { // there is no such moment
			if moment < 3 {
				t.Errorf("a run looks at the clock %d times", looks)
			}
			return
		}
		if len(r.Deliveries) != 3 {
			t.Errorf("copied at look %d: %d deliveries", moment, len(r.Deliveries))
		}
		for _, d := range r.Deliveries {
			if d.AuthUser == nil || *d.AuthUser != "kim" {
				t.Errorf("copied at look %d: a sender is not known: %+v", moment, d)
			}
		}
	}
}

// copiedAtLook runs three times, and has the log copied and emptied when the second
// run looks at the clock for a given time. It returns the last report, and how often
// the second run looked.
func copiedAtLook(t *testing.T, moment int) (r *result.Result, looks int) {
	s := newStage(t, "")
	log := s.path("mail.log")
	scan := func(look func()) *result.Result {
		var out, errs bytes.Buffer
		e := testEnv(&out, &errs)
		now := e.now
		e.now = func() time.Time {
			look()
			return now()
		}
		args := []string{"scan", "--state", s.path("state"), "--context", s.path("evidence.log"), "--internal", "corp.example", "--protect", "army.mil", "-f", "json", log + "*"}
		if status := run(context.Background(), args, e); status != exitOK && status != exitPartial {
			t.Fatalf("exit status %d: %s", status, errs.String())
		}
		r, err := result.Read(&out)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	s.write("evidence.log", beginOfMail(1)+endOfMail(1))
	s.write("mail.log", beginOfMail(2)+endOfMail(2))
	scan(func() {})
	text := beginOfMail(2) + endOfMail(2) + beginOfMail(3)
	s.write("mail.log", text)
	scan(func() {
		if looks++; looks == moment {
			s.write("mail.log.1", text)
			s.write("mail.log", endOfMail(3)) // it stays the same file
		}
	})
	return scan(func() {}), looks
}

func beginOfMail(number int) string {
	return linesOfMail(number, "smtpd[1]: %s: client=ws[192.0.2.7], sasl_method=PLAIN, sasl_username=kim", "qmgr[2]: %s: from=<kim@corp.example>, size=400, nrcpt=1 (queue active)")
}

func endOfMail(number int) string {
	return linesOfMail(number, "smtp[3]: %s: to=<jane@army.ml>, relay=mx.army.ml[192.0.2.9]:25, delay=1, delays=0/0/1/0, dsn=2.0.0, status=sent (250 ok)", "qmgr[2]: %s: removed")
}

func linesOfMail(number int, texts ...string) (log string) {
	for _, text := range texts {
		log += fmt.Sprintf("2026-11-23T09:00:%02dZ mail postfix/%s\n", number, fmt.Sprintf(text, fmt.Sprintf("4%014d", number)))
	}
	return log
}

// TestReadBeyondTheCopy has a log read after it was copied and before it is emptied: the
// copy ends before what was read, and is known nevertheless.
func TestReadBeyondTheCopy(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	log := s.path("mail.log")
	check := func(want int) {
		t.Helper()
		var out, errs bytes.Buffer
		args := []string{"scan", "--state", s.path("state"), "--internal", "corp.example", "--protect", "army.mil", "-f", "json", log + "*"}
		if status := run(context.Background(), args, testEnv(&out, &errs)); status != exitOK && status != exitPartial {
			t.Fatalf("exit status %d: %s", status, errs.String())
		}
		r, err := result.Read(&out)
		if err != nil {
			t.Fatal(err)
		}
		if len(r.Deliveries) != want {
			t.Errorf("%d deliveries, not %d", len(r.Deliveries), want)
		}
	}
	text := ""
	for n := 1; n <= 3; n++ {
		text += beginOfMail(n) + endOfMail(n)
		s.write("mail.log", text)
		check(n)
	}
	s.write("mail.log.1", text+beginOfMail(4))
	s.write("mail.log", text+beginOfMail(4)+endOfMail(4))
	check(4) // beyond the copy
	s.write("mail.log", beginOfMail(5)+endOfMail(5))
	check(5)
	check(5)
	(&logWriter{t: t}).pack(s.path("mail.log.1"), s.path("mail.log.2.gz"))
	check(5)
}
