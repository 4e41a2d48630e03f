package main

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
)

// commands returns all commands, by their words.
func commands() map[string]*cobra.Command {
	all := map[string]*cobra.Command{}
	var add func(*cobra.Command)
	add = func(c *cobra.Command) {
		all[c.CommandPath()] = c
		for _, sub := range c.Commands() {
			add(sub)
		}
	}
	add(newRootCmd(&env{getenv: func(string) string { return "" }}))
	return all
}

// updating reports whether golden files are rewritten: see TestMain.
func updating() bool { return flag.Lookup("update").Value.String() == "true" }

// TestSettingsAreSettled: a command with a flag of the name of a setting takes a
// configuration, and so is settled.
func TestSettingsAreSettled(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, name := range config.Names() {
		names[name] = true
	}
	seen := 0
	for path, c := range commands() {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !names[f.Name] {
				return
			}
			seen++
			if !config.HasFileFlag(c.Flags()) {
				t.Errorf("%s has --%s and no -c", path, f.Name)
			}
		})
	}
	if seen < 60 {
		t.Errorf("%d flags of settings: the commands are not walked", seen)
	}
}

// TestHelpInOneStyle: values have names and not the types of Go; each command has its exit
// statuses; and what a group of flags names is a flag of some command.
func TestHelpInOneStyle(t *testing.T) {
	t.Parallel()
	columns := regexp.MustCompile(`(?m)^ +\S+ {2,}\S`)
	used := map[string]bool{}
	for path, c := range commands() {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			used[f.Name] = true
			if value, _ := pflag.UnquoteUsage(f); f.Value.Type() != "bool" && strings.ToUpper(value) != value && value != "REPORT.json" {
				t.Errorf("%s --%s %s: a value's name is of capitals", path, f.Name, value)
			}
		})
		if len(exitsOf(c)) == 0 {
			t.Errorf("%s has no exit status", path)
		}
		if row := columns.FindString(c.Long); row != "" {
			t.Errorf("%s: got columns in %q, want a list: a paragraph is filled", path, row)
		}
	}
	for _, g := range flagGroups() {
		for _, name := range g.names {
			if !used[name] && name != "help" && name != "version" {
				t.Errorf("%s: no command has --%s", g.title, name)
			}
		}
	}
}

// TestHelp holds the help of each command against testdata/help.
func TestHelp(t *testing.T) {
	t.Parallel()
	for path, c := range commands() {
		words := strings.Fields(path)
		name := filepath.Join("testdata", "help", strings.Join(words[min(1, len(words)-1):], "-")+".txt")
		r := call(t.Context(), nil, append(words[1:], "--help")...)
		got := r.stdout
		if f := c.Flags().Lookup("jobs"); f != nil {
			got = strings.ReplaceAll(got, "(default: "+f.DefValue+")", "(default: CPUS)")
		}
		if updating() {
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(name)
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		if diff := cmp.Diff(string(want), got); diff != "" || r.status != exitOK || r.stderr != "" {
			t.Errorf("%s --help: status %d, %s; -want +got:\n%s", path, r.status, r.stderr, diff)
		}
	}
}
