package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/failure"
)

// maxSuggested is how many edits a word may be away from what is suggested for it.
const maxSuggested = 2

// nearest returns the one of some words that is likeliest meant by another one, "" if
// none is near.
func nearest(word string, known []string) (found string) {
	limit := min(maxSuggested, len(word)/2)
	for _, k := range known {
		if n := lookalike.Distance(strings.ToLower(word), k, limit); n <= limit && (found == "" || n < lookalike.Distance(strings.ToLower(word), found, limit)) {
			found = k
		}
	}
	return found
}

// commandNames are the names of the commands that help lists.
func commandNames(root *cobra.Command) (names []string) {
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}

// unknownCommand is the error of a word that is no command, with the command that may be
// meant: a file is one to scan.
func unknownCommand(root *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("%s: no such command", args[0])
	if k := nearest(args[0], commandNames(root)); k != "" {
		return failure.WithHint(err, fmt.Sprintf("did you mean %q?", root.Name()+" "+k))
	}
	if _, missing := os.Stat(args[0]); missing == nil {
		return failure.WithHint(err, fmt.Sprintf("to audit that file: %s scan %s", root.Name(), strings.Join(args, " ")))
	}
	return failure.WithHint(err, fmt.Sprintf("see %q", root.Name()+" --help"))
}

// unknownFlag adds to the error of a flag the one that may be meant, or where the flags
// stand.
func unknownFlag(cmd *cobra.Command, err error) error {
	var missing *pflag.NotExistError
	if errors.As(err, &missing) && missing.GetSpecifiedShortnames() == "" {
		var known []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
		if k := nearest(missing.GetSpecifiedName(), known); k != "" {
			return failure.WithHint(err, fmt.Sprintf("did you mean --%s? see %q", k, cmd.CommandPath()+" --help"))
		}
	}
	return failure.WithHint(err, fmt.Sprintf("see %q", cmd.CommandPath()+" --help"))
}
