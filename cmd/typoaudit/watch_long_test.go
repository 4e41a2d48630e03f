package main

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

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
