package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit/domain"
	"github.com/typoaudit/typoaudit/audit/history"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/parsers/read"
	"github.com/typoaudit/typoaudit/report"
)

func newHistoryCmd(e *env) *cobra.Command {
	return group(spec{
		use: "history", short: "Show, check and purge what earlier runs left",
		examples: `typoaudit history show --state /var/lib/typoaudit
typoaudit history findings
typoaudit history forget army.ml
typoaudit history forget --older-than 365d`,
		long: `The history holds what was read of each log and how far, the deliveries of it
(who wrote to whom and when; never subjects or bodies), and what was reported.
Its place is that of run unless --state names another.`,
		exit: historyStatus,
	},
		newHistorySubCmd(e, "show", "List the runs and the inputs", showHistory),
		newHistorySubCmd(e, "findings", "List the lookalikes that were reported, one JSON object a line", showFindings),
		newHistorySubCmd(e, "check", "Look at every page and every pack", checkHistory),
		newForgetCmd(e))
}

// historyStatus is the same for each of the commands.
const historyStatus = `0  done
2  usage, or the history cannot be read, is damaged or in use`

type historyOptions struct{ config.Settings }

func (o *historyOptions) addFlags(f *pflag.FlagSet) {
	o.AddFlags(f, "state")
	f.Lookup("state").Usage = "the history in `DIR`"
}

// newHistorySubCmd makes a command that looks into a history.
func newHistorySubCmd(e *env, use, short string, look func(context.Context, *env, *history.Store) error) *cobra.Command {
	var o historyOptions
	return e.command(spec{
		use: use, short: short, examples: "typoaudit history " + use + " --state /var/lib/typoaudit", exit: historyStatus, args: noArgs, scope: config.Unattended, flags: o.addFlags,
		run: func(ctx context.Context, c *config.Settled, _ []string) error {
			return o.with(ctx, e, c.File, func(s *history.Store) error { return look(ctx, e, s) })
		},
	})
}

// with opens the history for do.
func (o *historyOptions) with(ctx context.Context, e *env, c *config.File, do func(*history.Store) error) error {
	folder, err := o.State, error(nil)
	if folder == "" {
		if folder, err = e.defaultState(c); err != nil {
			return err
		}
	}
	s, err := history.OpenExisting(ctx, folder, pipeline.Holder(e.now()))
	if errors.Is(err, history.ErrDamaged) {
		return failure.WithHint(err, ofDamaged)
	}
	if err != nil {
		return err
	}
	if s.Warning != "" {
		e.complain(errors.New(s.Warning))
	}
	return errors.Join(do(s), s.Close())
}

// ofDamaged says what becomes of a damaged history.
const ofDamaged = "the next run sets it aside and starts again"

// counted is a number with a noun.
func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func showHistory(ctx context.Context, e *env, s *history.Store) error {
	runs, err := s.Runs(ctx)
	if err != nil {
		return err
	}
	sources, err := s.Sources(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.stdout, "%s\n%s", report.SafeText(s.Path()), counted(len(runs), "run"))
	if len(runs) > 0 {
		state := "its report got out"
		if !runs[0].Reported {
			state = "no report of it got out: the next run reports it"
		}
		fmt.Fprintf(e.stdout, ", the last one %s; %s", runs[0].Began.In(e.location).Format(time.RFC3339), state)
	}
	fmt.Fprintf(e.stdout, "\n%s\n", counted(len(sources), "input"))
	for i := range sources {
		x := &sources[i]
		_, err = fmt.Fprintf(e.stdout, "  %s  %s  read %d bytes, %d deliveries\n", x.Seen.In(e.location).Format(time.RFC3339), report.SafeText(x.Name), x.Size, x.Deliveries)
	}
	return err
}

