package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/alert"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/journal"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
)

type watchOptions struct {
	readingOptions
	save, learn       time.Duration
	dryRun, testAlert bool
	metrics           watchMetrics
}

func (o *watchOptions) addFlags(f *pflag.FlagSet) {
	o.AddFlags(f, "internal", "smarthost", "input-format", "map", "tz", "year", "date-order", "jobs", "protect", "reference", "all-senders", "min-confidence", "ignore-file", "state", "retention-days", "pseudonymize")
	f.DurationVar(&o.save, "save-every", 5*time.Minute, "save in the history what was read after `SPAN`, and when a log was rotated")
	f.BoolVar(&o.dryRun, "dry-run", false, "show what would be sent to each [[alert]] of a finding that is made up, and watch nothing")
	f.BoolVar(&o.testAlert, "test-alert", false, "send each [[alert]] a finding that is made up, and watch nothing")
	addMetricsFlag(f, &o.metrics.path)
	f.DurationVar(&o.learn, "learn-every", time.Hour, "take the verdicts again after `SPAN`")
}

func newWatchCmd(e *env) *cobra.Command {
	var o watchOptions
	return e.command(spec{
		use:   "watch [PATH...]",
		short: "Follow mail logs, and say at once what arrived at a lookalike",
		examples: `typoaudit watch
typoaudit watch -c /etc/typoaudit/typoaudit.toml --test-alert
typoaudit watch --state /var/lib/typoaudit --internal corp.example '/var/log/mail.log*'`,
		long: `watch follows logs and the journal: those that are named, else those of the
configuration. What arrived at a lookalike, or may have, and no report has yet, is
written to standard output about a second after its line.

It keeps the history as run does, so that run has nothing left to read, and reports
the same. Logs may be rotated in any way that leaves their lines in the same folder.
Mailboxes are not followed: run reads them.

An alert is sent to each [[alert]] of the configuration within seconds, by a command, a
mail, a webhook or syslog, of a lookalike once an hour. See "typoaudit help watch".`,
		exit: `0  --dry-run or --test-alert: each alert was shown or sent
2  usage, configuration, nothing to follow, the history could not be used, or
   an alert of --test-alert could not be sent
130, 143, 129  ended by SIGINT, SIGTERM, SIGHUP: what was read is saved`,
		scope: config.Unattended,
		flags: o.addFlags,
		run: func(ctx context.Context, c *config.Settled, paths []string) error {
			return runWatch(ctx, e, &o, c, paths)
		},
	})
}

func runWatch(ctx context.Context, e *env, o *watchOptions, c *config.Settled, paths []string) (err error) {
	if err := requireTenant(c, "watch"); err != nil {
		return err
	}
	a := &alerting{e: e, c: c}
	if a.names, err = pseudonymizer(o.Pseudonymize); err != nil {
		return err
	}
	if a.zone, err = e.zone(o.TZ); err != nil {
		return err
	}
	if o.dryRun || o.testAlert {
		return a.try(ctx, o.dryRun)
	}
	e.stderr = &lockedWriter{w: e.stderr} // alerts complain as well
	var found []alert.Finding
	printer := findingPrinter{w: e.stdout, names: a.names}
	w, err := o.watch(e, c, paths, func(f *pipeline.Finding) uint64 {
		found = append(found, a.finding(f))
		o.metrics.count(f)
		said, err := printer.print(f)
		if err != nil {
			e.complain(fmt.Errorf("a finding could not be printed: %w", err))
		}
		return said
	})
	if err != nil {
		return err
	}
	printer.resume(w.LastSaid())
	desk, err := a.desk(ctx)
	if err != nil {
		return errors.Join(err, w.Close(ctx))
	}
	defer func() {
		e.sending.Lock() // what was read is saved, however long a signal leaves
		defer e.sending.Unlock()
		err = errors.Join(err, w.Close(context.WithoutCancel(ctx)))
		desk.Take(found, e.now())
		desk.Close(lastAlerts) // before the counts, which are the last ones
		err = errors.Join(err, o.metrics.write(w.Counts(), desk.Counts(), e.now(), true))
	}()
	return stepOn(ctx, w, func() {
		desk.Take(found, e.now())
		found = nil
		if err := o.metrics.write(w.Counts(), desk.Counts(), e.now(), false); err != nil {
			w.Complain(err)
		}
	})
}

