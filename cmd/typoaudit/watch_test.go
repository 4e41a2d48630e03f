package main

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
)

// A watched is a log that is written, rotated and watched, one step at a time.
type watched struct {
	*logWriter
	dir   string
	watch *pipeline.Watch
	env   *env
	errs  bytes.Buffer
	now   time.Time
	found map[string]int // by recipient
	file  config.File
	live  bool // somebody else steps, and writes
	// onFound, unless nil, is given what is found.
	onFound func(*pipeline.Finding)
}

func newWatched(t *testing.T) *watched {
	t.Helper()
	dir, now := t.TempDir(), time.Now()
	w := &watched{
		logWriter: &logWriter{t: t, random: seeded(t), path: filepath.Join(dir, "mail.log"), now: now.UTC().Truncate(time.Second), lost: map[int]bool{}},
		dir:       dir, found: map[string]int{}, now: now,
	}
	w.env = testEnv(&bytes.Buffer{}, &w.errs)
	w.env.now = func() time.Time { return w.now }
	return w
}

// start starts a watch. What the log had before the first one is no news.
func (w *watched) start(paths ...string) {
	w.t.Helper()
	o := watchOptions{save: 5 * time.Minute, learn: time.Hour}
	o.State, o.Internal, o.Protect, o.Jobs, o.MinConfidence = filepath.Join(w.dir, "state"), []string{"corp.example"}, []string{"army.mil"}, 2, 0.5
	var err error
	if w.watch, err = o.watch(w.env, &config.Settled{File: &w.file}, paths, w.note); err != nil {
		w.t.Fatal(err)
	}
}

func (w *watched) note(f *pipeline.Finding) uint64 {
	w.found[f.Delivery.Recipient]++
	if w.onFound != nil {
		w.onFound(f)
	}
	return 0
}

