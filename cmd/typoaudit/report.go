package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/report"
)

type reportOptions struct {
	config.Settings
	outputOptions
	selection    result.Selection
	domain, risk string
	since, until string
	purpose      string
}

func (o *reportOptions) addFlags(f *pflag.FlagSet) {
	o.AddFlags(f, "ignore-file", "pseudonymize", "output", "by")
	o.outputOptions.addFlags(f)
	f.StringVar(&o.purpose, "for", "", "write the record for a `PURPOSE` in place of the report: breach-record, as markdown, csv or json")
	oneOf(f, "for", "breach-record")
	f.StringVar(&o.selection.Sender, "sender", "", "show only the findings of senders with `NAME` in their name")
	f.StringVar(&o.domain, "domain", "", "show only those to a lookalike, or for a meant `DOMAIN`")
	f.StringVar(&o.risk, "risk", "", "show only senders of `RISK` low, medium, high or critical, or above")
	oneOf(f, "risk", riskNames()...)
	f.StringVar(&o.since, "since", "", "show only mail since this `TIME`: a date, an RFC 3339 time, or an age such as 7d")
	f.StringVar(&o.until, "until", "", "show only mail before this `TIME`")
}

// choose settles the selection.
func (o *reportOptions) choose(e *env) (err error) {
	level, err := parseRisk("--risk", o.risk)
	if err != nil {
		return err
	}
	if level > 0 {
		o.selection.Risk = result.Risks()[level]
	}
	if o.domain != "" {
		if o.selection.Domain, err = domain.Parse(o.domain); err != nil {
			return fmt.Errorf("--domain %s: %w", o.domain, err)
		}
	}
	if o.selection.Since, err = parseTime("--since", o.since, e.now(), e.location); err != nil {
		return err
	}
	if o.selection.Until, err = parseTime("--until", o.until, e.now(), e.location); err != nil {
		return err
	}
	return checkWindow(o.selection.Since, o.selection.Until, o.since, o.until)
}

// setPurpose makes the outputs those of a record.
func (o *reportOptions) setPurpose(outputs *outputs) error {
	switch o.purpose {
	case "":
		return nil
	case "breach-record":
	default:
		return fmt.Errorf("--for %s: breach-record", o.purpose)
	}
	for i := range outputs.list {
		out := &outputs.list[i]
		name := out.format.Name()
		if o.format == "" && out.format == (report.Table{}) {
			name = report.Markdown{}.Name()
		}
		f, err := report.BreachRecord(name)
		if err != nil {
			return err
		}
		out.format = f
	}
	return nil
}

func newReportCmd(e *env) *cobra.Command {
	var o reportOptions
	return e.command(spec{
		use:   "report REPORT.json",
		short: "Show a saved report in any format",
		examples: `typoaudit report report.json
typoaudit report report.json -f markdown --by lookalike
typoaudit report report.json -o report.html -o deliveries.jsonl -o events.ecs
typoaudit report report.json --template weekly.tmpl
typoaudit report report.json --for breach-record -o record.md
typoaudit report report.json --sender kim --domain army.ml --risk high --since 7d`,
		long: `report shows a report that was saved by -o report.json in another form, and reads
no log. Rules of --ignore-file are applied to it; what the trend says of earlier
weeks stays as it was. --sender, --domain, --risk, --since and --until show a part of
it, which says so.

--for breach-record writes what a register of personal data breaches needs (GDPR Art.
33(5)) of each lookalike that mail arrived at, or may have, and the draft of a notice to
the authority (Art. 33(3)). It has facts alone, and marks what somebody must fill in.`,
		exit: `0  shown
2  usage, no report, or it could not be written`,
		args:  oneArg("REPORT.json"),
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
	if err := errors.Join(o.choose(e), o.setPurpose(outputs)); err != nil {
		return err
	}
	outputs.options.Again = againFromReport(path, c.Given)
	if err := outputs.refuse(append(keptOf(e, c, &o.Settings), keptFile{path, "the report that is shown"}, keptFile{o.template, "the template"})...); err != nil {
		return err
	}
	r, err := e.reportWithout(c, path, o.IgnoreFile)
	if err != nil {
		return err
	}
	r.Select(&o.selection)
	if r, err = shown(r, o.Pseudonymize); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return outputs.write(e, r)
}
