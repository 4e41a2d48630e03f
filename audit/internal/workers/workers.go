// Package workers runs functions at the same time. A panic in one of them is one in who
// waits for them, where it can be caught: one in a goroutine of its own ends the program
// and writes whatever is in memory.
package workers

import (
	"runtime/debug"
	"sync"
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
