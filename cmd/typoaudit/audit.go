package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/reference"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/tempfile"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/report"
)

// auditOptions are the flags of the commands that audit and write a report.
type auditOptions struct {
	readingOptions
	outputOptions
	onlyNew    bool
	failOn     string
	mailTo     []string   // whom the report is to be mailed to
	metrics    string     // file of --metrics, "" for none
	kept       []keptFile // by which servers are logged in to
	unattended bool       // ignore rules that cannot be read are a gap and no error
}

// addFlags adds those flags that do not concern reading.
func (o *auditOptions) addFlags(f *pflag.FlagSet) {
	o.addVerdictFlags(f)
	o.AddFlags(f, "aliases", "pseudonymize", "subjects", "state", "retention-days", "output", "by")
	addMetricsFlag(f, &o.metrics)
	f.BoolVar(&o.onlyNew, "new", false, "report only what was not reported before; needs --state")
	o.outputOptions.addFlags(f)
}

// addVerdictFlags adds the flags that concern the verdict.
func (o *readingOptions) addVerdictFlags(f *pflag.FlagSet) {
	o.AddFlags(f, "protect", "reference", "all-senders", "content", "min-confidence", "ignore-file")
}

func (o *auditOptions) addFailOnFlag(f *pflag.FlagSet) {
	f.StringVar(&o.failOn, "fail-on", "", "exit with 1 if a sender's `RISK` is low, medium, high or critical, or above")
	oneOf(f, "fail-on", riskNames()...)
}

// checkState says what is wrong with the flags that concern the history.
func (o *auditOptions) checkState() error {
	switch {
	case o.onlyNew && o.State == "":
		return errors.New("--new: needs --state, where it stands what was reported before")
	case o.RetentionDays < 0:
		return fmt.Errorf("--retention-days %d: at least 1, or 0 to keep everything", o.RetentionDays)
	}
	return nil
}

// run reads sources and takes the verdict.
func (o *auditOptions) run(ctx context.Context, e *env, c *config.Settled, from pipeline.Sources, outputs *outputs) (*pipeline.Outcome, error) {
	if err := o.checkState(); err != nil {
		return nil, err
	}
	options, err := o.understandAll(e, c)
	if err != nil {
		return nil, err
	}
	from.Aliases = o.Aliases
	if len(from.Servers)+len(from.Aliases) == 0 {
		if err := checkPaths(from.Paths); err != nil {
			return nil, err
		}
	}
	if err := o.refuseInputs(e, c, from, outputs); err != nil {
		return nil, err
	}
	options.Audit.MailTo = o.mailTo
	if o.State != "" {
		options.History = &pipeline.History{Folder: o.State, OnlyNew: o.onlyNew, Retention: time.Duration(o.RetentionDays) * 24 * time.Hour}
	}
	return pipeline.Run(ctx, from, options, e.world(o.progress))
}

// understandAll returns what the flags mean, with the ignore rules.
func (o *auditOptions) understandAll(e *env, c *config.Settled) (pipeline.Options, error) {
	options, err := o.understand(e, c)
	if err != nil {
		return options, err
	}
	options.Audit.Ignore, err = ignoreRules(e, c, o.IgnoreFile)
	if err != nil && o.unattended {
		options.Gaps = append(options.Gaps, fmt.Errorf("no finding is left out: %w", err))
		err = nil
	}
	return options, err
}

// understand returns what the flags mean, but for the ignore rules.
func (o *readingOptions) understand(e *env, c *config.Settled) (pipeline.Options, error) {
	j, err := o.job(e, c.Formats)
	if err != nil {
		return pipeline.Options{}, err
	}
	judge, err := verdictOptions(e, &o.Settings, j.internal)
	return pipeline.Options{Read: j.read, Since: j.since, Until: j.until, Audit: judge, Content: o.Content, Tenant: tenantOf(c.File)}, err
}

