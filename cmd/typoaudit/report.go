package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
)

type reportOptions struct {
	config.Settings
	outputOptions
}

func (o *reportOptions) addFlags(f *pflag.FlagSet) {
	o.AddFlags(f, "ignore-file", "pseudonymize", "output", "by")
	o.outputOptions.addFlags(f)
}

func newReportCmd(e *env) *cobra.Command {
	var o reportOptions
	return e.command(spec{
		use:   "report REPORT.json",
		short: "Show a saved report in any format",
		long: `Examples:
  typoaudit report report.json
  typoaudit report report.json -f markdown --by lookalike
  typoaudit report report.json -o report.html -o deliveries.jsonl -o events.ecs
  typoaudit report report.json --template weekly.tmpl

report shows a report that was saved by -o report.json in another form, and reads
no log. Rules of --ignore-file are applied to it; what the trend says of earlier
weeks stays as it was.

EXIT STATUS
  0  shown
  2  usage, no report, or it could not be written`,
		args:  cobra.ExactArgs(1),
		flags: o.addFlags,
		run: func(ctx context.Context, c *config.Settled, args []string) error {
			return runReport(ctx, e, &o, c, args[0])
		},
	})
}

func runReport(ctx context.Context, e *env, o *reportOptions, c *config.Settled, path string) error {
	outputs, err := o.outputs(e, &o.Settings)
	if err != nil {
		return err
	}
	r, err := readReport(path)
	if err != nil {
		return err
	}
	rules, err := ignoreRules(e, c, o.IgnoreFile)
	if err != nil {
		return err
	}
	r.Suppress(rules, e.now())
	if r, err = shown(r, o.Pseudonymize); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return outputs.write(e, r)
}
