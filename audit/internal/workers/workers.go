// Package workers runs functions at the same time. A panic in one of them is one in who
// waits for them, where it can be caught: one in a goroutine of its own ends the program
// and writes whatever is in memory.
package workers

import (
	"iter"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// A Group is functions that run at the same time. The zero value is ready.
type Group struct {
	running sync.WaitGroup
	mu      sync.Mutex
	crash   *Crash // the first one
}

// A Crash is a panic in a function of a group.
type Crash struct{ stack []byte }

// Error shows no data.
func (*Crash) Error() string { return "internal error" }

// Stack returns where the function was.
func (c *Crash) Stack() []byte { return c.stack }

// Go runs f.
func (g *Group) Go(f func()) {
	g.running.Go(func() {
		defer func() {
			switch p := recover().(type) {
			case nil:
			case *Crash: // of a group that f waited for
				g.note(p)
			default:
				g.note(&Crash{debug.Stack()})
			}
		}()
		f()
	})
}

func (g *Group) note(c *Crash) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.crash == nil {
		g.crash = c
	}
}

// Wait waits until all functions have ended. If one of them panicked, it panics with a
// *Crash.
func (g *Group) Wait() {
	g.running.Wait()
	if g.crash != nil {
		panic(g.crash)
	}
}

// Share deals the numbers from 0 to n, without it, to workers, and waits for them. Each calls
// work with its own number, and takes numbers, a batch at a time, until there are none left:
// who has the easy ones takes more.
func Share(n, batch, workers int, work func(worker int, numbers iter.Seq[int])) {
	var next atomic.Int64
	numbers := func(yield func(int) bool) {
		for {
			to := int(next.Add(int64(batch)))
			for i := to - batch; i < min(to, n); i++ {
				if !yield(i) {
					return
				}
			}
			if to >= n {
				return
			}
		}
	}
	var all Group
	for worker := range workers {
		all.Go(func() { work(worker, numbers) })
	}
	all.Wait()
}

// Count returns how many of at most limit workers run at the same time.
func Count(limit int) int { return min(limit, runtime.GOMAXPROCS(0)) }
