package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit/result"
)

// findingOptions are the flags that concern which findings are told, and how
// much of them.
type findingOptions struct {
	ignoreFile   string
	subjects     bool
	pseudonymize string
}

func (o *findingOptions) addFlags(f *pflag.FlagSet) {
	f.StringVar(&o.ignoreFile, "ignore-file", "", "leave out the findings that the rules in `FILE` are about (default: ignore beside the configuration, if it is there)")
	f.StringVar(&o.pseudonymize, "pseudonymize", "", "write pseudonyms for people, by the key in `KEYFILE`")
}

func (o *findingOptions) addSubjectsFlag(f *pflag.FlagSet) {
	f.BoolVar(&o.subjects, "subjects", false, "report the subjects of misdirected mail as well")
}

// maxIgnoreFile bounds the rules, in bytes.
const maxIgnoreFile = 4 << 20

// ignorePath is where the rules are if no flag says: where the configuration
// says, else beside the one that is there, else where one would be looked for
// first.
func (e *env) ignorePath() (string, error) {
	const name = "ignore"
	c, err := e.loadConfig(e.getenv(environmentName(configFlag)))
	if err != nil {
		return "", err
	}
	if c.IgnoreFile != "" {
		return c.IgnoreFile, nil
	}
	paths := e.configPaths()
	for _, p := range paths {
		for _, there := range []string{filepath.Join(filepath.Dir(p), name), p} {
			if _, err := os.Stat(there); err == nil {
				return filepath.Join(filepath.Dir(p), name), nil
			}
		}
	}
	return filepath.Join(filepath.Dir(paths[0]), name), nil
}

// ignoreRules reads the rules of a file; of that which nobody named there may
// be none.
func (e *env) ignoreRules(named string) (result.Rules, error) {
	path, err := named, error(nil)
	if path == "" {
		if path, err = e.ignorePath(); err != nil {
			return nil, err
		}
	}
	text, err := readIgnoreFile(path)
	if errors.Is(err, fs.ErrNotExist) && named == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parseIgnore(path, text, e.location)
}

func parseIgnore(path, text string, l *time.Location) (result.Rules, error) {
	rules, err := result.ParseRules(text, l)
	if err != nil {
		return nil, fmt.Errorf("ignore rules %s: %w", path, err)
	}
	return rules, nil
}

func readIgnoreFile(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("ignore rules %s: %w", path, plainError(err))
	}
	if info.Size() > maxIgnoreFile {
		return "", fmt.Errorf("ignore rules %s: larger than %d bytes", path, maxIgnoreFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("ignore rules %s: %w", path, plainError(err))
	}
	return string(text), nil
}

// maxKey bounds a key file, in bytes.
const maxKey = 64 << 10

// shown returns the report as it is to be shown: under pseudonyms, if so asked.
func (o *findingOptions) shown(r *result.Result) (*result.Result, error) {
	if o.pseudonymize == "" {
		return r, nil
	}
	p, err := o.pseudonymizer()
	if err != nil {
		return nil, err
	}
	return p.Apply(r), nil
}

func (o *findingOptions) pseudonymizer() (*result.Pseudonymizer, error) {
	key, err := os.ReadFile(o.pseudonymize)
	if err != nil {
		return nil, fmt.Errorf("--pseudonymize %s: %w", o.pseudonymize, plainError(err))
	}
	if len(key) > maxKey {
		return nil, fmt.Errorf("--pseudonymize %s: larger than %d bytes", o.pseudonymize, maxKey)
	}
	p, err := result.NewPseudonymizer(key)
	if err != nil {
		return nil, &hintError{fmt.Errorf("--pseudonymize %s: %w", o.pseudonymize, err), "make one by: head -c 32 /dev/urandom > KEYFILE"}
	}
	return p, nil
}

// readReport reads a report in JSON.
func readReport(path string) (*result.Result, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("report %s: %w", path, plainError(err))
	}
	defer f.Close()
	r, err := result.Read(f)
	if err != nil {
		return nil, fmt.Errorf("report %s: %w", path, err)
	}
	return r, nil
}
