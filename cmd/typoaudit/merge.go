package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/partial"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
)

type mergeOptions struct {
	auditOptions
	partial string
	expect  string
}

func (o *mergeOptions) addFlags(f *pflag.FlagSet) {
	addPartialFlag(f, &o.partial, "write what the partials hold to `FILE`, to be merged again; a report as well only if -o or -f asks for it")
	f.StringVar(&o.expect, "expect", "", "`LIST` of the partials, or of the logs in them, that must be there: names with commas between them, or a file with one a line")
	o.AddFlags(f, "internal", "smarthost", "protect", "reference", "all-senders", "min-confidence", "ignore-file",
		"aliases", "pseudonymize", "subjects", "state", "retention-days", "output", "by", "jobs")
	f.BoolVar(&o.onlyNew, "new", false, "report only what was not reported before; needs --state")
	o.outputOptions.addFlags(f)
	o.addFailOnFlag(f)
}

func newMergeCmd(e *env) *cobra.Command {
	var o mergeOptions
	return e.command(spec{
		use:   "merge PART...",
		short: "Audit what several machines read: partials of scan --partial",
		examples: `typoaudit merge *.part
typoaudit merge --internal corp.example -o report.json --expect mx1.part,mx2.part *.part
typoaudit merge --partial monday.part monday/*.part`,
		long: `Each PART is what "scan --partial" wrote of a part of the logs, on any machine. The
report is that of one scan of all of them: a message whose lines lie in several
partials is one, whatever the cut, the order of the PARTs and the tree in which they
are merged. --internal, --protect and all else that concerns the verdict are given
here; how logs are read (--since, --tz, --map ...) was given to scan, the same to
all, and --subjects and --all-senders to both.

The same partial twice counts once. Refused are partials of another version of the
program, of another way of reading, damaged ones, and the same log in two of them.
With --state the history keeps what was reported and nothing of what was read: give
it the partials of the whole time that the report is about, and no history of scan.
What mailboxes held is not opened again: attachments are not counted.`,
		exit: `0  audited, findings or not
1  --fail-on reached
2  usage, a partial is missing or cannot be merged, or the report could not be written
3  part of the input could not be read, or too many lines that look like
   deliveries were not understood: the report names the gaps; with --partial
   alone they are named here
130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP`,
		args:  someArgs("PART"),
		flags: o.addFlags,
		run:   func(ctx context.Context, c *config.Settled, parts []string) error { return o.run(ctx, e, c, parts) },
	})
}

// run merges partials.
func (o *mergeOptions) run(ctx context.Context, e *env, c *config.Settled, parts []string) error {
	if err := errors.Join(o.checkState(), refuseTenant(c)); err != nil {
		return err
	}
	options, err := o.understandAll(e, c)
	if err != nil {
		return err
	}
	merge := func(do func(*partial.Set) error) error {
		expected, err := expectedNames(o.expect)
		if err != nil {
			return err
		}
		m, err := partial.Open(parts, options.Audit.Tool.Version, expected)
		if err != nil {
			return err
		}
		defer m.Close()
		if err := o.checkSettings(m); err != nil {
			return err
		}
		return do(m)
	}
	reports := o.partial == "" || len(o.Output) > 0 || o.format != ""
	if o.partial != "" {
		if err := o.refuseInputs(e, c, pipeline.Sources{Paths: parts}, &outputs{list: []output{{path: o.partial}}}); err != nil {
			return err
		}
		err := merge(func(m *partial.Set) error { return o.writePartialOf(ctx, e, m, options, reports) })
		if err != nil || !reports {
			return err
		}
	}
	return merge(func(m *partial.Set) error { return o.reportOn(ctx, e, c, parts, m, options) })
}

// writePartialOf writes a partial of partials. What is missing in it is said here, and by the
// exit status as scan --partial does, unless a report follows that says it.
func (o *mergeOptions) writePartialOf(ctx context.Context, e *env, m *partial.Set, options pipeline.Options, reports bool) error {
	w := e.world(o.progress)
	if reports {
		w.Complain = func(error) {}
	}
	incomplete, err := pipeline.WriteMerged(m, options, w, e.partialTo(ctx, o.partial, m.Settings()))
	if err == nil && incomplete && !reports {
		err = errPartial
	}
	return err
}

// reportOn takes the verdict on partials, and writes the report.
func (o *mergeOptions) reportOn(ctx context.Context, e *env, c *config.Settled, parts []string, m *partial.Set, options pipeline.Options) error {
	outputs, err := o.outputs(e, &o.Settings)
	if err != nil {
		return err
	}
	outputs.options.Again = againFromPartials(c, parts)
	threshold, err := parseRisk("--fail-on", o.failOn)
	if err != nil {
		return err
	}
	if err := o.refuseInputs(e, c, pipeline.Sources{Paths: parts}, outputs); err != nil {
		return err
	}
	if o.State != "" {
		options.History = &pipeline.History{Folder: o.State, OnlyNew: o.onlyNew, Retention: time.Duration(o.RetentionDays) * 24 * time.Hour}
	}
	a, err := pipeline.MergePartials(ctx, m, o.Aliases, options, e.world(o.progress))
	if err != nil {
		return err
	}
	err = o.report(ctx, e, a, outputs)
	return o.statusOf(errors.Join(err, a.Close()), a, threshold)
}

// maxExpected bounds the file of a list of names, in bytes.
const maxExpected = 1 << 20

// expectedNames reads a list: names, or the file with them. A file may as well be a log that
// is expected itself: those have blanks in their lines, or are no text.
func expectedNames(list string) (names []string, err error) {
	separator := ","
	if info, err := os.Stat(list); err == nil && info.Mode().IsRegular() && info.Size() <= maxExpected {
		text, err := os.ReadFile(list)
		switch {
		case err != nil:
			return nil, failure.Plain(err)
		case !bytes.ContainsAny(text, " \t\x00") && utf8.Valid(text):
			list, separator = string(text), "\n"
		}
	}
	for _, name := range strings.Split(list, separator) {
		if name = strings.TrimSpace(name); name != "" {
			names = append(names, name)
		}
	}
	return names, nil
}
