package main

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit/result"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/journal"
)

// isCompletion reports whether a shell asks, by the hidden command of the scripts that cobra
// writes, how a command line may go on. Nothing else needs completions, and cobra keeps the
// flags that have one, and with them all commands, as long as the process lives.
func isCompletion(args []string) bool {
	return len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd)
}

// oneOf says which values a flag takes.
func oneOf(f *pflag.FlagSet, name string, values ...string) {
	config.SetValues(f.Lookup(name), values)
}

// riskNames are the risks that a flag takes.
func riskNames() (names []string) {
	for _, r := range result.Risks()[1:] {
		names = append(names, string(r))
	}
	return names
}

// addCompletions says how the arguments and the values of the flags of a command are
// completed: those that are one of a few by these, files by their extension, and what only
// the user can know by nothing, rather than by files.
func addCompletions(cmd *cobra.Command) {
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if complete := completionOf(f); complete != nil {
			// It fails for a flag that is not there, or has a completion.
			_ = cmd.RegisterFlagCompletionFunc(f.Name, complete)
		}
	})
	cmd.ValidArgsFunction = argumentsOf(cmd.Use)
}

// completionOf is that of a flag's value, nil for any file.
func completionOf(f *pflag.Flag) cobra.CompletionFunc {
	if values := config.Values(f); len(values) > 0 {
		return cobra.FixedCompletions(values, cobra.ShellCompDirectiveNoFileComp)
	}
	switch value, _ := pflag.UnquoteUsage(f); {
	case f.Name == "input-format":
		return func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return formatNames(), cobra.ShellCompDirectiveNoFileComp
		}
	case value == "DIR":
		return cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs)
	case f.Name == "config":
		return byExtension("toml")
	case f.Name == "report" || value == "REPORT.json":
		return byExtension("json")
	case f.Name == "template":
		return byExtension("tmpl")
	case value == "MAILBOX":
		return nil // the command asks the server
	case value == "FILE" || value == "PATH" || value == "KEYFILE" || value == "COMMAND":
		return nil
	}
	return cobra.NoFileCompletions
}

func byExtension(extensions ...string) cobra.CompletionFunc {
	return cobra.FixedCompletions(extensions, cobra.ShellCompDirectiveFilterFileExt)
}

// argumentsOf is the completion of the arguments that a usage names.
func argumentsOf(use string) cobra.CompletionFunc {
	switch {
	case strings.Contains(use, "PATH...|-"):
		return cobra.FixedCompletions([]string{cobra.CompletionWithDesc(journal.Name, "the journal of systemd")}, cobra.ShellCompDirectiveDefault)
	case strings.Contains(use, "PATH"), strings.Contains(use, "FOLDER"):
		return nil
	case strings.Contains(use, "REPORT.json"):
		return byExtension("json")
	}
	return cobra.NoFileCompletions
}

// formatNames are the formats that can be read, with what they are.
func formatNames() (names []string) {
	listFormats(func(name, title string) { names = append(names, cobra.CompletionWithDesc(name, title)) })
	return names
}
