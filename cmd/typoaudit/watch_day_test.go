package main

import (
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/typoaudit/typoaudit/audit/history"
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

// TestWatchMonth saves every few minutes, by a clock that the test moves: the packs of a log and a
// day stay few, and a run finds all of it once. With TYPOAUDIT_TEST_LONG it is a month, with the
// log rotated every day, and what it takes of memory and files does not grow.
func TestWatchMonth(t *testing.T) {
	slow(t) // TestWatchRotations and TestWatchKilled take a few steps, and TestJoin of the history joins its packs
	t.Parallel()
	days, saves := 1, rounds(rounds(40))
	if isLong() {
		days, saves = 30, 288
	}
	w := newWatched(t)
	w.now = w.now.UTC().Truncate(24 * time.Hour)
	w.logWriter.write(w.now.Format(time.RFC3339) + " mail postfix/master[1]: daemon started\n")
	w.start(w.path + "*")
	w.step()
	var early usage
	var started [2]time.Duration
	restart := func() time.Duration {
		if err := w.watch.Close(t.Context()); err != nil {
			t.Error(err)
		}
		w.start(w.path + "*")
		began := time.Now()
		w.step()
		return time.Since(began)
	}
	for day := range days {
		for range saves {
			w.now = w.now.Add(24 * time.Hour / 288)
			w.logWriter.now = w.now
			w.line() // few: what is known of findings grows with them
			w.step()
		}
		if isLong() {
			w.rotations()[3](day)
			w.drop()
			w.step()
		}
		if day == days/3 {
			early, started[0] = usageNow(t), restart()
		}
	}
	late := usageNow(t)
	started[1] = restart()
	t.Logf("%d days; after a third: %+v, at the end: %+v; started in %v and %v", days, early, late, started[0], started[1])
	const room = 4 << 20 // a state of each log that there was
	if isLong() && (late.memory > early.memory+room || late.files > early.files+2 || late.goroutines > early.goroutines+2) {
		t.Errorf("it grew from %+v to %+v", early, late)
	}
	if all, err := os.ReadDir(filepath.Join(w.dir, "state")); err != nil || len(all) != 4 {
		t.Errorf("the folder of the history has %v, %v", all, err)
	}
	w.checkPacks()
	w.check(w.path + "*")
}

// checkPacks checks that the history has few packs of each log.
func (w *watched) checkPacks() {
	w.t.Helper()
	w.awaitLearned()
	s, err := history.OpenExisting(w.t.Context(), filepath.Join(w.dir, "state"), "a test")
	if err != nil {
		w.t.Fatal(err)
	}
	defer s.Close()
	sources, err := s.Sources(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	const most = 2 * 10 // of the day of the log and the one after it
	for _, x := range sources {
		if x.Packs > most {
			w.t.Errorf("%s has %d packs", x.Name, x.Packs)
		}
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