// A foundBefore is a line of history findings.
type foundBefore struct {
	Domain   string     `json:"domain"`
	Intended string     `json:"intended"`
	Kind     string     `json:"kind"`
	First    *time.Time `json:"first_seen"`
	Last     *time.Time `json:"last_seen"`
	Messages int64      `json:"messages"`
	Weeks    int        `json:"weeks"`
	State    string     `json:"state"`
}

func showFindings(ctx context.Context, e *env, s *history.Store) error {
	all, err := s.Findings(ctx)
	if err != nil {
		return err
	}
	for _, f := range all {
		line := foundBefore{f.Domain, f.Intended, f.Kind, timePtr(f.First), timePtr(f.Last), f.Messages, f.Weeks, "reported"}
		if !f.Reported {
			line.State = "new" // its report did not get out
		}
		if err := writeJSONLine(e.stdout, line); err != nil {
			return err
		}
	}
	return nil
}

// checkHistory looks at the pages of the database, and unpacks every pack.
func checkHistory(ctx context.Context, e *env, s *history.Store) error {
	faults, err := s.Check(ctx)
	if err != nil {
		return err
	}
	sources, err := s.Sources(ctx)
	if err != nil {
		return err
	}
	for _, x := range sources {
		if _, err := read.Unseal(x.State); err != nil {
			faults = append(faults, fmt.Sprintf("source %d: %v", x.ID, err))
		}
	}
	packs := 0
	err = s.Packs(ctx, -1<<40, 1<<40, read.NoDay, func(p history.Pack) error {
		packs++
		if n, err := read.CountPack(p.Sealed); err != nil || n != p.Deliveries {
			faults = append(faults, fmt.Sprintf("pack of source %d, day %d: %d of %d deliveries", p.Source, p.Day, n, p.Deliveries))
		}
		return nil
	})
	if err != nil {
		return err
	}
	if len(faults) > 0 {
		text, _ := json.Marshal(faults)
		return failure.WithHint(fmt.Errorf("%s: %s", s.Path(), text), ofDamaged)
	}
	_, err = fmt.Fprintf(e.stdout, "%s: no fault found in %s and %s\n", report.SafeText(s.Path()), counted(len(sources), "input"), counted(packs, "pack"))
	return err
}

type forgetOptions struct {
	historyOptions
	older string
}

func (o *forgetOptions) addFlags(f *pflag.FlagSet) {
	o.historyOptions.addFlags(f)
	f.StringVar(&o.older, "older-than", "", "remove everything from before this `TIME`: a date, or an age such as 365d")
}

func newForgetCmd(e *env) *cobra.Command {
	var o forgetOptions
	return e.command(spec{
		use:   "forget [DOMAIN...]",
		short: "Forget that lookalikes were reported, or what is older than a time",
		examples: `typoaudit history forget army.ml
typoaudit history forget --older-than 365d`,
		exit:  historyStatus,
		scope: config.Unattended,
		flags: o.addFlags,
		run: func(ctx context.Context, c *config.Settled, args []string) error {
			return runForget(ctx, e, &o, c.File, args)
		},
	})
}

func runForget(ctx context.Context, e *env, o *forgetOptions, c *config.File, args []string) error {
	if o.older == "" && len(args) == 0 {
		return errors.New("forget what? name the domains of lookalikes, or a time by --older-than")
	}
	before, err := parseTime("--older-than", o.older, e.now(), e.location)
	if err != nil {
		return err
	}
	return o.with(ctx, e, c, func(s *history.Store) error { return forget(ctx, s, args, before) })
}

func forget(ctx context.Context, s *history.Store, domains []string, before time.Time) error {
	if !before.IsZero() {
		if err := s.Purge(ctx, before); err != nil {
			return err
		}
	}
	for _, text := range domains {
		name, err := domain.Parse(text)
		if err != nil {
			return err
		}
		known, err := s.Forget(ctx, name.String())
		if err != nil {
			return err
		}
		if !known {
			return fmt.Errorf("%s: was not reported", name)
		}
	}
	return nil
}

func timePtr(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
