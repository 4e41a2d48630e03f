package main

import (
	"context"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
)

// A spec is what differs between commands.
type spec struct {
	use, short, long string
	args             cobra.PositionalArgs
	scope            config.Scope
	flags            func(*pflag.FlagSet) // nil for none
	run              func(ctx context.Context, c *config.Settled, args []string) error
}

// command makes every command that does something: its flags are settled by the
// environment and the configuration before it runs. It has -c if one of them is a
// setting of the configuration.
func (e *env) command(s spec) *cobra.Command {
	cmd := &cobra.Command{Use: s.use, Short: s.short, Long: s.long, Args: s.args}
	f := cmd.Flags()
	if s.flags != nil {
		s.flags(f)
	}
	if hasSetting(f) {
		config.AddFileFlag(f)
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		c, err := config.Settle(cmd.Flags(), e.getenv, s.scope)
		if err != nil {
			return err
		}
		return s.run(cmd.Context(), c, args)
	}
	return cmd
}

func hasSetting(f *pflag.FlagSet) (has bool) {
	f.VisitAll(func(f *pflag.Flag) { has = has || config.IsSetting(f) })
	return has
}

// group makes a command that only holds others.
func group(use, short, long string, commands ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(commands...)
	return cmd
}
