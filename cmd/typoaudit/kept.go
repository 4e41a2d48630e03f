package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// A keptFile is one that no report may be written over, and what it is.
type keptFile struct{ path, what string }

// refuse says which of the files a report would be written over: a slip of the hand
// must not destroy a log.
func (o *outputs) refuse(kept ...keptFile) error {
	for _, out := range o.list {
		for _, k := range kept {
			if k.path != "" && out.path != "-" && isSameFile(out.path, k.path) {
				return failure.WithHint(fmt.Errorf("--output %s: is %s, which the report would replace", out.path, k.what), "name another file")
			}
		}
	}
	return nil
}

// isSameFile reports two names of one file, or of one that is not there yet.
func isSameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil {
		return absolute(a) == absolute(b)
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return filepath.Clean(path)
}

// keptOf are the files that a command reads or knows of: those that its settings and the
// configuration name, whatever it is that writes.
func keptOf(e *env, c *config.Settled, o *config.Settings) (kept []keptFile) {
	add := func(what string, paths ...string) {
		for _, path := range paths {
			kept = append(kept, keptFile{path, what})
		}
	}
	add("the configuration", c.Path)
	add("the file of ignore rules", c.IgnorePath(e.getenv))
	for _, s := range []*config.Settings{o, &c.Settings} {
		add("the file of ignore rules", s.IgnoreFile)
		add("the list of partners", s.Reference)
		add("the key of the pseudonyms", s.Pseudonymize)
		if s.State != "" {
			add("the history", history.Files(s.State)...)
		}
		for _, pattern := range s.Aliases {
			add("an input", source.Paths(pattern)...)
		}
	}
	for i := range c.Tenants {
		t := &c.Tenants[i]
		add("the file of ignore rules", t.IgnoreFile)
		if t.State != "" {
			add("the history", history.Files(t.State)...)
		}
		kept = append(kept, keptOfTables(t.Sources, t.Mail)...)
	}
	return append(kept, keptOfTables(c.Sources, c.Mail)...)
}

// keptOfTables are the files by which the servers of sources and of a mail, which may be nil,
// are logged in to.
func keptOfTables(sources []config.Source, m *config.Mail) (kept []keptFile) {
	for i := range sources {
		s := &sources[i]
		kept = append(kept, keptForServer(s.UsersFile, s.CAFile, &s.Secret)...)
	}
	if m != nil {
		kept = append(kept, keptForServer("", "", &m.Secret)...)
	}
	return kept
}

// keptForServer are the files by which a server is logged in to.
func keptForServer(usersFile, caFile string, s *config.Secret) []keptFile {
	return []keptFile{
		{usersFile, "the list of users"}, {caFile, "the file of authorities"},
		{s.PasswordFile, "the file with the password"}, {s.TokenFile, "the file with the token"},
	}
}

// refuseInputs refuses reports over what the audit reads.
func (o *auditOptions) refuseInputs(e *env, c *config.Settled, from pipeline.Sources, outputs *outputs) error {
	kept := append(keptOf(e, c, &o.Settings), keptFile{o.template, "the template"})
	for _, path := range inputPaths(e, from, outputs) {
		kept = append(kept, keptFile{path, "an input"})
	}
	return outputs.refuse(append(kept, o.kept...)...)
}

// inputPaths are the files that the audit reads, if a report goes to a file that is there
// already: folders are looked through for that alone.
func inputPaths(e *env, from pipeline.Sources, outputs *outputs) (paths []string) {
	isThere := false
	for _, out := range outputs.list {
		info, err := os.Stat(out.path)
		isThere = isThere || err == nil && info.Mode().IsRegular()
	}
	if !isThere {
		return nil
	}
	for _, list := range [][]string{from.Paths, from.Context} {
		inputs, _ := source.Expand(list, e.stdin, e.now())
		for _, in := range inputs {
			if in.Folder() == "" {
				paths = append(paths, in.Name())
				continue
			}
			for i := range in.Messages() {
				paths = append(paths, in.MessagePath(i))
			}
		}
	}
	return paths
}
