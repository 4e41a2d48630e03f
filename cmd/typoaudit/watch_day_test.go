package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"
)

// TestWatchDay watches for hours, by a clock that the test moves: what it takes of memory,
// files and goroutines does not grow. With TYPOAUDIT_TEST_LONG it is 24 hours, a look each
// second, and else three hours.
func TestWatchDay(t *testing.T) {
	slow(t)
	hours, gap := 3, 30*time.Second
	if isLong() {
		hours, gap = 24, time.Second
	}
	w := newWatched(t)
	w.logWriter.now = w.now
	w.logWriter.write(w.now.UTC().Format(time.RFC3339) + " mail postfix/master[1]: daemon started\n")
	w.start(w.path + "*")
	w.step()
	var early usage
	looks := 0
	for hour := range hours {
		for end := w.now.Add(time.Hour); w.now.Before(end); looks++ {
			w.now = w.now.Add(gap)
			if looks%10 == 0 {
				w.logWriter.now = w.now
				w.line()
			}
			w.step()
		}
		w.rotations()[3](hour)
		w.drop()
		if hour == hours/3 {
			early = usageNow(t)
		}
	}
	late := usageNow(t)
	t.Logf("%d looks, %d mails; after a third: %+v, at the end: %+v", looks, w.number, early, late)
	const room = 4 << 20 // a state of each log that there was
	if late.memory > early.memory+room || late.files > early.files+2 || late.goroutines > early.goroutines+2 {
		t.Errorf("it grew from %+v to %+v", early, late)
	}
	if err := w.watch.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

// drop removes all old logs but three, as rotation does.
func (w *watched) drop() {
	names, err := filepath.Glob(w.path + "-*")
	if err != nil {
		w.t.Fatal(err)
	}
	for i := 0; i+3 < len(names); i++ {
		if err := os.Remove(names[i]); err != nil {
			w.t.Error(err)
		}
	}
}

// A usage is what the program takes.
type usage struct {
	memory     uint64
	files      int
	goroutines int
}

func usageNow(t *testing.T) (u usage) {
	t.Helper()
	time.Sleep(100 * time.Millisecond) // the verdicts may be taken at this moment
	for range 3 {                      // finalizers close files
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	u.memory, u.goroutines = m.HeapAlloc, runtime.NumGoroutine()
	if open, err := os.ReadDir("/proc/self/fd"); err == nil {
		u.files = len(open)
	}
	return u
}
