package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/guard"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/pipeline"
)

type guardOptions struct {
	readingOptions
	mode   string
	replay []string
	learn  float64
	format string
}

func (o *guardOptions) addFlags(f *pflag.FlagSet) {
	o.readingOptions.addFlags(f)
	o.AddFlags(f, "protect", "reference", "all-senders", "ignore-file", "state")
	f.Lookup("state").Usage = "learn from the history in `DIR`, and keep there what was asked and answered"
	f.StringVar(&o.mode, "mode", "observe", "what to do about a slip: `MODE` is "+strings.Join(guard.Modes(), ", "))
	oneOf(f, "mode", guard.Modes()...)
	// Not the setting, which is about what is reported.
	f.Float64Var(&o.MinConfidence, "min-confidence", guardConfidence, "ask about slips from confidence `P` on, 0 to 1")
	f.StringArrayVar(&o.replay, "replay", nil, "ask nobody: say whom it would have asked about the mail in `LOG`, and in the PATHs (repeat)")
	f.Float64Var(&o.learn, "learn", replayShare, "with --replay, the share `P` of the first mails that is learned from")
	f.StringVarP(&o.format, "format", "f", "table", "with --replay, answer as `FORMAT`: table or json")
	oneOf(f, "format", "table", "json")
}

// guardConfidence is how sure a slip must be to be asked about.
const guardConfidence = 0.8

// replayShare is the part of a log, by time and in first mails, that a replay learns from.
const replayShare = 0.7

func newGuardCmd(e *env) *cobra.Command {
	var o guardOptions
	return e.command(spec{
		use:   "guard [PATH...]",
		short: "Ask who is about to send mail to a lookalike whether that is meant",
		exit: `0  replayed
2  usage, or nothing to learn from`,
		flags: o.addFlags,
		run: func(ctx context.Context, c *config.Settled, args []string) error {
			return runGuard(ctx, e, &o, c, args)
		},
	})
}

func runGuard(ctx context.Context, e *env, o *guardOptions, c *config.Settled, paths []string) error {
	if _, err := guard.ParseMode(o.mode); err != nil {
		return err
	}
	if len(o.replay) > 0 {
		return o.runReplay(ctx, e, c, append(o.replay, paths...))
	}
	return errors.New("not yet")
}

// runReplay prints what a guard would have asked.
func (o *guardOptions) runReplay(ctx context.Context, e *env, c *config.Settled, paths []string) error {
	if o.learn < 0 || o.learn >= 1 {
		return fmt.Errorf("--learn %g: from 0 to less than 1", o.learn)
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
	begin := sends.Until(o.learn)
	learning := options
	learning.Until = begin
	if o.State != "" {
		learning.History, from.Paths = &pipeline.History{Folder: o.State}, nil
	}
	learned, err := pipeline.Learn(ctx, from, learning, e.world("auto"))
	if err != nil {
		return err
	}
	r := guard.Replay(learned.Snapshot, sends.All, begin, rules)
	if err := writeReplay(e, r, o.format); !isReaderGone(err) {
		return err
	}
	if sends.Partial || learned.Partial {
		return errPartial
	}
	return nil
}

func writeReplay(e *env, r *guard.Replayed, format string) error {
	return writeJSONLine(e.stdout, r)
}

var _ = time.Now
