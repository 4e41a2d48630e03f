package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/guard"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
	"github.com/typoaudit/typoaudit/report"
)

// replayOptions are the flags of a replay.
type replayOptions struct {
	replay []string
	learn  float64
	format string
}

func (o *replayOptions) addFlags(f *pflag.FlagSet) {
	f.StringArrayVar(&o.replay, "replay", nil, "ask nobody: say whom it would have asked about the mail in `LOG`, and in the PATHs (repeat)")
	f.Float64Var(&o.learn, "learn", replayShare, "with --replay, learn from the first `P` of the deliveries, 0 to 1")
	f.StringVarP(&o.format, "format", "f", "table", "with --replay, answer as `FORMAT`: table or json")
	oneOf(f, "format", "table", "json")
}

// replayShare is the part of a log, by time, that a replay learns from.
const replayShare = 0.7

// runReplay prints what a guard would have asked.
func (o *guardOptions) runReplay(ctx context.Context, e *env, c *config.Settled, paths []string) error {
	switch {
	case o.learn < 0 || o.learn >= 1:
		return fmt.Errorf("--learn %g: from 0 to less than 1", o.learn)
	case o.format != "table" && o.format != "json":
		return fmt.Errorf("--format %s: table or json", o.format)
	}
	options, err := o.understand(e, c)
	if err != nil {
		return err
	}
	rules, err := ignoreRules(e, c, o.IgnoreFile)
	if err != nil {
		return err
	}
	from := pipeline.Sources{Paths: paths, Context: o.Context}
	sends, err := pipeline.ReadSends(ctx, from, options, e.world("auto"))
	if err != nil {
		return err
	}
	learning := options
	learning.Until = sends.Until(o.learn)
	if o.State != "" {
		learning.History, from.Paths = &pipeline.History{Folder: o.State}, nil
	}
	learned, err := pipeline.Learn(ctx, from, learning, e.world("auto"))
	if err != nil {
		return err
	}
	if learned.Deliveries() == 0 {
		return failure.WithHint(fmt.Errorf("nothing to learn from before %s", learning.Until.In(e.location).Format(time.DateTime)), "replay a log that goes on after what --state has, or without --state")
	}
	r := guard.Replay(learned.Snapshot, sends.All, learning.Until, rules)
	if err := writeReplay(e, r, o.format); !isReaderGone(err) {
		return err
	}
	if sends.Partial || learned.Partial {
		return errPartial
	}
	return nil
}

// replayPeople is how many of those who would have been asked most are shown.
const replayPeople = 10

func writeReplay(e *env, r *guard.Replayed, format string) error {
	if format == "json" {
		return writeJSONLine(e.stdout, r)
	}
	const day = "2006-01-02"
	_, err := fmt.Fprintf(e.stdout, `Learned from %d deliveries before %s, then asked about the mail until %s.

  %6d  first mails of one of ours to an address outside
  %6d  would have been asked about, once: %s
  %6d  addresses that were written to before would have been asked about as well
  %6d  not asked: the sender had been asked three times in that week
  %6d  not asked: a program, a list or a bounce, and nobody would have read it

  Of what would have been asked about, to %s: %d arrived at strangers, %d maybe, %d did not, of %d it is not known.
`, r.Learned, r.From.In(e.location).Format(day), r.Until.In(e.location).Format(day), r.FirstSends, r.Asked, oneIn(r.Asked, r.FirstSends), r.Again, r.Limited, r.Warned,
		counted(r.Domains, "domain"), r.Arrived.Yes, r.Arrived.Maybe, r.Arrived.No, r.Arrived.Unknown)
	for i, p := range r.People[:min(replayPeople, len(r.People))] {
		if i == 0 {
			fmt.Fprint(e.stdout, "\n  Asked most:\n")
		}
		_, err = fmt.Fprintf(e.stdout, "  %6d  %s\n", p.Asked, report.SafeText(p.Person))
	}
	return err
}

// oneIn is a share in words.
func oneIn(n, of int64) string {
	if n == 0 {
		return "none"
	}
	return fmt.Sprintf("1 in %d", of/n)
}
