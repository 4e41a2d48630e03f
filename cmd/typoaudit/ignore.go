package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report"
)

func newIgnoreCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ignore",
		Short: "Keep the rules by which findings are left out",
		Long: `Examples:
  typoaudit ignore add army.ml --reason "our Bamako office" --until 2027-06-30
  typoaudit ignore add '*@partner.co -> partner.com'
  typoaudit ignore add 'sender=newsletter@corp.example *'
  typoaudit ignore list
  typoaudit ignore remove army.ml
  typoaudit ignore prune --unused report.json

The rules stand in a file, one a line: beside the configuration it is named
ignore; --ignore-file names another. A pattern is held against the recipient if
it has an @, else against the lookalike; behind an arrow stands what was meant,
in sender= who sent it. * stands for any text, ? for one character.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var file string
	cmd.PersistentFlags().StringVar(&file, "ignore-file", "", "the `FILE` with the rules")
	cmd.AddCommand(newIgnoreAddCmd(e, &file), newIgnoreListCmd(e, &file), newIgnoreRemoveCmd(e, &file), newIgnorePruneCmd(e, &file))
	return cmd
}

// ignoreStatus ends the help of each of the commands.
const ignoreStatus = `

EXIT STATUS
  0  done
  2  usage, or the file could not be read or written`

func newIgnoreAddCmd(e *env, file *string) *cobra.Command {
	var reason, until, sender string
	cmd := &cobra.Command{
		Use: "add RULE...", Short: "Add a rule",
		Long: `Examples:
  typoaudit ignore add army.ml --reason "our Bamako office"
  typoaudit ignore add '*@partner.co -> partner.com' --until 2027-06-30

The words are one rule. One that is there already is not added again.` + ignoreStatus,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			line := strings.Join(args, " ")
			for _, x := range [][2]string{{"sender", sender}, {"reason", reason}, {"until", until}} {
				if x[1] != "" {
					line += fmt.Sprintf(" %s=%q", x[0], strings.ReplaceAll(x[1], `"`, "'"))
				}
			}
			return e.changeIgnore(*file, true, func(lines []string) ([]string, error) { return e.addRule(lines, line) })
		},
	}
	f := cmd.Flags()
	f.StringVar(&reason, "reason", "", "why it is no slip")
	f.StringVar(&until, "until", "", "the last `DAY` of the rule, such as 2027-06-30")
	f.StringVar(&sender, "sender", "", "only mail of `ADDRESS`")
	return cmd
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

func newIgnoreListCmd(e *env, file *string) *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the rules", Long: "Examples:\n  typoaudit ignore list" + ignoreStatus, Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			rules, err := e.ignoreRules(*file)
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
		},
	}
}

func newIgnoreRemoveCmd(e *env, file *string) *cobra.Command {
	return &cobra.Command{
		Use: "remove RULE...", Short: "Remove a rule",
		Long: `Examples:
  typoaudit ignore remove army.ml
  typoaudit ignore remove '*@partner.co -> partner.com'

Of a rule its pattern is enough, if no other one has the same.` + ignoreStatus,
		Args: cobra.MinimumNArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			line := strings.Join(args, " ")
			return e.changeIgnore(*file, false, func(lines []string) ([]string, error) { return e.removeRule(lines, line) })
		},
	}
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

func newIgnorePruneCmd(e *env, file *string) *cobra.Command {
	var unused string
	cmd := &cobra.Command{
		Use: "prune", Short: "Remove the rules that have expired",
		Long: `Examples:
  typoaudit ignore prune
  typoaudit ignore prune --unused report.json

With --unused those are removed as well that matched nothing in that report.` + ignoreStatus,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			idle := map[string]bool{}
			if unused != "" {
				r, err := readReport(unused)
				if err != nil {
					return err
				}
				for _, u := range r.Coverage.IgnoreRules {
					idle[u.Rule] = u.Messages == 0
				}
			}
			return e.changeIgnore(*file, false, func(lines []string) ([]string, error) { return e.prune(lines, idle), nil })
		},
	}
	cmd.Flags().StringVar(&unused, "unused", "", "the `REPORT.json` that tells which rules matched nothing")
	return cmd
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

// changeIgnore changes the lines of a file with rules, which must be right.
// What stands in it beside the rules stays.
func (e *env) changeIgnore(path string, create bool, change func([]string) ([]string, error)) (err error) {
	if path == "" {
		if path, err = e.ignorePath(); err != nil {
			return err
		}
	}
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
	if err != nil || slices.Equal(after, lines) {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the folder of %s: %w", path, plainError(err))
	}
	return writeFile(path, func(w io.Writer) error {
		for _, line := range after {
			if _, err := io.WriteString(w, line+"\n"); err != nil {
				return err
			}
		}
		return nil
	})
}
