package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/report"
)

func newIgnoreCmd(e *env) *cobra.Command {
	return group(spec{
		use: "ignore", short: "Keep the rules by which findings are left out",
		examples: `typoaudit ignore add army.ml --reason "our Bamako office" --until 2027-06-30
typoaudit ignore add '*@partner.co -> partner.com'
typoaudit ignore add 'sender=newsletter@corp.example *'
typoaudit ignore add '!corp.at' --reason "not ours"
typoaudit ignore list
typoaudit ignore remove army.ml
typoaudit ignore prune --unused report.json`,
		long: `The rules stand in a file, one a line: beside the configuration it is named
ignore; --ignore-file names another. A pattern is compared with the recipient if
it has an @, else with the lookalike; after an arrow comes what was meant, in
sender= who sent it. * stands for any text, ? for one character. After a ! stands
what is a slip: it is not left out, and no longer asked for. The first rule that
is about a mail counts.`,
		exit: ignoreStatus,
	},
		newIgnoreAddCmd(e), newIgnoreListCmd(e), newIgnoreRemoveCmd(e), newIgnorePruneCmd(e))
}

// addIgnoreFlag adds the flag that names the file with the rules.
func addIgnoreFlag(s *config.Settings, f *pflag.FlagSet) {
	s.AddFlags(f, "ignore-file")
	f.Lookup("ignore-file").Usage = "the `FILE` with the rules (default: ignore beside the configuration)"
}

// ignoreStatus ends the help of each of the commands.
const ignoreStatus = `0  done
2  usage, or the file could not be read or written`

type ignoreAddOptions struct {
	config.Settings
	reason, until, sender string
}

func (o *ignoreAddOptions) addFlags(f *pflag.FlagSet) {
	addIgnoreFlag(&o.Settings, f)
	f.StringVar(&o.reason, "reason", "", "`TEXT`: why it is no slip")
	f.StringVar(&o.until, "until", "", "the last `DAY` of the rule, such as 2027-06-30")
	f.StringVar(&o.sender, "sender", "", "only mail of `ADDRESS`")
}

// rule returns the line that args and the flags make.
func (o *ignoreAddOptions) rule(args []string) string {
	line := strings.Join(args, " ")
	for _, x := range [][2]string{{"sender", o.sender}, {"reason", o.reason}, {"until", o.until}} {
		if x[1] != "" {
			line += fmt.Sprintf(" %s=%q", x[0], strings.ReplaceAll(x[1], `"`, "'"))
		}
	}
	return line
}

func newIgnoreAddCmd(e *env) *cobra.Command {
	var o ignoreAddOptions
	return e.command(spec{
		use:   "add RULE...",
		short: "Add a rule",
		examples: `typoaudit ignore add army.ml --reason "our Bamako office"
typoaudit ignore add '*@partner.co -> partner.com' --until 2027-06-30`,
		long:  `The words are one rule. One that is there already is not added again.`,
		exit:  ignoreStatus,
		args:  someArgs("RULE"),
		flags: o.addFlags,
		run: func(ctx context.Context, c *config.Settled, args []string) error {
			return changeIgnore(ctx, e, c, o.IgnoreFile, true, func(lines []string) ([]string, error) { return e.addRule(lines, o.rule(args)) })
		},
	})
}

func (e *env) addRule(lines []string, line string) ([]string, error) {
	rule, err := result.ParseRule(line, e.location)
	if err != nil {
		return nil, fmt.Errorf("rule %q: %w", line, err)
	}
	if rule.Pattern == "" {
		return nil, fmt.Errorf("rule %q: it is a comment", line)
	}
	if slices.ContainsFunc(lines, func(l string) bool { return e.ruleOf(l).Text == rule.Text }) {
		return lines, nil
	}
	return append(lines, rule.Text), nil
}

// ruleOf reads a line of a file that was checked before.
func (e *env) ruleOf(line string) result.Rule {
	rule, err := result.ParseRule(line, e.location)
	if err != nil {
		return result.Rule{}
	}
	return rule
}

type ignoreOptions struct{ config.Settings }

func (o *ignoreOptions) addFlags(f *pflag.FlagSet) { addIgnoreFlag(&o.Settings, f) }

func newIgnoreListCmd(e *env) *cobra.Command {
	var o ignoreOptions
	return e.command(spec{
		use:      "list",
		short:    "List the rules",
		examples: "typoaudit ignore list",
		exit:     ignoreStatus,
		args:     noArgs,
		flags:    o.addFlags,
		run:      func(_ context.Context, c *config.Settled, _ []string) error { return listIgnored(e, c, o.IgnoreFile) },
	})
}

func listIgnored(e *env, c *config.Settled, named string) error {
	rules, err := ignoreRules(e, c, named)
	if err != nil {
		return err
	}
	for _, r := range rules {
		text := report.SafeText(r.Text)
		if r.Expired(e.now()) {
			text += "   # expired"
		}
		if _, err := fmt.Fprintln(e.stdout, text); err != nil {
			return err
		}
	}
	return nil
}

func newIgnoreRemoveCmd(e *env) *cobra.Command {
	var o ignoreOptions
	return e.command(spec{
		use:   "remove RULE...",
		short: "Remove a rule",
		examples: `typoaudit ignore remove army.ml
typoaudit ignore remove '*@partner.co -> partner.com'`,
		long:  `Of a rule its pattern is enough, if no other one has the same.`,
		exit:  ignoreStatus,
		args:  someArgs("RULE"),
		flags: o.addFlags,
		run: func(ctx context.Context, c *config.Settled, args []string) error {
			line := strings.Join(args, " ")
			return changeIgnore(ctx, e, c, o.IgnoreFile, false, func(lines []string) ([]string, error) { return e.removeRule(lines, line) })
		},
	})
}

