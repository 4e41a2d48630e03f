// Command typoaudit reads mail logs and finds mail that was sent by mistake to
// domains that only look like the one that was meant.
package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

func main() {
	os.Exit(realMain())
}

// realMain runs the program with the world as it is.
func realMain() int {
	// A broken pipe of standard output is an error, not the end: other reports are still
	// to be written. Programs that are started are not to inherit this, as they would
	// with signal.Ignore.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	e := &env{
		stdin: os.Stdin, stdout: standardOutput{os.Stdout}, stderr: os.Stderr,
		getenv: os.Getenv, now: time.Now, location: time.Local,
	}
	ctx, stop := untilSignal(context.Background(), e.takeHangup)
	defer stop()
	return untilEnd(ctx, e, func() int { return run(ctx, os.Args[1:], e) })
}

// endGrace is how long the program may take to end by itself after a signal. A read of a
// pipe that nobody writes to, or of a disk that does not answer, never ends.
const endGrace = 500 * time.Millisecond

// commitTries is how often, after endGrace each, it is looked whether what was sent is
// noted: a disk that hangs is not waited for without end.
const commitTries = 20

// untilEnd returns the exit status of f, or after a signal that of the signal, whatever f
// still waits for: what it would write has no name yet, and a transaction that is not
// committed is none. Only what was sent is still noted.
func untilEnd(ctx context.Context, e *env, f func() int) int {
	status := make(chan int, 1)
	go func() { status <- f() }()
	select {
	case s := <-status:
		return s
	case <-ctx.Done():
	}
	select {
	case s := <-status:
		return s
	case <-time.After(endGrace):
	}
	for range commitTries {
		if e.sending.TryLock() { // never given back: nothing more is sent
			break
		}
		select {
		case s := <-status:
			return s
		case <-time.After(endGrace):
		}
	}
	var end signalError
	errors.As(context.Cause(ctx), &end)
	fmt.Fprintf(e.stderr, "typoaudit: %v\n", end)
	return exitSignal + int(end.Signal)
}

// A signalError is the end of a run by a signal.
type signalError struct{ syscall.Signal }

func (e signalError) Error() string { return "interrupted (" + e.Signal.String() + ")" }

// untilSignal returns a context that the first SIGINT, SIGTERM or SIGHUP ends.
// The second one kills. A SIGHUP that takeHangup takes ends nothing.
func untilSignal(parent context.Context, takeHangup func() bool) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(parent)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for ctx.Err() == nil {
			select {
			case s := <-signals:
				if s == syscall.SIGHUP && takeHangup() {
					continue
				}
				signal.Stop(signals)
				cancel(signalError{s.(syscall.Signal)})
			case <-ctx.Done():
			}
		}
	}()
	return ctx, func() {
		signal.Stop(signals)
		cancel(nil)
	}
}

// An env is the world that the commands see: no command looks beyond it.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	location       *time.Location
	completing     bool       // a shell asks how a command line may go on
	words          []string   // the command line, by which a command is known not to run; nil if all are looked at
	tenant         string     // whose turn it is, where a run is for several; "" else
	sending        sync.Mutex // held from before a mail is sent until that is noted
	hangups        atomic.Pointer[chan struct{}]
}

// onHangup returns a channel that is sent to at each SIGHUP, which ends the run no more.
func (e *env) onHangup() <-chan struct{} {
	c := make(chan struct{}, 1)
	e.hangups.Store(&c)
	return c
}

// takeHangup says whether a SIGHUP has somebody who waits for it.
func (e *env) takeHangup() bool {
	c := e.hangups.Load()
	if c == nil {
		return false
	}
	select {
	case *c <- struct{}{}:
	default: // the one before is not dealt with yet
	}
	return true
}

// errReaderGone says that nobody reads standard output any more, as with "| head".
var errReaderGone = errors.New("the reader of standard output has gone")

// isReaderGone reports that nothing but errReaderGone went wrong: an error joined with
// it, or that of another pipe, counts.
func isReaderGone(err error) bool {
	switch x := err.(type) {
	case interface{ Unwrap() []error }:
		all := x.Unwrap()
		return len(all) > 0 && !slices.ContainsFunc(all, func(e error) bool { return !isReaderGone(e) })
	case interface{ Unwrap() error }:
		inner := x.Unwrap() // nil where it is the last one, as a net.DNSError may be
		return inner != nil && isReaderGone(inner)
	}
	return err == nil || err == errReaderGone
}

// A standardOutput knows its own broken pipe from those of mail servers and commands.
type standardOutput struct{ f *os.File }

// Write implements io.Writer. It fails with errReaderGone for a broken pipe.
func (o standardOutput) Write(b []byte) (int, error) {
	n, err := o.f.Write(b)
	if errors.Is(err, syscall.EPIPE) {
		err = errReaderGone
	}
	return n, err
}

// Fd returns the file descriptor, to ask for the terminal's width.
func (o standardOutput) Fd() uintptr { return o.f.Fd() }

// Exit statuses, as in the help of each command.
const (
	exitOK      = 0
	exitFail    = 1   // --fail-on reached
	exitUsage   = 2   // usage, configuration, nothing recognised, report not written
	exitPartial = 3   // part of the input could not be read
	exitSignal  = 128 // and the number of the signal that ended the run
)

var (
	errFailOn  = errors.New("--fail-on reached")
	errPartial = errors.New("part of the input could not be read")
)

// run is the program: it maps errors to exit statuses, in one place.
func run(ctx context.Context, args []string, e *env) (status int) {
	defer func() {
		if v := recover(); v != nil {
			stack := debug.Stack()
			if c, ok := v.(crash); ok {
				stack = c.Stack()
			}
			e.reportCrash(stack, args)
			status = exitUsage
		}
	}()
	if e.completing = isCompletion(args); !e.completing && !isMan(args) {
		e.words = append([]string{}, args...)
	}
	root := newRootCmd(e)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	var end signalError
	switch {
	case errors.As(context.Cause(ctx), &end):
		fmt.Fprintf(e.stderr, "typoaudit: %v\n", end)
		return exitSignal + int(end.Signal)
	case isReaderGone(err):
		return exitOK
	case errors.Is(err, errFailOn):
		return exitFail
	case errors.Is(err, errPartial):
		return exitPartial
	}
	e.complain(err)
	var c crash
	if errors.As(err, &c) {
		e.reportCrash(c.Stack(), args)
	}
	return exitUsage
}

// A crash is a panic that was caught elsewhere.
type crash interface {
	error
	Stack() []byte
}

// reportCrash says where the program is wrong. The stack, which holds no data but
// addresses in memory, is for -v.
func (e *env) reportCrash(stack []byte, args []string) {
	fmt.Fprintf(e.stderr, "typoaudit: internal error at %s: please report it, with what -v adds\n", placeOf(stack))
	if slices.Contains(args, "-v") || slices.Contains(args, "--verbose") {
		_, _ = e.stderr.Write(stack)
	}
}

// placeOf returns the file and line of a stack in which the panic was.
func placeOf(stack []byte) string {
	_, after, _ := bytes.Cut(stack, []byte("\npanic("))
	for line := range bytes.Lines(after) {
		place, _, _ := strings.Cut(strings.TrimSpace(string(line)), " +0x") // a folder may have blanks in its name
		if line[0] == '\t' && !strings.Contains(place, "/runtime/") {
			return filepath.Join(filepath.Base(filepath.Dir(place)), filepath.Base(place))
		}
	}
	return "a place that is not known"
}
