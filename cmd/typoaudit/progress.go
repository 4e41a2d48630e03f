package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/parsers/format/imap"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/parsers/source"
	"github.com/typoaudit/typoaudit/report"
)

// progressInterval is how often the bar is drawn again.
const progressInterval = 200 * time.Millisecond

// world is the program as the pipeline sees it.
func (e *env) world(progress string) pipeline.World {
	return pipeline.World{
		Stdin: e.stdin, Now: e.now, Complain: e.complain, Journal: exportJournal,
		ShowBytes:    func(inputs []*source.Input) func() { return e.showProgress(progress, inputs) },
		ShowMessages: func(p *imap.Progress) func() { return e.showMessages(progress, p) },
	}
}

// showProgress draws a bar of the bytes read, with the time left, on standard error
// until stop is called. It draws none where nobody looks: the
// library does not see to that itself.
func (e *env) showProgress(mode string, inputs []*source.Input) (stop func()) {
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
	bar, began := e.newBar(total, "reading"), e.now()
	return e.draw(bar, func() {
		var read int64
		for _, in := range inputs {
			read += in.Progress()
		}
		bar.Describe("reading, " + megabytes(read) + timeLeft(e.now().Sub(began), read, total))
		_ = bar.Set64(read)
	})
}

// megabytes returns a number of bytes as people read it.
func megabytes(n int64) string { return fmt.Sprintf("%d MB", n/1_000_000) }

// timeLeft says how long the rest takes at the pace so far: ", 12 s left". It is "" where
// that is not known yet, and below a second.
func timeLeft(took time.Duration, done, total int64) string {
	if done <= 0 || done >= total || took < time.Second {
		return ""
	}
	left := time.Duration(float64(took) * float64(total-done) / float64(done)).Round(time.Second)
	switch {
	case left < time.Second:
		return ""
	case left < 2*time.Minute:
		return fmt.Sprintf(", %.0f s left", left.Seconds())
	}
	return fmt.Sprintf(", %.0f min left", left.Minutes())
}

// showMessages is showProgress for mailboxes: a bar of the messages read, of
// which it is known how many there are when all accounts were looked into.
func (e *env) showMessages(mode string, p *imap.Progress) (stop func()) {
	if mode == "never" || mode == "auto" && !isTerminal(e.stderr) {
		return func() {}
	}
	bar := e.newBar(-1, "logging in", progressbar.OptionShowCount())
	return e.draw(bar, func() {
		accounts, seen, done := p.Accounts()
		messages, read := p.Messages()
		wait := p.Waiting()
		switch {
		case wait != nil:
			bar.Describe(fmt.Sprintf("waiting until %s, %s", wait.Until.In(e.location).Format(time.TimeOnly), report.SafeText(wait.Reason)))
		case seen < accounts:
			bar.Describe(fmt.Sprintf("logging in, account %d of %d", seen+1, accounts))
			return
		case accounts > 1:
			bar.Describe(fmt.Sprintf("account %d of %d", min(done+1, accounts), accounts))
		default:
			bar.Describe("reading")
		}
		if bar.GetMax64() != messages && messages > 0 {
			bar.ChangeMax64(messages)
		}
		_ = bar.Set64(read)
	})
}

func (e *env) newBar(total int64, what string, more ...progressbar.Option) *progressbar.ProgressBar {
	return progressbar.NewOptions64(total, append([]progressbar.Option{
		progressbar.OptionSetWriter(e.stderr), progressbar.OptionSetDescription(what),
		progressbar.OptionSetPredictTime(false), progressbar.OptionSetElapsedTime(false), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish(),
	}, more...)...)
}

// draw draws bar again and again, after each update, until stop is called.
func (e *env) draw(bar *progressbar.ProgressBar, update func()) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		_ = read.Contain("the progress bar", func() { redraw(bar, update, quit) }) // without it the audit goes on
	}()
	return func() {
		close(quit)
		<-done
	}
}

func redraw(bar *progressbar.ProgressBar, update func(), quit <-chan struct{}) {
	tick := time.NewTicker(progressInterval)
	defer tick.Stop()
	for drawn := false; ; {
		select {
		case <-quit:
			if drawn { // what is done in a moment needs no bar
				_ = bar.Finish()
				_ = bar.Clear()
			}
			return
		case <-tick.C:
			update()
			drawn = true
		}
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
