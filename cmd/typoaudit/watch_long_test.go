//go:build linux

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
)

// longWatch leaves a test out that takes minutes, unless it is asked for.
func longWatch(t *testing.T) {
	t.Helper()
	if !isLong() {
		t.Skip("takes minutes: left out without TYPOAUDIT_TEST_LONG")
	}
}

// A pacedWriter writes lines at a pace, with the time of the clock, and notes when that of a
// delivery was written.
type pacedWriter struct {
	*watched
	mu      sync.Mutex
	written map[string]time.Time // of the line with the status, by recipient
	delays  []time.Duration
}

// write writes a batch of lines each ten milliseconds until stop.
func (p *pacedWriter) pace(perSecond int, stop <-chan struct{}) {
	for tick := time.NewTicker(10 * time.Millisecond); ; {
		select {
		case <-stop:
			tick.Stop()
			return
		case <-tick.C:
			p.logWriter.mu.Lock()
			for range perSecond / 100 {
				p.logWriter.now = time.Now().Add(-time.Second) // lineLocked adds one
				p.lineLocked()
			}
			p.logWriter.mu.Unlock()
		}
	}
}

// TestWatchDelay has a log written at 2,000 lines a second and rotated 50 times in four ways:
// each mail is found once, and in the median within a second of its line.
func TestWatchDelay(t *testing.T) {
	longWatch(t)
	w := newWatched(t)
	w.env.now = time.Now
	p := &pacedWriter{watched: w, written: map[string]time.Time{}}
	w.logWriter.write("2026-11-23T09:00:00Z mail postfix/master[1]: daemon started\n")
	w.wrote = func(line string) {
		var n int
		if i := slices.Index([]byte(line), '<'); i >= 0 {
			if _, err := fmt.Sscanf(line[i:], "<n%d@", &n); err == nil {
				p.mu.Lock()
				p.written[fmt.Sprintf("n%d@army.ml", n)] = time.Now()
				p.mu.Unlock()
			}
		}
	}
	w.onFound = func(f *pipeline.Finding) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.delays = append(p.delays, time.Since(p.written[f.Delivery.Recipient]))
	}
	w.start(w.path + "*")
	w.step()
	w.live = true
	ctx, end := context.WithCancel(t.Context())
	var watching, writing sync.WaitGroup
	watching.Go(func() { _ = stepOn(ctx, w.watch, func() {}) })
	stop := make(chan struct{})
	writing.Go(func() { p.pace(2000, stop) })
	for round := range 50 {
		time.Sleep(2 * time.Second)
		w.rotations()[round%4](round)
	}
	time.Sleep(2 * time.Second)
	close(stop)
	writing.Wait()
	time.Sleep(2 * time.Second)
	end()
	watching.Wait()
	w.env.now = func() time.Time { return w.now }
	w.now, w.live = time.Now(), false
	slices.Sort(p.delays)
	n := len(p.delays)
	t.Logf("%d mails, found %d; delay: median %v, 99 %% %v, at most %v", w.number, n, p.delays[n/2], p.delays[n*99/100], p.delays[n-1])
	if p.delays[n/2] > time.Second {
		t.Errorf("the median of the delays is %v", p.delays[n/2])
	}
	w.check(w.path + "*")
}

// TestWatchKilledByForce kills the program at 50 moments, while its log is written and rotated:
// each mail is found once, and the history has it once.
func TestWatchKilledByForce(t *testing.T) {
	longWatch(t)
	w := newWatched(t)
	s := &stage{t, w.dir}
	w.logWriter.write("2026-11-23T09:00:00Z mail postfix/master[1]: daemon started\n")
	out, err := os.OpenFile(s.path("out"), os.O_CREATE|os.O_APPEND|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	start := func() *exec.Cmd {
		cmd := s.command("watch", "--state", s.path("state"), "--internal", "corp.example", "--protect", "army.mil", "--save-every", "2s", w.path+"*")
		cmd.Stdout, cmd.Stderr = out, os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	cmd := start()
	for !history.IsThere(s.path("state")) {
		time.Sleep(time.Millisecond)
	}
	time.Sleep(2 * time.Second) // what is there before the first look is no news
	w.live = true
	p := &pacedWriter{watched: w}
	stop := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() { p.pace(1000, stop) })
	const apart = 1100 * time.Millisecond // logs that begin and end in the same second have no order
	for round, rotated := 0, time.Now(); round < 50; round++ {
		time.Sleep(time.Duration(100+w.rand(1500)) * time.Millisecond)
		if w.rand(3) == 0 && time.Since(rotated) > apart {
			w.rotations()[w.rand(4)](round)
			rotated = time.Now()
		}
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		cmd = start()
	}
	close(stop)
	writing.Wait()
	w.finish()
	seen := map[string]int{}
	for tries := 0; len(seen) < w.number && tries < 120; tries++ {
		time.Sleep(time.Second)
		clear(seen)
		text, err := os.ReadFile(s.path("out"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range regexp.MustCompile(`wrote to (n\d+@army\.ml),`).FindAllSubmatch(text, -1) {
			seen[string(name[1])]++
		}
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	_ = cmd.Wait()
	twice := 0
	for _, n := range seen {
		if n > 1 {
			twice++
		}
	}
	t.Logf("%d mails, %d found, %d of them more than once", w.number, len(seen), twice)
	if len(seen) != w.number || twice > 0 {
		t.Errorf("%d of %d mails were not found, and %d more than once", w.number-len(seen), w.number, twice)
	}
	before := sizes(t, s.path("state"))
	checkOnce(t, w.logWriter, w.scan(w.path+"*"), "a run: ")
	if after := sizes(t, s.path("state")); !slices.Equal(before, after) {
		t.Errorf("a run read on from %d to %d", before, after)
	}
}

// TestWatchPipe: a pipe is not followed, and that is said.
func TestWatchPipe(t *testing.T) {
	t.Parallel()
	w := newWatched(t)
	pipe := w.path + ".pipe"
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Skip(err)
	}
	w.logWriter.write("2026-11-23T09:00:00Z mail postfix/master[1]: daemon started\n")
	w.start(w.path, pipe)
	w.step()
	w.step()
	if err := w.watch.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if !strings.Contains(w.errs.String(), pipe+": a pipe or a device, which is not followed") || !w.watch.Counts().Read.IsZero() {
		t.Errorf("read %v, complained: %q", w.watch.Counts().Read, w.errs.String())
	}
}

// rand returns a number below n, whoever writes at the same time.
func (w *watched) rand(n int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.random.IntN(n)
}
