package main

import (
	"bytes"
	"strings"
	"testing"
)

// TestHelpOfSwitches shows the help of commands with switches of their own, of
// cobra's, and of a command above them.
func TestHelpOfSwitches(t *testing.T) {
	for _, command := range []string{"", "scan", "ignore add", "completion bash", "help"} {
		var out bytes.Buffer
		root := newRootCmd(&env{stdout: &out, stderr: &out})
		root.SetArgs(append(strings.Fields(command), "--help"))
		if err := root.Execute(); err != nil {
			t.Fatal(err)
		}
		if help := out.String(); !strings.Contains(help, "--help ") || strings.Contains(help, "true|false") {
			t.Errorf("%s --help: got %q, want a line that begins with --help and a blank", command, help)
		}
	}
}
