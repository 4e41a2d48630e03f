package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/report"
)

type checkOptions struct {
	readingOptions
	auditOptions
	logs   []string
	report string
	format string
}

func newCheckCmd(e *env) *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check ADDRESS|DOMAIN...",
		Short: "Say why an address or domain would or would not be told as a slip",
		Long: `Examples:
  typoaudit check jane@army.ml --protect army.mil
  typoaudit check acme.co --log /var/log/mail.log
  typoaudit check acme.co --report report.json

check weighs the evidence for one name. With --log, what the organisation's own
traffic says counts; without, just the well-known providers, --protect and
--reference. With --report it tells what a report in JSON says of the name.

EXIT STATUS
  0  answered, whatever the answer
  2  usage, or the log could not be read
  3  part of the log could not be read
  130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP`,
		Args: cobra.MinimumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return runCheck(cmd.Context(), e, &o, args) },
	}
	f := cmd.Flags()
	o.readingOptions.addFlags(f)
	o.auditOptions.addFlags(f)
	f.StringArrayVar(&o.logs, "log", nil, "weigh the traffic of `PATH` as well (repeat)")
	f.StringVar(&o.report, "report", "", "tell what the report in JSON `FILE` says")
	f.StringVarP(&o.format, "format", "f", "text", "text or json")
	return cmd
}

func runCheck(ctx context.Context, e *env, o *checkOptions, queries []string) error {
	if o.format != "text" && o.format != "json" {
		return fmt.Errorf("--format %s: text or json", o.format)
	}
	explain, partial, err := e.explainer(ctx, o)
	if err != nil {
		return err
	}
	var all []*result.Explanation
	for _, q := range queries {
		x, err := explain(q)
		if err != nil {
			return err
		}
		all = append(all, x)
	}
	if err := e.explain(all, o.format); err != nil {
		return err
	}
	if partial {
		return errPartial
	}
	return nil
}

// explainer returns what answers a query: the auditor, or a report.
func (e *env) explainer(ctx context.Context, o *checkOptions) (explain func(string) (*result.Explanation, error), partial bool, err error) {
	if o.report == "" {
		verdicts, partial, err := e.checker(ctx, o)
		if err != nil {
			return nil, false, err
		}
		return verdicts.Explain, partial, nil
	}
	if len(o.logs) > 0 {
		return nil, false, errors.New("--report and --log: only one of them")
	}
	f, err := os.Open(o.report)
	if err != nil {
		return nil, false, fmt.Errorf("--report %w", err)
	}
	defer f.Close()
	r, err := result.Read(f)
	if err != nil {
		return nil, false, fmt.Errorf("--report %s: %w", o.report, err)
	}
	return r.Explain, false, nil
}

// checker prepares an audit of the logs, or of nothing but the reference.
func (e *env) checker(ctx context.Context, o *checkOptions) (*audit.Verdicts, bool, error) {
	if len(o.logs) > 0 {
		verdicts, _, partial, err := e.audit(ctx, &o.readingOptions, &o.auditOptions, "auto", o.logs)
		return verdicts, partial, err
	}
	j, err := o.job(e)
	if err != nil {
		return nil, false, err
	}
	options, err := o.options(e, j)
	if err != nil {
		return nil, false, err
	}
	verdicts, err := judge(audit.NewLedger(options.Ledgering(j.since, j.until)), options)
	return verdicts, false, err
}

func (e *env) explain(all []*result.Explanation, format string) error {
	if format == "json" {
		return report.ExplainJSON(e.stdout, all)
	}
	var b bytes.Buffer
	for i, x := range all {
		if i > 0 {
			b.WriteByte('\n')
		}
		if err := report.Explain(&b, x, report.Options{Width: e.width(), Unicode: e.unicode()}); err != nil {
			return err
		}
	}
	_, err := e.stdout.Write(b.Bytes())
	return err
}
