package main

import (
	"context"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/partial"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/parsers"
)

// A partial is what one machine read of the logs of many. It is written and merged in the
// same way of reading, which is taken down in it; the verdict is taken by merge alone.

// addPartialFlag adds the flag that names the partial to write.
func addPartialFlag(f *pflag.FlagSet, path *string, usage string) {
	f.StringVar(path, "partial", "", usage)
}

// ofReport are flags of scan that ask for what --partial does not make.
func ofReport() []string {
	return []string{"aliases", "content", "state", "new", "retention-days", "output", "format", "by", "template", "top", "fail-on", "pseudonymize", "metrics"}
}

// ofVerdict are flags of scan that change nothing of a partial: one command line may serve
// for scan and merge.
func ofVerdict() []string {
	return []string{"internal", "smarthost", "protect", "reference", "min-confidence", "ignore-file"}
}

// writePartial reads one shard, and writes its partial.
func (o *auditOptions) writePartial(ctx context.Context, e *env, c *config.Settled, from pipeline.Sources, path string) error {
	for _, f := range c.Given {
		switch {
		case slices.Contains(ofReport(), f.Name):
			return failure.WithHint(fmt.Errorf("--%s: is for the report, and --partial makes none", f.Name), "give it to merge")
		case slices.Contains(ofVerdict(), f.Name):
			e.complain(fmt.Errorf("--%s: is for the verdict, and not in a partial: give it to merge", f.Name))
		}
	}
	if err := refuseTenant(c); err != nil {
		return err
	}
	if err := checkPaths(from.Paths); err != nil {
		return err
	}
	options, err := o.understand(e, c)
	if err != nil {
		return err
	}
	to := &outputs{list: []output{{path: path}}}
	if err := o.refuseInputs(e, c, from, to); err != nil {
		return err
	}
	incomplete, err := pipeline.WritePartial(ctx, from, options, e.world(o.progress), e.partialTo(ctx, path, o.howRead(c.Formats, &options, e.now())))
	if err == nil && incomplete {
		err = errPartial
	}
	return err
}

// refuseTenant refuses a tenant: the open ends in a partial are of everybody's mail, and
// would be in the report of each.
func refuseTenant(c *config.Settled) error {
	if name := tenantName(c.File); name != "" {
		return fmt.Errorf("--tenant %s: partials are of everybody's mail, and are not audited for one tenant", name)
	}
	return nil
}

// partialTo returns a partial that is written to a path, "-" for standard output.
func (e *env) partialTo(ctx context.Context, path string, settings []partial.Setting) pipeline.Partial {
	to := pipeline.Partial{Name: filepath.Base(path), Settings: settings, Write: func(write func(io.Writer) error) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return writeFile(path, write)
	}}
	if path == "-" || isStdout(path) {
		to.Name = ""
		to.Write = func(write func(io.Writer) error) error { return write(e.stdout) }
	}
	return to
}

// howRead returns the settings that change what is read, with their values.
func (o *auditOptions) howRead(own []parsers.Format, options *pipeline.Options, now time.Time) []partial.Setting {
	zone := options.Read.Location.String()
	if zone == time.Local.String() { // every machine has its own
		name, offset := now.In(options.Read.Location).Zone()
		zone = fmt.Sprintf("%s (%+d seconds)", name, offset)
	}
	var columns, layouts []string
	for _, field := range slices.Sorted(maps.Keys(options.Read.Map)) {
		columns = append(columns, field+"="+options.Read.Map[field])
	}
	for _, f := range own {
		layouts = append(layouts, fmt.Sprintf("%+v", f))
	}
	return []partial.Setting{
		{Name: "--tz", Value: zone}, {Name: "--year", Value: strconv.Itoa(options.Read.Year)}, {Name: "--date-order", Value: options.Read.DateOrder},
		{Name: "--map", Value: strings.Join(columns, ",")}, {Name: "--input-format", Value: o.InputFormat}, {Name: "[[format]]", Value: strings.Join(layouts, "\n")},
		{Name: "--subjects", Value: strconv.FormatBool(o.Subjects)}, {Name: "--all-senders", Value: strconv.FormatBool(o.AllSenders)},
	}
}

// checkSettings refuses a merge whose ledger would be another one than the partials': their
// subjects are there or not, and strangers' mail is.
func (o *auditOptions) checkSettings(m *partial.Set) error {
	for _, s := range m.Settings() {
		switch want := map[string]bool{"--subjects": o.Subjects, "--all-senders": o.AllSenders}; {
		case s.Name != "--subjects" && s.Name != "--all-senders" || s.Value == strconv.FormatBool(want[s.Name]):
		case want[s.Name]:
			return fmt.Errorf("%s: the partials were written without it", s.Name)
		default:
			return fmt.Errorf("%s: the partials were written with it: give it here too", s.Name)
		}
	}
	return nil
}
