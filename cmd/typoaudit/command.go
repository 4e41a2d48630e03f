package main

import (
	"context"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
)

// A spec is what differs between commands.
type spec struct {
	use      string
	short    string // what it does, in the imperative, without a full stop
	examples string // a command a line
	long     string // Markdown, as that of a topic
	exit     string // a status a line, and what it means
	args     cobra.PositionalArgs
	scope    config.Scope
	flags    func(*pflag.FlagSet) // nil for none
	run      func(ctx context.Context, c *config.Settled, args []string) error
}

// command makes every command that does something: its flags are settled by the
// environment and the configuration before it runs. It has -c if one of them is a
// setting of the configuration.
func (e *env) command(s spec) *cobra.Command {
	cmd := s.bare()
	if e.mayShow(cmd.Name()) {
		s.addFlags(cmd.Flags())
	}
	if e.completing {
		addCompletions(cmd)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := config.Settle(cmd.Flags(), e.getenv, s.scope)
		if err != nil {
			return err
		}
		return c.Reword(suggestValue(cmd, s.run(cmd.Context(), c, args)))
	}
	return cmd
}

// mayShow reports whether a command may run or show its help. The flags of the others are
// not made: those of all take longer than a small audit.
func (e *env) mayShow(name string) bool { return e.words == nil || slices.Contains(e.words, name) }

// addFlags adds the flags of the command to f.
func (s spec) addFlags(f *pflag.FlagSet) {
	if s.flags != nil {
		s.flags(f)
	}
	if hasSetting(f) {
		config.AddFileFlag(f)
	}
}

// exitAnnotation is under which a command has its exit statuses.
const exitAnnotation = "exit"

// bare returns the command with its texts alone.
func (s spec) bare() *cobra.Command {
	return &cobra.Command{
		Use: s.use, Short: s.short, Long: s.long, Example: s.examples, Args: s.args,
		Annotations: map[string]string{exitAnnotation: s.exit},
	}
}

func hasSetting(f *pflag.FlagSet) (has bool) {
	f.VisitAll(func(f *pflag.Flag) { has = has || config.IsSetting(f) })
	return has
}

// group makes a command that only holds others.
func group(s spec, commands ...*cobra.Command) *cobra.Command {
	cmd := s.bare()
	cmd.Args = unknownCommand
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	cmd.AddCommand(commands...)
	return cmd
}
