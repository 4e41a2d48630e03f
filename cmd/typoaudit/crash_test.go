package main

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

// TestCrash: a fault of the program is exit status 2 and a place; the stack is for -v, and
// the data that was at hand for nobody.
func TestCrash(t *testing.T) {
	t.Parallel()
	const data = "jane@army.ml"
	for _, verbose := range []bool{false, true} {
		args := []string{"scan", "../../examples/logs/maillog"}
		if verbose {
			args = append(args, "-v")
		}
		var stderr bytes.Buffer
		status := run(t.Context(), args, &env{
			stdin: strings.NewReader(""), stdout: &bytes.Buffer{}, stderr: &stderr, getenv: func(string) string { return "" },
			now: func() time.Time { panic(data) }, location: time.UTC,
		})
		said := stderr.String()
		if status != exitUsage || !strings.Contains(said, "internal error at typoaudit/crash_test.go:") || strings.Contains(said, data) {
			t.Errorf("exit status %d: %s", status, said)
		}
		if strings.Contains(said, "goroutine") != verbose {
			t.Errorf("-v %v: %s", verbose, said)
		}
	}
}

func TestPlaceOf(t *testing.T) {
	t.Parallel()
	const stack = "goroutine 7 [running]:\nruntime/debug.Stack()\n\t/go/src/runtime/debug/stack.go:26 +0x5e\nmain.run.func1()\n\t/src/main.go:12 +0x85\n" +
		"panic({0x1, 0x2})\n\t/go/src/runtime/panic.go:860 +0x13a\nruntime.sigpanic()\n\t/go/src/runtime/signal_unix.go:925\nmain.f(...)\n\t/src/copy of it/audit/judge.go:104 +0x9\n"
	if got := placeOf([]byte(stack)); got != "audit/judge.go:104" {
		t.Error(got)
	}
	if got := placeOf([]byte("no stack")); got != "a place that is not known" {
		t.Error(got)
	}
}
