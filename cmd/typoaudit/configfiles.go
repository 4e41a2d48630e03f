package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// A fileCheck looks whether files can be used by who asks, as run will want to.
type fileCheck struct {
	c    *config.Settled
	errs []error
}

// checkFiles looks at the files that a configuration names: those that are read are
// opened, and those that are written have a folder that can be written to.
func checkFiles(e *env, o *runOptions, c *config.Settled) error {
	k := &fileCheck{c: c}
	for i := range c.Sources {
		k.source(i)
	}
	for i := range c.Alerts {
		a, table := &c.Alerts[i], fmt.Sprintf("alert.%d", i+1)
		for _, f := range []struct{ key, path string }{{"url_file", a.URLFile}, {"password_file", a.PasswordFile}, {"token_file", a.TokenFile}} {
			k.readable(table, fmt.Sprintf("alert %d: %s", i+1, f.key), f.path)
		}
	}
	for _, pattern := range o.Aliases {
		k.readable("", "--aliases", pattern)
	}
	for _, path := range o.Context {
		k.readable("", "--context", path)
	}
	for _, path := range o.Output {
		if path != "-" && !isStdout(path) {
			k.writable("--output "+path, filepath.Dir(path), false)
		}
	}
	state := o.State
	if state == "" {
		var err error
		if state, err = e.defaultState(c.File); err != nil {
			k.errs = append(k.errs, err)
		}
	}
	if state != "" {
		k.writable("--state "+state, state, true)
	}
	if c.Mail != nil {
		k.mail(c.Mail)
	}
	return errors.Join(k.errs...)
}

func (k *fileCheck) source(i int) {
	s := &k.c.Sources[i]
	table := fmt.Sprintf("source.%d", i+1)
	for _, p := range s.Paths {
		k.readable(table, fmt.Sprintf("source %d: paths", i+1), p)
	}
	for _, f := range []struct{ key, path string }{{"users_file", s.UsersFile}, {"ca_file", s.CAFile}, {"password_file", s.PasswordFile}, {"token_file", s.TokenFile}} {
		k.readable(table, fmt.Sprintf("source %d: %s", i+1, f.key), f.path)
	}
}

func (k *fileCheck) mail(m *config.Mail) {
	k.readable("mail", "mail: password_file", m.PasswordFile)
	if t, err := m.Transport(); err == nil && t.Program != "" {
		if _, err := os.Stat(t.Program); err != nil {
			k.fault("mail", fmt.Errorf("mail: via sendmail: %s: %w", t.Program, failure.Plain(err)))
		}
	}
}

// fault notes an error of a table, "" for the settings.
func (k *fileCheck) fault(table string, err error) {
	if table != "" {
		err = k.c.At(table, err)
	}
	k.errs = append(k.errs, err)
}

// readable opens what a path or pattern names.
func (k *fileCheck) readable(table, what, path string) {
	if path == "" {
		return
	}
	for _, m := range source.Paths(path) {
		f, err := os.Open(m)
		if err != nil {
			k.fault(table, fmt.Errorf("%s: %s: %w", what, m, failure.Plain(err)))
			continue
		}
		_ = f.Close() // nothing was written
	}
}

// writable looks whether a folder can be written to; make means that it is made if it is
// not there, so that the one above it counts.
func (k *fileCheck) writable(what, folder string, make bool) {
	info, err := os.Stat(folder)
	for make && errors.Is(err, fs.ErrNotExist) && filepath.Dir(folder) != folder {
		folder = filepath.Dir(folder)
		info, err = os.Stat(folder)
	}
	switch {
	case err != nil:
		err = fmt.Errorf("folder %s: %w", folder, failure.Plain(err))
	case !info.IsDir():
		err = fmt.Errorf("%s: not a folder", folder)
	case !isWritable(folder):
		err = fmt.Errorf("folder %s: this user may not write there", folder)
	}
	if err != nil {
		k.fault("", fmt.Errorf("%s: %w", what, err))
	}
}
