package main

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
)

// version, commit and date are set by the linker (-X main.version=…) in releases.
var version, commit, date = "", "", ""

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

// describedVersion is the version with the commit and its date, as far as they are known.
func describedVersion() string {
	revision, at := commit, date
	if info, ok := debug.ReadBuildInfo(); ok && revision == "" {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				revision = s.Value[:min(len(s.Value), shortCommit)]
			case "vcs.time":
				at = s.Value
			}
		}
	}
	if revision == "" {
		return programVersion()
	}
	return fmt.Sprintf("%s (commit %s, %s)", programVersion(), revision, at)
}

// shortCommit is how many digits of a commit are shown.
const shortCommit = 12

func newVersionCmd(e *env) *cobra.Command {
	return e.command(spec{
		use:   "version",
		short: "Print the version",
		exit:  "0  always",
		args:  noArgs,
		run: func(context.Context, *config.Settled, []string) error {
			_, err := fmt.Fprintln(e.stdout, "typoaudit", describedVersion())
			return err
		},
	})
}
