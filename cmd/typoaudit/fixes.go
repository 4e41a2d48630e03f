package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/report"
)

type fixesOptions struct {
	config.Settings
	format string
	output string
}

func (o *fixesOptions) addFlags(f *pflag.FlagSet) {
	o.AddFlags(f, "ignore-file")
	f.StringVarP(&o.format, "format", "f", "csv", "list as `FORMAT`: csv or json")
	oneOf(f, "format", "csv", "json")
	f.StringVarP(&o.output, "output", "o", "-", "write to `FILE`")
}

func newFixesCmd(e *env) *cobra.Command {
	var o fixesOptions
	return e.command(spec{
		use:   "fixes REPORT.json",
		short: "List what to change so that no mail goes to the wrong addresses any more",
		examples: `typoaudit fixes report.json > fixes.csv
typoaudit fixes report.json -f json`,
		long: `A row is a wrong address at a place: the right one, the cause, where it stands, who can
change it, when it was used last, and what to do. The causes:

- typed: somebody wrote it once or twice: tell the sender
- address-book: somebody writes to it again and again: replace the entry
- forward: an alias or a forwarding rule sends mail there: change it
- list: a mailing list has it among its members: remove it
- web-form: a form or a program took it as it was typed: correct it there
- reply-all: it came with a mail that was replied to: tell the sender`,
		exit: `0  written
2  usage, no report, or it could not be written`,
		args:  oneArg("REPORT.json"),
		flags: o.addFlags,
		run: func(_ context.Context, c *config.Settled, args []string) error {
			return runFixes(e, &o, c, args[0])
		},
	})
}

func runFixes(e *env, o *fixesOptions, c *config.Settled, path string) error {
	r, err := e.reportWithout(c, path, o.IgnoreFile)
	if err != nil {
		return err
	}
	if r.Incomplete {
		fmt.Fprintln(e.stderr, "typoaudit: the report is incomplete, so there may be more to change: typoaudit report"+shellWords([]string{path})+" names what is missing")
	}
	write := func(w io.Writer) error { return report.Fixes(w, r, o.format, report.Options{Unicode: true}) }
	if o.output == "-" || isStdout(o.output) {
		w := bufio.NewWriter(e.stdout)
		return errors.Join(write(w), w.Flush())
	}
	out := outputs{list: []output{{path: o.output}}}
	if err := out.refuse(append(keptOf(e, c, &o.Settings), keptFile{path, "the report that is shown"})...); err != nil {
		return err
	}
	e.warnOfFolder(o.output)
	return writeReport(o.output, write)
}

// reportWithout reads a report, and leaves out what ignore rules are about.
func (e *env) reportWithout(c *config.Settled, path, ignoreFile string) (*result.Result, error) {
	r, err := readReport(path)
	if err != nil {
		return nil, err
	}
	rules, err := ignoreRules(e, c, ignoreFile)
	if err != nil {
		return nil, err
	}
	r.Suppress(rules, e.now())
	return r, nil
}