// step lets the watch look once, a moment later.
func (w *watched) step() {
	w.t.Helper()
	w.now = w.now.Add(lookGap)
	if err := w.watch.Step(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// perhaps lets the watch look, or not.
func (w *watched) perhaps() {
	if !w.live && w.random.IntN(2) == 0 {
		w.step()
	}
}

// lines writes some lines, and lets the watch look in between.
func (w *watched) some() {
	for range 1 + w.random.IntN(40) {
		w.line()
		if w.random.IntN(8) == 0 {
			w.step()
		}
	}
}

// rotations are the ways in which a log is rotated. Each leaves its lines in the folder.
func (w *watched) rotations() []func(n int) {
	older := func(n int) string { return fmt.Sprintf("%s-%08d", w.path, 20260101+n) }
	create := func() {
		w.perhaps()
		if w.live || w.random.IntN(2) == 0 {
			f, err := os.OpenFile(w.path, os.O_CREATE|os.O_WRONLY, 0o600)
			if err != nil {
				w.t.Fatal(err)
			}
			f.Close()
			w.perhaps()
		}
	}
	return []func(n int){
		func(n int) { // rename, and create
			for i := 9; i > 0; i-- {
				w.rename(fmt.Sprintf("%s.%d", w.path, i), fmt.Sprintf("%s.%d", w.path, i+1))
			}
			w.perhaps()
			w.renameLog(w.path + ".1")
			create()
		},
		func(n int) { // copy, and truncate
			w.mu.Lock()
			defer w.mu.Unlock()
			w.copy(w.path, older(n))
			w.perhaps()
			if err := os.Truncate(w.path, 0); err != nil {
				w.t.Error(err)
			}
			w.perhaps()
		},
		func(n int) { // rename, and pack
			w.renameLog(older(n))
			create()
			w.pack(older(n), older(n)+".gz")
			w.perhaps()
		},
		func(n int) { // a file a day
			w.renameLog(older(n))
			create()
		},
	}
}

// awaitLearned waits until the watch does not have the history, as none has that was killed.
func (w *watched) awaitLearned() {
	for {
		s, err := history.OpenExisting(w.t.Context(), filepath.Join(w.dir, "state"), history.Moment+"a test")
		if err == nil {
			if err := s.Close(); err != nil {
				w.t.Error(err)
			}
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// kill leaves the watch as a kill does: what it holds is free.
func (w *watched) kill() {
	w.t.Helper()
	w.awaitLearned()
	if err := os.Remove(filepath.Join(w.dir, "state", "watching")); err != nil {
		w.t.Fatal(err)
	}
}

// renameLog renames the log while no line is being written: what is packed at once has no
// place for it.
func (w *watched) renameLog(to string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rename(w.path, to)
}

// check holds what was found, and what the history has, to what was written.
func (w *watched) check(paths ...string) {
	w.t.Helper()
	w.finish()
	w.step()
	if err := w.watch.Close(w.t.Context()); err != nil {
		w.t.Error(err)
	}
	lost, double := 0, 0
	for n := range w.number {
		switch c := w.found[fmt.Sprintf("n%d@army.ml", n)]; {
		case c == 0:
			lost++
		case c > 1:
			double++
		}
	}
	if lost+double > 0 {
		w.t.Errorf("of %d mails %d were not found, %d more than once", w.number, lost, double)
	}
	before := sizes(w.t, filepath.Join(w.dir, "state"))
	r := w.scan(paths...)
	checkOnce(w.t, w.logWriter, r, "a run: ")
	if after := sizes(w.t, filepath.Join(w.dir, "state")); !slices.Equal(before, after) {
		w.t.Errorf("a run read on from %d to %d", before, after)
	}
	if w.errs.Len() > 0 {
		w.t.Errorf("complained: %s", w.errs.String())
	}
}

// sizes returns how far the history has each source.
func sizes(t *testing.T, folder string) (all []int64) {
	t.Helper()
	s, err := history.OpenExisting(t.Context(), folder, "a test")
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	sources, err := s.Sources(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range sources {
		all = append(all, x.Size, x.Deliveries)
	}
	return all
}

func (w *watched) scan(paths ...string) *result.Result {
	w.t.Helper()
	var out, errs bytes.Buffer
	args := append([]string{"scan", "--state", filepath.Join(w.dir, "state"), "--internal", "corp.example", "--protect", "army.mil", "-f", "json"}, paths...)
	if status := run(context.Background(), args, testEnv(&out, &errs)); status != exitOK {
		w.t.Errorf("exit status %d: %s", status, errs.String())
	}
	r, err := result.Read(&out)
	if err != nil {
		w.t.Fatal(err)
	}
	return r
}

// TestWatchRotations has a log rotated in four ways while it is watched, with looks at any
// moment: each mail is found once, and kept once.
func TestWatchRotations(t *testing.T) {
	t.Parallel()
	for _, named := range []bool{false, true} {
		t.Run(fmt.Sprintf("named=%v", named), func(t *testing.T) {
			t.Parallel()
			w := newWatched(t)
			paths := []string{w.path + "*"}
			if named {
				paths = []string{w.path}
			}
			w.write("2026-11-23T09:00:00Z mail postfix/master[1]: daemon started\n")
			w.start(paths...)
			w.step()
			for round := range rounds(12) {
				w.some()
				w.step() // what is rotated twice between two looks has no known beginning
				w.rotations()[w.random.IntN(4)](round)
				w.some()
			}
			w.check(w.path + "*")
		})
	}
}

// TestWatchKilled stops a watch at any moment, without its end, and starts another one.
func TestWatchKilled(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.write("2026-11-23T09:00:00Z mail postfix/master[1]: daemon started\n")
	w.start(w.path + "*")
	w.step()
	for round := range rounds(10) {
		w.some()
		if w.random.IntN(3) == 0 {
			w.rotations()[w.random.IntN(4)](round)
		}
		w.now = w.now.Add(time.Duration(w.random.IntN(10)) * time.Minute)
		w.perhaps()
		w.kill()
		w.start(w.path + "*")
		w.step()
	}
	w.awaitLearned()
	w.check(w.path + "*")
}

// TestWatchLastRead: the time at which the logs were read last stays while one of them is not
// there, or cannot be read.
func TestWatchLastRead(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.write("2026-11-23T09:00:00Z mail postfix/master[1]: daemon started\n")
	damaged := filepath.Join(w.dir, "other.gz")
	w.start(w.path, damaged)
	w.step()
	for _, text := range []string{"", "\x1f\x8b\x08\x00no archive"} {
		if text != "" {
			if err := os.WriteFile(damaged, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		for range 4 {
			w.line()
			w.step()
			w.step()
		}
		if read := w.watch.Counts().Read; !read.IsZero() {
			t.Errorf("other.gz with %q: read at %v", text, read)
		}
	}
	const nothing = "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x03\x00\x00\x00\x00\x00\x00\x00\x00\x00" // compressed
	if err := os.WriteFile(damaged, []byte(nothing), 0o600); err != nil {
		t.Fatal(err)
	}
	w.step()
	w.step()
	if w.watch.Counts().Read.IsZero() {
		t.Errorf("all is there: not read; complained: %s", w.errs.String())
	}
	if err := w.watch.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestWatchReadableLater: what a log held from before the watch is no news either where it can be
// read only later; what was written to it since is.
func TestWatchReadableLater(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	hidden := w.path + ".hidden"
	for range 20 {
		w.line()
	}
	w.finish()
	old := w.number
	w.renameLog(hidden)
	w.now = w.logWriter.now
	w.start(w.path)
	for range 12 { // it waits for the log, as in rotation
		w.step()
	}
	w.logWriter.now = w.now.UTC().Truncate(time.Second).Add(time.Second)
	if err := os.Rename(hidden, w.path); err != nil {
		t.Fatal(err)
	}
	for range 20 {
		w.line()
	}
	w.finish()
	w.step()
	w.awaitLearned()
	if err := w.watch.Close(t.Context()); err != nil {
		t.Error(err)
	}
	w.foundSince(t, old)
}

// TestWatchSetAside: where the history is damaged and is begun again, what the logs held before
// the watch is no news, and what was found is not found twice.
func TestWatchSetAside(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	for range 20 {
		w.line()
	}
	w.finish()
	old := w.number
	w.now = w.logWriter.now
	w.start(w.path)
	w.step()
	w.logWriter.now = w.now.UTC().Truncate(time.Second).Add(time.Second)
	if len(w.found) > 0 {
		t.Fatalf("found %v of before the watch", w.found)
	}
	for range 20 {
		w.line()
	}
	w.finish()
	w.step()
	w.awaitLearned()
	if err := os.WriteFile(filepath.Join(w.dir, "state", "history.db"), bytes.Repeat([]byte("x"), 8192), 0o600); err != nil {
		t.Fatal(err)
	}
	w.now = w.now.Add(10 * time.Minute)
	w.line()
	w.finish()
	w.step()
	if err := w.watch.Close(t.Context()); err != nil {
		t.Error(err)
	}
	w.foundSince(t, old)
	if !strings.Contains(w.errs.String(), "started again") {
		t.Errorf("complained: %q", w.errs.String())
	}
}

// foundOnce fails for each mail from a number on that was not found, or more than once.
func (w *watched) foundOnce(t *testing.T, from int) {
	t.Helper()
	for n := from; n < w.number; n++ {
		if got := w.found[fmt.Sprintf("n%d@army.ml", n)]; got != 1 {
			t.Errorf("mail %d of %d, from %d on: found %d times", n, w.number, from, got)
		}
	}
}

// foundSince checks that the mails from old on were found once each, and none of before.
func (w *watched) foundSince(t *testing.T, old int) {
	t.Helper()
	for n := range old {
		if got := w.found[fmt.Sprintf("n%d@army.ml", n)]; got != 0 {
			t.Errorf("mail %d, of before: found %d times", n, got)
		}
	}
	w.foundOnce(t, old)
}

// TestWatchRemoved: where somebody removes the folder of the history it is begun again and said,
// and what was found is not found twice, also after a kill.
func TestWatchRemoved(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.write("2026-11-23T09:00:00Z mail postfix/master[1]: daemon started\n")
	w.start(w.path)
	w.step()
	for range 3 {
		for range 20 {
			w.line()
		}
		w.finish()
		w.step()
		w.awaitLearned()
		if err := os.RemoveAll(filepath.Join(w.dir, "state")); err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(10 * time.Minute)
		w.line()
		w.finish()
		w.step()
	}
	w.awaitLearned()
	w.start(w.path) // nobody holds the folder that is there now
	w.step()
	if err := w.watch.Close(t.Context()); err != nil {
		t.Error(err)
	}
	w.foundOnce(t, 0)
	if !strings.Contains(w.errs.String(), "the history is another one than before") {
		t.Errorf("complained: %q", w.errs.String())
	}
}

// TestWatchDamagedAtStart: that a damaged history was set aside is said when the watch starts.
func TestWatchDamagedAtStart(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.write("2026-11-23T09:00:00Z mail postfix/master[1]: daemon started\n")
	if err := os.Mkdir(filepath.Join(w.dir, "state"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, "state", "history.db"), bytes.Repeat([]byte("x"), 8192), 0o600); err != nil {
		t.Fatal(err)
	}
	w.start(w.path)
	w.step()
	if err := w.watch.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if strings.Count(w.errs.String(), "started again") != 1 {
		t.Errorf("complained: %q", w.errs.String())
	}
}

// TestWatchDamagedPack: a history with a damaged pack is set aside when the watch starts, and
// while it goes on: it says so, and goes on.
func TestWatchDamagedPack(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	for range 20 {
		w.line()
	}
	w.finish()
	w.start(w.path)
	w.step()
	damage := func() {
		w.awaitLearned()
		db, err := sql.Open("sqlite", filepath.Join(w.dir, "state", "history.db"))
		if err != nil {
			t.Fatal(err)
		}
		defer db.Close()
		if _, err := db.Exec("UPDATE pack SET sealed = zeroblob(length(sealed))"); err != nil {
			t.Fatal(err)
		}
	}
	damage()
	w.kill()
	w.start(w.path)
	w.step()
	w.step()
	if n := strings.Count(w.errs.String(), "started again"); n != 1 {
		t.Fatalf("at the start: complained %d times: %s", n, w.errs.String())
	}
	damage()
	w.now = w.now.Add(2 * time.Hour) // the verdicts are taken again
	old := w.number
	for strings.Count(w.errs.String(), "started again") < 2 {
		w.line()
		w.step()
		time.Sleep(time.Millisecond) // beside
	}
	w.finish()
	w.step()
	w.now = w.now.Add(10 * time.Minute)
	w.step()
	if err := w.watch.Close(t.Context()); err != nil {
		t.Error(err)
	}
	w.foundOnce(t, old)
	checkOnce(t, w.logWriter, w.scan(w.path), "a run: ")
}

// TestWatchIgnoresAtOnce: an ignore rule counts for what is read after it was written.
func TestWatchIgnoresAtOnce(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	w.file.Path = filepath.Join(w.dir, "typoaudit.toml")
	w.write("2026-11-23T09:00:00Z mail postfix/master[1]: daemon started\n")
	w.start(w.path)
	w.step()
	mail := func(n int) {
		w.write(beginOfMail(n) + endOfMail(n))
		w.step()
	}
	mail(1)
	rules := filepath.Join(w.dir, "ignore")
	if err := os.WriteFile(rules, []byte("army.ml\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mail(2)
	if got := w.watch.Counts().Ignored; w.found["jane@army.ml"] != 1 || got != 1 {
		t.Errorf("found %v, ignored %d; complained: %s", w.found, got, w.errs.String())
	}
	if err := os.WriteFile(rules, []byte("a rule that is none !!\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	mail(3)
	if got := w.watch.Counts().Ignored; got != 2 || !strings.Contains(w.errs.String(), "the ignore rules of before count") {
		t.Errorf("a rule that is none: ignored %d; complained: %s", got, w.errs.String())
	}
	if err := w.watch.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// TestWatchAlerts has the program itself watch a log, until an alert came of what was written.
func TestWatchAlerts(t *testing.T) {
	t.Parallel()
	s := newStage(t, "")
	got := s.path("got")
	s.write("typoaudit.toml", "internal = [\"corp.example\"]\nprotect = [\"army.mil\"]\nstate = \"state\"\n[[source]]\ntype = \"log\"\npaths = [\"mail.log*\"]\n[[alert]]\ntype = \"command\"\ncommand = \"cat >> "+got+"\"\n")
	s.write("mail.log", "2026-11-23T09:00:00Z mail postfix/master[1]: daemon started\n")
	ctx, end := context.WithCancelCause(t.Context())
	var out, errs bytes.Buffer
	e := testEnv(&out, &errs)
	status := make(chan int)
	go func() { status <- run(ctx, []string{"watch", "-c", s.path("typoaudit.toml")}, e) }()
	for !history.IsThere(s.path("state")) {
		time.Sleep(time.Millisecond)
	}
	log, err := os.OpenFile(s.path("mail.log"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	for n := 1; n < 50; n++ { // those that are there before the first look are no news
		if _, err := log.WriteString(beginOfMail(n) + endOfMail(n)); err != nil {
			t.Fatal(err)
		}
		if text, _ := os.ReadFile(got); len(text) > 0 {
			break
		}
		time.Sleep(lookGap)
	}
	end(signalError{syscall.SIGTERM})
	if got := <-status; got != exitSignal+int(syscall.SIGTERM) {
		t.Errorf("exit status %d: %s", got, errs.String())
	}
	text, err := os.ReadFile(got)
	if err != nil || bytes.Count(text, []byte("\n")) != 1 || !bytes.Contains(text, []byte(`"recipient":"jane@army.ml"`)) {
		t.Errorf("%v: told %s", err, text)
	}
	if !strings.Contains(out.String(), "kim@corp.example wrote to jane@army.ml, meant jane@army.mil") {
		t.Errorf("printed %s", out.String())
	}
}
