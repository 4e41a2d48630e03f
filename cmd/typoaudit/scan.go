package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
)

type scanOptions struct {
	auditOptions
	partial string
}

func (o *scanOptions) addFlags(f *pflag.FlagSet) {
	o.readingOptions.addFlags(f)
	o.auditOptions.addFlags(f)
	o.addFailOnFlag(f)
	addPartialFlag(f, &o.partial, "write no report but what was read to `FILE`, which merge takes: the logs lie on several machines")
}

func newScanCmd(e *env) *cobra.Command {
	var o scanOptions
	return e.command(spec{
		use:   "scan [PATH...|-]",
		short: "Audit mail logs and mailboxes",
		examples: `typoaudit scan /var/log/mail.log*
typoaudit scan journald
typoaudit scan --internal corp.example Sent.mbox ~/Maildir/.Sent --context ~/Maildir
typoaudit scan --all-senders --protect army.mil catch-all.mbox
typoaudit scan --internal corp.example --protect army.mil -o report.json -o report.csv maillog
typoaudit scan --partial mx1.part /var/log/mail.log*
zcat old.gz | typoaudit scan --since 30d --by lookalike -`,
		long: `A PATH is a file, a folder, "-" for standard input, or journald for the journal of
systemd (a file of that name is ./journald); gzip, zstd, xz and bzip2
are read as they are, rotated files in the order of their lines, and the same
content only once. Mailboxes are mbox files, Maildirs and folders of .eml: what
stands in a Sent folder, or anywhere from one of ours, is audited. What became of
it is unknown, but for bounces in the same mailboxes or in those of --context.`,
		exit: `0  audited, findings or not
1  --fail-on reached
2  usage, nothing recognised, or the report could not be written
3  part of the input could not be read, or too many lines that look like
   deliveries were not understood: the report names the gaps
130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP`,
		flags: o.addFlags,
		run: func(ctx context.Context, c *config.Settled, paths []string) error {
			from := pipeline.Sources{Paths: paths, Context: o.Context}
			if o.partial != "" {
				return o.writePartial(ctx, e, c, from, o.partial)
			}
			return o.auditAndReport(ctx, e, c, from)
		},
	})
}
