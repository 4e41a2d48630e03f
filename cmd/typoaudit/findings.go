package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/parsers/source"
)

// maxIgnoreFile bounds the rules, in bytes.
const maxIgnoreFile = 4 << 20

// ignoreRules reads the rules of a file; of that beside the configuration, which
// nobody named, there may be none.
func ignoreRules(e *env, c *config.Settled, named string) (result.Rules, error) {
	path := cmp.Or(named, c.IgnorePath(e.getenv))
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
		return "", fmt.Errorf("ignore rules %s: %w", path, failure.Plain(err))
	}
	if info.Size() > maxIgnoreFile {
		return "", fmt.Errorf("ignore rules %s: larger than %d bytes", path, maxIgnoreFile)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("ignore rules %s: %w", path, failure.Plain(err))
	}
	return string(text), nil
}

// maxKey bounds a key file, in bytes.
const maxKey = 64 << 10

// shown returns the report as it is to be shown: under pseudonyms by the key in
// keyFile, if there is one.
func shown(r *result.Result, keyFile string) (*result.Result, error) {
	p, err := pseudonymizer(keyFile)
	if err != nil || p == nil {
		return r, err
	}
	return p.Apply(r), nil
}

// pseudonymizer reads the key of the pseudonyms, nil if none is named.
func pseudonymizer(keyFile string) (*result.Pseudonymizer, error) {
	if keyFile == "" {
		return nil, nil
	}
	key, err := os.ReadFile(keyFile)
	if err != nil {
		return nil, fmt.Errorf("--pseudonymize %s: %w", keyFile, failure.Plain(err))
	}
	if len(key) > maxKey {
		return nil, fmt.Errorf("--pseudonymize %s: larger than %d bytes", keyFile, maxKey)
	}
	p, err := result.NewPseudonymizer(key)
	if err != nil {
		return nil, failure.WithHint(fmt.Errorf("--pseudonymize %s: %w", keyFile, err), "make one by: head -c 32 /dev/urandom > KEYFILE")
	}
	return p, nil
}

// readReport reads a report in JSON, which may be compressed.
func readReport(path string) (*result.Result, error) { return readReportAs("report", path) }

// readReportAs is readReport. what names the report in errors.
func readReportAs(what, path string) (*result.Result, error) {
	fail := func(err error) error { return fmt.Errorf("%s %s: %w", what, path, failure.Plain(err)) }
	f, err := os.Open(path)
	if err != nil {
		return nil, fail(err)
	}
	defer f.Close()
	plain, err := source.Decompress(f)
	if err != nil {
		return nil, fail(err)
	}
	defer plain.Close()
	r, err := result.Read(plain)
	if err != nil {
		return nil, fail(err)
	}
	return r, nil
}
