package guard

import (
	"encoding/json"
	"io"
	"sync/atomic"
)

// maxWaiting is how many lines may wait to be written. More are dropped, and counted: a
// disk that is full or hangs must not stop the mail.
const maxWaiting = 1024

// A Writer writes JSON lines in the background.
type Writer struct {
	Dropped atomic.Int64 // lines that were not written
	lines   chan []byte
	done    chan struct{}
}

// NewWriter returns a Writer to w. failed is given the first error of several in a row.
func NewWriter(w io.Writer, failed func(error)) *Writer {
	out := &Writer{lines: make(chan []byte, maxWaiting), done: make(chan struct{})}
	go func() {
		defer close(out.done)
		hadFailed := false
		for line := <-out.lines; line != nil; line = <-out.lines {
			_, err := w.Write(line)
			if err != nil {
				out.Dropped.Add(1)
				if !hadFailed {
					failed(err)
				}
			}
			hadFailed = err != nil
		}
	}()
	return out
}

// Write writes one value as a line, some time.
func (w *Writer) Write(value any) {
	line, err := json.Marshal(value)
	if err != nil {
		w.Dropped.Add(1)
		return
	}
	select {
	case w.lines <- append(line, '\n'):
	default:
		w.Dropped.Add(1)
	}
}

// Close writes what waits. What comes later is not written.
func (w *Writer) Close() {
	w.lines <- nil
	<-w.done
}
