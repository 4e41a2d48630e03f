package guard

import (
	"encoding/json"
	"io"
	"sync/atomic"
)

// A background does something with values, one after the other, for which whoever has them
// does not wait. Where too many are waiting, more are dropped, and counted.
type background[T any] struct {
	dropped atomic.Int64
	waiting chan T
	end     chan struct{} // is closed when no more are added
	done    chan struct{} // is closed when nothing waits any more
}

// newBackground returns one with room for some values that wait.
func newBackground[T any](room int, do func(T)) *background[T] {
	b := &background[T]{waiting: make(chan T, room), end: make(chan struct{}), done: make(chan struct{})}
	go func() {
		defer close(b.done)
		for {
			select {
			case x := <-b.waiting:
				do(x)
			case <-b.end:
				for len(b.waiting) > 0 {
					do(<-b.waiting)
				}
				return
			}
		}
	}()
	return b
}

// add says whether a value waits now.
func (b *background[T]) add(x T) bool {
	select {
	case <-b.end:
	default:
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
	close(b.end)
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
