package main

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
)

// version is set by the linker (-X main.version=…) in releases.
var version = ""

// programVersion returns the version of a release, else the module's.
func programVersion() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

func newVersionCmd(e *env) *cobra.Command {
	return e.command(spec{
		use:   "version",
		short: "Print the version",
		exit:  "0  always",
		args:  noArgs,
		run: func(context.Context, *config.Settled, []string) error {
			_, err := fmt.Fprintln(e.stdout, "typoaudit", programVersion())
			return err
		},
	})
}
