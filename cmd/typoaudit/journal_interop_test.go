package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// TestJournalInterop has the real journalctl read a journal that systemd made, of the
// entries of the script about it.
func TestJournalInterop(t *testing.T) {
	t.Parallel()
	const maker = "/usr/lib/systemd/systemd-journal-remote"
	servers.Need(t, maker)
	story, err := txtar.ParseFile("testdata/journald.txtar")
	if err != nil {
		t.Fatal(err)
	}
	c := newClone(t)
	write := func(path, text string) string {
		if err := os.WriteFile(path, []byte(text), 0o700); err != nil {
			t.Fatal(err)
		}
		return path
	}
	journal := filepath.Join(c.folder, "first.journal")
	for _, f := range story.Files {
		if f.Name != "first" {
			continue
		}
		if out, err := exec.Command(maker, "--output="+journal, write(filepath.Join(c.folder, f.Name), string(f.Data))).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	// journalctl reads the journal of this machine unless it is told of a file.
	write(filepath.Join(c.path, "journalctl"), "#!/bin/sh\nexec /usr/bin/journalctl --file="+journal+" \"$@\"\n")
	got := c.session(t, "$ typoaudit scan --protect army.mil journald\n")
	for _, want := range []string{"1 mail went to 1 lookalike domain; 1 arrived there", "6 deliveries; all lines understood"} {
		if !strings.Contains(got, want) {
			t.Errorf("got %s, want %q", got, want)
		}
	}
}
