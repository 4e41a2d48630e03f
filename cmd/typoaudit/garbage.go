package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"sync"

	"github.com/typoaudit/typoaudit/parsers/read"
)

// Garbage that there may be, in percent of what is in use. Most of that are
// tables without pointers, which cost the collector nothing: a mailbox of 2 GB is
// read as fast as with the usual 100, in three quarters of the memory. After
// reading, little of what is made is garbage.
const (
	garbageReading = 25
	garbageVerdict = 12
)

// garbageOfLogs is what there may be beside that while logs are read, in bytes:
// they make much, and collecting it all the time cost a tenth of a scan.
const garbageOfLogs = 16 << 20

// A garbage says when the collector runs.
type garbage struct {
	mu             sync.Mutex
	percent, bytes int64
	told           int64 // what the runtime was told, in percent
}

// newGarbage returns what bounds the garbage of the program; nil if the
// environment does.
func newGarbage() *garbage {
	if os.Getenv("GOGC") != "" {
		return nil
	}
	g := &garbage{percent: garbageReading}
	g.set()
	// What is in use is known when the collector was there.
	type sign struct{ _ *garbage }
	var again func(*sign)
	again = func(s *sign) {
		g.set()
		runtime.SetFinalizer(s, again)
	}
	runtime.SetFinalizer(&sign{}, again)
	return g
}

// limit says how much garbage there may be while sources are read, or their
// verdict is taken.
func (g *garbage) limit(sources []*read.Source, verdict bool) {
	if g == nil {
		return
	}
	percent, bytes := int64(garbageReading), int64(garbageOfLogs)
	if slices.ContainsFunc(sources, (*read.Source).IsMailbox) {
		bytes = 0
		if verdict {
			percent = garbageVerdict
		}
	}
	g.mu.Lock()
	g.percent, g.bytes = percent, bytes
	g.mu.Unlock()
	g.set()
}

func (g *garbage) set() {
	g.mu.Lock()
	defer g.mu.Unlock()
	// The percentage is of what is live, and of what else is scanned for pointers.
	of := []metrics.Sample{{Name: "/gc/heap/live:bytes"}, {Name: "/gc/scan/stack:bytes"}, {Name: "/gc/scan/globals:bytes"}}
	metrics.Read(of)
	var sum int64 = 1
	for _, m := range of {
		sum += int64(m.Value.Uint64())
	}
	if percent := g.percent + 100*g.bytes/sum; percent != g.told { // telling stops the world
		debug.SetGCPercent(int(percent))
		g.told = percent
	}
}
