package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// Starting the program takes more time than a small audit. With -short, scripts run it in
// the process of the tests: not where they give it an input, which a process alone can have,
// or a shell starts it for a partial, which names another zone.

// scriptsInProcess writes the scripts of a folder into another one, with calls of
// runInProcess for those of the program.
func scriptsInProcess(t *testing.T, folder string) string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(to, filepath.Base(path)), []byte(scriptInProcess(string(text))), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// inProcess is the command of scripts that is runInProcess.
const inProcess = "program"

func scriptInProcess(script string) string {
	const file = "\n-- " // begins the first file of a script
	commands, files, hasFiles := strings.Cut(script, file)
	if strings.Contains(commands, "exec sh -c 'typoaudit scan --partial") {
		return script
	}
	lines := strings.Split(commands, "\n")
	for i, line := range lines {
		if i > 0 && strings.HasPrefix(lines[i-1], "stdin ") || strings.HasSuffix(line, "&") {
			continue
		}
		lines[i] = strings.Replace(line, "exec typoaudit", inProcess, 1)
	}
	if commands = strings.Join(lines, "\n"); !hasFiles {
		return commands
	}
	return commands + file + files
}

// A oneAtATime lets one command of those of several scripts run at a time.
type oneAtATime struct{ sync.Mutex }

// runInProcess is a command of scripts: the program, in the folder and with the environment
// of the script. Nothing else runs meanwhile: the folder and the programs are those of the process.
func (o *oneAtATime) runInProcess(s *testscript.TestScript, fails bool, args []string) {
	o.Lock()
	defer o.Unlock()
	before, err := os.Getwd()
	s.Check(err)
	s.Check(os.Chdir(s.MkAbs(".")))
	defer func() { s.Check(os.Chdir(before)) }()
	programs := os.Getenv("PATH")
	s.Check(os.Setenv("PATH", s.Getenv("PATH")))
	defer func() { s.Check(os.Setenv("PATH", programs)) }()
	zone, err := time.LoadLocation(s.Getenv("TZ"))
	s.Check(err)
	status := run(context.Background(), args, &env{
		stdin: strings.NewReader(""), stdout: s.Stdout(), stderr: s.Stderr(), getenv: s.Getenv, now: time.Now, location: zone,
	})
	if fails != (status != exitOK) {
		s.Fatalf("typoaudit %s: got the exit status %d", strings.Join(args, " "), status)
	}
}
