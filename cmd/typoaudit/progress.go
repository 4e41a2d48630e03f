package main

import (
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/typoaudit/typoaudit/parsers"
)

// progressInterval is how often the bar is drawn anew.
const progressInterval = 200 * time.Millisecond

// showProgress draws a bar of the bytes read, with rate and time left, on
// standard error until stop is called. It draws none where nobody looks: the
// library does not see to that itself.
func (e *env) showProgress(mode string, inputs []*parsers.Input) (stop func()) {
	if mode == "never" || mode == "auto" && !isTerminal(e.stderr) {
		return func() {}
	}
	total := int64(0)
	for _, in := range inputs {
		if in.Size() < 0 {
			total = -1 // a stream: a spinner without an end
			break
		}
		total += in.Size()
	}
	bar := progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(e.stderr), progressbar.OptionShowBytes(true), progressbar.OptionSetDescription("reading"),
		progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish(),
	)
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(progressInterval)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				_ = bar.Finish()
				_ = bar.Clear()
				return
			case <-tick.C:
				var read int64
				for _, in := range inputs {
					read += in.Progress()
				}
				_ = bar.Set64(read)
			}
		}
	}()
	return func() {
		close(quit)
		<-done
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
