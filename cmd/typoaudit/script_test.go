package main

import (
	"flag"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/typoaudit/typoaudit/parsers/parserstest"
)

// The race detector sleeps for a second at the end of each program unless atexit_sleep_ms
// says otherwise (go.dev/doc/articles/race_detector), and the tests start some hundreds.
const (
	raceVariable = "GORACE"
	raceOptions  = "atexit_sleep_ms=0"
)

// garbageVariable says how much garbage a program leaves (package runtime).
const garbageVariable = "GOGC"

// TestMain makes the program a command of the scripts, and adds -update unless a
// package of the tests has it.
func TestMain(m *testing.M) {
	if flag.Lookup("update") == nil {
		flag.Bool("update", false, "rewrite the golden files")
	}
	if os.Getenv(raceVariable) == "" {
		os.Setenv(raceVariable, raceOptions)
	}
	if slices.Contains(os.Args, "-test.short=true") { // of small audits, collecting garbage is half of the time
		debug.SetGCPercent(800)
		parserstest.Unprofiled()
		os.Setenv(garbageVariable, "800")
	}
	testscript.Main(m, map[string]func(){"typoaudit": func() { os.Exit(realMain()) }})
}

// slow leaves out a test with -short: one that starts real servers, fills disks, or
// starts the program again and again.
func slow(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("slow: left out with -short")
	}
}

// rounds returns how often something random is done: usually n times.
func rounds(n int) int {
	if testing.Short() {
		return (n + 3) / 4
	}
	return n
}

// TestScripts runs the stories of testdata with the real program, or with -short in this
// process. EXAMPLES is the folder of examples.
func TestScripts(t *testing.T) {
	examples, err := filepath.Abs("../../examples")
	if err != nil {
		t.Fatal(err)
	}
	dir := "testdata"
	if testing.Short() {
		dir = scriptsInProcess(t, dir)
	}
	var turn oneAtATime
	testscript.Run(t, testscript.Params{
		Dir:  dir,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){inProcess: turn.runInProcess, exitsCommand: exits},
		Setup: func(e *testscript.Env) error {
			e.Setenv("EXAMPLES", examples)
			e.Setenv("TZ", "UTC")
			e.Setenv(raceVariable, os.Getenv(raceVariable))
			e.Setenv(garbageVariable, os.Getenv(garbageVariable))
			e.Setenv("LANG", "C.UTF-8")
			return nil
		},
		RequireExplicitExec: true,
	})
}
