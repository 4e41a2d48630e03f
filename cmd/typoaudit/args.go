package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
)

// withUsage returns an error of wrong arguments with how the command is called.
func withUsage(cmd *cobra.Command, err error) error {
	return failure.WithHint(err, "usage: "+usageOf(cmd))
}

// noArgs refuses arguments that are no flags.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	return withUsage(cmd, fmt.Errorf("%s: %s takes no argument", args[0], cmd.CommandPath()))
}

// oneArg asks for one argument. name is what the usage calls it.
func oneArg(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return withUsage(cmd, fmt.Errorf("more than one %s: %s", name, strings.Join(args, ", ")))
		}
		return someArgs(name)(cmd, args)
	}
}

// someArgs asks for one argument or more.
func someArgs(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 0 {
			return nil
		}
		return withUsage(cmd, fmt.Errorf("no %s is given", name))
	}
}
