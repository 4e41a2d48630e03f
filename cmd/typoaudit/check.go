package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/report"
)

type checkOptions struct {
	readingOptions
	logs   []string
	report string
	format string
	from   string
}

func (o *checkOptions) addFlags(f *pflag.FlagSet) {
	o.readingOptions.addFlags(f)
	o.addVerdictFlags(f)
	f.StringArrayVar(&o.logs, "log", nil, "weigh the traffic of `PATH` as well (repeat)")
	f.StringVar(&o.report, "report", "", "show what the report in JSON `FILE` says")
	f.StringVar(&o.from, "from", "", "the `ADDRESS` of who would write there: whom that one knows counts")
	f.StringVarP(&o.format, "format", "f", "text", "answer as `FORMAT`: text or json")
	oneOf(f, "format", "text", "json")
}

func newCheckCmd(e *env) *cobra.Command {
	var o checkOptions
	return e.command(spec{
		use:   "check ADDRESS|DOMAIN...",
		short: "Say why an address or domain would or would not be reported as a slip",
		examples: `typoaudit check jane@army.ml --protect army.mil
typoaudit check acme.co --log /var/log/mail.log
typoaudit check acme.co --report report.json`,
		long: `check weighs the evidence for one name. With --log, what the organisation's own
traffic says counts; without, just the well-known providers, --protect and
--reference. With --report it shows what a report in JSON says of the name.`,
		exit: `0  answered, whatever the answer
2  usage, or the log could not be read
3  part of the log could not be read, or one of several names is none
130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP`,
		args:  someArgs("ADDRESS or DOMAIN"),
		flags: o.addFlags,
		run: func(ctx context.Context, c *config.Settled, args []string) error {
			return runCheck(ctx, e, &o, c, args)
		},
	})
}

func runCheck(ctx context.Context, e *env, o *checkOptions, c *config.Settled, queries []string) error {
	if o.format != "text" && o.format != "json" {
		return fmt.Errorf("--format %s: text or json", o.format)
	}
	explain, partial, err := o.explainer(ctx, e, c)
	if err != nil {
		return err
	}
	var all []*result.Explanation
	for _, q := range queries {
		x, err := explain(q)
		switch {
		case err == nil:
			all = append(all, x)
		case len(queries) == 1:
			return err
		default: // the others are answered
			e.complain(err)
			partial = true
		}
	}
	if err := writeExplanations(e, all, o.format); !isReaderGone(err) {
		return err
	}
	if partial {
		return errPartial
	}
	return nil
}

// explainer returns what answers a query: verdicts, or a report.
func (o *checkOptions) explainer(ctx context.Context, e *env, c *config.Settled) (explain func(string) (*result.Explanation, error), partial bool, err error) {
	if o.report == "" {
		options, err := o.understand(e, c)
		if err != nil {
			return nil, false, err
		}
		if options.Audit.Ignore, err = ignoreRules(e, c, o.IgnoreFile); err != nil {
			return nil, false, err
		}
		verdicts, partial, err := pipeline.Judge(ctx, pipeline.Sources{Paths: o.logs, Context: o.Context}, options, e.world("auto"))
		if err != nil {
			return nil, false, err
		}
		return func(query string) (*result.Explanation, error) { return verdicts.Explain(query, o.from) }, partial, nil
	}
	if len(o.logs) > 0 {
		return nil, false, errors.New("--report and --log: only one of them")
	}
	r, err := readReportAs("--report", o.report)
	if err != nil {
		return nil, false, err
	}
	return r.Explain, false, nil
}

func writeExplanations(e *env, all []*result.Explanation, format string) error {
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