// verdictOptions returns what the settings that concern the verdict mean.
func verdictOptions(e *env, s *config.Settings, internal []domain.Name) (o audit.Options, err error) {
	if s.MinConfidence < 0 || s.MinConfidence > 1 {
		return o, fmt.Errorf("--min-confidence %g: from 0 to 1", s.MinConfidence)
	}
	o = audit.Options{
		Internal: internal, Smarthosts: s.Smarthost, AllSenders: s.AllSenders, MinConfidence: s.MinConfidence, Subjects: s.Subjects,
		Jobs: min(s.Jobs, maxJobs), Tool: result.Tool{Name: "typoaudit", Version: programVersion()}, Now: e.now(), Spill: tempfile.NewSpill,
	}
	if o.Protect, err = domainNames("--protect", s.Protect); err != nil {
		return o, err
	}
	if o.Reference, err = readDomains(s.Reference); err != nil {
		return o, err
	}
	if o.Providers, err = reference.Providers(); err != nil {
		return o, err
	}
	return o, nil
}

// auditAndReport audits sources, and writes the report.
func (o *auditOptions) auditAndReport(ctx context.Context, e *env, c *config.Settled, from pipeline.Sources) error {
	outputs, err := o.outputs(e, &o.Settings)
	if err != nil {
		return err
	}
	outputs.options.Again = againOfServer(c)
	if len(from.Servers) == 0 {
		outputs.options.Again = again(c, from.Paths)
	}
	threshold, err := parseRisk("--fail-on", o.failOn)
	if err != nil {
		return err
	}
	a, err := o.run(ctx, e, c, from, outputs)
	if err != nil {
		return err
	}
	err = o.report(ctx, e, a, outputs)
	return o.statusOf(errors.Join(err, a.Close()), a, threshold)
}

// statusOf returns the error by which an audit ends: err, or what its exit status says.
func (o *auditOptions) statusOf(err error, a *pipeline.Outcome, threshold int) error {
	switch {
	case err != nil:
		return err
	case a.Partial:
		return errPartial
	case o.failOn != "" && worst(a.Result) >= threshold:
		return errFailOn
	}
	return nil
}

// report writes what was found, and then what the next run must know: a crash
// in between repeats a finding and loses none.
func (o *auditOptions) report(ctx context.Context, e *env, a *pipeline.Outcome, outputs *outputs) error {
	shown, err := o.shown(ctx, e, a)
	if err != nil {
		return err
	}
	if err := outputs.write(e, shown); err != nil {
		return err
	}
	if err := a.Save(ctx, true); err != nil {
		return err
	}
	return o.writeMetrics(e, a.Result)
}

// shown returns the report as it is shown.
func (o *auditOptions) shown(ctx context.Context, e *env, a *pipeline.Outcome) (*result.Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if o.verbose {
		e.listMalformed(a.Reading)
	}
	return shown(a.Result, o.Pseudonymize)
}

// parseRisk returns the place of a risk in their rising order, 0 for "". flag names it.
func parseRisk(flag, s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	if i := slices.Index(result.Risks(), result.Risk(s)); i > 0 {
		return i, nil
	}
	return 0, fmt.Errorf("%s %s: low, medium, high or critical", flag, s)
}

func worst(r *result.Result) (level int) {
	for i := range r.Senders {
		level = max(level, slices.Index(result.Risks(), r.Senders[i].Risk))
	}
	return level
}

// listMalformed lists the first lines of each source that were not understood, and
// counts by program the lines that no format reads.
func (e *env) listMalformed(r *read.Reading) {
	for _, s := range r.Sources {
		for _, m := range s.Errors {
			fmt.Fprintf(e.stderr, "typoaudit: %s:%d: %s\n", report.SafeText(s.Name), r.Line(m.Origin), m.Reason)
		}
		if more := s.Malformed - int64(len(s.Errors)); more > 0 {
			fmt.Fprintf(e.stderr, "typoaudit: %s: %d more lines not understood\n", report.SafeText(s.Name), more)
		}
		if len(s.NotOurs) > 0 {
			fmt.Fprintf(e.stderr, "typoaudit: %s: not ours: %s\n", report.SafeText(s.Name), report.SafeText(s.NotOurs.String()))
		}
	}
}