// lastAlerts is how long alerts that are being sent are waited for at the end.
const lastAlerts = 2 * time.Second

// A lockedWriter is for several goroutines.
type lockedWriter struct {
	mu sync.Mutex
	w  io.Writer
}

// Write implements io.Writer.
func (l *lockedWriter) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(b)
}

// Between two looks at the logs there is lookGap, and lookShare times as long as the last
// one took: what takes long is not done all the time.
const (
	lookGap   = 250 * time.Millisecond
	lookShare = 3
)

// stepOn steps until ctx ends, and calls after after each step.
func stepOn(ctx context.Context, w *pipeline.Watch, after func()) error {
	for {
		began := time.Now()
		if err := w.Step(ctx); err != nil {
			return err
		}
		after()
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(max(lookGap, lookShare*time.Since(began))):
		}
	}
}

// watch returns what follows the logs. found is given what it finds.
func (o *watchOptions) watch(e *env, c *config.Settled, paths []string, found func(*pipeline.Finding) uint64) (*pipeline.Watch, error) {
	if o.save <= 0 || o.learn <= 0 {
		return nil, errors.New("--save-every and --learn-every: more than 0s")
	}
	sources, err := followed(c, paths)
	if err != nil {
		return nil, err
	}
	if o.State == "" {
		if o.State, err = e.defaultState(c.File); err != nil {
			return nil, err
		}
	}
	options, err := o.understand(e, c)
	if err != nil {
		return nil, err
	}
	options.Audit.MailTo = alertedByMail(c)
	options.History = &pipeline.History{Folder: o.State, Retention: time.Duration(o.RetentionDays) * 24 * time.Hour}
	wo := pipeline.WatchOptions{
		Options: options, Sources: sources, Save: o.save, Learn: o.learn,
		Rules: watchedRules(e, c, o.IgnoreFile),
		Found: found,
	}
	if slices.Contains(sources.Paths, journal.Name) {
		wo.Journal = &journal.Follower{Follow: followJournal, Gap: time.Second, Check: time.Minute}
	}
	return pipeline.NewWatch(wo, e.world("never"))
}

// watchedRules returns what reads the ignore rules where their file is another one than when
// it was read last.
func watchedRules(e *env, c *config.Settled, named string) func() (result.Rules, bool, error) {
	var last stamps
	return func() (result.Rules, bool, error) {
		if last != nil && !last.changed() {
			return nil, false, nil
		}
		now := stampsOf(cmp.Or(named, c.IgnorePath(e.getenv)))
		rules, err := ignoreRules(e, c, named)
		if err == nil {
			last = now
		}
		return rules, true, err
	}
}

// followed returns the logs that are followed: those that are named, else those of the
// configuration.
func followed(c *config.Settled, paths []string) (pipeline.Sources, error) {
	from := pipeline.Sources{Paths: paths, Configured: true}
	if len(paths) > 0 {
		if slices.Contains(paths, "-") {
			return from, errors.New("standard input cannot be followed")
		}
		return from, nil
	}
	for i := range c.Sources {
		switch s := &c.Sources[i]; s.Type {
		case "log":
			from.Paths = append(from.Paths, s.Paths...)
		case "journald":
			from.Paths = append(from.Paths, journal.Name)
		}
	}
	if len(from.Paths) == 0 {
		return from, failure.WithHint(errors.New("no log to follow: no PATH, and no [[source]] of the type log or journald"), `"typoaudit config init" prints a configuration to begin with`)
	}
	return from, nil
}

// followJournal has journalctl(1) write the journal after a cursor, or since a time, as it
// grows.
func followJournal(ctx context.Context, w io.Writer, since time.Time, cursor string) error {
	program, err := exec.LookPath("journalctl")
	if err != nil {
		return errors.New("journalctl is not installed here")
	}
	args := append([]string{"--follow", "--no-tail", "--output=export", "--output-fields=" + journalFields, "--no-pager"}, journalFrom(since, cursor)...)
	cmd := exec.CommandContext(ctx, program, args...)
	var complaints complaint
	cmd.Stdout, cmd.Stderr, cmd.WaitDelay = &entriesAfter{w: w, cursor: cursor}, &complaints, killGrace
	err = cmd.Run()
	if said := strings.Join(strings.Fields(string(complaints.text)), " "); said != "" && ctx.Err() == nil {
		return fmt.Errorf("journalctl says: %s", said)
	}
	return err
}
