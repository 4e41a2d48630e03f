package guard

import (
	"encoding/json"
	"io"
	"sync"
	"sync/atomic"
)

// A background does something with values, one after the other, for which whoever has them
// does not wait. Where too many are waiting, more are dropped, and counted.
type background[T any] struct {
	dropped atomic.Int64
	waiting chan T        // is closed when no more are added
	done    chan struct{} // is closed when nothing waits any more
	mu      sync.RWMutex  // so that nothing is added to what is closed
	ended   bool
}

// newBackground returns one with room for some values that wait.
func newBackground[T any](room int, do func(T)) *background[T] {
	b := &background[T]{waiting: make(chan T, room), done: make(chan struct{})}
	go func() {
		defer close(b.done)
		for x := range b.waiting {
			do(x)
		}
	}()
	return b
}

// add says whether a value waits now: what waits is done, also where the end comes.
func (b *background[T]) add(x T) bool {
	b.mu.RLock()
	defer b.mu.RUnlock()
	if !b.ended {
		select {
		case b.waiting <- x:
			return true
		default:
		}
	}
	b.dropped.Add(1)
	return false
}

// close waits until all is done that waits. What comes later is dropped.
func (b *background[T]) close() {
	b.mu.Lock()
	b.ended = true
	close(b.waiting)
	b.mu.Unlock()
	<-b.done
}

// maxWaiting is how many lines may wait to be written. More are dropped, and counted: a
// disk that is full or hangs must not stop the mail.
const maxWaiting = 1024

// A Writer writes JSON lines in the background.
type Writer struct{ lines *background[[]byte] }

// NewWriter returns a Writer to w. failed is given the first error of several in a row.
func NewWriter(w io.Writer, failed func(error)) *Writer {
	out := &Writer{}
	hadFailed := false
	out.lines = newBackground(maxWaiting, func(line []byte) {
		_, err := w.Write(line)
		if err != nil {
			out.lines.dropped.Add(1)
			if !hadFailed {
				failed(err)
			}
		}
		hadFailed = err != nil
	})
	return out
}

// Write writes one value as a line, some time.
func (w *Writer) Write(value any) {
	line, err := json.Marshal(value)
	if err != nil {
		w.lines.dropped.Add(1)
		return
	}
	w.lines.add(append(line, '\n'))
}

// Dropped is how many lines were not written.
func (w *Writer) Dropped() int64 { return w.lines.dropped.Load() }

// Close writes what waits. What comes later is not written.
func (w *Writer) Close() { w.lines.close() }
