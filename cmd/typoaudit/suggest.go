package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/typoaudit/typoaudit/audit/lookalike"
	"github.com/typoaudit/typoaudit/cmd/typoaudit/internal/config"
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
func unknownCommand(parent *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	err := fmt.Errorf("%s: no such command", args[0])
	if k := nearest(args[0], commandNames(parent)); k != "" {
		return failure.WithHint(err, fmt.Sprintf("did you mean %q?", parent.CommandPath()+" "+k))
	}
	if _, missing := os.Stat(args[0]); missing == nil && !parent.HasParent() {
		return failure.WithHint(err, fmt.Sprintf("to audit that file: %s scan %s", parent.Name(), strings.Join(args, " ")))
	}
	return failure.WithHint(err, fmt.Sprintf("see %q", parent.CommandPath()+" --help"))
}

// flagError is the error of flags in our words, with the flag that may be meant or where
// the flags stand.
func flagError(cmd *cobra.Command, err error) error {
	var (
		missing *pflag.NotExistError
		empty   *pflag.ValueRequiredError
		bad     *pflag.InvalidValueError
		broken  *pflag.InvalidSyntaxError
	)
	hint := fmt.Sprintf("see %q", cmd.CommandPath()+" --help")
	switch {
	case errors.As(err, &missing) && missing.GetSpecifiedShortnames() != "":
		err = fmt.Errorf("-%s: no such flag", missing.GetSpecifiedName())
	case errors.As(err, &missing):
		err = fmt.Errorf("--%s: no such flag", missing.GetSpecifiedName())
		var known []string
		cmd.Flags().VisitAll(func(f *pflag.Flag) { known = append(known, f.Name) })
		if k := nearest(missing.GetSpecifiedName(), known); k != "" {
			hint = fmt.Sprintf("did you mean --%s? %s", k, hint)
		}
	case errors.As(err, &empty):
		value, _ := pflag.UnquoteUsage(empty.GetFlag())
		err = fmt.Errorf("--%s: needs a value: --%s %s", empty.GetFlag().Name, empty.GetFlag().Name, value)
	case errors.As(err, &bad):
		err = config.BadFlag(bad.GetFlag(), bad.GetValue())
	case errors.As(err, &broken):
		err = fmt.Errorf("%s: no flag is written so", broken.GetSpecifiedFlag())
	}
	return failure.WithHint(err, hint)
}

// suggestValue adds to an error about the value of a flag the one that may be meant.
func suggestValue(cmd *cobra.Command, err error) error {
	var hint *failure.Hint
	if err == nil || errors.As(err, &hint) && !strings.Contains(hint.Text, "typoaudit formats") {
		return err
	}
	found := ""
	cmd.Flags().Visit(func(f *pflag.Flag) {
		value := f.Value.String()
		if !strings.HasPrefix(err.Error(), "--"+f.Name+" "+value+":") {
			return
		}
		known := config.Values(f)
		if f.Name == "input-format" {
			listFormats(func(name, _ string) { known = append(known, name) })
		}
		if k := nearest(value, known); k != "" {
			found = fmt.Sprintf("did you mean --%s %s?", f.Name, k)
		}
	})
	if found == "" {
		return err
	}
	return failure.WithHint(failure.Cause(err), found)
}
