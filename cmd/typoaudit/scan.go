package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit"
	"github.com/typoaudit/typoaudit/audit/reference"
	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/parsers"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/report"
)

// auditOptions are the flags that concern the verdict.
type auditOptions struct {
	protect       []string
	allSenders    bool
	minConfidence float64
	reference     string
	findingOptions
	content bool
	mailTo  []string // whom the report is to be mailed to
}

func (o *auditOptions) addFlags(f *pflag.FlagSet) {
	f.StringSliceVar(&o.protect, "protect", nil, "`DOMAIN` that our people mean to write to (repeat)")
	f.StringVar(&o.reference, "reference", "", "`FILE` with the domains of partners, one a line: they may be meant, and are no slips")
	f.BoolVar(&o.allSenders, "all-senders", false, "audit every sender, not just our own")
	f.BoolVar(&o.content, "content", false, "search the messages that are findings, in mailboxes, for passwords, payment cards, bank accounts, personal numbers, health and travel; only the class is told")
	f.Float64Var(&o.minConfidence, "min-confidence", 0.5, "tell slips from this confidence on, 0 to 1")
}

type scanOptions struct {
	readingOptions
	auditOptions
	stateOptions
	outputOptions
	failOn string
}

func newScanCmd(e *env) *cobra.Command {
	var o scanOptions
	cmd := &cobra.Command{
		Use:   "scan [PATH...|-]",
		Short: "Audit mail logs and mailboxes",
		Long: `Examples:
  typoaudit scan /var/log/mail.log*
  typoaudit scan --internal corp.example Sent.mbox ~/Maildir/.Sent --context ~/Maildir
  typoaudit scan --all-senders --protect army.mil catch-all.mbox
  typoaudit scan --internal corp.example --protect army.mil -o report.json -o report.csv maillog
  zcat old.gz | typoaudit scan --since 30d --by lookalike -

A PATH is a file, a folder, or "-" for standard input; gzip, zstd, xz and bzip2
are read as they are, rotated files in the order of their lines, and the same
content only once. Mailboxes are mbox files, Maildirs and folders of .eml: what
stands in a Sent folder, or anywhere from one of ours, is audited. What became of
it is unknown, but for bounces in the same mailboxes or in those of --context.

EXIT STATUS
  0  audited, findings or not
  1  --fail-on reached
  2  usage, nothing recognised, or the report could not be written
  3  part of the input could not be read: the report names the gaps
  130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP`,
		RunE: func(cmd *cobra.Command, args []string) error {
			c, _, err := e.settle(cmd, false)
			if err != nil {
				return err
			}
			o.own = c.formats
			return runScan(cmd.Context(), e, &o, args)
		},
	}
	f := cmd.Flags()
	addConfigFlag(f)
	o.readingOptions.addFlags(f)
	o.auditOptions.addFlags(f)
	o.findingOptions.addFlags(f)
	o.addSubjectsFlag(f)
	o.stateOptions.addFlags(f)
	o.outputOptions.addFlags(f)
	f.StringVar(&o.failOn, "fail-on", "", "exit with 1 if a sender's `RISK` is low, medium, high or critical, or above")
	return cmd
}

func runScan(ctx context.Context, e *env, o *scanOptions, paths []string) error {
	outputs, err := o.outputs(e)
	if err != nil {
		return err
	}
	threshold, err := parseRisk(o.failOn)
	if err != nil {
		return err
	}
	a, err := e.auditAll(ctx, &o.readingOptions, &o.auditOptions, &o.stateOptions, o.progress, sources{paths: paths, context: o.context, content: o.content})
	if err != nil {
		return err
	}
	err = o.report(ctx, e, a, outputs)
	switch err := errors.Join(err, a.memory.close()); {
	case err != nil:
		return err
	case a.partial:
		return errPartial
	case o.failOn != "" && worst(a.result) >= threshold:
		return errFailOn
	}
	return nil
}

