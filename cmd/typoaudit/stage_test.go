package main

import (
	"os"
	"path/filepath"
	"testing"
)

// A stage is a folder with a log, a configuration and all that run writes.
type stage struct {
	t   *testing.T
	dir string
}

func newStage(t *testing.T, more string) *stage {
	t.Helper()
	s := &stage{t, t.TempDir()}
	s.write("sendmail", "#!/bin/sh\ncat > mail.new && mv mail.new mail\n")
	if err := os.Chmod(s.path("sendmail"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.write("run.toml", `
internal = ["corp.example"]
protect = ["army.mil"]
window = "all"
tz = "UTC"
`+more+`
[[source]]
type = "log"
paths = ["mail.log"]
[mail]
from = "typoaudit@corp.example"
to = ["security@corp.example"]
via = "sendmail:sendmail"
`)
	return s
}

func (s *stage) path(name string) string { return filepath.Join(s.dir, name) }

func (s *stage) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(s.path(name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}
