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

// refuseInputs refuses reports over what the audit reads.
func (o *auditOptions) refuseInputs(e *env, c *config.Settled, from pipeline.Sources, outputs *outputs) error {
	kept := []keptFile{
		{c.Path, "the configuration"}, {o.IgnoreFile, "the file of ignore rules"}, {c.IgnorePath(e.getenv), "the file of ignore rules"},
		{o.Reference, "the list of partners"}, {o.Pseudonymize, "the key of the pseudonyms"}, {o.template, "the template"},
	}
	if o.State != "" {
		for _, path := range history.Files(o.State) {
			kept = append(kept, keptFile{path, "the history"})
		}
	}
	for _, path := range o.Aliases {
		kept = append(kept, keptFile{path, "an input"})
	}
	for _, path := range inputPaths(e, from, outputs) {
		kept = append(kept, keptFile{path, "an input"})
	}
	return outputs.refuse(kept...)
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