// report writes what was found, and then what the next run must know: a crash
// in between repeats a finding and loses none.
func (o *scanOptions) report(ctx context.Context, e *env, a *audited, outputs *outputs) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if o.verbose {
		e.tellMalformed(a.reading)
	}
	shown, err := o.shown(a.result)
	if err != nil {
		return err
	}
	if err := outputs.write(e, shown); err != nil {
		return err
	}
	return a.save(ctx, true)
}

// audit reads the paths and prepares the verdict.
func (e *env) audit(ctx context.Context, ro *readingOptions, ao *auditOptions, progress string, paths []string) (*audit.Verdicts, *read.Reading, bool, error) {
	j, err := ro.job(e)
	if err != nil {
		return nil, nil, false, err
	}
	options, err := ao.options(e, j)
	if err != nil {
		return nil, nil, false, err
	}
	inputs, partial, err := e.open(paths, ro.context)
	if err != nil {
		return nil, nil, false, err
	}
	ledgering := options.Ledgering(j.since, j.until)
	j.read.NewSink = func(read.Role) parsers.Sink { return audit.NewLedger(ledgering) }
	stop := e.showProgress(progress, inputs)
	reading, cut, err := e.read(ctx, inputs, j.read)
	stop()
	if err != nil {
		return nil, nil, false, err
	}
	options.Inspect = inspector(reading, ao.content)
	verdicts, err := judge(mergeLedgers(reading), options)
	return verdicts, reading, partial || cut, err
}

func (o *auditOptions) options(e *env, j *job) (audit.Options, error) {
	if o.minConfidence < 0 || o.minConfidence > 1 {
		return audit.Options{}, fmt.Errorf("--min-confidence %g: from 0 to 1", o.minConfidence)
	}
	protect, err := domainNames("--protect", o.protect)
	if err != nil {
		return audit.Options{}, err
	}
	partners, err := readDomains(o.reference)
	if err != nil {
		return audit.Options{}, err
	}
	providers, err := reference.Providers()
	if err != nil {
		return audit.Options{}, err
	}
	rules, err := e.ignoreRules(o.ignoreFile)
	if err != nil {
		return audit.Options{}, err
	}
	return audit.Options{
		Ignore: rules, MailTo: o.mailTo, Subjects: o.subjects, Internal: j.internal, Protect: protect, Reference: partners, AllSenders: o.allSenders, MinConfidence: o.minConfidence,
		Providers: providers, Jobs: j.read.Jobs, Tool: result.Tool{Name: "typoaudit", Version: programVersion()}, Now: e.now(), Spill: newSpill,
	}, nil
}

// risks in rising order.
func risks() []result.Risk {
	return []result.Risk{result.RiskNone, result.RiskLow, result.RiskMedium, result.RiskHigh, result.RiskCritical}
}

func parseRisk(s string) (int, error) {
	if s == "" {
		return 0, nil
	}
	for i, r := range risks() {
		if i > 0 && string(r) == s {
			return i, nil
		}
	}
	return 0, fmt.Errorf("--fail-on %s: low, medium, high or critical", s)
}

func worst(r *result.Result) (level int) {
	for i := range r.Senders {
		for l, risk := range risks() {
			if r.Senders[i].Risk == risk {
				level = max(level, l)
			}
		}
	}
	return level
}

// tellMalformed lists the first lines of each source that were not understood.
func (e *env) tellMalformed(r *read.Reading) {
	for _, s := range r.Sources {
		for _, m := range s.Errors {
			fmt.Fprintf(e.stderr, "typoaudit: %s:%d: %s\n", report.SafeText(s.Name), r.Line(m.Origin), m.Reason)
		}
		if more := s.Malformed - int64(len(s.Errors)); more > 0 {
			fmt.Fprintf(e.stderr, "typoaudit: %s: %d more lines not understood\n", report.SafeText(s.Name), more)
		}
	}
}
