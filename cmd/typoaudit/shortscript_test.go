package main

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// Starting the program takes more time than a small audit. With -short, scripts run it in
// the process of the tests, but where a shell starts it, or it runs beside other commands.

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

// inProcess is the command of scripts that is runInProcess. Before its arguments may stand
// inputMark and the file that is its standard input, and statusMark and its exit status.
const (
	inProcess  = "program"
	inputMark  = "<"
	statusMark = "="
)

func scriptInProcess(script string) string {
	const file = "\n-- " // begins the first file of a script
	commands, files, hasFiles := strings.Cut(script, file)
	program := regexp.MustCompile(`^((?:! )?)exec typoaudit(.*[^&])$`)
	exits := regexp.MustCompile(`^` + exitsCommand + ` ([0-9]+) typoaudit`)
	lines := strings.Split(commands, "\n")
	for i, line := range lines {
		call := exits.ReplaceAllString(program.ReplaceAllString(line, "${1}"+inProcess+"${2}"), inProcess+" "+statusMark+"${1}")
		if call == line || i == 0 {
			continue
		}
		if input, reads := strings.CutPrefix(lines[i-1], "stdin "); reads {
			call, lines[i-1] = strings.Replace(call, inProcess, inProcess+" "+inputMark+input, 1), ""
		}
		lines[i] = call
	}
	if commands = strings.Join(lines, "\n"); !hasFiles {
		return commands
	}
	return commands + file + files
}

// exitsCommand is the command of scripts that runs a program, which must have an exit status.
const exitsCommand = "exits"

func exits(s *testscript.TestScript, _ bool, args []string) {
	status := exitOK
	err := s.Exec(args[1], args[2:]...)
	if e := (*exec.ExitError)(nil); errors.As(err, &e) {
		status, err = e.ExitCode(), nil
	}
	s.Check(err)
	checkStatus(s, status, args[0])
}

func checkStatus(s *testscript.TestScript, status int, want string) {
	if strconv.Itoa(status) != want {
		s.Fatalf("got the exit status %d, want %s", status, want)
	}
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
	input, want := "", ""
	for isMark := true; isMark; {
		var file, status string
		if file, isMark = strings.CutPrefix(args[0], inputMark); isMark {
			input = s.ReadFile(file)
		} else if status, isMark = strings.CutPrefix(args[0], statusMark); isMark {
			want = status
		}
		if isMark {
			args = args[1:]
		}
	}
	zone, err := time.LoadLocation(s.Getenv("TZ"))
	s.Check(err)
	status := run(context.Background(), args, &env{
		stdin: strings.NewReader(input), stdout: s.Stdout(), stderr: s.Stderr(), getenv: s.Getenv, now: time.Now, location: zone,
	})
	if want != "" {
		checkStatus(s, status, want)
	} else if fails != (status != exitOK) {
		s.Fatalf("typoaudit %s: got the exit status %d", strings.Join(args, " "), status)
	}
}
