// Command typoaudit reads mail logs and finds mail that was sent by mistake to
// domains that only look like the one that was meant.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	os.Exit(realMain())
}

// realMain runs the program with the world as it is.
func realMain() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() {
		<-ctx.Done()
		stop() // the second signal kills
	}()
	return run(ctx, os.Args[1:], &env{
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		getenv: os.Getenv, now: time.Now, location: time.Local,
	})
}

// An env is the world that the commands see: no command looks beyond it.
type env struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	getenv         func(string) string
	now            func() time.Time
	location       *time.Location
}

// Exit statuses, as in the help of each command.
const (
	exitOK          = 0
	exitFail        = 1 // --fail-on reached
	exitUsage       = 2 // usage, configuration, nothing recognised, report not written
	exitPartial     = 3 // part of the input could not be read
	exitInterrupted = 130
)

var (
	errFailOn  = errors.New("--fail-on reached")
	errPartial = errors.New("part of the input could not be read")
)

// A hintError is an error with a line that helps.
type hintError struct {
	error
	hint string
}

func (e *hintError) Unwrap() error { return e.error }

// run is the program: it maps errors to exit statuses, in one place.
func run(ctx context.Context, args []string, e *env) int {
	root := newRootCmd(e)
	root.SetArgs(args)
	err := root.ExecuteContext(ctx)
	switch {
	case ctx.Err() != nil:
		fmt.Fprintln(e.stderr, "typoaudit: interrupted")
		return exitInterrupted
	case err == nil, errors.Is(err, syscall.EPIPE):
		return exitOK
	case errors.Is(err, errFailOn):
		return exitFail
	case errors.Is(err, errPartial):
		return exitPartial
	}
	e.complain(err)
	return exitUsage
}
