package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

// TestReadmeShowsRealOutput: what the README prints below a command about the log of the
// examples is what the command prints. With -update it is written there.
func TestReadmeShowsRealOutput(t *testing.T) {
	t.Parallel()
	const path = "../../README.md"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.Executable() // TestMain is the program under that name
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?ms)^```\n\\$ (?:go run \\./cmd/)?typoaudit ([^\n]*examples/logs/[^\n]*)\n(.*?)^```$").FindAllSubmatchIndex(text, -1)
	if len(blocks) < 2 {
		t.Fatalf("%d commands with their output, want at least 2", len(blocks))
	}
	updated := bytes.Clone(text)
	for i := len(blocks) - 1; i >= 0; i-- { // from the end, so that places stay
		b := blocks[i]
		args, want := string(text[b[2]:b[3]]), string(text[b[4]:b[5]])
		cmd := exec.Command(program)
		cmd.Args = append([]string{"typoaudit"}, strings.Fields(args)...)
		cmd.Dir = "../.."
		cmd.Env = []string{"HOME=" + t.TempDir(), "TZ=UTC", "LANG=C.UTF-8"}
		got, err := cmd.Output()
		if err != nil {
			t.Fatalf("typoaudit %s: %v", args, err)
		}
		if string(got) != want && !updating() {
			t.Errorf("typoaudit %s prints:\n%s\nwant, as in the README:\n%s", args, got, want)
		}
		updated = append(updated[:b[4]:b[4]], append(got, updated[b[5]:]...)...)
	}
	if updating() {
		if err := os.WriteFile(path, updated, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
