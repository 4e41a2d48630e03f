package main

import (
	"context"

	"github.com/spf13/cobra"
)

type reportOptions struct {
	findingOptions
	outputOptions
}

func newReportCmd(e *env) *cobra.Command {
	var o reportOptions
	cmd := &cobra.Command{
		Use:   "report REPORT.json",
		Short: "Show a saved report in any format",
		Long: `Examples:
  typoaudit report report.json
  typoaudit report report.json -f markdown --by lookalike
  typoaudit report report.json -o report.html -o deliveries.jsonl -o events.ecs
  typoaudit report report.json --template weekly.tmpl

report shows a report that was saved by -o report.json in another form, and reads
no log. Rules of --ignore-file are applied to it; what the trend tells of earlier
weeks stays as it was.

EXIT STATUS
  0  shown
  2  usage, no report, or it could not be written`,
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, _, err := e.settle(cmd, false); err != nil {
				return err
			}
			return runReport(cmd.Context(), e, &o, args[0])
		},
	}
	f := cmd.Flags()
	addConfigFlag(f)
	o.findingOptions.addFlags(f)
	o.outputOptions.addFlags(f)
	return cmd
}

func runReport(ctx context.Context, e *env, o *reportOptions, path string) error {
	outputs, err := o.outputs(e)
	if err != nil {
		return err
	}
	r, err := readReport(path)
	if err != nil {
		return err
	}
	rules, err := e.ignoreRules(o.ignoreFile)
	if err != nil {
		return err
	}
	r.Suppress(rules, e.now())
	if r, err = o.shown(r); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return outputs.write(e, r)
}
