package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/typoaudit/typoaudit/parsers/parserstest/servers"
)

// TestManPages has mandoc(1) look at all manual pages: it finds nothing worse than a line
// of the source that is long.
func TestManPages(t *testing.T) {
	t.Parallel()
	const program = "/usr/bin/mandoc"
	servers.Need(t, program)
	dir := t.TempDir()
	if r := call(t.Context(), nil, "man", dir); r.status != exitOK {
		t.Fatal(r.stderr)
	}
	pages, err := filepath.Glob(filepath.Join(dir, "*.[157]"))
	if err != nil || len(pages) < len(topicNames())+20 {
		t.Fatalf("%d pages, %v", len(pages), err)
	}
	for _, want := range []string{"typoaudit.1", "typoaudit-scan.1", "typoaudit-ignore-add.1", "typoaudit.toml.5", "typoaudit-ignore.5", "typoaudit-formats.7"} {
		if !strings.Contains(strings.Join(pages, "\n")+"\n", "/"+want+"\n") {
			t.Errorf("no page %s", want)
		}
	}
	if out, err := exec.Command(program, append([]string{"-T", "lint", "-W", "warning"}, pages...)...).CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("mandoc: %v: %s", err, out)
	}
}