func (e *env) removeRule(lines []string, line string) ([]string, error) {
	want, err := result.ParseRule(line, e.location)
	if err != nil || want.Pattern == "" {
		return nil, fmt.Errorf("rule %q: no rule", line)
	}
	same := func(l string) bool { return e.ruleOf(l).Text == want.Text }
	if !slices.ContainsFunc(lines, same) {
		same = func(l string) bool {
			r := e.ruleOf(l)
			return r.Pattern == want.Pattern && (want.Intended == "" || r.Intended == want.Intended) && (want.Sender == "" || r.Sender == want.Sender)
		}
	}
	n := 0
	for _, l := range lines {
		if same(l) {
			n++
		}
	}
	if n != 1 {
		return nil, fmt.Errorf("rule %q: %d rules are such", line, n)
	}
	return slices.DeleteFunc(lines, same), nil
}

type ignorePruneOptions struct {
	ignoreOptions
	unused string
}

func (o *ignorePruneOptions) addFlags(f *pflag.FlagSet) {
	o.ignoreOptions.addFlags(f)
	f.StringVar(&o.unused, "unused", "", "the `REPORT.json` that says which rules matched nothing")
}

func newIgnorePruneCmd(e *env) *cobra.Command {
	var o ignorePruneOptions
	return e.command(spec{
		use:   "prune",
		short: "Remove the rules that have expired",
		examples: `typoaudit ignore prune
typoaudit ignore prune --unused report.json`,
		long:  `With --unused those are removed as well that matched nothing in that report.`,
		exit:  ignoreStatus,
		args:  noArgs,
		flags: o.addFlags,
		run:   func(ctx context.Context, c *config.Settled, _ []string) error { return runIgnorePrune(ctx, e, &o, c) },
	})
}

func runIgnorePrune(ctx context.Context, e *env, o *ignorePruneOptions, c *config.Settled) error {
	idle := map[string]bool{}
	if o.unused != "" {
		r, err := readReport(o.unused)
		if err != nil {
			return err
		}
		for _, u := range r.Coverage.IgnoreRules {
			idle[u.Rule] = u.IsUnused()
		}
	}
	return changeIgnore(ctx, e, c, o.IgnoreFile, false, func(lines []string) ([]string, error) { return e.prune(lines, idle), nil })
}

// prune takes out the rules that have expired or are idle, and names them.
func (e *env) prune(lines []string, idle map[string]bool) []string {
	return slices.DeleteFunc(lines, func(l string) bool {
		r := e.ruleOf(l)
		gone := r.Pattern != "" && (r.Expired(e.now()) || idle[r.Text])
		if gone {
			fmt.Fprintf(e.stderr, "typoaudit: removed: %s\n", report.SafeText(r.Text))
		}
		return gone
	})
}

// changeIgnore changes the lines of a file with rules, which must be right, and says
// which file it wrote. What stands in it beside the rules stays.
func changeIgnore(ctx context.Context, e *env, c *config.Settled, named string, create bool, change func([]string) ([]string, error)) error {
	path := cmp.Or(named, c.IgnorePath(e.getenv))
	if create {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fmt.Errorf("make the folder of %s: %w", path, failure.Plain(err))
		}
	}
	if _, err := os.Stat(filepath.Dir(path)); err != nil {
		return fmt.Errorf("ignore file %s: %w", path, failure.Plain(err))
	}
	// Of two commands at once, none loses the rule of the other.
	return withFolder(ctx, filepath.Dir(path), func() error { return e.changeRules(path, c.Path, create, change) })
}

func (e *env) changeRules(path, configuration string, create bool, change func([]string) ([]string, error)) error {
	text, err := readIgnoreFile(path)
	if err != nil && (!create || !errors.Is(err, fs.ErrNotExist)) {
		return err
	}
	if _, err := parseIgnore(path, text, e.location); err != nil {
		return err
	}
	var lines []string
	for line := range strings.Lines(text) {
		lines = append(lines, strings.TrimRight(line, "\r\n"))
	}
	after, err := change(slices.Clone(lines))
	if err != nil {
		return err
	}
	if slices.Equal(after, lines) {
		_, err := fmt.Fprintf(e.stdout, "%s: unchanged\n", report.SafeText(path))
		return err
	}
	e.warnOfFolder(path)
	if err := writeRules(path, configuration, after); err != nil {
		return err
	}
	_, err = fmt.Fprintf(e.stdout, "%s: written\n", report.SafeText(path))
	return err
}

// writeRules writes a file with rules. One that is there keeps its mode and owner. A new one
// has those of the configuration beside it: who runs by the one must read the other, and
// need not be who adds a rule.
func writeRules(path, configuration string, lines []string) error {
	mode := os.FileMode(fileMode)
	before, err := os.Lstat(path)
	if err != nil && configuration != "" && absolute(filepath.Dir(path)) == absolute(filepath.Dir(configuration)) {
		before, err = os.Stat(configuration)
	}
	if err == nil {
		mode = before.Mode().Perm()
	}
	return writeFileAs(path, mode, before, func(w io.Writer) error {
		for _, line := range lines {
			if _, err := io.WriteString(w, line+"\n"); err != nil {
				return err
			}
		}
		return nil
	})
}
